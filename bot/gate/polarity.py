"""What sentences deny, and which way they say that things go. Pure.

A negation denies the first word after it that carries content. It must stand, in the cited sentences, before the same
word, and what they deny so the claim may not assert.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bot.gate.words import EMPTY, content, stem, words

_CUES = re.compile(
    r"\b(?:not|never|none|nobody|nothing|nowhere|neither|nor|cannot|no|without|hardly|barely|n[o']longer|"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|must|need|might|ai)n't|won't|can't|shan't|"
    r"den(?:y|ies|ied|ying)|refus(?:e|es|ed|ing)|fail(?:s|ed|ing)?\sto|declin(?:e|es|ed|ing)\sto|unable\sto|"
    r"lack(?:s|ed|ing)?|stopp?(?:s|ed|ing)?|ceas(?:e|es|ed|ing)|rul(?:e|es|ed|ing)\sout|reject(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
_NO_CUE = re.compile(
    r"\b(?:not (?:only|just|merely|simply|least|to mention)|no (?:doubt|matter|wonder|sooner)|no\.? \d+|"
    r"whether or not|nothing but|nor? later than|no (?:more|less|fewer) than|non-?stop|stopped? (?:by|at)|if not)\b",
    re.IGNORECASE,
)
_SOFT = re.compile(
    r"\b(?:un(?!i|der|til|veil|lock|ion)\w{4,}|in(?:ability|complete|correct|accurate|valid|sufficient|eligible)\w*|"
    r"dis(?:agree|allow|approv|avow|continu|miss|prov|put|abl)\w*|\w{3,}less|avoid\w*|prevent\w*|block\w*|ban(?:s|ned|ning)?|"
    r"halt\w*|drop(?:s|ped)?|cancel\w*|abandon\w*|absen\w+|few|little|impossible|illegal|end(?:s|ed|ing)?|yet to|"
    r"(?:stay|opt|sit|sat|pull|back|keep|kept|leave|left)(?:s|ed)? (?:out|away)|refrain\w*|skip\w*|shun\w*|"
    r"omit\w*|withdr[ae]w\w*|rather than|instead of|short of|free of|except\w*|exclud\w*|"
    r"prohibit\w*|forb[ia]\w+|withh[eo]ld\w*)\b",
    re.IGNORECASE,
)
"""What denies without a negation: it may stand for one, and asks for none."""
_BOUNDS = (
    (r"\b(?:not|n't|never|no)\b[^.;:]{0,60}\bbefore\b", r"\b(?:until|till|earliest|only (?:in|from|on|after))\b"),
    (r"\b(?:not|n't|never|no)\b[^.;:]{0,60}\b(?:until|till)\b", r"\b(?:earliest|only (?:in|from|on|after))\b"),
)
"""What is not there before a time, and how else that is said: it takes until then, it comes then at the earliest."""
_SCOPE = 3
"""Words that carry content which a negation can reach."""
_REACH = 160
"""Characters within which these words stand."""
_BREAK = re.compile(r"[.;:!?]\s|\sbut\s|–")
_CLAUSE = re.compile(r"[,.;:!?]\s|\s(?:and|but|because|while|although)\s|–")

_OPPOSITES = (
    (
        "rise rises rose risen rising increase increases increased increasing grow grows grew grown growing gain gains "
        "gained surge surges surged surging jump jumps jumped jumping climb climbs climbed climbing soar soars soared "
        "soaring up higher expand expands expanded",
        "fall falls fell fallen falling decrease decreases decreased decreasing decline declines declined declining "
        "drop drops dropped dropping shrink shrinks shrank shrunk shrinking plunge plunges plunged plunging slump "
        "slumps slumped sink sinks sank sunk slide slides slid down lower contract contracts contracted",
    ),
    (
        "more greater larger bigger exceed exceeds exceeded above",
        "less fewer smaller below",
    ),
    (
        "approve approves approved approval accept accepts accepted allow allows allowed permit permits permitted back "
        "backs backed support supports supported endorse endorses endorsed",
        "reject rejects rejected rejection refuse refuses refused ban bans banned forbid forbids forbade block blocks "
        "blocked oppose opposes opposed prohibit prohibits prohibited veto vetoes vetoed",
    ),
    ("win wins won winning", "lose loses lost losing"),
    ("buy buys bought buying acquire acquires acquired", "sell sells sold selling divest divests divested"),
    (
        "start starts started begin begins began launch launches launched",
        "stop stops stopped end ends ended halt halts halted",
    ),
    ("open opens opened opening", "close closes closed closing shut shuts"),
    ("before earlier", "after later"),
    ("faster quicker sooner", "slower"),
    ("cheaper", "costlier dearer pricier"),
    (
        "better improve improves improved improving",
        "worse worsen worsens worsened deteriorate deteriorates deteriorated",
    ),
    ("profit profits profitable", "loss losses unprofitable"),
    ("hire hires hired hiring", "fire fires fired dismiss dismisses dismissed cut cuts"),
    ("confirm confirms confirmed admit admits admitted", "deny denies denied"),
    ("strong stronger strengthen strengthens strengthened", "weak weaker weaken weakens weakened"),
    ("succeed succeeds succeeded success", "fail fails failed failure"),
)
_SIDES = tuple((frozenset(up.split()), frozenset(down.split())) for up, down in _OPPOSITES)


@dataclass(frozen=True, slots=True)
class _Denial:
    cue: str
    target: str
    """The stem that it denies; empty at the end of a sentence."""
    scope: frozenset[str]
    """The stems that it may reach, the target too."""


def faults(claim: str, cited: tuple[str, ...]) -> list[str]:
    """Where *claim* denies what *cited* assert, asserts what they deny, or says that it goes the other way; a sentence
    each. All are plain.
    """
    return [*_denied(claim, cited), *_asserted(claim, cited), *turned(claim, cited)]


def _denied(claim: str, cited: tuple[str, ...]) -> Iterable[str]:
    """What the claim denies without a denial in the cited sentences."""
    denials = [denial for sentence in cited for denial in _denials(sentence)]
    reached = frozenset().union(*map(_clauses, cited))
    hard = frozenset().union(*map(denied, cited))
    stems = frozenset().union(*map(content, cited))
    soft = {stem(match.group().casefold()) for sentence in cited for match in _SOFT.finditer(sentence)}
    for denial in _denials(claim):
        if _is_bound(claim, cited):
            continue
        if (not denials and not soft) or denial.target in soft - hard:
            yield f"it says “{denial.cue}” where the cited sentences deny nothing"
        elif denial.target in stems and denial.target not in reached and not denial.scope & reached:
            yield f"it says “{denial.cue}” of what the cited sentences do not deny"


def _is_bound(claim: str, cited: tuple[str, ...]) -> bool:
    """Whether all that *claim* denies is that something is so before a time, and *cited* say that it takes so long."""
    if len(_denials(claim)) != 1:
        return False
    return any(
        re.search(mine, claim, re.IGNORECASE) and any(re.search(theirs, one, re.IGNORECASE) for one in cited)
        for mine, theirs in _BOUNDS
    )


def denies_softly(text: str) -> bool:
    """Whether *text*, which is plain, has a word that may stand for a negation: ``stays out``, ``avoids``."""
    return bool(_SOFT.search(text))


def _asserted(claim: str, cited: tuple[str, ...]) -> Iterable[str]:
    """What the claim says without the denial that it has in the cited sentences."""
    mine = _denials(claim)
    reached = denied(claim)
    stems = content(claim)
    plain = {word for sentence in cited for word in undenied(sentence)}
    has_softly = bool(_SOFT.search(claim))
    for sentence in cited:
        for denial in _denials(sentence):
            is_said = denial.target in stems - reached and denial.target not in plain
            is_said_otherwise = has_softly or any(one.scope & denial.scope for one in mine)
            if is_said and not is_said_otherwise:
                yield f"it leaves out the “{denial.cue}” of the cited sentence"


def turned(claim: str, cited: tuple[str, ...]) -> Iterable[str]:
    """Where *claim* says that it goes the other way, with no word for its own way in *cited*. All are plain."""
    said = _lows(claim)
    known = frozenset().union(*map(_lows, cited))
    for one, other in (pair for sides in _SIDES for pair in (sides, sides[::-1])):
        if said & one and not said & other and known & other and not known & one:
            yield f"it says “{min(said & one)}” where the cited sentences say “{min(known & other)}”"


def _clauses(sentence: str) -> frozenset[str]:
    """The stems of the clauses of *sentence* in which anything is denied, and what its softer words reach: there are no
    results, and results are not there, deny the same.
    """
    parts = [part for part in _CLAUSE.split(sentence) if _denials(part)]
    soft = (sentence[match.end() : match.end() + _REACH] for match in _SOFT.finditer(sentence))
    return frozenset().union(*map(content, parts), *(_reach(rest) for rest in soft))


def _reach(rest: str) -> tuple[str, ...]:
    """The first stems of *rest* that carry content, within its clause."""
    if ends := _BREAK.search(rest):
        rest = rest[: ends.start()]
    return tuple(stem(word.low) for word in words(rest) if word.low not in EMPTY)[:_SCOPE]


@lru_cache(maxsize=4096)
def _denials(text: str) -> tuple[_Denial, ...]:
    spared = {place for match in _NO_CUE.finditer(text) for place in range(*match.span())}
    found: list[_Denial] = []
    for match in _CUES.finditer(text):
        if match.start() in spared:
            continue
        reach = _reach(text[match.end() : match.end() + _REACH])
        found.append(_Denial(match.group(), reach[0] if reach else "", frozenset(reach)))
    return tuple(found)


def denied(sentence: str) -> frozenset[str]:
    """The stems that a denial of *sentence*, which is plain, may reach."""
    return frozenset(word for denial in _denials(sentence) for word in denial.scope)


def undenied(sentence: str) -> frozenset[str]:
    """The stems that no denial of *sentence*, which is plain, reaches."""
    return content(sentence) - denied(sentence)


@lru_cache(maxsize=4096)
def _lows(text: str) -> frozenset[str]:
    return frozenset(word.low for word in words(text))
