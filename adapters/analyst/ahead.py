"""What a text that looks ahead may say: what may follow from the sentences it cites, and no fact of its own. Pure."""

import re
from collections.abc import Iterable, Sequence

from adapters.analyst.sentences import split
from bot.gate import novel, polarity, repeats
from bot.gate.words import content, plain, share

COVERED = 0.5
"""The cited sentences must hold more than this share of the words of an assertion beside an expectation."""

_HEDGE = re.compile(
    r"\b(?:may|might|could|can|would|should|likely|unlikely|probabl[ey]|possibl[ey]|perhaps|potential(?:ly)?|"
    r"expect(?:s|ed|ation|ations)?|risk(?:s|ing)?|if|unless|whether|depends?|poised\sto|set\sto|threatens?\sto)\b",
    re.IGNORECASE,
)
"""What makes a sentence an expectation."""
_ASSERTS = re.compile(
    r"\b(?:am|is|are|was|were|has|have|had|does|did|do|will|\w{2,}ed|became|began|bought|broke|brought|built|chose|cost|cut|"
    r"died|fell|fled|found|gave|got|grew|held|hid|hit|kept|knew|left|lied|lost|made|met|paid|put|ran|rose|said|saw|sent|"
    r"shut|sold|spent|stole|stood|told|took|went|won|wrote)\b",
    re.IGNORECASE,
)
"""Finite verbs, and what looks like one: regular past tenses, irregular ones that news use, and what is plainly so."""
_CLAUSE = re.compile(r"(?:[,;:–]|\s-)\s|\s(?=(?:and|but|while|because|since|although|which|who)\s)")


def faults(text: str, cited: Sequence[str]) -> tuple[str, ...]:
    """What keeps *text* from being an expectation that follows from *cited*, a clause each; empty: nothing.

    Args:
        text: a sentence or a few, tidy.
        cited: the sentences that it names as its basis.
    """
    if not cited:
        return ("it cites no sentence that there is",)
    evidence = tuple(map(plain, cited))
    found = [f"{one} that it cites" for one in novel(text, cited)]
    for sentence in split(text) or [text]:
        found += _unexpected(plain(sentence), evidence)
    said, known = content(plain(text)), frozenset().union(*map(content, evidence))
    if not said & known:
        found.append("it names nothing that the cited sentences name")
    found += polarity.turned(plain(text), evidence)
    if polarity.denied(plain(text)) & frozenset().union(*map(polarity.undenied, evidence)):
        found.append("it denies what the cited sentences say")
    if is_told(text, cited):
        found.append("it only repeats what is said already, and is no expectation")
    return tuple(dict.fromkeys(found))


def is_told(text: str, sentences: Sequence[str]) -> bool:
    """Whether *text* only says what one of *sentences* says, perhaps as if it were still to come."""
    return repeats(text, sentences) or repeats(_HEDGE.sub(" ", text), sentences)


def _unexpected(sentence: str, evidence: tuple[str, ...]) -> Iterable[str]:
    """What *sentence* asserts, where it should expect."""
    if not _HEDGE.search(sentence):
        yield "it states a fact; every sentence of it must word an expectation (may, could, is likely to)"
        return
    known = frozenset().union(*map(content, evidence))
    for clause in filter(None, _CLAUSE.split(sentence)):
        if not _HEDGE.search(clause) and _ASSERTS.search(clause) and share(content(clause), known) <= COVERED:
            yield "beside an expectation it states a fact that the cited sentences do not"
