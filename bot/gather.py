"""Gathering: read the feeds, tell new articles from known ones, group them into stories, and keep it all at once."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.coverage import copies
from bot.drafting import may_be_drafted, quoted
from bot.errors import FeedFailed
from bot.group import Grouping
from bot.identity import names_of, tell_apart
from bot.model import Article, Feed, FeedHealth, FeedOutcome, FeedState, GatherReport, Reading, Story
from bot.newsroom import Newsroom
from bot.placing import as_cluster, foresee, open_stories, place
from bot.ports import Intake, Known
from bot.redact import kept_as

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Feeds that are read at the same time."""
SLOWEST = timedelta(hours=24)
"""A feed that keeps failing is still visited this often, for ever."""

Progress = Callable[[FeedOutcome], None]


async def gather(room: Newsroom, *, only_due: bool = False, progress: Progress | None = None) -> GatherReport:
    """Read every feed once (with *only_due*, those whose time has come), and keep what they brought.

    Those that could be read the last time go first, and what they brought is kept before the others are visited: to
    fail may take half a minute. A feed that fails is visited again later, ever more slowly. Articles, stories and the
    feeds' validators are kept in one transaction, so a crash loses nothing: the next visit gets it all again.
    """
    now = room.instant()
    feeds = await room.feeds()
    states = await room.store.feeds.states()
    chosen = [feed for feed in feeds if not only_due or _is_due(states.get(kept_as(feed.url)), now)]
    well = [feed for feed in chosen if (state := states.get(kept_as(feed.url))) and state.health is FeedHealth.FINE]
    others = [feed for feed in chosen if feed not in well]
    reports = [await _round(room, some, states, progress) for some in (well, others) if some or not chosen]
    outcomes = {one.feed.url: one for report in reports for one in report.outcomes}
    return replace(
        reports[-1],
        outcomes=tuple(outcomes[feed.url] for feed in chosen),
        skipped=tuple(feed for feed in feeds if feed not in chosen),
        new_stories=sum(report.new_stories for report in reports),
        grown_stories=sum(report.grown_stories for report in reports),
    )


async def _round(
    room: Newsroom, feeds: Sequence[Feed], states: Mapping[str, FeedState], progress: Progress | None
) -> GatherReport:
    """Read *feeds* and keep what they brought."""
    visits = await _visit_all(room, feeds, states, progress)
    await _foresee(room, visits)
    async with room.keeping:
        report, stories = await _admit(room, visits, room.instant())
    new = sum(1 for before, _ in stories if not before)
    return replace(report, new_stories=new, grown_stories=len(stories) - new)


def next_visit(state: FeedState, now: datetime, every: timedelta, retry_after: timedelta | None) -> datetime:
    """When a feed that has just failed for the ``state.failures``-th time in a row is to be visited again. Pure."""
    doublings = max(0, min(state.failures - 1, 10))
    wait = min(every * (1 << doublings), SLOWEST)
    return now + max(wait, min(retry_after or timedelta(0), SLOWEST))


# ------------------------------------------------------------------------------------------------------ reading

_Visit = tuple[Feed, FeedState, Reading | None]
"""What came of one visit; the state is already the new one, the reading None where it failed."""


async def _visit_all(
    room: Newsroom, feeds: Sequence[Feed], states: Mapping[str, FeedState], progress: Progress | None
) -> list[_Visit]:
    """Visit all *feeds*, a few at a time; the visits in the order of the feeds."""
    visits: dict[str, _Visit] = {}
    queue = iter(feeds)

    async def work() -> None:
        for feed in queue:
            visit = await _visit(room, feed, states.get(kept_as(feed.url)) or FeedState(url=kept_as(feed.url)))
            visits[feed.url] = visit
            if progress:
                progress(_outcome(visit, ()))

    async with asyncio.TaskGroup() as workers:
        for _ in range(min(AT_ONCE, len(feeds))):
            workers.create_task(work())
    return [visits[feed.url] for feed in feeds]


async def _visit(room: Newsroom, feed: Feed, state: FeedState) -> _Visit:
    now = room.instant()
    try:
        reading = await _read(room, feed, state)
    except FeedFailed as failure:
        room.watch.visited("failed")
        failed = replace(state, read_at=now, failures=state.failures + 1, reason=failure.reason)
        every = room.config.bot.gather_every
        if not state.failures:
            log.info("%s cannot be read: %s", feed.name, failure.reason)
        return feed, replace(failed, next_at=next_visit(failed, now, every, failure.retry_after)), None
    room.watch.visited("unchanged" if reading.unchanged else "read")
    fine = replace(state, read_at=now, next_at=None, failures=0, reason="")
    if state.failures:
        log.info("%s can be read again", feed.name)
    if reading.unchanged:
        return feed, replace(fine, fine_at=now), reading
    return feed, replace(fine, etag=reading.etag, last_modified=reading.last_modified, digest=reading.digest), reading


async def _read(room: Newsroom, feed: Feed, state: FeedState) -> Reading:
    try:
        return await room.reader.read(feed, state)
    except FeedFailed:
        raise
    except Exception as bug:
        # What one feed makes our own code stumble over must not cost the articles of all others.
        log.exception("reading %s failed in a way that was not foreseen", feed.name)
        raise FeedFailed(f"Daybrief failed on it ({type(bug).__name__})") from bug


def _is_due(state: FeedState | None, now: datetime) -> bool:
    return state is None or state.next_at is None or state.next_at <= now


