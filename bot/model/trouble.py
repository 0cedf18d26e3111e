"""Troubles: what is wrong for as long as it lasts, and which admins must know of. How an edition ended is no trouble:
its delivery says so, and the ledger remembers who was told.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.model.edition import Coverage


class Cause(StrEnum):
    """What can be wrong. Each is told in words of its own (``bot.bulletins``)."""

    CLOSED = "closed"
    """The platform takes no posts in a channel, which is paused until it does."""
    PAUSED = "paused"
    """A person paused a channel, or only a person can resume it."""
    SILENT = "silent"
    """A channel's last three editions had no story."""
    STALE = "stale"
    """A channel's last edition was written without much of the news."""
    ONE_SOURCE = "one source"
    """All stories of a channel's last edition come from one publisher."""
    ZONE = "zone"
    """A channel's time zone is unknown to this machine."""
    PLATFORM = "platform"
    """A channel is on a platform that this installation does not have."""
    TOKEN = "token"  # noqa: S105  # the name of a trouble
    """A platform does not take the token of a workspace."""
    UNREACHABLE = "unreachable"
    """Nobody on a platform is answered."""
    WORKERS = "workers"
    """Nobody comes for what is to be posted to a platform."""
    FEED = "feed"
    """A feed could not be read for a day."""
    BUDGET = "budget"
    """What models may cost in a day is spent."""
    MODEL = "model"
    """The model gives nothing, whatever it is asked."""
    STORE = "store"
    """Nothing can be recorded, so nothing is posted."""
    SPACE = "space"
    """The disk is nearly full."""
    CLOCK = "clock"
    """The machine's clock is not believed, so nothing is posted."""
    CONFIGURATION = "configuration"
    """A new configuration is refused, and the former one stays."""
    BACKUP = "backup"
    """No copy of the database could be made last night."""
    MONITORS = "monitors"
    """Monitors are not answered, because their port cannot be opened."""
    FAULT = "fault"
    """A part of Daybrief fails in a way that nobody foresaw."""


OF_CHANNELS = frozenset(
    {Cause.CLOSED, Cause.PAUSED, Cause.SILENT, Cause.STALE, Cause.ONE_SOURCE, Cause.ZONE, Cause.PLATFORM}
)
"""Causes whose subject is a subscription."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that is wrong at this moment."""

    cause: Cause
    workspace: str = ""
    """``platform:workspace``, of a channel's or a token's; empty: of the installation."""
    subject: str = ""
    """What it is about, for ever the same: the id of a subscription, the address of a feed, the name of a platform."""
    name: str = ""
    """What people call that: ``#ai-news``."""
    detail: str = ""
    """The reason or the measure, to go on within a sentence."""

    @property
    def key(self) -> tuple[str, Cause, str]:
        """What makes it the same trouble tomorrow."""
        return self.workspace, self.cause, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A trouble from its beginning until it is well again and everybody who was told knows so."""

    trouble: Trouble
    """As it was when it was last seen."""
    begun_at: datetime
    over_at: datetime | None = None
    """None: it is still so."""
    told_at: datetime | None = None
    """When admins were told that it is so; also, if there is nobody to tell, when that was found out."""
    told_over_at: datetime | None = None
    """When they were told that it is over, or it was found that nobody need be told."""
    last_told_at: datetime | None = None
    """When admins were told last that it is so, this time or an earlier one: once a day is enough."""
    told_to: tuple[str, ...] = ()
    """Who was told, as ``platform:workspace:person``."""

    @property
    def is_open(self) -> bool:
        """It is still so."""
        return self.over_at is None

    @property
    def is_closed(self) -> bool:
        """It is over, and nothing is left to be said of it."""
        return self.over_at is not None and self.told_over_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Morning:
    """What is to be known of one edition that was sent, to judge whether its channel is well."""

    subscription: int
    date: date
    sent_at: datetime
    stories: int
    publishers: tuple[str, ...]
    """Names of all who are named as sources of its stories, in no order."""
    unnamed: int
    """Its stories that name no source: they were brought ready-written."""
    coverage: Coverage
