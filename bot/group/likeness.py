"""How alike articles are, two by two, from what they say and the time between them. Pure; only workers load it.

Words count by TF-IDF, and so do the pieces of words. What is in many articles about one event is not common on that
account: the articles that are much like one another count as one article together where rarity is concerned.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bot.group.vetoes import WINDOW
from bot.group.words import BEGINNING, COMMONPLACE, gist, pieces, words
from bot.model import Article

PER_DAY = 0.03
"""Likeness lost for each day between two articles."""
SAME_FEED = 0.62
"""Two articles of one feed are not alike below this: a publisher rarely writes twice about one thing, and series look
alike.
"""
MEANING = 0.7
"""How much meaning counts beside the words, where there is any."""
MOST_PAIRS = 1_000_000
"""Pairs that are remembered: some 80 MB while they are sorted. Six thousand headlines about 87 stories have two
thirds of that. Of more, the articles that are like the most others forget the least alike, which then count as not
alike at all.
"""

_SLACK = 1.2
"""How far the pairs run over before they are cut back."""
_PIECE_WEIGHT = 0.5
_BEGINNING_WEIGHT = 0.5
"""Of a word that stands not in the title, but where the text begins."""
_TELLING = (0.25, 0.5)
"""What is left of the likeness of two titles that share no telling word, or one: they share a subject, and perhaps no
event.
"""
_TELLING_MEANT = (0.75, 0.9)
"""The same of how near two titles are in meaning: most titles of one trade mean something alike."""
_FEW = 50
"""Among so many articles only half of that is left, and among fewer less: nothing tells that the one word is rare."""
_MUCH_ALIKE = 0.3
"""Titles whose words are so alike count together where rarity is concerned."""
_BLOCK = 256
"""Articles whose meaning is compared at a time."""

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]
"""Places of articles; there may be millions, so they are small."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of articles that are alike at all, in order of the second."""

    earlier: Numbers
    later: Numbers
    alike: Floats
    """Above 0, at most 1."""


def compare(articles: Sequence[Article], meaning: Mapping[str, bytes], noise: float, pairs: int = MOST_PAIRS) -> Pairs:
    """The likeness of all of *articles*, which are in order of time.

    Args:
        articles: which to compare.
        meaning: for the gist of each a vector, as ``bot.ports.Meaning`` gives it; empty: words decide alone.
        noise: likeness up to this says nothing and counts as none.
        pairs: how many to remember at the most.
    """
    titles = [words(article.title) for article in articles]
    beginnings = [words(article.extract[:BEGINNING]) for article in articles]
    everything = [_weighted(title, beginning) for title, beginning in zip(titles, beginnings, strict=True)]
    by_words = _alike_before(_Bags(everything, weights=_shares(titles)))
    own = [
        [(word, 1.0) for word in dict.fromkeys((*title, *beginning)) if word not in COMMONPLACE]
        for title, beginning in zip(titles, beginnings, strict=True)
    ]
    shared = _alike_before(_Bags(own, weights=None))
    meant = _meant_before(articles, meaning) if meaning else None
    feeds = _numbered([article.feed or article.key for article in articles])
    stamps = np.array([article.news_at.timestamp() for article in articles])
    begins = np.searchsorted(stamps, stamps - WINDOW.total_seconds())
    in_telling, meant_telling = np.array([*_TELLING, 1.0]), np.array([*_TELLING_MEANT, 1.0])
    in_telling[:2] *= len(articles) / (len(articles) + _FEW)
    found: list[tuple[Numbers, Floats]] = []
    held, most = 0, len(articles)
    for place, (in_words, count) in enumerate(zip(by_words, shared, strict=True)):
        telling = np.minimum(count, 2).astype(np.int64)
        alike = in_words * in_telling[telling]
        value = alike if meant is None else MEANING * next(meant) * meant_telling[telling] + (1 - MEANING) * alike
        value = value - PER_DAY / timedelta(days=1).total_seconds() * (stamps[place] - stamps[:place])
        value[(feeds[:place] == feeds[place]) & (alike < SAME_FEED)] = 0
        value[: begins[place]] = 0
        kept = np.flatnonzero(value > noise)
        found.append(_most_alike(kept.astype(np.int32), ((value[kept] - noise) / (1 - noise)).astype(np.float32), most))
        held += len(found[-1][0])
        if held > pairs * _SLACK or (held > pairs and place == len(articles) - 1):
            most = _fair([len(row) for row, _ in found], pairs)
            found = [_most_alike(*row, most) for row in found]
            held = sum(len(row) for row, _ in found)
    return Pairs(
        earlier=np.concatenate([np.zeros(0, dtype=np.int32), *(kept for kept, _ in found)]),
        later=np.repeat(np.arange(len(found), dtype=np.int32), [len(kept) for kept, _ in found]),
        alike=np.concatenate([np.zeros(0, dtype=np.float32), *(value for _, value in found)]),
    )


