"""A ready-written story and its limits. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import Unreadable
from bot.model import Sections

MAX_TITLE = 300
"""Characters of a story's title."""
MAX_LINE = 2_000
"""Characters of any other text of one line: a takeaway, a key point, an article's title."""
MAX_SECTION = 10_000
"""Characters of a section in prose."""
MAX_KEY_POINTS = 20
MAX_ITEMS = 50
"""Expectations in one section."""
MAX_TOPICS = 50
MAX_TOPIC = 100
"""Characters of a topic."""
MAX_ARTICLES = 1_000
MAX_URL = 4_000
"""Characters of an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManuscriptArticle:
    """An article that a ready-written story names."""

    title: str
    url: str = ""
    """``http(s)``, or empty."""
    source: str = ""
    """The publisher's name; empty: to be told from the address."""
    published: datetime | None = None
    """Aware, in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """A ready-written story, cleaned."""

    title: str
    takeaway: str = ""
    sections: Sections = field(default_factory=Sections)
    articles: tuple[ManuscriptArticle, ...] = ()
    topics: tuple[str, ...] = ()
    ref: str = ""
    """The story that it updates; empty: found by address or title, else a new one."""
    analyst: str = "import"
    workspaces: tuple[str, ...] = ()
    """Who may see it, as ``platform:workspace``; empty: everybody."""


def unreadable(name: str, line: int | None, wrong: str) -> Unreadable:
    """The error for what is *wrong* in the file *name*; *line* counts from 1, None where no line can be named."""
    return Unreadable(f"{name}, line {line}: {wrong}" if line else f"{name}: {wrong}")
