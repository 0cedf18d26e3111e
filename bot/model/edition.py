"""Channels, their standing orders, and the editions composed for them."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

from bot.model.story import Dispute, SectionName, StoryStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place on a platform."""

    platform: str
    """``slack``, ``discord``, ``terminal``."""
    workspace: str
    """The platform's own id of the team or guild; ``local`` on the terminal."""
    id: str
    """The platform's own id, never a ``#name``."""
    name: str
    """What people call it; may change."""

    @property
    def home(self) -> str:
        """Whose it is, as ``platform:workspace``: how stories, askers and changes name a workspace."""
        return f"{self.platform}:{self.workspace}"


class Layout(StrEnum):
    """How an edition is spread over messages."""

    MESSAGE = "message"
    THREAD = "thread"


class Standing(StrEnum):
    """Whether a subscription is served."""

    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"
    """Removed by an admin, kept so that adding it again resumes it."""


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As people write them in a configuration, Monday first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel's standing order. There is one for a (platform, workspace, channel id), for ever."""

    id: int
    """The store's own; 0 before it is stored."""
    channel: Channel
    at: time
    """Local hour, naive, in ``timezone``."""
    timezone: str
    """IANA name."""
    days: tuple[int, ...]
    """ISO weekdays, Monday is 1, ascending."""
    stories: int = 5
    topics: tuple[str, ...] = ()
    """Empty: all."""
    layout: Layout = Layout.MESSAGE
    declared: bool = True
    """Declared in the configuration, as opposed to set up by command or from chat."""
    since: datetime | None = None
    """Nothing is due before; None: it has always existed, as declared channels have."""
    standing: Standing = Standing.ACTIVE
    reason: str = ""
    """Why it is paused."""
    paused_by_platform: bool = False
    """The platform refused a post; it resumes by itself once posts are taken again."""
    owner: str = ""
    """Who set it up from chat, by the platform's own id; empty: nobody did."""
    ordered_at: datetime | None = None
    """When its hour, zone or days were changed last: dates before went by the former ones; None: never."""

    @property
    def schedule(self) -> tuple[time, str, tuple[int, ...]]:
        """What decides when it is due."""
        return self.at, self.timezone, self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A source of a story, ready to be shown."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionStory:
    """A story as one edition shows it: a snapshot, so that the edition never changes."""

    number: int
    """From 1."""
    ref: str
    title: str
    takeaway: str
    publishers: int
    """Independent publishers; 0 for an import without articles."""
    newest_at: datetime
    """When its newest article was published (or first seen), for its age."""
    sources: tuple[Link, ...] = ()
    """One per publisher, at most eight, in order of appearance."""
    sections: tuple[SectionName, ...] = ()
    """Which sections can be asked for, written or to be written on request: nothing else is offered."""
    disputes: tuple[Dispute, ...] = ()
    is_update: bool = False
    """This channel has had the story before."""
    news: str = ""
    """For an update: what is new, in a few words."""
    status: StoryStatus = StoryStatus.CURRENT
    """Other than CURRENT in an edition as it reads now: it was corrected or withdrawn."""
    status_reason: str = ""
    status_at: datetime | None = None


class Failing(NamedTuple):
    """A feed whose last visit failed. Written as a list: there is one for each such feed in every edition."""

    name: str
    fine_at: datetime | None
    """When it was last read; None: never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What an edition was chosen from."""

    sources: int
    """Feeds read successfully in the window."""
    articles: int
    """Articles that became news in the window."""
    newest_at: datetime | None
    """The newest article that we hold; None if we hold none."""
    failed: tuple[str, ...] = ()
    """Names of feeds whose last visit failed."""
    stale: bool = False
    """No feed could be read since the window began, although there are feeds."""
    unread: bool = False
    """No feed has ever been read, although there are feeds: a bot that is new, or that reaches none of them."""
    failing: tuple[Failing, ...] = ()
    """Those of ``failed``, in the same order; none in an edition of a version that did not record since when."""

    @property
    def degraded(self) -> bool:
        """Readers should know that much of the news did not reach us: at least half of the feeds failed, all is
        stale, or nothing has ever been read.
        """
        return self.stale or self.unread or (bool(self.failed) and len(self.failed) >= self.sources)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The ordered stories chosen for one subscription on one local date. Immutable."""

    subscription: int
    channel: Channel
    date: date
    """The scheduled local date: half of the delivery's key."""
    due_at: datetime
    composed_at: datetime
    timezone: str
    window_start: datetime
    stories: tuple[EditionStory, ...]
    coverage: Coverage
    layout: Layout = Layout.MESSAGE
    delayed: bool = False
    """Composed well after it was due, after an outage."""

    @property
    def quiet(self) -> bool:
        """Nothing was worth a story: the post is one line."""
        return not self.stories


class Stage(StrEnum):
    """How far a story got on its way into an edition."""

    POSTED = "posted"
    CUT = "cut"
    """Ranked, but below the last one that fitted."""
    SOURCE_LIMIT = "source_limit"
    """Its publishers already had two stories in this edition."""
    DIVERSITY = "diversity"
    """It would have fitted, but the edition had stories about the same company already."""
    KNOWN = "known"
    """This channel has had it, and too little is new."""
    NO_STORY = "no_story"
    """A feed's note on itself."""
    OFF_TOPIC = "off_topic"
    OUTSIDE_WINDOW = "outside_window"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"
    """An admin wished it out of this edition."""


class Wish(StrEnum):
    """What an admin wishes of a story for one edition."""

    PIN = "pin"
    """To lead it, whatever its score."""
    DROP = "drop"
    """To be left out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why one story was, or was not, in one edition: recorded when it was composed."""

    ref: str
    stage: Stage
    rank: int | None = None
    """Place among all ranked stories, from 1."""
    score: float | None = None
    numbers: tuple[tuple[str, float], ...] = ()
    """The parts of the score by name, in the order in which they are added up or multiplied."""
    detail: str = ""
    """What the numbers do not say, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Candidates whose verdicts are not kept, because there are too many of them."""

    stage: Stage
    """Of all of them."""
    refs: tuple[str, ...]
    """In the order of the alphabet."""
    best: float | None = None
    """None of them has a higher score; None: they have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What holds for all candidates of one edition: recorded when it was composed."""

    places: int
    """Stories that it could have."""
    pinned: int = 0
    """Places that went to stories that an admin pinned."""
    ready: int = 0
    """Places that went to ready-written stories, which lead."""
    cut: float | None = None
    """The score of the last story that was chosen for its score; None: none was."""
    topics: tuple[str, ...] = ()
    """Of the subscription then; empty: all."""
    rest: tuple[Rest, ...] = ()
    """Without those that lay outside the window, which the time of their news tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """An edition with the reasons for it."""

    edition: Edition
    verdicts: tuple[Verdict, ...]
    """One for each candidate story, best first; of more than 200, the others are in ``tally.rest``."""
    tally: Tally | None = None
    """None: it was composed by a version that did not record it."""
