"""Coverage: which articles of a story add no publisher of their own. Pure.

Readers are told how many publishers report a story, and ranking goes by it. So three kinds of articles do not count:
pages of those who only point to others, reports that are another's word for word, and further sites of one publisher.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.model import Article

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

AGGREGATORS = frozenset(
    {
        "bing.com",
        "digg.com",
        "feedly.com",
        "flipboard.com",
        "getpocket.com",
        "inoreader.com",
        "lobste.rs",
        "msn.com",
        "news.google.com",
        "news.ycombinator.com",
        "newsbreak.com",
        "reddit.com",
        "slashdot.org",
        "smartnews.com",
        "techmeme.com",
        "yahoo.com",
    }
)
"""Domains, and all below them, that show what others have published, whole or as a link with comments."""
AGENCIES = frozenset(
    {"afp.com", "ap.org", "apnews.com", "bloomberg.com", "pressassociation.com", "reuters.com", "upi.com"}
)
"""Who writes what others print: where an agency's own article is among the copies, it is the original."""
WIRES = frozenset({"accesswire.com", "businesswire.com", "globenewswire.com", "newswire.com", "prnewswire.com"})
"""Where companies publish what they want printed: an original too, after the agencies."""
SHARED_HOSTS = frozenset(
    {
        "beehiiv.com",
        "blogspot.com",
        "ghost.io",
        "github.io",
        "hashnode.dev",
        "livejournal.com",
        "medium.com",
        "substack.com",
        "tumblr.com",
        "typepad.com",
        "wordpress.com",
    }
)
"""Domains below which everybody is a publisher. The public suffix list knows some of them, and others not."""
SAME_TEXT = 0.8
"""Share of common shingles from which two texts are one (the resemblance of Broder, 1997)."""

_SHINGLE = 5
"""Letters of a shingle."""
_LEAST = 200
"""Letters of a text that may be called a copy: shorter ones are alike because there is little to say."""
_MOST = 800
"""Letters that are compared: copies are cut at different places, and begin alike."""
_COMPARED = 40
"""Originals that an article is compared with, the first ones: with more publishers a story is large anyway."""


def copies(articles: Sequence[Article]) -> tuple[str, ...]:
    """The keys of those of *articles* that add no publisher, in their order. One at least always counts."""
    own: list[Article] = []
    taken: set[str] = set()
    for article in sorted(articles, key=_before):
        publisher = publisher_of(article)
        if publisher not in taken and not any(_is_same(article, other) for other in own[:_COMPARED]):
            own.append(article)
            taken.add(publisher)
    kept = {article.key for article in own if not _is_aggregated(article)} or {article.key for article in own[:1]}
    return tuple(article.key for article in articles if article.key not in kept)


def publisher_of(article: Article) -> str:
    """Whose article it is: the domain that can be registered, however many sites are below it; else the name."""
    domain = article.source.domain
    return site_of(domain) if domain else article.source.name.casefold()


def _before(article: Article) -> tuple[bool, int, object, str]:
    """Whose publisher is kept among those that say the same: not an aggregator's, an agency's, then the earliest."""
    publisher = publisher_of(article)
    original = 0 if publisher in AGENCIES else 1 if publisher in WIRES else 2
    return _is_aggregated(article), original, article.news_at, article.key


def _is_aggregated(article: Article) -> bool:
    domain = article.source.domain
    return any(domain == one or domain.endswith(f".{one}") for one in AGGREGATORS)


def _is_same(one: Article, other: Article) -> bool:
    ours, theirs = _shingles(one.title, one.extract), _shingles(other.title, other.extract)
    if not ours or not theirs or min(len(ours), len(theirs)) < SAME_TEXT * max(len(ours), len(theirs)):
        return False
    return len(ours & theirs) >= SAME_TEXT * len(ours | theirs)


@lru_cache(maxsize=256)
def _shingles(title: str, extract: str) -> frozenset[str]:
    """All letters of an article that stand together, five at a time; none of a short one."""
    text = re.sub(r"\W+", " ", f"{title} {extract[: 2 * _MOST]}".casefold()).strip()[:_MOST]
    if len(text) < _LEAST:
        return frozenset()
    return frozenset(text[start : start + _SHINGLE] for start in range(len(text) - _SHINGLE + 1))


@lru_cache(maxsize=4096)
def site_of(domain: str) -> str:
    """The domain that can be registered, of which *domain* is one or a part."""
    for host in SHARED_HOSTS:
        if domain.endswith(f".{host}"):
            return domain.removesuffix(host).rstrip(".").rpartition(".")[2] + f".{host}"
    return _suffixes().privatesuffix(domain) or domain


@lru_cache(maxsize=1)
def _suffixes() -> "PublicSuffixList":
    """The public suffix list, read when it is first needed: fifteen thousand lines."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList()
