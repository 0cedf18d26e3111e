"""Feeds: what we read, what came back, and how each one is doing."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.model.story import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An address that we read for new articles."""

    url: str
    """An ``http(s)`` address, or the absolute path of a file; the latter only from the configuration."""
    name: str
    weight: float = 1.0
    topics: tuple[str, ...] = ()
    declared: bool = True
    """In the configuration file, as opposed to added by command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed as it came, already plain text."""

    title: str
    url: str
    """Absolute ``http(s)``, or empty."""
    guid: str
    published: datetime | None
    """Aware; None where missing or unreadable. May be nonsense: 1970, the future."""
    date_only: bool = False
    """The stamp is midnight exactly, so it names a day rather than an instant."""
    extract: str = ""
    source: Source | None = None
    """The publisher that the item itself names (aggregators do); None: the feed's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a feed gave on one visit."""

    entries: tuple[Entry, ...] = ()
    """In the feed's order, at most 2,000."""
    unchanged: bool = False
    """The server answered 304, or the file's bytes are the same as before."""
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    """SHA-256 of the body, so that an unchanged body costs no parsing."""
    note: str = ""
    """A fault that the feed survived, for people: ``not well-formed, 12 articles saved``."""


class FeedHealth(StrEnum):
    """How a feed is doing."""

    NEW = "new"
    """Never read."""
    FINE = "fine"
    FAILING = "failing"
    """The last visit failed; it is tried again, ever more slowly, for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we remember of a feed between visits."""

    url: str
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    read_at: datetime | None = None
    """The last visit, however it ended."""
    fine_at: datetime | None = None
    """The last visit that worked; None until one did."""
    next_at: datetime | None = None
    """Not to be visited before; None: at once."""
    failures: int = 0
    """Visits that failed since the last one that worked."""
    reason: str = ""
    """Why the last visit failed; empty when it did not."""
    articles: int = 0
    """How many articles it has brought so far."""

    @property
    def health(self) -> FeedHealth:
        """How the feed is doing, for people."""
        if self.failures:
            return FeedHealth.FAILING
        return FeedHealth.FINE if self.fine_at else FeedHealth.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOutcome:
    """What one visit to one feed led to."""

    feed: Feed
    state: FeedState
    articles: int = 0
    """Entries in the feed."""
    new: int = 0
    """Articles that we did not know."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherReport:
    """What one round of gathering led to."""

    at: datetime
    outcomes: tuple[FeedOutcome, ...] = ()
    new_stories: int = 0
    grown_stories: int = 0
    """Stories that existed and got another article."""
    skipped: tuple[Feed, ...] = field(default=())
    """Feeds whose time had not come yet."""

    @property
    def new_articles(self) -> int:
        """Articles that we did not know, over all feeds."""
        return sum(outcome.new for outcome in self.outcomes)
