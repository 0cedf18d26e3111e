"""Composing: which stories make one edition, in which order, and why the others do not. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType

from bot.model import (
    Composition,
    Coverage,
    Edition,
    EditionStory,
    Link,
    Stage,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
    Wish,
)
from bot.rank import Ranked, rank
from bot.text import cut

MIN_WINDOW = timedelta(hours=24)
MAX_WINDOW = timedelta(hours=72)
LATE = timedelta(minutes=15)
"""How long after it was dated an article may turn up: another process gathers while an edition is composed."""
PER_SOURCE = 2
"""Stories of one edition that the same publisher may lead."""
MAX_TITLE = 300
"""Characters of a title that reach a platform."""
MAX_TAKEAWAY = 600
"""Characters of a takeaway that reach a platform."""
MAX_LINKS = 8
MAX_VERDICTS = 200
"""Reasons that are kept with an edition, the best stories' first."""


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
    """
    choice = _Choice(subscription)
    inside: list[Story] = []
    for story in stories:
        since = window_start if late_start is None or story.ref in considered else late_start
        stage = _unfit(subscription, story, since, now, wishes.get(story.ref))
        if stage:
            choice.outside.append(Verdict(ref=story.ref, stage=stage))
        else:
            inside.append(story)
    pins = {ref: place for place, ref in enumerate(wishes) if wishes[ref] is Wish.PIN}
    ranked = rank(inside, now=now, posted=posted, scored=scored)
    # Sorting is stable: what nobody pinned stays in the order of its score.
    for place, one in enumerate(sorted(ranked, key=lambda one: pins.get(one.story.ref, len(wishes))), start=1):
        choice.consider(place, one, is_pinned=one.story.ref in pins)
    edition = Edition(
        subscription=subscription.id,
        channel=subscription.channel,
        date=day,
        due_at=due_at,
        composed_at=now,
        timezone=subscription.timezone,
        window_start=window_start,
        stories=tuple(_shown(number, one) for number, one in enumerate(choice.chosen, start=1)),
        coverage=coverage,
        layout=subscription.layout,
        delayed=delayed,
    )
    return Composition(edition=edition, verdicts=choice.verdicts())


def _unfit(subscription: Subscription, story: Story, since: datetime, now: datetime, wish: Wish | None) -> Stage | None:
    if story.status is StoryStatus.WITHDRAWN:
        return Stage.WITHDRAWN
    if wish:
        return Stage.DROPPED if wish is Wish.DROP else None
    if not since < story.news_at <= now:
        return Stage.OUTSIDE_WINDOW
    wanted = {topic.casefold() for topic in subscription.topics}
    if wanted and not wanted & {topic.casefold() for topic in story.topics}:
        return Stage.OFF_TOPIC
    return None


@dataclass
class _Choice:
    """Takes ranked stories, best first, until the edition is full."""

    subscription: Subscription
    chosen: list[Ranked] = field(default_factory=list)
    outside: list[Verdict] = field(default_factory=list)
    _ranked: list[tuple[int, Ranked, Stage]] = field(default_factory=list)
    _pinned: set[str] = field(default_factory=set)
    _leads: Counter[str] = field(default_factory=Counter)

    def consider(self, place: int, one: Ranked, *, is_pinned: bool) -> None:
        if is_pinned:
            self._pinned.add(one.story.ref)
        stage = self._stage(one, is_pinned=is_pinned)
        self._ranked.append((place, one, stage))
        if stage is Stage.POSTED:
            self.chosen.append(one)
            self._leads[_lead(one.story)] += 1

    def _stage(self, one: Ranked, *, is_pinned: bool) -> Stage:
        if one.is_known and not is_pinned:
            return Stage.KNOWN
        if len(self.chosen) >= self.subscription.stories:
            return Stage.CUT
        if is_pinned:
            return Stage.POSTED
        lead = _lead(one.story)
        return Stage.SOURCE_LIMIT if lead and self._leads[lead] >= PER_SOURCE else Stage.POSTED

    def verdicts(self) -> tuple[Verdict, ...]:
        by_score = (one for one in reversed(self.chosen) if not one.leads and one.story.ref not in self._pinned)
        cut_at = next((one.score for one in by_score), None)
        ranked = [
            Verdict(
                ref=one.story.ref,
                stage=stage,
                rank=place,
                score=one.score,
                numbers=one.numbers,
                detail=self._detail(one, stage, cut_at),
            )
            for place, one, stage in self._ranked
        ]
        reasons = [*ranked, *self.outside]
        # What was posted keeps its reason, even if hundreds of known or limited stories stand before it.
        kept = sorted(range(len(reasons)), key=lambda place: reasons[place].stage is not Stage.POSTED)[:MAX_VERDICTS]
        return tuple(reasons[place] for place in sorted(kept))

    def _leading(self) -> str:
        return "pinned and ready-written stories" if self._pinned else "ready-written stories"

    def _detail(self, one: Ranked, stage: Stage, cut_at: float | None) -> str:
        match stage:
            case Stage.POSTED if one.story.ref in self._pinned:
                return "pinned by an admin"
            case Stage.POSTED:
                return one.news or ("ready-written stories lead" if one.leads else "")
            case Stage.CUT if one.story.ref in self._pinned:
                return "pinned by an admin, but stories pinned before it took every place"
            case Stage.CUT:
                return f"the cut was {cut_at:.2f}" if cut_at is not None else f"{self._leading()} took every place"
            case Stage.SOURCE_LIMIT:
                return f"{_lead(one.story)} leads {PER_SOURCE} stories of this edition already"
            case _:
                return ""


def _lead(story: Story) -> str:
    """The publisher whose story it is: the first to report it; empty for an import without articles."""
    source = story.articles[0].source if story.articles else None
    return (source.domain or source.name) if source else ""


def _shown(number: int, one: Ranked) -> EditionStory:
    story = one.story
    stamps = [article.published or article.first_seen for article in story.articles]
    links: dict[str, Link] = {}
    for article in story.articles:
        links.setdefault(article.source.domain or article.source.name, Link(name=article.source.name, url=article.url))
    return EditionStory(
        number=number,
        ref=story.ref,
        title=cut(story.title, MAX_TITLE),
        takeaway=cut(story.takeaway, MAX_TAKEAWAY),
        publishers=story.publishers,
        newest_at=max(stamps, default=story.first_seen),
        sources=tuple(links.values())[:MAX_LINKS],
        sections=story.sections.written(),
        is_update=one.is_update,
        news=one.news,
        status=story.status,
        status_reason=story.status_reason,
        status_at=story.status_at,
    )
