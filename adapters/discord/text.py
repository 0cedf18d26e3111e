"""Text for Discord: cut first, escaped last. Pure."""

import re
from collections.abc import Iterator

import regex

from bot.text import clean, cut, pieces

_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]()#@:])|(?<![^\n])([-+=]|\d+\.)")
"""Everything that Discord's markdown could take for more than itself: at the beginning of a line also lists."""
_NEVER_IN_LINKS = regex.compile(
    r"[\\`*_~|<>\[\]@\p{Extended_Pictographic}\p{Regional_Indicator}]|:[^\s:]+:|://|discord\.gg", regex.IGNORECASE
)
"""What Discord acts on in the label of a link, or with which it takes none for one; emoji are such:
https://github.com/mattcone/markdown-guide/issues/178.
"""
_NOTHING = "\u200b"
"""A character without width; behind an @ it keeps a word from being a mention even where backslashes are shown."""


def escaped(text: str) -> str:
    """*text* from outside, so that it is shown as it is: no markdown, no mention, no emoji code, no time stamp."""
    return _MARKDOWN.sub(_escape, text)


def fitted(text: str, limit: int) -> str:
    """*text* cleaned, cut and escaped within *limit* characters."""
    shown = clean(text)
    room = limit
    while len(said := escaped(cut(shown, room))) > limit:
        room -= max(1, (len(said) - limit) // 2)
    return said


def parts(text: str, limit: int) -> Iterator[str]:
    """All of a cleaned *text*, escaped, in pieces of at most *limit* characters."""
    for piece in pieces(text, limit):
        said = escaped(piece)
        if len(said) <= limit:
            yield said
        else:
            # Escaping doubles a text at the most.
            yield from map(escaped, pieces(piece, limit // 2))


def link(url: str, label: str, *, is_bold: bool = False) -> str:
    """The cleaned *label*, which opens *url*; without a usable url the label alone.

    Discord shows the backslashes in a link's label, so nothing can be escaped there
    (https://github.com/discord/discord-api-docs/issues/6185): what would have to be stands before the link.
    """
    strong, address = "**" if is_bold else "", usable(url)
    if address and label and not _NEVER_IN_LINKS.search(label):
        return f"{strong}[{label}](<{address}>){strong}"
    said = f"{strong}{escaped(label)}{strong}" if label else ""
    return f"{said} · [open](<{address}>)" if address and said else said


def bold(said: str) -> str:
    """The escaped *said*, bold; nothing where there is none, for four stars would be shown as they are."""
    return f"**{said}**" if said else ""


def struck(said: str) -> str:
    """The escaped *said*, struck out. Its own last ``~`` must not be taken for the end."""
    return f"~~{said}{_NOTHING if said.endswith('~') else ''}~~"


def usable(url: str) -> str:
    """*url* if it is an ``http(s)`` address that a link can carry, else nothing."""
    is_address = url.lower().startswith(("https://", "http://")) and regex.fullmatch(r"[^\s<>()\[\]\p{C}\\]+", url)
    return url if is_address and len(url) <= _LONGEST_URL else ""


def _escape(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "@":
        return f"@{_NOTHING}"
    return f"\\{sign}" if len(sign) == 1 else f"{sign[:-1]}\\."


_LONGEST_URL = 512
