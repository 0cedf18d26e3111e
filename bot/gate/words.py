"""Sentences as the gate reads them: one spelling for what looks alike, words, and the stems of those with content."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache


def listed(text: str) -> tuple[str, ...]:
    """The words of *text*, for lists of words that are read like a text."""
    return tuple(text.split())


_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u2039\u203a\u300c\u300d\u300e\u300f", '"'),
        **dict.fromkeys("\u2010\u2011\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2012\u2013\u2014\u2015", "–"),
    }
)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Kana, Chinese characters and Hangul, which are written without spaces: each counts as a word."""
_WORD = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['.&+][^\W_{_CJK}]+)*\+*")

EMPTY = frozenset(
    listed(
        "a about above after again all also although am among an and any are as at be because been before being "
        "below between both but by can could did do does doing down during each else even ever every few for from "
        "further get gets got had has have having he her here hers him his how however i if in into is it its "
        "itself just like many may me might more most much must my now of off often on once one only onto or "
        "other others our out over own per quite rather really said same say says she should since so some still "
        "such than that the their them then there these they this those though through thus to too toward towards "
        "under until up upon us very via was we well were what when where whether which while who whom whose why "
        "will with within would yet you your"
    )
)
"""Words that carry no content. Negations are none of them: ``bot.gate.polarity`` looks after those."""

COUNTED = frozenset(
    listed(
        "hundred hundreds thousand thousands million millions billion billions trillion trillions bn mn tn dollar "
        "dollars usd euro euros eur pound pounds gbp percent cent pct percentage point points"
    )
)
"""Words of amounts, which ``bot.gate.numbers`` compares as values."""

_SUFFIXES = listed(
    "ations ation ements ement ments ment ingly edly ities ity ness ings ing ions ion ives ive ied ies ers er ed es ly "
    "als al s e y"
)
"""Longest first, as far as one contains another."""
_SHORTEST_STEM = 3
_IRREGULAR = {
    form: family.split()[0]
    for family in (
        *(
            "begin began begun",
            "break broke broken",
            "bring brought",
            "build built",
            "buy bought",
            "choose chose chosen choice",
        ),
        *(
            "come came",
            "die dead death deaths dies",
            "draw drew drawn",
            "drive drove driven",
            "fall fell fallen",
            "find found",
        ),
        *("fight fought", "fly flew flown flight flights", "get got gotten", "give gave given", "go goes went gone"),
        *(
            "grow grew grown growth",
            "hear heard",
            "hold held",
            "keep kept",
            "know knew known",
            "lead led",
            "leave left",
        ),
        *("lend lent", "lose lost loss losses", "make made", "mean meant", "meet met", "pay paid", "rise rose risen"),
        *("run ran", "see saw seen", "seek sought", "sell sold sale sales", "send sent", "shrink shrank shrunk"),
        *("sink sank sunk", "speak spoke spoken speech speeches", "spend spent", "stand stood", "steal stole stolen"),
        *(
            "succeed success successes successful",
            "take took taken",
            "teach taught",
            "tell told",
            "think thought thoughts",
        ),
        *("throw threw thrown", "wear wore worn", "win won", "withdraw withdrew withdrawn withdrawal withdrawals"),
        *(
            "write wrote written",
            "decide decision decisions",
            "prove proof",
            "long length",
            "strong strength",
            "wide width",
        ),
        *("man men", "woman women", "child children", "person people persons"),
    )
    for form in listed(family)
}
"""Forms of a word that no ending tells, by the word."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place in the text."""

    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        """In lower case, without the possessive."""
        return self.text.casefold().removesuffix("'s").rstrip("'")


def plain(text: str) -> str:
    """*text* with one spelling for what looks alike: quotes, hyphens, dashes, spaces, ligatures, full-width letters;
    without what cannot be seen.
    """
    shown = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    return " ".join(shown.translate(_ALIKE).split())


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[Word, ...]:
    """The words of *text*, which is plain, in order; ``don't``, ``U.S``, ``R&D`` and ``5.3`` are one word each, the
    parts of ``open-weight`` two.
    """
    return tuple(Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text))


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """What the forms of *word*, in lower case, have in common, roughly: ``launches``, ``launched``, ``launching``.

    Two words may share one that have nothing to do with each other; the gate errs on the side of letting pass here,
    because what a claim asserts is caught by its numbers, names and negations.
    """
    if not word.isascii() or not word.isalpha():
        return word
    word = _IRREGULAR.get(word, word)
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= _SHORTEST_STEM:
            word = word[: -len(suffix)]
            break
    if len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word[:-1] if len(word) > _SHORTEST_STEM and word[-1] in "eiy" else word


def content(text: str) -> frozenset[str]:
    """The stems of *text*, which is plain, that carry content; amounts are left to ``bot.gate.numbers``."""
    return frozenset(
        stem(word.low)
        for word in words(text)
        if word.low not in EMPTY and word.low not in COUNTED and not word.low[0].isdigit()
    )


def share(part: Iterable[str], whole: Iterable[str]) -> float:
    """How much of *part* is in *whole*, 0 to 1; of nothing, all."""
    parts = frozenset(part)
    return len(parts & frozenset(whole)) / len(parts) if parts else 1.0
