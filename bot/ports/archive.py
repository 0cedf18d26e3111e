"""What is remembered of stories and articles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import Article, Change, Delivery, FeedState, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """All that one round of gathering brings, kept in one transaction.

    A feed's validators must never be kept without its articles: the next visit would answer *unchanged* and the
    articles would be lost.
    """

    articles: tuple[Article, ...] = ()
    keys: Mapping[str, tuple[str, ...]]
    """For each article key, the names under which it is known again (``bot.identity``); also new names of old
    articles.
    """
    stories: tuple[Story, ...] = ()
    """New ones have an empty ref; ones with a ref are replaced by their grown version."""
    merges: tuple[tuple[str, str], ...] = ()
    """(younger ref, older ref): the younger one's ref leads to the older one unless an edition holds it."""
    feeds: tuple[FeedState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that we have, as much of it as telling articles apart needs."""

    key: str
    title: str
    url: str
    feed: str
    extract: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A former or present text of a story."""

    number: int
    """From 1, in order."""
    at: datetime
    reason: str
    """``gathered``, ``grown``, ``quoted``, ``analysed``, ``imported``, ``corrected``, ``withdrawn``."""
    story: Story
    workspace: str = ""
    """Whose own reading of the story it is, as ``platform:workspace``; empty: it was written for everybody."""
    person: str = ""
    """Who corrected or withdrew it from chat: a name and the platform's own id; empty: nobody did from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A story that was corrected or withdrawn."""

    story: Story
    """As it reads now, for whom it was restated."""
    owing: tuple[Delivery, ...]
    """Deliveries whose messages do not surely show that yet, newest first: all that carry it for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for. Empty fields do not filter."""

    words: str = ""
    since: datetime | None = None
    """``news_at`` not before."""
    until: datetime | None = None
    """``news_at`` before."""
    topic: str = ""
    source: str = ""
    """A publisher's name or domain, or a part of either."""
    workspace: str | None = None
    """Whose private stories are visible besides public ones, as ``platform:workspace``; None: the operator, who sees
    all.
    """
    limit: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What came of looking for an article's full text."""

    key: str
    """The article's."""
    text: str
    """Plain text; empty if there was none to be had."""
    reason: str = ""
    """Why there is none, for people."""
    read_at: datetime


class Archive(Protocol):
    """Stories and articles, for as long as they are kept."""

    async def known(self, names: Sequence[str]) -> Mapping[str, Known]:
        """The articles known under any of *names* (``bot.identity``), by name."""

    async def admit(self, intake: Intake) -> tuple[Story, ...]:
        """Keep all of *intake* or nothing; the stories as kept, each with its ref, in the order given.

        Names new stories by ``bot.refs``, skipping every ref ever used. An article that somebody else kept in the
        meantime stays with its story.
        """

    async def revise(self, story: Story, *, reason: str, at: datetime) -> Story:
        """Keep *story* (named, or with an empty ref: new) as a new revision of itself; as kept. No revision if
        nothing changed.
        """

    async def change(self, ref: str, make: Callable[[Story], Story], *, reason: str, at: datetime) -> Story | None:
        """Keep what *make* makes of the story called *ref* as it is now, its ref and its articles left as they are; as
        kept. None: there is no such story.

        Nobody writes the story in between, so *make* must be pure and quick. A change of its text is a new revision; of
        anything else, as of its significance, none.
        """

    async def restate(
        self,
        ref: str,
        make: Callable[[Story], Story],
        *,
        workspace: str = "",
        person: str = "",
        reason: str,
        at: datetime,
        entry: Callable[[Story, Story], Change] | None = None,
    ) -> Restated | None:
        """Keep what *make* makes of the story called *ref*, as *workspace* reads it now, as a new revision; as kept,
        with the deliveries that were entered as :class:`Errata` for it.
        None: there is no such story, or none that *workspace* may see.

        What *make* raises is raised, and nothing is kept. *entry* makes, of the story as it read and as it reads, the
        entry of the audit log, which is kept together with it. Raises DoneBefore if that log has its event already.

        For everybody where *workspace* is empty, or is the only one that the story exists for. Any other workspace gets
        a reading of its own: only the text and the mark that it has been given, laid over whatever becomes of the
        story. What is written for everybody ends the readings of workspaces. *make* and *entry* must be pure and quick.
        """

    async def by_ref(self, ref: str, *, workspace: str | None = None) -> Story | None:
        """The story called *ref* in any case of letters, followed through merges; None where absent or not visible."""

    async def names(self, ref: str) -> tuple[str, ...]:
        """Every ref by which the story called *ref* is or was known, its present one first; none where there is no such
        story.
        """

    async def restated(self, refs: Sequence[str], *, workspace: str = "") -> Mapping[str, Story]:
        """Those of *refs*, by the names asked for, whose stories were corrected or withdrawn, for everybody or by
        *workspace* for itself; as *workspace* reads them, followed through merges.

        Of a story that *workspace* may not see any more it keeps the last text that it read, with its mark; withdrawn
        by the operator since, it is withdrawn there as well, without the reason.
        """

    async def by_url(
        self, url: str, *, workspace: str | None = None, audience: Sequence[str] | None = None
    ) -> Story | None:
        """The newest story with an article at *url*, compared canonically. Withdrawn ones are found for the operator
        alone.

        *audience* are the only workspaces that it may exist for, empty: everybody; None: whomever.
        """

    async def by_title(
        self, title: str, *, workspace: str | None = None, audience: Sequence[str] | None = None
    ) -> Story | None:
        """The newest story with exactly this title, regardless of case and white space; as :meth:`by_url`."""

    async def history(self, ref: str, *, workspace: str | None = None) -> tuple[Revision, ...]:
        """The revisions of a story that *workspace* has read, oldest first, numbered as they come: those for everybody,
        but for the time of a reading of its own, and its own. None: all there are, of whichever workspace. Empty where
        there is no such story, or none that *workspace* may see.
        """

    async def window(self, since: datetime, until: datetime) -> tuple[Story, ...]:
        """Stories with ``since < news_at <= until``, oldest first, ties by ref; withdrawn ones included."""

    async def as_read(self, stories: Sequence[Story], *, workspace: str) -> tuple[Story, ...]:
        """*stories*, which need not be visible to it, with the readings of *workspace* laid over them; in order."""

    async def counts(self, since: datetime, until: datetime) -> tuple[int, datetime | None]:
        """How many articles became news in that window, and when the newest of all articles until then was published
        or first seen.
        """

    async def search(self, search: Search) -> tuple[Story, ...]:
        """Stories that hold all words (the last may be incomplete), best first; without words newest first.
        Withdrawn ones are left out.
        """

    async def nearest(
        self, words: str, *, workspace: str | None = None, limit: int = 3
    ) -> tuple[tuple[Story, float], ...]:
        """The stories whose titles are most like *words*, typing errors forgiven, with a likeness of 0–100, best
        first.
        """

    async def complete(
        self, prefix: str, *, workspace: str | None = None, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """(ref, title) of stories whose title fits what has been typed so far, newest first; a typing error is
        forgiven.
        """

    async def forget(self, before: datetime) -> int:
        """Drop stories and articles whose news is older than *before*; their refs stay used. How many stories went."""

    async def pages(self, keys: Sequence[str]) -> Mapping[str, Page]:
        """What came of looking for the full texts of public articles with *keys*, by key; those never looked for are
        missing.
        """

    async def keep_pages(self, read: Sequence[Page]) -> None:
        """Remember what was *read*, each in the place of the former one; pages of articles that we do not have are
        ignored.
        """
