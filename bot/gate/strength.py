"""How sure a sentence is, and of how many: what may be is not what is, and some are not all. Pure."""

import re

_UNSURE = re.compile(
    r"\b(?:may|might|could|plan(?:s|ned|ning)?|aim(?:s|ed)?|hope(?:s|d)?|agreed|intend(?:s|ed)?|want(?:s|ed)?|"
    r"seek(?:s|ing)?|propos(?:es|ed|al)|consider(?:s|ing|ed)?|expect(?:s|ed)?|likely|would|should|can|if|reportedly|"
    r"potential(?:ly)?|possibl[ey]|perhaps|probably|allegedly|believed?s?|thought|set)\b",
    re.IGNORECASE,
)
_SURE = re.compile(
    r"\b(?:will|has|have|had|is|are|was|were|did|does|do|must|shall|certain(?:ly)?|\w{3,}ed|bought|sold)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(r"\bwould\b", re.IGNORECASE)
"""Said that it would: whoever tells it anew says that it will."""
_SOME = re.compile(r"\b(?:some|most|many|several|few|part)\b", re.IGNORECASE)
_ALL = re.compile(r"\b(?:all|every|each|entire|whole)\b", re.IGNORECASE)
_AT_MOST = re.compile(
    r"\b(?:up to|at most|as much as|as many as|no more than|almost|nearly|under|below)\b", re.IGNORECASE
)
_AT_LEAST = re.compile(r"\b(?:at least|more than|over|exceeding|above|no less than|upwards of)\b", re.IGNORECASE)


def raised(put_in: str, left_out: str) -> str:
    """The word by which *put_in* is surer than *left_out*, in whose place it stands; to be less sure is no fault."""
    if _SOME.search(left_out) and not _SOME.search(put_in) and (found := _ALL.search(put_in)):
        return found.group()
    for one, other in ((_AT_MOST, _AT_LEAST), (_AT_LEAST, _AT_MOST)):
        if one.search(left_out) and not one.search(put_in) and (found := other.search(put_in)):
            return found.group()
    found = _SURE.search(put_in)
    if found and found.group().casefold() == "will":
        left_out = _REPORTED.sub("", left_out)
    return found.group() if found and _UNSURE.search(left_out) and not _UNSURE.search(put_in) else ""
