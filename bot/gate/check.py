"""The gate: whether what a claim says stands in the sentences that it cites. Pure."""

import re
from collections.abc import Sequence

from bot.gate import edits, names, numbers, parts, polarity, quotes
from bot.gate.words import content, plain, share

REPEATED = 0.8
"""From this share on, a forecast says what a sentence says."""

_TIME = re.compile(
    r"\b(?:[\w-]+ (?:to|or) |\d+\s?[-–]\s?)?[\w-]+[ -](?:days?|weeks?|months?|quarters?|years?)\b", re.IGNORECASE
)
"""A span of time."""
_ADJECTIVE = re.compile(
    r"\bfirst\b(?!\s(?:place|half))|\b(?:second|third)[ -](?!\w+est\b|"
    r"(?:place|half|time|of|more|less|fewer|lower|higher|by|to|in|this|next|within|and|or|but|off)\b)(?=[a-z])",
    re.IGNORECASE,
)
"""An ordinal that says of what may come that it is another one, and counts nothing that is there."""


def faults(claim: str, cited: Sequence[str], *, article: str = "") -> tuple[str, ...]:
    """What is wrong with *claim*, a clause each, for whoever wrote it; empty: nothing, it may be shown.

    Args:
        claim: a sentence or a few.
        cited: the sentences that it names for its support, as its sources have them.
        article: all that the sources say. It tells what is a name; it supports nothing.
    """
    said, evidence = plain(claim), tuple(plain(sentence) for sentence in cited)
    if not said:
        return ("it is empty",)
    if not any(evidence):
        return ("it cites no sentence that there is",)
    if said in evidence:
        return ()
    missing = "is in none of the cited sentences"
    found = [f"the number “{one}” {missing}" for one in numbers.unsupported(said, evidence)]
    found += [f"the name “{one}” {missing}" for one in names.unsupported(said, evidence, plain(article))]
    found += [f"the quotation “{one}” {missing} word for word" for one in quotes.unsupported(said, evidence)]
    found += polarity.faults(said, evidence)
    found += edits.faults(said, evidence)
    found += parts.uncovered(said, evidence)
    return tuple(dict.fromkeys(found))


def novel(forecast: str, sentences: Sequence[str]) -> tuple[str, ...]:
    """The numbers and names of *forecast* that are in none of *sentences*, a clause each. A forecast may say what may
    come, and by when (``within six months``), and that there may be ``a second site``; it may not bring figures, people
    or companies of its own.
    """
    said, known = plain(forecast), tuple(plain(sentence) for sentence in sentences)
    counted = _ADJECTIVE.sub("another ", _TIME.sub(" soon ", said))
    found = [f"the number “{one}” is in no sentence" for one in numbers.unsupported(counted, known)]
    found += [f"the name “{one}” is in no sentence" for one in names.unsupported(said, known, " ".join(known))]
    found += [f"the quotation “{one}” is in no sentence" for one in quotes.unsupported(said, known)]
    return tuple(dict.fromkeys(found))


def repeats(forecast: str, sentences: Sequence[str]) -> bool:
    """Whether *forecast* only says what one of *sentences* says: that is a fact, and no forecast."""
    said = content(plain(forecast))
    return any(share(said, content(plain(sentence))) > REPEATED for sentence in sentences)
