"""Feed documents as entries of plain text. Pure; slow on purpose-made input, so it belongs into a worker."""

import io
import itertools
import re
import string
from calendar import timegm
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urljoin

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType
from rapidfuzz import fuzz

from adapters.feeds.plain import plain
from bot.errors import FeedFailed
from bot.identity import MAX_EXTRACT, canonical_url, domain_of
from bot.model import Entry, Reading, Source
from bot.text import clean, cut

MAX_ENTRIES = 2000
MAX_TITLE = 500
"""Characters."""
MAX_ADDRESS = 2000
"""Characters of a url or a guid; what is longer is left out, or cut off."""

_ENTRY_STARTS = re.compile(rb"<(?:item|entry)[\s>]")
_ENTRY_ENDS = (b"</item>", b"</entry>")
_REPEATS = 90
"""Likeness, 0 to 100, from which an extract only repeats the title."""
_HARMLESS_FAULTS = (CharacterEncodingOverride, NonXMLContentType)
"""The server's labels were wrong, and the document was fine."""
_ALLOWED_IN_URL = re.compile(r"[^\w!#$%&'()*+,\-./:;=?@\[\]~]")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_KIND = r"[A-Z][a-z]+(?: [A-Z][a-z]+)?"
_CARD = re.compile(rf"^(?:{_KIND}(?={_MONTH}))?{_MONTH}[a-z]* \d{{1,2}}, \d{{4}}(?=[A-Z])(?:{_KIND}(?=[A-Z][a-z]|\d))?")
"""The date, and perhaps the kind, that run into the title where a feed was made from the cards of a page:
``May 14, 2026PolicyWhat we ask of states``.
"""
_MIDNIGHT = re.compile(r"[T\s]00:00(:00(\.0+)?)?(?![:\d])")

_Node = dict[str, Any]
"""What feedparser makes of an element; it ships no types."""


def parse(body: bytes, content_type: str, base_url: str) -> Reading:
    """The entries of a feed document in any of the forms that feedparser knows.

    Args:
        body: the document.
        content_type: what the server called it, for the character encoding; may be empty.
        base_url: what links are relative to; empty for a file.

    Raises:
        FeedFailed: it is no feed, or so broken that it holds no article.
    """
    # Bytes in a buffer: given a name or an address, feedparser would open it. And no address of the document, or a
    # guid would depend on where the last redirect led.
    shortened = _without_the_rest(body)
    found = feedparser.parse(
        io.BytesIO(shortened),
        response_headers={"content-type": content_type or "application/xml"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    entries = tuple(filter(None, (_entry(one, base_url) for one in found.entries[:MAX_ENTRIES])))
    if not found.get("version") and not entries:
        raise FeedFailed(f"is not a feed: {_looks_like(body)}")
    is_broken = bool(found.bozo) and not isinstance(found.get("bozo_exception"), _HARMLESS_FAULTS)
    if is_broken and not entries:
        raise FeedFailed("is not a feed: it is not well-formed, and no article could be saved")
    if len(shortened) < len(body):
        return Reading(entries=entries, note=f"only the first {MAX_ENTRIES:,} entries were read")
    saved = "1 article" if len(entries) == 1 else f"{len(entries)} articles"
    return Reading(entries=entries, note=f"not well-formed, {saved} saved" if is_broken else "")


def _without_the_rest(body: bytes) -> bytes:
    """*body* without the entries after the first ``MAX_ENTRIES``: a hundred thousand would take the parser a quarter of
    a minute and two hundred megabytes, for nothing.
    """
    starts = (match.start() for match in _ENTRY_STARTS.finditer(body))
    first = next(itertools.islice(starts, MAX_ENTRIES, None), None)
    if first is None:
        return body
    ends = max(body.rfind(end) + len(end) for end in _ENTRY_ENDS)
    return body[:first] + (body[ends:] if ends > first else b"")


def _entry(one: _Node, base_url: str) -> Entry | None:
    """None for an entry that says nothing."""
    title = cut(_CARD.sub("", _text(one.get("title_detail"))), MAX_TITLE)
    extract = cut(_extract(one), MAX_EXTRACT)
    if fuzz.ratio(_words(extract), _words(title)) >= _REPEATS:
        extract = ""
    if not title and not extract:
        return None
    published, is_date_only = _published(one)
    return Entry(
        title=title,
        # FeedBurner replaces links by its own, and keeps the original beside them.
        url=_address(str(one.get("feedburner_origlink") or one.get("link") or ""), base_url),
        guid=clean(str(one.get("id") or ""))[:MAX_ADDRESS],
        published=published,
        date_only=is_date_only,
        extract=extract,
        source=_source(one.get("source")),
    )


def _text(detail: _Node | None) -> str:
    if not detail:
        return ""
    return plain(str(detail.get("value") or ""), is_html=detail.get("type") != "text/plain")


def _extract(one: _Node) -> str:
    """The longest of the texts that the entry carries."""
    return max((_text(detail) for detail in (*one.get("content", ()), one.get("summary_detail"))), key=len)


def _words(text: str) -> str:
    return text.casefold().strip(string.punctuation + string.whitespace + "…")


def _published(one: _Node) -> tuple[datetime | None, bool]:
    """When the entry says it was published, else changed; and whether that names a day rather than an instant."""
    for name in ("published", "updated"):
        # Past feedparser's own get, which warns when it takes one date for the other.
        at = _instant(dict.get(one, f"{name}_parsed"))
        if at:
            is_midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
            return at, is_midnight or bool(_MIDNIGHT.search(str(one.get(name, ""))))
    return None, False


def _instant(parsed: Any) -> datetime | None:  # noqa: ANN401  # a struct_time in UTC, or anything
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _address(link: str, base_url: str) -> str:
    """*link* as an absolute http(s) address that can be pasted anywhere; else empty."""
    try:
        url = urljoin(base_url, link.strip())
    except ValueError:
        return ""
    url = _ALLOWED_IN_URL.sub(lambda sign: quote(sign[0], errors="replace"), url)
    return url if canonical_url(url) and len(url) <= MAX_ADDRESS else ""


def _source(given: _Node | None) -> Source | None:
    if not given:
        return None
    name = cut(plain(str(given.get("title") or ""), is_html=False), MAX_TITLE)
    domain = domain_of(str(given.get("href") or given.get("link") or given.get("id") or ""))
    return Source(name=name or domain, domain=domain) if name or domain else None


def _looks_like(body: bytes) -> str:
    start = body[:2000].decode(errors="replace").lstrip("\ufeff \r\n\t").lower()
    if not start:
        return "it is empty"
    if start.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "it begins like a web page"
    if start.startswith(("{", "[")):
        return "it begins like JSON"
    return "it holds no entries in any form that is known"
