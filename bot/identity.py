"""Telling articles apart: the same one again, or a new one? Pure.

An article is known by its canonical url, its guid, and its title with its source; never by its date. A real feed
changed the date of one unchanged item 51 times in two days, and a bot that believed it posted the item 34 times.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from rapidfuzz import fuzz

from bot.model import Article, Entry, Feed, Source
from bot.ports import Known
from bot.redact import kept_as
from bot.text import clean, cut

MAX_EXTRACT = 4000
"""Characters of an extract that are kept."""
LATE = timedelta(days=7)
"""An article that is older than this when a known feed first shows it is an old one, not news."""
UNDATED_AGE = timedelta(days=30)
"""How old an undated article of a feed's first visit is taken to be."""
MOVED_WITHIN = timedelta(hours=72)
"""How long an item that changed both address and guid is still recognised by its title."""
FLOOD = 10
"""From this many entries on, a known feed of which every entry is new has been rebuilt rather than updated."""

_TRACKING = ("utm_", "mc_", "fbclid", "gclid", "igshid", "ref_src", "cmpid", "cid", "spm", "sessionid", "phpsessid")
_TRACKING_FRAGMENTS = ("atom-", "utm_", "xtor=", "ref=", ":~:")
_UNTITLED = 80
"""Characters of an untitled text that stand in for its title."""
_ALIKE = 50
"""Likeness of two titles, 0–100, below which they are about different things."""
_EPOCH_NONSENSE = 1995
"""Feeds claim 1970 when they mean nothing; no feed has articles from before the web."""


def canonical_url(url: str) -> str:
    """*url* without what differs between addresses of one page: scheme, ``www.``, port, tracking, order, last slash.

    For comparing only. Fragments stay: change logs tell their entries apart by them. Empty for what is no address.
    """
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    path = unquote(parts.path).partition(";jsessionid=")[0].rstrip("/")
    query = urlencode(
        sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.lower().startswith(_TRACKING))
    )
    fragment = "" if parts.fragment.startswith(_TRACKING_FRAGMENTS) else parts.fragment
    return where + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")


def domain_of(url: str) -> str:
    """The host of *url* in lower case without ``www.``, or empty."""
    return canonical_url(url).partition("/")[0].partition("?")[0].partition("#")[0].partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Under what one entry of a feed may be known; empty where it has none, or shares it with a different entry."""

    url: str
    guid: str
    title: str
    text: str = ""
    """Only where it has none of the others."""

    def all(self) -> tuple[str, ...]:
        """Those that it has, the surest first; at least one."""
        return tuple(filter(None, (self.url, self.guid, self.title, self.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The entries of one reading, told apart."""

    new: tuple[Article, ...]
    keys: Mapping[str, tuple[str, ...]]
    """For the new articles and for the known ones that turned up again: article key → its names."""


def names_of(entries: Sequence[Entry], feed: Feed) -> tuple[Names, ...]:
    """For each entry, the names under which it is to be looked for.

    A name that different entries share names none of them.
    """
    raw = [
        Names(
            url=_name("url", canonical_url(entry.url)),
            guid=_name("guid", feed.url, entry.guid) if entry.guid else "",
            title=title_name(entry.title, source_of(entry, feed, "").domain or feed.url),
        )
        for entry in entries
    ]
    titles: dict[str, set[str]] = {}
    for names, entry in zip(raw, entries, strict=True):
        for name in (names.url, names.guid):
            titles.setdefault(name, set()).add(_headline(entry).casefold())
    shared = {name for name, carried in titles.items() if len(carried) > 1}
    own = (
        replace(names, url="" if names.url in shared else names.url, guid="" if names.guid in shared else names.guid)
        for names in raw
    )
    return tuple(
        names if names.all() else replace(names, text=_name("text", feed.url, entry.title, entry.extract[:200] or "-"))
        for names, entry in zip(own, entries, strict=True)
    )


def title_name(title: str, publisher: str) -> str:
    """The name of whatever *publisher* (a domain, else an address) publishes as *title*; empty for titles of one
    word.
    """
    words = clean(title).casefold()
    return _name("title", publisher, words) if " " in words else ""


