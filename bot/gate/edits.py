"""Sentences that were copied but for a word: what was put in, taken out or exchanged. Pure.

Where a claim follows a sentence closely, places can be compared, and not only whether a word is there at all.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from bot.gate import names, numbers, polarity, strength
from bot.gate.common import is_common
from bot.gate.words import EMPTY, Word, listed, stem, words

CLOSE = 0.7
"""The share of a claim's words that one sentence must have in the same order."""
_LONGEST = 200
"""Words of a text that is compared: comparing grows with the square."""
_SHORT = 4
"""Words of an exchange at the most: longer ones are rewritten, not exchanged."""
_NEGATIONS = frozenset(listed("not never no none nobody nothing neither nor cannot without"))
_PREPOSITIONS = frozenset(
    listed("in on at by of for from to with after before until since under over near the this last")
)
_ONE = re.compile(r"\bone\b", re.IGNORECASE)
_SAYS = frozenset(listed("said says say adds added told according wrote writes"))
_CONTRACTED = (
    (re.compile(r"\bcan'?t\b|\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (re.compile(r"n't\b", re.IGNORECASE), " not"),
)


class _Text:
    """A text without contractions, and its words."""

    def __init__(self, text: str) -> None:
        for pattern, whole in _CONTRACTED:
            text = pattern.sub(whole, text)
        self.text = text
        self.words: Sequence[Word] = words(text)[:_LONGEST]
        self.lows = tuple(word.low for word in self.words)

    def part(self, start: int, end: int) -> str:
        """The words from *start* to *end*, with the signs around them: ``$20bn``, ``71 %``."""
        first = self.words[start - 1].end if start else 0
        last = self.words[end].start if end < len(self.words) else len(self.text)
        return self.text[first:last].strip()

    def actors(self) -> tuple[str, ...]:
        """The names that follow no preposition."""
        before = ("", *self.lows)
        names = (word for word, low in zip(self.words, before, strict=False) if low not in _PREPOSITIONS)
        return tuple(word.low for word in names if _is_fact(word))

    def target(self, place: int) -> str:
        """The stem of the first word from *place* on that carries content and is no negation."""
        lows = (low for low in self.lows[place:] if low not in EMPTY and low not in _NEGATIONS)
        return stem(next(lows, ""))


@lru_cache(maxsize=1024)
def _read(text: str) -> _Text:
    return _Text(text)


def faults(claim: str, cited: tuple[str, ...]) -> list[str]:
    """What the claim changes in the sentence that it follows, a clause each; nothing where it follows none closely, or
    where another cited sentence has it so.
    """
    mine = _read(claim)
    best: tuple[int, list[str]] = (0, [])
    for place, sentence in enumerate(cited):
        theirs = _read(sentence)
        matcher = SequenceMatcher(None, mine.lows, theirs.lows, autojunk=False)
        alike = sum(block.size for block in matcher.get_matching_blocks())
        if alike >= CLOSE * len(mine.lows) and alike > best[0]:
            others = cited[:place] + cited[place + 1 :]
            best = (alike, list(_changes(mine, theirs, matcher, others)))
    return [*best[1], *(fault for sentence in cited for fault in _reordered(mine, _read(sentence)))]


def _changes(mine: _Text, theirs: _Text, matcher: SequenceMatcher[str], others: tuple[str, ...]) -> Iterable[str]:
    denied = frozenset().union(*map(polarity.denied, others))
    asserted = frozenset().union(*map(polarity.undenied, others))
    for kind, start, end, their_start, their_end in matcher.get_opcodes():
        put_in, left_out = mine.lows[start:end], theirs.lows[their_start:their_end]
        if kind == "equal":
            continue
        new, old = _NEGATIONS & set(put_in), _NEGATIONS & set(left_out)
        if new and not old and len(put_in) <= _SHORT and mine.target(start) not in denied:
            yield f"it says “{min(new)}” where the cited sentence does not"
        # Who leaves out a whole clause says less; who leaves out only a negation says the opposite.
        is_inside = start and end < len(mine.lows)
        is_lost = old and not new and len(left_out) <= _SHORT and (is_inside or len(left_out) == 1)
        is_lost = is_lost and not polarity.denies_softly(mine.part(start, end))
        if is_lost and theirs.target(their_start) not in asserted:
            yield f"it leaves out the “{min(old)}” of the cited sentence"
        if kind == "replace" and max(len(put_in), len(left_out)) <= _SHORT:
            opening = put_in[0] if start == 0 else ""
            yield from _exchanged(mine.part(start, end), theirs.part(their_start, their_end), others, opening)


def _exchanged(put_in: str, left_out: str, others: tuple[str, ...], opening: str) -> Iterable[str]:
    """A number for another one, a name for another one, a word for its opposite. *opening* begins the claim, in lower
    case: if it is an ordinary word, its capital makes it no name.
    """
    # In the place of a number even a bare "one" is a number.
    counted, before = _ONE.sub("1", put_in), _ONE.sub("1", left_out)
    if numbers.quantities(before) and (new := numbers.unsupported(counted, (before, *others))):
        yield f"it has the number “{new[0]}” where the cited sentence has another one"
    mine, theirs = names.spellings(put_in), names.spellings(left_out)
    if is_common(opening):
        mine -= {opening}
    known = theirs.union(*map(names.spellings, others))
    if mine and theirs and not any(names.are_one(one, other) for one in mine for other in known):
        yield f"it has the name “{min(mine)}” where the cited sentence has “{min(theirs)}”"
    yield from polarity.turned(put_in, (left_out, *others))
    if (sure := strength.raised(put_in, left_out)) and not any(put_in.casefold() in one.casefold() for one in others):
        yield f"it says “{sure}” where the cited sentence is less sure (“{left_out}”)"


def _reordered(mine: _Text, theirs: _Text) -> Iterable[str]:
    """The names or numbers of the sentence have changed places: between the same words, or, where all words are the
    sentence's, as whoever does something and whom it is done to.
    """
    if Counter(mine.lows) - Counter(theirs.lows) or _is_within(mine.lows, theirs.lows):
        return
    facts = [tuple(word.low for word in text.words if _is_fact(word)) for text in (mine, theirs)]
    others = [tuple(word.low for word in text.words if not _is_fact(word)) for text in (mine, theirs)]
    have_moved = _is_within(others[0], others[1]) and not _is_within(facts[0], facts[1])
    # "In Oslo, Norvik won" and "Norvik won, said Halden" are said in another order, too.
    is_turned = len(mine.lows) == len(theirs.lows) and not _SAYS & set(mine.lows)
    if have_moved or (is_turned and not _is_within(mine.actors(), theirs.actors())):
        yield f"it has {', '.join(f'“{fact}”' for fact in facts[0])} in another order than the cited sentence"


def _is_fact(word: Word) -> bool:
    return word.low not in EMPTY and any(one.isupper() or one.isdigit() for one in word.text)


def _is_within(part: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether *whole* has all of *part* in the same order."""
    rest = iter(whole)
    return all(one in rest for one in part)
