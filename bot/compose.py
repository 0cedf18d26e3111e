"""Composing: which stories make one edition, in which order, and why the others do not. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.asides import is_notice
from bot.choice import Choice
from bot.drafting import may_be_written
from bot.model import (
    Composition,
    Coverage,
    Edition,
    EditionStory,
    Link,
    SectionName,
    Stage,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
    Wish,
)
from bot.rank import Ranked, rank
from bot.text import cut
from bot.wording import day_and_hour

MIN_WINDOW = timedelta(hours=24)
MAX_WINDOW = timedelta(hours=72)
LATE = timedelta(minutes=15)
"""How long after it was dated an article may turn up: another process gathers while an edition is composed."""
MAX_TITLE = 300
"""Characters of a title that reach a platform."""
MAX_TAKEAWAY = 600
"""Characters of a takeaway that reach a platform."""
MAX_LINKS = 8


def window_start(now: datetime, last_composed: datetime | None) -> datetime:
    """Since when news counts: since the last edition that was sent, at least 24 hours and at most 72 hours back; a few
    minutes more, where the last edition is as old as that: Friday's was composed a moment earlier after eight than
    Monday's.
    """
    if last_composed is None:
        return now - MIN_WINDOW
    if last_composed < now - MAX_WINDOW - LATE:
        return now - MAX_WINDOW
    return min(last_composed, now - MIN_WINDOW)


def late_start(window_start: datetime, last_composed: datetime | None) -> datetime:
    """Since when news counts that the last edition has not passed judgement on: it turned up too late for it."""
    if last_composed is None or last_composed < window_start:
        return window_start
    return min(window_start, last_composed - LATE)


def compose(
    subscription: Subscription,
    *,
    day: date,
    due_at: datetime,
    now: datetime,
    window_start: datetime,
    stories: Sequence[Story],
    posted: Mapping[str, tuple[datetime, int]],
    coverage: Coverage,
    delayed: bool,
    late_start: datetime | None = None,
    considered: Collection[str] = (),
    wishes: Mapping[str, Wish] = MappingProxyType({}),
    scored: dict[str, Ranked] | None = None,
    writable: Collection[SectionName] = (),
) -> Composition:
    """The edition of *subscription* for *day*, and one verdict for each of the best 200 candidates.

    Args:
        subscription: whose edition it is; decides the number of stories and the topics.
        day: the scheduled local date.
        due_at: when it was due.
        now: the instant of composing; ages are told as of now.
        window_start: older news is left out.
        stories: the candidates that the channel may see, also withdrawn ones and ones outside the window.
        posted: which refs the channel has had: when last, and how many publishers the post named.
        coverage: for the footer.
        delayed: the edition says that it is late.
        late_start: news from between this and the window counts as well, unless it is among *considered*.
        considered: which refs the last edition passed judgement on.
        wishes: what admins wish of which of *stories*, by ref. What is pinned leads, in the order of wishing, whatever
            its score, age or topic and even if the channel has had it; only a withdrawn story does not.
        scored: as :func:`bot.rank.rank` takes it.
        writable: sections that a model may write when somebody asks for them.
    """
    outside: list[Verdict] = []
    unfit: dict[str, _Unfit] = {}
    inside: list[Story] = []
    for story in stories:
        since = window_start if late_start is None or story.ref in considered else late_start
        stage = _unfit(subscription, story, since, now, wishes.get(story.ref))
        if stage:
            outside.append(Verdict(ref=story.ref, stage=stage))
            unfit[story.ref] = _Unfit(stage, story, since)
        else:
            inside.append(story)
    pins = {ref: place for place, ref in enumerate(ref for ref in wishes if wishes[ref] is Wish.PIN)}
    choice = Choice(subscription.stories, pins)
    choice.choose(rank(inside, posted=posted, scored=scored))
    edition = Edition(
        subscription=subscription.id,
        channel=subscription.channel,
        date=day,
        due_at=due_at,
        composed_at=now,
        timezone=subscription.timezone,
        window_start=window_start,
        stories=tuple(_shown(number, one, writable) for number, one in enumerate(choice.chosen, start=1)),
        coverage=coverage,
        layout=subscription.layout,
        delayed=delayed,
    )
    # Only for the reasons that are kept: there may be thousands of stories outside the window.
    verdicts = tuple(
        replace(one, detail=unfit[one.ref].detail(now, subscription.timezone)) if one.ref in unfit else one
        for one in choice.verdicts(outside)
    )
    return Composition(edition=edition, verdicts=verdicts, tally=choice.tally(outside, subscription.topics))


def _unfit(subscription: Subscription, story: Story, since: datetime, now: datetime, wish: Wish | None) -> Stage | None:
    is_in_time = since < story.news_at <= now
    # What was too old all the same is not left out for having been withdrawn.
    if story.status is StoryStatus.WITHDRAWN and (wish or is_in_time):
        return Stage.WITHDRAWN
    if wish:
        return Stage.DROPPED if wish is Wish.DROP else None
    if is_notice(story.title):
        return Stage.NO_STORY
    if not is_in_time:
        return Stage.OUTSIDE_WINDOW
    wanted = {topic.casefold() for topic in subscription.topics}
    if wanted and not wanted & {topic.casefold() for topic in story.topics}:
        return Stage.OFF_TOPIC
    return None


@dataclass(frozen=True, slots=True)
class _Unfit:
    """A story that is no candidate for a place."""

    stage: Stage
    story: Story
    since: datetime
    """The edition takes what came after."""

    def detail(self, now: datetime, timezone: str) -> str:
        """What the stage does not say of an edition that was composed *now*."""
        if self.stage is Stage.OFF_TOPIC:
            return f"it is about {_listed(self.story.topics)}" if self.story.topics else "it has no topic"
        return self._missed(now, timezone) if self.stage is Stage.OUTSIDE_WINDOW else ""

    def _missed(self, now: datetime, timezone: str) -> str:
        came = f"its news is of {_moment(self.story.news_at, timezone)}"
        if self.story.news_at > now:
            return f"{came}, and the edition was composed before"
        return f"{came}, and the edition takes what came after {_moment(self.since, timezone)} ({timezone})"


def _listed(names: Sequence[str]) -> str:
    """``chips``, ``chips and robots``, ``chips, robots and labs``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