def tell_apart(
    entries: Sequence[Entry], feed: Feed, known: Mapping[str, Known], *, now: datetime, first_visit: bool
) -> Sorted:
    """Which *entries* are new, as articles first seen *now*, and the names of all.

    Args:
        entries: in the feed's order.
        feed: where they come from.
        known: every article that is known under one of ``names_of(entries, feed)``.
        now: the time of the visit.
        first_visit: the feed has never been read before, so its articles keep their dates and flood nobody.
    """
    names = names_of(entries, feed)
    present = {name for one in names for name in (one.url, one.guid) if name}
    new: dict[str, Article] = {}
    keys: dict[str, tuple[str, ...]] = {}
    fresh: list[tuple[Entry, Names]] = []
    for entry, own in zip(entries, names, strict=True):
        old = _recognise(entry, own, known, present, now)
        if old:
            keys[old.key] = tuple(dict.fromkeys(keys.get(old.key, ()) + own.all()))
        else:
            fresh.append((entry, own))
    rebuilt = len(fresh) == len(entries) >= FLOOD
    own_domain = _usual_domain(entries)
    for entry, own in fresh:
        key = hashlib.sha256(own.all()[0].encode()).hexdigest()[:24]
        if key in keys or not clean(entry.title + entry.extract):
            continue
        new[key] = _article(key, entry, feed, own_domain, now, keeps_date=first_visit or rebuilt)
        keys[key] = own.all()
    return Sorted(new=tuple(new.values()), keys=keys)


def source_of(entry: Entry, feed: Feed, own_domain: str) -> Source:
    """Who published *entry*: whom it names, else the feed itself for its usual domain, else the domain it links to."""
    domain = domain_of(entry.url)
    if entry.source and (entry.source.name or entry.source.domain):
        return Source(name=entry.source.name or entry.source.domain, domain=entry.source.domain or domain)
    if not domain or domain in {own_domain, domain_of(feed.url)}:
        return Source(name=feed.name, domain=domain or own_domain or domain_of(feed.url))
    return Source(name=domain if own_domain else feed.name, domain=domain)


def _recognise(entry: Entry, own: Names, known: Mapping[str, Known], present: set[str], now: datetime) -> Known | None:
    by_url, by_guid, by_title = known.get(own.url), known.get(own.guid), known.get(own.title)
    if by_url:
        # Two items may link to the same page; then their guids tell them apart, unless it is one with a new headline.
        guid_denies = bool(own.guid) and (by_guid is None or by_guid.key != by_url.key)
        if not guid_denies or _alike(_headline(entry), by_url.title):
            return by_url
    if by_guid and _alike(_headline(entry), by_guid.title):
        return by_guid  # else a feed that gives every item the same guid
    if by_title and not own.url and not own.guid:
        return by_title  # it has no other name
    if by_title and now - by_title.first_seen <= MOVED_WITHIN:
        # The same headline again under another address: the old item moved, if it is no longer in the feed itself.
        still_there = _name("url", canonical_url(by_title.url)) in present
        if not still_there and _alike(entry.extract or by_title.extract, by_title.extract or entry.extract):
            return by_title
    return known.get(own.text)


def _article(key: str, entry: Entry, feed: Feed, own_domain: str, now: datetime, *, keeps_date: bool) -> Article:
    published = entry.published
    if published and published.year < _EPOCH_NONSENSE:
        published = None
    if published and published > now:
        published = now
    if keeps_date:
        # A bare date may mean any hour of that day; the latest one hides nothing.
        latest = min(now, published + timedelta(days=1)) if published and entry.date_only else published
        news_at = latest or now - UNDATED_AGE
    else:
        news_at = now if published is None or now - published <= LATE else published
    return Article(
        key=key,
        title=_headline(entry),
        url=entry.url,
        source=source_of(entry, feed, own_domain),
        published=published,
        first_seen=now,
        news_at=news_at,
        extract=entry.extract[:MAX_EXTRACT],
        feed=kept_as(feed.url),
        weight=feed.weight,
        topics=feed.topics,
    )


def _headline(entry: Entry) -> str:
    """The title of *entry*, or where it has none, as short messages have not, its first words."""
    return clean(entry.title) or cut(clean(entry.extract), _UNTITLED)


def _usual_domain(entries: Sequence[Entry]) -> str:
    """The domain that at least half of the entries link to, or empty."""
    domains = Counter(filter(None, (domain_of(entry.url) for entry in entries)))
    if not domains:
        return ""
    domain, count = domains.most_common(1)[0]
    return domain if count * 2 >= len(entries) else ""


def _alike(one: str, other: str) -> bool:
    return fuzz.token_sort_ratio(clean(one).casefold(), clean(other).casefold()) >= _ALIKE


def _name(kind: str, *parts: str) -> str:
    if not any(parts[-1:]):
        return ""
    return f"{kind}:{hashlib.sha256(chr(31).join(parts).encode(errors='replace')).hexdigest()[:24]}"
