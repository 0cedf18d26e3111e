"""Placing: where new articles belong, by their words, by their meaning, and by a model's word where it is close."""

import logging
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.errands import within
from bot.group import WINDOW, Cluster, Grouping, Judgement, gist, group
from bot.model import Article, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Clock

log = logging.getLogger(__name__)

GROUPED_WITHIN = timedelta(days=10)
"""Stories with news in this span are open to new articles; older ones that turn up late found their own."""
MOST_OPEN = 3_000
"""Articles of open stories that new ones are compared with, those of the newest stories: memory and time for comparing
grow with their square. Thirty feeds bring a thousand in ten days."""
MOST_OF_ONE = 200
"""Articles of one story that stand for it: hundreds more say nothing else."""
CLOSE_CALLS = 10
"""Pairs of articles that a model is asked about in one round of gathering."""
PATIENCE = timedelta(seconds=20)
"""How long a round waits for one answer: nothing else is kept meanwhile."""
DEADLINE = timedelta(seconds=60)
"""How long placing may take in all. What has no place by then founds stories of its own."""
FORESIGHT = timedelta(minutes=3)
"""How long meaning is waited for while nobody else waits: a first round has thousands of texts."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Watch:
    """How much time is left."""

    clock: Clock
    ends: timedelta
    """By ``clock.elapsed``."""

    async def within(self, patience: timedelta, work: Awaitable[Result]) -> Result:
        """As :func:`bot.errands.within`, and not beyond the end."""
        return await within(self.clock, min(patience, max(self.ends - self.clock.elapsed(), timedelta())), work)


async def place(room: Newsroom, new: Sequence[Article], known: Sequence[Cluster]) -> Grouping:
    """Where *new* articles belong among the stories that are *known*. Raises nothing: whatever fails or takes too long,
    meaning, a model or the comparing itself, what has been found without it holds.
    """
    watch = _Watch(room.clock, room.clock.elapsed() + DEADLINE)
    meaning = await _meaning(room, [*new, *(article for one in known for article in one.articles)], PATIENCE)
    doubts = CLOSE_CALLS if await _may_ask(room, watch) else 0
    grouping = await _grouped(room, watch, (tuple(new), tuple(known), meaning, (), doubts))
    if grouping is None:
        return Grouping(founded=tuple((article,) for article in new))
    judgements = await _judgements(room, watch, grouping.doubts)
    if not judgements:
        return grouping
    return await _grouped(room, watch, (tuple(new), tuple(known), meaning, judgements)) or grouping


async def open_stories(room: Newsroom, new: Sequence[Article], now: datetime) -> dict[str, Story]:
    """The stories that *new* articles may join, by ref, oldest first."""
    earliest = max(min(article.news_at for article in new), now - GROUPED_WITHIN) - WINDOW
    known = await room.store.archive.window(earliest, now)
    return {story.ref: story for story in newest(tuple(story for story in known if _is_open(story)))}


def newest(stories: Sequence[Story], most: int = MOST_OPEN) -> Sequence[Story]:
    """The last of *stories*, which are in order of time, of which no more than *most* articles are compared. Pure."""
    articles = 0
    for place in range(len(stories) - 1, -1, -1):
        articles += min(len(stories[place].articles), MOST_OF_ONE)
        if articles > most:
            return stories[place + 1 :]
    return stories


def as_cluster(story: Story, *, is_posted: bool) -> Cluster:
    """*story* as it is compared: by its first article, since nothing joins it that is too long after that, and its
    latest ones. Pure.
    """
    articles = story.articles
    if len(articles) > MOST_OF_ONE:
        articles = (articles[0], *articles[1 - MOST_OF_ONE :])
    return Cluster(ref=story.ref, posted=is_posted, first_seen=story.first_seen, articles=articles)


def _is_open(story: Story) -> bool:
    """A public article that joined a private story would be gone for everybody else, in a withdrawn one for all."""
    return bool(story.articles) and not story.workspaces and story.status is not StoryStatus.WITHDRAWN


async def foresee(room: Newsroom, articles: Sequence[Article]) -> None:
    """Have the meaning of *articles* worked out, so that it is at hand when they are placed."""
    await _meaning(room, articles, FORESIGHT)


async def _grouped(room: Newsroom, watch: _Watch, asked: tuple[object, ...]) -> Grouping | None:
    """What :func:`bot.group.group` makes of what is *asked*; None if it fails."""
    try:
        return await watch.within(DEADLINE, room.workers.run(group, *asked))
    except Exception as trouble:  # noqa: BLE001 - whatever it is, what the feeds brought must be kept
        log.warning("new articles are not compared in this round: %s", _said(trouble))
        return None


async def _meaning(room: Newsroom, articles: Sequence[Article], patience: timedelta) -> Mapping[str, bytes]:
    """For the gist of each of *articles* what it means; nothing, if nobody knows."""
    if room.meaning is None:
        return {}
    gists = tuple(dict.fromkeys(gist(article) for article in articles))
    try:
        return _by_gist(gists, await within(room.clock, patience, room.meaning.of(gists)))
    except Exception as trouble:  # noqa: BLE001 - words do nearly as well, so nothing is lost by it
        log.warning("articles are compared by their words alone: %s", _said(trouble))
        return {}


def _by_gist(gists: Sequence[str], vectors: Sequence[bytes]) -> dict[str, bytes]:
    """The vector of each of *gists*. Raises ValueError if there are too few or too many, or they cannot be compared."""
    if len({len(vector) for vector in vectors}) > 1 or not all(vector and len(vector) % 4 == 0 for vector in vectors):
        raise ValueError("what the model of meaning gives are no vectors of one length")
    return dict(zip(gists, vectors, strict=True))


async def _may_ask(room: Newsroom, watch: _Watch) -> bool:
    """Whether a model would say what it thinks of a close call."""
    if room.writer is None:
        return False
    try:
        return await watch.within(PATIENCE, room.writer.may_write())
    except Exception as trouble:  # noqa: BLE001 - nobody is asked then
        log.info("no model is asked about close calls: %s", _said(trouble))
        return False


async def _judgements(
    room: Newsroom, watch: _Watch, doubts: Sequence[tuple[Article, Article]]
) -> tuple[Judgement, ...]:
    """What the model says of *doubts*, as far as it says anything in time."""
    if not doubts or room.writer is None:
        return ()
    try:
        said = await watch.within(PATIENCE, room.writer.same_event(doubts))
        return tuple(
            Judgement(one=one.key, other=other.key, is_same=is_same)
            for (one, other), is_same in zip(doubts, said, strict=True)
            if is_same is not None
        )
    except Exception as trouble:  # noqa: BLE001 - the likeness has decided already
        log.info("nobody said whether %d pairs of articles are the same event: %s", len(doubts), _said(trouble))
        return ()


def _said(trouble: Exception) -> str:
    """*trouble* in words."""
    if isinstance(trouble, TimeoutError):
        return "it took too long"
    return str(trouble) or type(trouble).__name__