@lru_cache(maxsize=8192)
def _moment(instant: datetime, timezone: str) -> str:
    """Kept, because on one morning thousands of channels miss the same stories."""
    return day_and_hour(instant.astimezone(ZoneInfo(timezone)))


def offered(story: Story, writable: Collection[SectionName]) -> tuple[SectionName, ...]:
    """Which sections of *story* can be asked for: the written ones, and the *writable* ones if a model may write it."""
    written = story.sections.written()
    return tuple(name for name in SectionName if name in written or (name in writable and may_be_written(story)))


def _shown(number: int, one: Ranked, writable: Collection[SectionName]) -> EditionStory:
    story = one.story
    stamps = [article.published or article.first_seen for article in story.articles]
    links: dict[str, Link] = {}
    # Those who are counted; readers would count the names of copies as well.
    for article in story.own():
        links.setdefault(article.source.domain or article.source.name, Link(name=article.source.name, url=article.url))
    return EditionStory(
        number=number,
        ref=story.ref,
        title=cut(story.title, MAX_TITLE),
        takeaway=cut(story.takeaway, MAX_TAKEAWAY),
        publishers=story.publishers,
        newest_at=max(stamps, default=story.first_seen),
        sources=tuple(links.values())[:MAX_LINKS],
        sections=offered(story, writable),
        disputes=story.disputes,
        is_update=one.is_update,
        news=one.news,
        status=story.status,
        status_reason=story.status_reason,
        status_at=story.status_at,
    )
