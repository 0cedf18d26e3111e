"""Names in sentences: people, companies, places, products with their versions, acronyms. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.gate.common import is_common
from bot.gate.numbers import ORDINALS, WRITTEN
from bot.gate.words import EMPTY, Word, content, listed, stem, words
from bot.names import made, named

_ALIASES = (
    "u.s usa u.s.a america american americans",
    "u.k uk britain british briton britons",
    "e.u eu europe european europeans",
    "uae u.a.e emirates emirati",
    "france french",
    "netherlands dutch holland",
    "switzerland swiss",
    "spain spanish",
    "greece greek greeks",
    "denmark danish danes",
    "poland polish",
    "finland finnish",
    "ireland irish",
    "turkey turkish türkiye",
    "philippines filipino filipinos philippine",
    *(f"{month[:3]} {month}" for month in listed("january february march april june july august october november")),
    "dec december",
    "sep sept september",
    "mon monday",
    "tue tues tuesday",
    "wed weds wednesday",
    "thu thur thurs thursday",
    "fri friday",
    "sat saturday",
    "sun sunday",
)
_ALIKE = {word: group.split()[0] for group in _ALIASES for word in group.split()}
"""Each of several spellings to one of them."""
_OF_PLACES = frozenset(["", *listed("a an ans ia ian ians n ns ese i is ish e y o ic")])
"""What the name of a country and those of its people end with, after the part they share."""
_SHORTEST_PLACE = 4
_OFFICES = {"ceo": {"chief", "executive"}, "cfo": {"chief", "financial"}, "cto": {"chief", "technology"}}
_HONORIFICS = frozenset(listed("mr mrs ms dr prof sir"))
_CONTRACTED = re.compile(r"n't\Z|'(?:ll|re|ve|d|m)\Z")
_FRESH = re.compile(r'(?:\A|[.!?:;"(–•|/\]]|\s-)\s*[\'"(]*\Z')
_RUN = 4
"""Words of a name to either side of one: longer rows of capitals are a title."""
_TITLE_CASE = 0.9
"""From this share of capitalised words on, capitals say nothing."""
_FEWEST_IN_TITLE = 4
_SHORT_ACRONYM = 2
_LONGEST_ACRONYM = 6


@dataclass(frozen=True, slots=True)
class _Name:
    word: Word
    is_sure: bool
    """False: it may as well be an ordinary word at the beginning of a sentence, or in a title."""
    run: tuple[str, ...]
    """The capitalised words that it stands among, in lower case."""
    called: str
    """The same as they are written."""


@dataclass(frozen=True, slots=True)
class _Evidence:
    lows: frozenset[str]
    """Words (see :func:`_key`), and what two or three of them are together: ``open ai``."""
    stems: frozenset[str]
    initials: str
    """Of all words that carry content, then of the capitalised ones alone."""
    capitals: str
    acronyms: frozenset[str]
    """In lower case."""


def unsupported(claim: str, cited: tuple[str, ...], article: str) -> list[str]:
    """The names of *claim*, a word each, that none of *cited* holds. All are plain. *article* tells what is a name, and
    who is called what in full; it supports nothing.
    """
    evidence = _evidence(cited)
    return [
        name.word.text
        for name in _names(claim)
        if not _is_known(name, evidence)
        and not _is_full_name(name, evidence, article)
        and (name.is_sure or not _is_ordinary(name, claim, article))
    ]


@lru_cache(maxsize=1024)
def _names(text: str) -> tuple[_Name, ...]:
    found = words(text)
    is_title = _is_title(found)
    names: list[_Name] = []
    for place, word in enumerate(found):
        if not _is_cased(word.text) or _key(word) in EMPTY or word.low.partition("'")[0] in _HONORIFICS:
            continue
        has_capital = any(one.isupper() for one in word.text[1:]) and not text.isupper()
        is_odd = has_capital or any(one.isdigit() for one in word.text)
        is_fresh = is_title or bool(_FRESH.search(text[max(0, word.start - 4) : word.start]))
        run = _run(text, found, place)
        called = text[run[0].start : run[-1].end]
        names.append(_Name(word, is_odd or not is_fresh, tuple(one.low for one in run), called))
    return tuple(names)


def spellings(text: str) -> frozenset[str]:
    """What is capitalised in *text*, which is plain, a word each, months and countries in one spelling."""
    keys = (_key(word) for word in words(text) if _is_cased(word.text))
    return frozenset(_ALIKE.get(key, key) for key in keys if key not in EMPTY)


def are_one(one: str, other: str) -> bool:
    """Whether two spellings are of one name, or of a country and its people."""
    return one == other or _are_kin(one, other)


def _key(word: Word) -> str:
    """*word* in lower case. US, IT and May are not us, it and may: what is spelt like a common word gets stops."""
    if word.text == "May":
        return "may."
    return ".".join(word.low) if len(word.text) > 1 and word.text.isupper() and word.low in EMPTY else word.low


def _is_cased(text: str) -> bool:
    """Whether it has a capital, or is of letters and digits both, as ``o3`` and ``16gb`` are."""
    if any(one.isdigit() for one in text):
        return any(one.isalpha() for one in text) and not re.fullmatch(
            r"\d[\d.]*(?:st|nd|rd|th|s|k|m|mn|mln|b|bn|bln|t|tn|trn|x|pp|pct)", text, re.IGNORECASE
        )
    return any(one.isupper() for one in text)


def _is_title(found: tuple[Word, ...]) -> bool:
    heavy = [word for word in found if len(word.text) >= _FEWEST_IN_TITLE and word.low not in EMPTY]
    capital = [word for word in heavy if word.text[0].isupper()]
    return len(heavy) >= _FEWEST_IN_TITLE and len(capital) > _TITLE_CASE * len(heavy)


def _run(text: str, found: tuple[Word, ...], place: int) -> tuple[Word, ...]:
    """The capitalised words around the one at *place*, a few to either side."""

    def belongs(one: int, other: int) -> bool:
        return text[found[one].end : found[other].start] == " " and all(
            _is_cased(found[at].text) for at in (one, other)
        )

    first = last = place
    while first > max(0, place - _RUN) and belongs(first - 1, first):
        first -= 1
    while last < min(len(found) - 1, place + _RUN) and belongs(last, last + 1):
        last += 1
    return found[first : last + 1]


@lru_cache(maxsize=1024)
def _evidence(cited: tuple[str, ...]) -> _Evidence:
    lows: set[str] = set()
    acronyms: set[str] = set()
    initials = capitals = ""
    for sentence in cited:
        found = words(sentence)
        said = [_key(word) for word in found]
        lows.update(said, (low.replace(".", "") for low in said if low.replace(".", "") not in EMPTY))
        acronyms.update(word.low for word in found if len(word.text) > 1 and word.text.isupper())
        lows.update("".join(said[at : at + size]) for size in (2, 3) for at in range(len(said)))
        heavy = [word for word in found if word.low not in EMPTY]
        initials += "".join(word.low[0] for word in heavy) + " "
        capitals += "".join(word.low[0] if word.text[0].isupper() else " " for word in heavy) + " "
    lows.update(_ALIKE[low] for low in tuple(lows) if low in _ALIKE)
    return _Evidence(frozenset(lows), frozenset().union(*map(content, cited)), initials, capitals, frozenset(acronyms))


def _is_known(name: _Name, evidence: _Evidence) -> bool:
    low = _key(name.word)
    if {low, low.replace(".", ""), _ALIKE.get(low, low)} & evidence.lows:
        return True
    if low.removesuffix("s") in evidence.lows or f"{low}s" in evidence.lows:
        return True
    if not name.is_sure and stem(low) in evidence.stems:
        return True
    joined = "".join(name.run)
    if len(name.run) > 1 and (joined in evidence.lows or "".join(one[0] for one in name.run) in evidence.acronyms):
        return True
    return _is_acronym(name.word.text, evidence) or any(_are_kin(low, other) for other in evidence.lows)


def _is_acronym(text: str, evidence: _Evidence) -> bool:
    letters = text.replace(".", "").removesuffix("'s").removesuffix("s")
    if not (letters.isalpha() and letters.isupper() and _SHORT_ACRONYM <= len(letters) <= _LONGEST_ACRONYM):
        return False
    where = evidence.capitals if len(letters) == _SHORT_ACRONYM else evidence.initials
    return letters.casefold() in where or _OFFICES.get(letters.casefold(), {""}) <= evidence.lows


def _are_kin(one: str, other: str) -> bool:
    """Whether one is a country, and the other its people or their language: ``japan``, ``japanese``."""
    shared = 0
    while shared < min(len(one), len(other)) and one[shared] == other[shared]:
        shared += 1
    endings = {one[shared:], other[shared:]}
    return shared >= _SHORTEST_PLACE and endings <= _OF_PLACES and bool(endings - {"", "e", "y", "i", "s", "is"})


def _is_full_name(name: _Name, evidence: _Evidence, article: str) -> bool:
    """Whether the cited sentences call somebody by the last name whom the article calls so in full."""
    if len(name.run) < 2 or name.run[-1] not in evidence.lows or not article:  # noqa: PLR2004
        return False
    return f" {' '.join(name.run)} " in _lowered(article)


def _is_ordinary(name: _Name, claim: str, article: str) -> bool:
    """Whether a word at the beginning of a sentence, or in a title, is no name but an ordinary one."""
    low = name.word.low
    if low in EMPTY or low in WRITTEN or low in ORDINALS:
        return True
    if low in _capitalised(article) or low in _capitalised(claim) or named(name.called) or made(name.called):
        return False
    if f" {low} " in _uncapitalised(article) or f" {low} " in _uncapitalised(claim):
        return True
    return is_common(low) or bool(_CONTRACTED.search(low))


@lru_cache(maxsize=256)
def _lowered(article: str) -> str:
    return f" {' '.join(word.low for word in words(article))} "


@lru_cache(maxsize=256)
def _uncapitalised(article: str) -> str:
    return f" {' '.join(word.low for word in words(article) if word.text[0].islower())} "


@lru_cache(maxsize=256)
def _capitalised(article: str) -> frozenset[str]:
    """The words that the article capitalises within a sentence."""
    return frozenset(name.word.low for name in _names(article) if name.is_sure)