def _most_alike(places: Numbers, alike: Floats, most: int) -> tuple[Numbers, Floats]:
    """At most so many of *places*, in order, and how alike they are."""
    if len(places) <= most:
        return places, alike
    kept = np.sort(np.argsort(-alike, kind="stable")[:most])
    return places[kept], alike[kept]


def _fair(counts: Sequence[int], total: int) -> int:
    """The most that each may keep, so that all of them together keep no more than *total*. As *counts* get longer, it
    only falls: who has kept so many on the way has lost nothing.
    """
    return bisect_right(range(1, max(counts) + 1), total, key=lambda most: sum(min(one, most) for one in counts))


def _weighted(title: Sequence[str], beginning: Sequence[str]) -> list[tuple[str, float]]:
    """The features of an article; a word of its title counts as one, wherever else it stands."""
    return [
        *((word, _BEGINNING_WEIGHT) for word in beginning),
        *((word, 1.0) for word in title),
        *((piece, _PIECE_WEIGHT) for word in title for piece in pieces(word)),
    ]


class _Bags:
    """Which features each article has, and how much each weighs in it.

    Written as one flat list of all articles' features, and where each article begins in it.
    """

    def __init__(self, bags: Sequence[Sequence[tuple[str, float]]], *, weights: NDArray[np.float64] | None) -> None:
        """With *weights*, how much each article counts where rarity is concerned, weigh by TF-IDF, each article to the
        length 1; without, every feature counts 1.
        """
        names: dict[str, int] = {}
        once = [dict(bag) for bag in bags]
        self.features = np.array([names.setdefault(name, len(names)) for bag in once for name in bag], dtype=np.int64)
        self.begins = np.concatenate([[0], np.cumsum([len(bag) for bag in once], dtype=np.int64)])
        owners = np.repeat(np.arange(len(once)), np.diff(self.begins))
        self.spread = np.bincount(self.features, minlength=len(names))
        if weights is None:
            self.values = np.ones(len(self.features))
            return
        held = np.bincount(self.features, weights[owners], minlength=len(names))
        rarity = np.log((1 + weights.sum()) / (1 + held)) + 1
        values = np.array([weight for bag in once for weight in bag.values()]) * rarity[self.features]
        lengths = np.sqrt(np.bincount(owners, values**2, minlength=len(once)))
        self.values = values / lengths[owners]


def _alike_before(bags: _Bags) -> Iterator[NDArray[np.float64]]:
    """For one article after the other, its inner products with all articles before it."""
    begins = np.concatenate([[0], np.cumsum(bags.spread)])[:-1]
    holders = np.zeros(len(bags.features), dtype=np.int64)
    weights = np.zeros(len(bags.features))
    filled = np.zeros(len(begins), dtype=np.int64)  # how many articles so far have the feature
    for place, (begin, end) in enumerate(pairwise(bags.begins)):
        own, values = bags.features[begin:end], bags.values[begin:end]
        counts = filled[own]
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        where = np.repeat(begins[own] - (ends - counts), counts) + np.arange(total)
        alike = np.bincount(holders[where], weights[where] * np.repeat(values, counts), minlength=place)
        yield alike[:place].astype(np.float64)  # of nothing at all, numpy counts whole numbers
        at = begins[own] + counts
        holders[at], weights[at] = place, values
        filled[own] += 1


def _shares(titles: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """How much each title counts where rarity is concerned: a third, where three are much alike."""
    bags = _Bags([[(word, 1.0) for word in one] for one in titles], weights=np.ones(len(titles)))
    crowd = np.ones(len(titles))
    for place, alike in enumerate(_alike_before(bags)):
        near = np.flatnonzero(alike >= _MUCH_ALIKE)
        crowd[place] += len(near)
        crowd[near] += 1
    return 1 / crowd


def _meant_before(articles: Sequence[Article], meaning: Mapping[str, bytes]) -> Iterator[Floats]:
    """For one article after the other, how near in meaning all articles before it are."""
    table = np.stack([np.frombuffer(meaning[gist(article)], dtype="<f4") for article in articles])
    for start in range(0, len(table), _BLOCK):
        block = table[start : start + _BLOCK] @ table[: start + _BLOCK].T
        for row, near in enumerate(block):
            yield near[: start + row]


def _numbered(names: Sequence[str]) -> Numbers:
    """A number for each of *names*, the same for the same name."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int32)
