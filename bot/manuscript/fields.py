"""Texts, addresses and times of a manuscript, cleaned and checked alike in every form. Pure.

Each raises ValueError with a sentence.
"""

from datetime import UTC, datetime

from bot.identity import canonical_url
from bot.manuscript.values import MAX_LINE, MAX_SECTION, MAX_TITLE, MAX_TOPIC, MAX_URL, ManuscriptArticle
from bot.refs import looks_like_ref
from bot.text import clean, clean_prose


def line(text: str, *, limit: int = MAX_LINE) -> str:
    """*text* on one line."""
    return _within(clean(text), limit)


def some_line(text: str, *, limit: int = MAX_LINE) -> str:
    """*text* on one line, and there is some."""
    return _some(line(text, limit=limit))


def title(text: str) -> str:
    """The title of a story."""
    return some_line(text, limit=MAX_TITLE)


def topic(text: str) -> str:
    """A topic."""
    return some_line(text, limit=MAX_TOPIC)


def prose(text: str) -> str:
    """A section, in paragraphs."""
    return _some(_within(clean_prose(text), MAX_SECTION))


def address(text: str) -> str:
    """An ``http(s)`` address without anything that could hide where it leads."""
    url = clean(text)
    if not canonical_url(url) or " " in url:
        raise ValueError("expected an address that begins with https:// or http://")
    return _within(url, MAX_URL)


def ref(text: str) -> str:
    """The ref of a story, in capitals, or nothing."""
    name = clean(text).upper()
    if name and not looks_like_ref(name):
        raise ValueError("expected a ref such as K7Q4")
    return name


def workspace(text: str) -> str:
    """``platform:workspace``."""
    name = clean(text)
    platform, colon, id_ = name.partition(":")
    if not (platform and colon and id_) or " " in name or len(name) > MAX_TOPIC:
        raise ValueError('expected platform:workspace, such as "slack:T0123456789"')
    return name


def moment(text: str) -> datetime:
    """A time in ISO 8601, in UTC; one without an offset is taken to be in UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError('expected a time such as "2026-11-22T06:00:00Z"') from None


def article(headline: str, url: str, source: str, published: datetime | None) -> ManuscriptArticle:
    """An article from checked parts; where nobody gave a headline, its address without the scheme stands in."""
    return ManuscriptArticle(
        title=headline or line(canonical_url(url), limit=MAX_URL), url=url, source=source, published=published
    )


def _some(text: str) -> str:
    if not text:
        raise ValueError("is empty")
    return text


def _within(text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValueError(f"has {len(text):,} characters; at most {limit:,} are taken")
    return text
