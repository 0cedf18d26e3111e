"""What grouping is told, and what it says."""

from dataclasses import dataclass
from datetime import datetime

from bot.model import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A story that exists, as far as grouping needs it."""

    ref: str
    posted: bool
    """Some channel has it, so it keeps its articles and its ref."""
    first_seen: datetime
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What somebody who has read two articles says of them."""

    one: str
    """Key of an article."""
    other: str
    is_same: bool
    """Whether they tell of the same event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What becomes of new articles."""

    joined: tuple[tuple[str, tuple[Article, ...]], ...] = ()
    """Refs of existing stories, with the articles that join them."""
    founded: tuple[tuple[Article, ...], ...] = ()
    """The articles of new stories."""
    merges: tuple[tuple[str, str], ...] = ()
    """(younger ref, older ref) of existing stories that turn out to be one."""
    doubts: tuple[tuple[Article, Article], ...] = ()
    """Where it was close: the most alike articles of two groups that were just about joined, or just about not; the
    closest first.
    """
