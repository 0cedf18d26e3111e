"""Quotations in sentences, which must be verbatim. Pure."""

import re

from bot.gate.words import words

_DOUBLE = re.compile(r'"([^"]+)"')
_SINGLE = re.compile(r"(?<![\w'])'([^'\s](?:[^']|(?<=\w)'(?=\w))*[^\s'])'(?!\w)")
_EDITED = re.compile(r"\[[^\]]*\]|\.\.\.")
"""What somebody who quotes puts in or leaves out visibly."""


def unsupported(claim: str, cited: tuple[str, ...]) -> list[str]:
    """The quotations of *claim* that none of *cited* holds word for word. All are plain."""
    sources = [_in_words(sentence) for sentence in cited]
    return [
        quote
        for quote in (*_DOUBLE.findall(claim), *_SINGLE.findall(claim))
        if not all(any(_in_words(part) in source for source in sources) for part in _EDITED.split(quote))
    ]


def _in_words(text: str) -> str:
    """Its words alone, each between spaces, in lower case."""
    return "".join(f" {word.text.casefold()}" for word in words(text)) + " "
