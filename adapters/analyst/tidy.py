"""Text that comes back from a model: made plain, and looked at for what no model may write. Pure."""

import re
import unicodedata
from collections.abc import Sequence

from bot.text import clean

_CITATION = re.compile(r"\s?(?:\[\d+(?:[,–-]\s?\d+)*\]|\((?:lines?|sentences?)\s\d+[^)]*\))")
_EMPHASIS = re.compile(r"\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LEADING = re.compile(r"\A(?:[-*•>#]+|\d+[.)])\s+")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]{0,20}://|(?<![\w/])//\w|\bwww\.|\b(?:mailto|javascript|data|tel|magnet):|"
    r"\blocalhost\b[:/]|\b\d{1,3}(?:\.\d{1,3}){3}[:/]|\b[\w-]+\.[a-z]{2,}[:/]\w|\S@[\w-]+\.\w",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"(?<![\w.-])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w-])")
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61\u2024", "."))
"""Signs that browsers read as the dots of an address."""
_BEYOND = 200
"""Characters beyond the greatest length that are looked at: so much tells what is wrong with a long text."""
_MARKUP = re.compile(r"\]\s?\(|<[!/@#:a-z]|<\w+[^>]*>|&(?:lt|gt|amp|#\d+);|\{\{|\|\|", re.IGNORECASE)
_SAYS = re.compile(r"\w\W+\w+\W+\w|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{5}")
"""Three words, or what takes as much in writing without spaces."""
_MENTION = re.compile(r"[@\uff20\ufe6b](?:everyone|here|channel|[\w.-]{2,})|<[@#!&]", re.IGNORECASE)


def tidy(text: str) -> str:
    """*text* on one line, without the emphasis, list signs and numbers of sentences that models like to add."""
    plain = _LEADING.sub("", clean(text))
    return clean(_EMPHASIS.sub("", _CITATION.sub("", plain)))


def unfit(text: str, sources: Sequence[str], most: int) -> tuple[str, ...]:
    """What keeps *text*, which is tidy, from being shown, whatever it says; a clause each.

    Args:
        text: by a model.
        sources: the sentences that it may take a domain from: some companies are called like theirs.
        most: characters.
    """
    found = []
    known = _read(" ".join(sources))
    is_long = len(text) > most
    text = _read(text[: most + _BEYOND])
    if not _SAYS.search(text):
        found.append("it says nothing")
    if is_long:
        found.append(f"it is longer than {most} characters")
    if _ADDRESS.search(text):
        found.append("it holds an address, and must hold none")
    elif any(domain not in known for domain in _DOMAIN.findall(text)):
        found.append("it holds a domain that is in no sentence")
    if _MARKUP.search(text):
        found.append("it holds markup, and must be plain text")
    if _MENTION.search(text):
        found.append("it holds a mention, and must hold none")
    if any(sign not in known for sign in text if _is_foreign(sign)):
        found.append("it is written in a script that is in no sentence")
    return tuple(found)


def _read(text: str) -> str:
    """*text* as programs read it that make links and mentions of it."""
    return unicodedata.normalize("NFKC", text).translate(_DOTS).casefold()


def _is_foreign(sign: str) -> bool:
    return not sign.isascii() and sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN")
