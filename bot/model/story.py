"""Articles, and the stories that they report."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class SectionName(StrEnum):
    """The named parts of a story, in the order in which they are shown."""

    KEY_POINTS = "key_points"
    WHAT_CHANGED = "what_changed"
    STRATEGIC_IMPLICATIONS = "strategic_implications"
    WHAT_HAPPENS_NEXT = "what_happens_next"
    SECOND_ORDER_EFFECTS = "second_order_effects"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPoint:
    """One fact of a story."""

    text: str
    sources: tuple[str, ...] = ()
    """Urls of the articles that say so."""
    quote: str = ""
    """The sentence of the first of these that it rests on, word for word; empty: the text is one already, or nobody
    has named one.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Inference:
    """One thing that somebody expects, and why. Empty strings where the author gave nothing."""

    text: str
    horizon: str = ""
    confidence: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A section in prose; paragraphs are separated by one blank line."""

    text: str
    items: tuple[Inference, ...] = ()
    analyst: str = ""
    """Who wrote it, where that is not the story's analyst."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """All sections of a story. An absent one was not written by any analyst."""

    key_points: tuple[KeyPoint, ...] = ()
    what_changed: Passage | None = None
    strategic_implications: Passage | None = None
    what_happens_next: Passage | None = None
    second_order_effects: Passage | None = None

    def passage(self, name: SectionName) -> Passage | None:
        """The prose section called *name*; None for key points, which are no prose."""
        passages = {
            SectionName.WHAT_CHANGED: self.what_changed,
            SectionName.STRATEGIC_IMPLICATIONS: self.strategic_implications,
            SectionName.WHAT_HAPPENS_NEXT: self.what_happens_next,
            SectionName.SECOND_ORDER_EFFECTS: self.second_order_effects,
        }
        return passages.get(name)

    def written(self) -> tuple[SectionName, ...]:
        """The names of the sections that exist, in the order of :class:`SectionName`."""
        return tuple(
            name for name in SectionName if (self.key_points if name is SectionName.KEY_POINTS else self.passage(name))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Who published an article (schema.org *publisher*)."""

    name: str
    domain: str
    """Lower case, without ``www.``; empty where the article has no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One published text, cleaned of everything that could harm a reader."""

    key: str
    """Our own stable name for it, 24 hexadecimal digits; see ``bot.identity``."""
    title: str
    url: str
    """An ``http(s)`` address, or empty."""
    source: Source
    published: datetime | None
    """What the feed says, never later than ``first_seen``; None where it said nothing usable."""
    first_seen: datetime
    news_at: datetime
    """When it became news to us: decides windows. A feed's first fetch keeps published dates; later ones use
    first_seen.
    """
    extract: str = ""
    """Plain text that the feed gave, at most 4,000 characters."""
    feed: str = ""
    """Address of the feed that brought it first; empty for imports."""
    weight: float = 1.0
    """How much the operator trusts the feed; 1.0 is ordinary."""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One side of a dispute."""

    said: str
    """In the words of its sources, a few of them: ``$20 billion``."""
    sources: tuple[str, ...]
    """Names of the publishers that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """Something that the sources of a story tell differently. We show it, and do not choose."""

    versions: tuple[Version, ...]
    """At least two."""


class Origin(StrEnum):
    """Where a story came from."""

    FEEDS = "feeds"
    IMPORT = "import"


class StoryStatus(StrEnum):
    """Whether what we once said still stands."""

    CURRENT = "current"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One thing that happened, however many articles report it."""

    ref: str
    """Typable, never reused: ``K7Q4``. Empty until the archive has named it."""
    title: str
    takeaway: str
    """One sentence; empty where the sources give none."""
    analyst: str
    """``extractive``, ``import``, or the name of a model."""
    first_seen: datetime
    news_at: datetime
    """The newest ``news_at`` of its articles, or the time of its import."""
    topics: tuple[str, ...] = ()
    sections: Sections = Sections()
    articles: tuple[Article, ...] = ()
    """Oldest first."""
    origin: Origin = Origin.FEEDS
    status: StoryStatus = StoryStatus.CURRENT
    status_reason: str = ""
    status_at: datetime | None = None
    workspaces: tuple[str, ...] = ()
    """Who may see it, as ``platform:workspace``; empty: everybody."""
    disputes: tuple[Dispute, ...] = ()
    copies: tuple[str, ...] = ()
    """Keys of articles that add no publisher of their own: pages of an aggregator, syndicated copies, second articles
    of one publisher (``bot.coverage``).
    """
    significance: int | None = None
    """How significant a model finds it, 1 (not at all) to 5; None: none was asked."""

    @property
    def publishers(self) -> int:
        """How many independent publishers report it: distinct domains, else names, copies left out. 0 for an import
        without articles.
        """
        return len({article.source.domain or article.source.name for article in self.own()})

    def told_as(self, other: "Story") -> "Story":
        """This story with the text and the mark of *other*, a reading of it; its articles and times stay."""
        return replace(
            self,
            title=other.title,
            takeaway=other.takeaway,
            analyst=other.analyst,
            sections=other.sections,
            disputes=other.disputes,
            status=other.status,
            status_reason=other.status_reason,
            status_at=other.status_at,
        )

    def own(self) -> tuple[Article, ...]:
        """The articles that are no copies, oldest first; of a story with articles at least one."""
        return tuple(one for one in self.articles if one.key not in self.copies) or self.articles[:1]
