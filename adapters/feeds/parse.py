"""Feed documents as entries of plain text. Pure; slow on purpose-made input, so it belongs into a worker."""

import html
import io
import re
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
import nh3
from rapidfuzz import fuzz

from bot.errors import FeedFailed
from bot.identity import MAX_EXTRACT, canonical_url, domain_of
from bot.model import Entry, Reading, Source
from bot.text import clean, cut

MAX_ENTRIES = 2000
_REPEATS = 90
"""Likeness, 0 to 100, from which an extract only repeats the title."""
_BLOCKS = re.compile(
    r"</?(?:p|div|li|ul|ol|br|h[1-6]|tr|td|th|table|blockquote|section|article|figcaption|pre)\b[^>]*>", re.IGNORECASE
)
_OPEN_END = re.compile(r"[^.!?:;,…\s]\s*$")


def parse(body: bytes, content_type: str, base_url: str) -> Reading:
    """The entries of a feed document.

    Raises:
        FeedFailed: it is no feed.
    """
    # Bytes in a buffer: given a name or an address as text, feedparser would open it.
    found = feedparser.parse(
        io.BytesIO(body),
        response_headers={"content-type": content_type or "application/xml", "content-location": base_url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not found.entries and not found.version:
        raise FeedFailed(f"is not a feed: {_looks_like(body)}")
    entries = tuple(filter(None, (_entry(one, base_url) for one in found.entries[:MAX_ENTRIES])))
    note = f"not well-formed, {len(entries)} articles saved" if found.bozo and entries else ""
    return Reading(entries=entries, note=note)


def plain(markup: str) -> str:
    """HTML as one line of plain text; what stood in blocks of its own does not run together."""
    if "<" not in markup and "&" not in markup:
        return clean(markup)
    spaced = _BLOCKS.sub(lambda tag: f" {tag[0]} ", markup)
    stripped = nh3.clean(spaced, tags=set(), clean_content_tags={"script", "style", "template", "noscript"})
    return clean(html.unescape(stripped))


def _entry(one: Any, base_url: str) -> Entry | None:  # noqa: ANN401  # feedparser has no types
    title = plain(str(one.get("title", "")))
    extract = cut(plain(_longest(one)), MAX_EXTRACT)
    if fuzz.ratio(extract.casefold(), title.casefold()) >= _REPEATS:
        extract = ""
    if not title and not extract:
        return None
    published = _time(one.get("published_parsed")) or _time(one.get("updated_parsed"))
    return Entry(
        title=title,
        url=_address(str(one.get("link", "")), base_url),
        guid=clean(str(one.get("id", "")))[:1000],
        published=published,
        date_only=published is not None and (published.hour, published.minute, published.second) == (0, 0, 0),
        extract=extract,
        source=_source(one.get("source")),
    )


def _longest(one: Any) -> str:  # noqa: ANN401
    texts = [str(part.get("value", "")) for part in one.get("content", []) if hasattr(part, "get")]
    return max([*texts, str(one.get("summary", ""))], key=len)


def _address(link: str, base_url: str) -> str:
    try:
        url = urljoin(base_url, clean(link))
    except ValueError:
        return ""
    return url if canonical_url(url) and " " not in url else ""


def _time(parsed: Any) -> datetime | None:  # noqa: ANN401
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _source(given: Any) -> Source | None:  # noqa: ANN401
    if not given:
        return None
    name = plain(str(given.get("title", "")))
    domain = domain_of(str(given.get("href", "") or given.get("link", "") or given.get("id", "")))
    return Source(name=name or domain, domain=domain) if name or domain else None


def _looks_like(body: bytes) -> str:
    start = body[:2000].lstrip().lower()
    if not start:
        return "it is empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "it begins like a web page"
    if start.startswith((b"{", b"[")):
        return "it begins like JSON"
    return "it holds no entries in any form that is known"
