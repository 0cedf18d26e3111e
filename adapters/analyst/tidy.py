"""Text that comes back from a model: made plain, and looked at for what no model may write. Pure."""

import re
from collections.abc import Sequence

from bot.text import clean

_CITATION = re.compile(r"\s?(?:\[\d+(?:[,–-]\s?\d+)*\]|\((?:lines?|sentences?)\s\d+[^)]*\))")
_EMPHASIS = re.compile(r"\*\*|__|~~|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_LEADING = re.compile(r"\A(?:[-*•>#]+|\d+[.)])\s+")
_ADDRESS = re.compile(
    r"\b[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|javascript|data|tel):|(?:[\w-]+\.)+[a-z]{2,}/|\S@(?:[\w-]+\.)+\w",
    re.IGNORECASE,
)
_DOMAIN = re.compile(r"\b(?:[\w-]+\.)+[a-z]{2,}\b", re.IGNORECASE)
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
    known = " ".join(sources).casefold()
    if not _SAYS.search(text):
        found.append("it says nothing")
    if len(text) > most:
        found.append(f"it is longer than {most} characters")
    if _ADDRESS.search(text):
        found.append("it holds an address, and must hold none")
    elif any(domain.casefold() not in known for domain in _DOMAIN.findall(text)):
        found.append("it holds a domain that is in no sentence")
    if _MARKUP.search(text):
        found.append("it holds markup, and must be plain text")
    if _MENTION.search(text):
        found.append("it holds a mention, and must hold none")
    return tuple(found)
