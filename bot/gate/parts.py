"""The sentences and clauses of a claim, each of which must stand in the cited sentences by itself. Pure."""

import re

from bot.gate.words import content, share

COVERED = 0.5
"""The least share of the words of a sentence, or of a longer clause, that its cited sentences must hold."""
_CLAUSE_FROM = 4
"""Words of content from which on a clause is asked for that share; of a shorter one, something must be there."""
_FEWEST = 3
_SENTENCE = re.compile(
    r"""(?:(?<=[.!?…])|(?<=[.!?…]["')]))(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|St|Co|Jr|Sr|No)\.)(?<!\b(?:Mrs|Inc|Ltd)\.)\s+"""
    r"""(?=["'(]?[^\W_a-z])|;\s+|(?<=\.)\s+(?=(?:It|They|He|She|This|These|The)\b)"""
)
"""Where a sentence ends; after an initial or an abbreviation only if the next one plainly begins."""
_CLAUSE = re.compile(r"[,–]\s+|,?\s(?=(?:and|but|while|which)\s)")


def uncovered(claim: str, cited: tuple[str, ...]) -> list[str]:
    """What of *claim* is made of words that none of *cited* has, a clause each. All are plain."""
    known = frozenset().union(*map(content, cited))
    found = []
    for sentence in _SENTENCE.split(claim):
        covered = share(content(sentence), known)
        if covered < COVERED:
            found.append(f"only {covered:.0%} of the words of “{_shown(sentence)}” are in the cited sentences")
            continue
        for clause in _CLAUSE.split(sentence):
            stems = content(clause)
            covered = share(stems, known)
            if (len(stems) >= _CLAUSE_FROM and covered < COVERED) or (len(stems) >= _FEWEST and not covered):
                found.append(f"only {covered:.0%} of the words of “{_shown(clause)}” are in the cited sentences")
    return found


def _shown(part: str) -> str:
    return part.strip()[:60]
