"""The article of a web page, as plain text. Pure; the work of a worker process."""

import re
from typing import Any

from bot.errors import PageFailed
from bot.ports import MAX_TEXT
from bot.text import clean_prose, pieces

TYPES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
"""What a page may be."""
SHORTEST = 250
"""Characters below which a text is no article: a log-in, a notice about cookies, a page made of JavaScript."""

_WALL = re.compile(
    r"enable javascript|javascript is (?:disabled|required)|accept (?:all )?cookies|verify (?:that )?you are (?:a )?"
    r"human|are you a robot|checking your browser|unusual traffic|access (?:to this page )?(?:is |has been )?denied|"
    r"subscri(?:be|ption) (?:now )?to (?:continue|read|unlock)|(?:log|sign) in to (?:continue|read)|"
    r"already a subscriber|create (?:a free|an) account to|"
    r"this (?:content|article) is (?:only )?(?:available to|for) (?:paying )?subscribers",
    re.IGNORECASE,
)
_SHORT_OF_A_WALL = 1200
"""Characters from which a text is an article although it also asks for a subscription."""
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[^\W_]{4,}")
_TELLING = 3
"""Words of a title from which it tells whether a text is about the same."""
_FORBIDS = frozenset({"noindex", "none", "noarchive", "nocache", "nosnippet", "noai", "max-snippet:0"})
"""A page that says one of these does not want to be found, kept, quoted or fed to models, and we do all of that."""
_ADDRESSED = frozenset({"robots", "daybrief"})


def extract(body: bytes, content_type: str, title: str) -> str:
    """The article in *body*, as ``bot.ports.PageReader`` gives it.

    Args:
        body: the page.
        content_type: what the server says it is, one of :data:`TYPES`, with a character encoding perhaps.
        title: of the article, to see that the page is about it.

    Raises:
        PageFailed: it holds no article, or does not want to be read.
    """
    kind, charset = kind_of(content_type)
    found = _decoded(body, charset or "utf-8") if kind == "text/plain" else _article(_decoded(body, charset) or body)
    prose = clean_prose(re.sub(r"\n+", "\n\n", found))
    _check(prose, title)
    # Only the beginning is parted: a text of megabytes would be parted for nothing.
    return pieces(prose[: 2 * MAX_TEXT], MAX_TEXT)[0]


def kind_of(content_type: str) -> tuple[str, str]:
    """The type that a ``Content-Type`` names, in lower case, and the encoding; empty what it does not name."""
    kind, _, parameters = content_type.partition(";")
    charset = _CHARSET.search(parameters)
    return kind.strip().lower(), charset[1] if charset else ""


def forbids(name: str, content: str) -> bool:
    """Whether a robots rule forbids what we do: *content* of a meta element called *name*, or of ``X-Robots-Tag``."""
    if name.strip().casefold() not in _ADDRESSED:
        return False
    return any(rule.replace(" ", "") in _FORBIDS for rule in content.casefold().split(","))


def tag_forbids(header: str) -> bool:
    """Whether an ``X-Robots-Tag`` forbids what we do; it may begin with the name of whom it is for."""
    name, colon, rest = header.partition(":")
    is_named = colon and "," not in name and name.strip().casefold() not in {"max-snippet", "unavailable_after"}
    return forbids(name, rest) if is_named else forbids("robots", header)


def _decoded(body: bytes, charset: str) -> str:
    """Empty where nobody knows *charset*: then the page itself may say it."""
    try:
        return body.decode(charset, errors="replace") if charset else ""
    except (LookupError, ValueError):
        return ""


def _article(page: str | bytes) -> str:
    import trafilatura  # noqa: PLC0415  # an extra, and 0.4 s that only a worker has

    tree: Any = trafilatura.load_html(page)
    if tree is None:
        raise PageFailed("is no web page that can be read")
    if any(forbids(meta.get("name", ""), meta.get("content", "")) for meta in tree.iterfind(".//meta")):
        raise PageFailed("its publisher does not want it kept or quoted")
    return trafilatura.extract(tree, include_comments=False, include_tables=False) or ""


def _check(prose: str, title: str) -> None:
    """Raise PageFailed if *prose* is not the article called *title*."""
    if len(prose) < SHORTEST or (len(prose) < _SHORT_OF_A_WALL and _WALL.search(prose)):
        raise PageFailed("shows too little text: it wants a log-in or cookies, or is made of JavaScript")
    words = set(_WORD.findall(title.casefold()))
    if len(words) >= _TELLING and not any(word in prose.casefold() for word in words):
        raise PageFailed("tells of something else than its title")