def _outcome(visit: _Visit, new: Sequence[Article]) -> FeedOutcome:
    feed, state, reading = visit
    entries = len(reading.entries) if reading else 0
    return FeedOutcome(
        feed=feed, state=state, articles=entries, new=len(new), note=reading.note if reading else state.reason
    )


# ----------------------------------------------------------------------------------------------------- admitting


async def _admit(
    room: Newsroom, visits: Sequence[_Visit], now: datetime
) -> tuple[GatherReport, list[tuple[str, Story]]]:
    """Keep what *visits* brought. The report, and each new or grown story with the ref it had before."""
    found = await _told_apart(room, visits, now)
    new = found.new
    stories, merges = await _stories(room, new, now)
    intake = Intake(
        articles=tuple(new),
        keys=found.keys,
        stories=tuple(stories),
        merges=merges,
        feeds=tuple(outcome.state for outcome in found.outcomes),
    )
    kept = await room.store.archive.admit(intake)
    grown = [(before.ref, after) for before, after in zip(stories, kept, strict=True)]
    return GatherReport(at=now, outcomes=tuple(found.outcomes)), grown


@dataclass(frozen=True, slots=True)
class _Found:
    """What visits brought."""

    new: list[Article]
    keys: dict[str, tuple[str, ...]]
    outcomes: list[FeedOutcome]


async def _told_apart(room: Newsroom, visits: Sequence[_Visit], now: datetime) -> _Found:
    """The new articles among what *visits* brought, and the names of all."""
    new: list[Article] = []
    keys: dict[str, tuple[str, ...]] = {}
    outcomes: list[FeedOutcome] = []
    fresh: dict[str, Known] = {}
    for visit in visits:
        feed, state, reading = visit
        if reading is None or reading.unchanged:
            outcomes.append(_outcome(visit, ()))
            continue
        names = tuple(itertools.chain.from_iterable(one.all() for one in names_of(reading.entries, feed)))
        # What this round has already found counts as known: two feeds may carry the same article.
        known = {**await room.store.archive.known(names), **fresh}
        found = tell_apart(reading.entries, feed, known, now=now, first_visit=state.fine_at is None)
        for key, more in found.keys.items():
            keys[key] = tuple(dict.fromkeys((*keys.get(key, ()), *more)))
        new += found.new
        fresh |= {name: _known(article) for article in found.new for name in found.keys[article.key]}
        state = replace(state, fine_at=now, articles=state.articles + len(found.new))
        outcomes.append(_outcome((feed, state, reading), found.new))
    return _Found(new, keys, outcomes)


async def _foresee(room: Newsroom, visits: Sequence[_Visit]) -> None:
    """Have the meaning of all that will be compared worked out: nobody waits for us yet."""
    if room.meaning is None:
        return
    now = room.instant()
    new = (await _told_apart(room, visits, now)).new
    if new:
        known = await open_stories(room, new, now)
        await foresee(room, [*new, *(article for story in known.values() for article in story.articles)])


async def _stories(
    room: Newsroom, new: Sequence[Article], now: datetime
) -> tuple[list[Story], tuple[tuple[str, str], ...]]:
    """The stories that *new* articles found or join, drafted, and which stories turn out to be one."""
    if not new:
        return [], ()
    known = await open_stories(room, new, now)
    shown = await room.store.ledger.shown(tuple(known))
    clusters = [as_cluster(story, is_posted=story.ref in shown) for story in known.values()]
    grouping = await place(room, new, clusters)
    return await _drafted(room, _regrouped(grouping, known)), grouping.merges


def _regrouped(grouping: Grouping, open_stories: Mapping[str, Story]) -> list[Story]:
    """The stories that *grouping* founds or lets grow, with their articles and not yet drafted anew."""
    joined = {ref: list(articles) for ref, articles in grouping.joined}
    for younger, older in grouping.merges:
        joined.setdefault(older, []).extend([*open_stories[younger].articles, *joined.pop(younger, [])])
    grown = [_with_articles(open_stories[ref], articles) for ref, articles in joined.items()]
    blank = [
        Story(
            ref="",
            title="",
            takeaway="",
            analyst="",
            first_seen=min(article.first_seen for article in articles),
            news_at=max(article.news_at for article in articles),
            articles=_in_order(articles),
            topics=_topics(articles),
            copies=copies(_in_order(articles)),
        )
        for articles in grouping.founded
    ]
    return grown + blank


async def _drafted(room: Newsroom, stories: list[Story]) -> list[Story]:
    """*stories* with drafts; what a person wrote or corrected stays as it is."""
    open_to_drafts = [number for number, story in enumerate(stories) if may_be_drafted(story)]
    drafts = await room.analyst.draft([stories[number].articles for number in open_to_drafts])
    for number, draft in zip(open_to_drafts, drafts, strict=True):
        stories[number] = quoted(stories[number], draft)
    return stories


def _with_articles(story: Story, articles: Iterable[Article]) -> Story:
    everything = _in_order((*story.articles, *articles))
    return replace(
        story,
        articles=everything,
        news_at=max((story.news_at, *(article.news_at for article in everything))),
        topics=tuple(dict.fromkeys((*story.topics, *_topics(everything)))),
    )


def _in_order(articles: Iterable[Article]) -> tuple[Article, ...]:
    """Oldest first, each once."""
    once = {article.key: article for article in articles}
    return tuple(sorted(once.values(), key=lambda article: (article.news_at, article.key)))


def _topics(articles: Iterable[Article]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(topic for article in articles for topic in article.topics))


def _known(article: Article) -> Known:
    return Known(
        key=article.key,
        title=article.title,
        url=article.url,
        feed=article.feed,
        extract=article.extract,
        first_seen=article.first_seen,
    )
