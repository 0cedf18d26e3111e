"""Average link: the two most alike groups are joined, again and again, until none are alike enough. Pure; only workers
load it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from bot.group.folding import folded
from bot.group.likeness import Pairs, compare
from bot.group.tables import CERTAIN, COHESION, LOOSEST, Table, Told, tables
from bot.group.values import Cluster, Grouping, Judgement
from bot.group.vetoes import Group, by_time, is_older, may_join
from bot.group.words import gist
from bot.model import Article

CUT = 0.12
"""From which likeness two groups are one story; chosen on labelled headlines, for few wrong joins."""
NOISE = 0.02
"""Likeness of words that says nothing: every two titles share a few letters."""
CUT_OF_MEANING = 0.275
"""As CUT, where meaning is mixed in."""
NOISE_OF_MEANING = 0.21
"""As NOISE: nearly all titles of one trade mean as much alike."""
CLOSE = 0.05
"""How far from the cut a doubt reaches."""

_AS_GOOD = 1 - 1e-5
"""What is left of a likeness that has only been rounded."""
_Doubt = tuple[float, tuple[Article, ...], tuple[Article, ...]]
"""How far from the cut it was, and the articles of the two groups at that moment."""


def link(
    new: Sequence[Article],
    existing: Sequence[Cluster],
    meaning: Mapping[str, bytes],
    judgements: Sequence[Judgement],
    doubts: int,
) -> Grouping:
    """As :func:`bot.group.group`."""
    groups = [Group(fold) for fold in folded(sorted(new, key=by_time))]
    groups += [
        Group(sorted(one.articles, key=by_time), cluster=one)
        for one in sorted(existing, key=lambda one: (one.first_seen, one.ref))
    ]
    numbered = [(fold, number) for number, one in enumerate(groups) for fold in folded(one.articles)]
    numbered.sort(key=lambda one: (by_time(one[0][0]), one[1]))
    articles = [fold[0] for fold, _ in numbered]
    knows = bool(meaning) and all(_is_known(meaning.get(gist(article))) for article in articles)
    noise, cut = (NOISE_OF_MEANING, CUT_OF_MEANING) if knows else (NOISE, CUT)
    cut = (cut - noise) / (1 - noise)
    pairs = compare(articles, meaning if knows else {}, noise)
    told = _heed(judgements, groups)
    close: list[_Doubt] = []
    owners = np.array([number for _, number in numbered], dtype=np.int64)
    counts = np.array([len(fold) for fold, _ in numbered], dtype=np.float64)
    for table in tables(groups, (owners, counts), pairs, told, cut):
        linking = _Linking(table, cut=cut, told=told, keeps_doubts=doubts > 0)
        linking.run()
        close += linking.close()
    close.sort(key=itemgetter(0))
    return _outcome(groups, tuple(_most_alike(one, other, articles, pairs) for _, one, other in close[:doubts]))


def _is_known(vector: bytes | None) -> bool:
    """Whether there is a meaning, and a number for each of its dimensions."""
    return vector is not None and bool(np.isfinite(np.frombuffer(vector, dtype="<f4")).all())


def _outcome(groups: Sequence[Group], doubts: tuple[tuple[Article, Article], ...]) -> Grouping:
    alive = [one for one in groups if one.is_alive]
    founded = [tuple(sorted(one.articles, key=by_time)) for one in alive if one.cluster is None]
    return Grouping(
        joined=tuple(
            (one.cluster.ref, tuple(sorted(one.added, key=by_time))) for one in alive if one.cluster and one.added
        ),
        founded=tuple(sorted(founded, key=lambda members: by_time(members[0]))),
        merges=tuple((younger, one.cluster.ref) for one in alive if one.cluster for younger in one.absorbed),
        doubts=doubts,
    )


def _heed(judgements: Sequence[Judgement], groups: Sequence[Group]) -> Told:
    """Which groups are the same by *judgements*; the others learn whom to refuse."""
    numbers = {article.key: number for number, one in enumerate(groups) for article in one.articles}
    told = set()
    for judgement in judgements:
        one, other = numbers.get(judgement.one), numbers.get(judgement.other)
        if one is None or other is None or one == other:
            continue
        if judgement.is_same:
            told.add((one, other))
        else:
            groups[one].refuses |= {judgement.other}
            groups[other].refuses |= {judgement.one}
    return frozenset(told)


class _Linking:
    """The groups of one table, while they are joined."""

    def __init__(self, table: Table, *, cut: float, told: Told, keeps_doubts: bool) -> None:
        members, self._groups, self._sums, self._within = table
        self._cut, self._keeps_doubts = cut, keeps_doubts
        self._doubts: list[_Doubt] = []
        self._refused: defaultdict[int, set[int]] = defaultdict(set)
        self._told: defaultdict[int, set[int]] = defaultdict(set)
        places = {number: place for place, number in enumerate(members.tolist())}
        for one, other in told:
            if one in places and other in places:
                self._told[places[one]].add(places[other])
                self._told[places[other]].add(places[one])
        count = len(self._groups)
        self._scales = np.zeros(count, dtype=np.float32)
        self._best = np.zeros(count, dtype=np.int64)
        self._value = np.zeros(count)
        self._is_stale = np.zeros(count, dtype=bool)
        for place in range(count):
            self._scale(place)
        for place in range(count):
            self._find(place)

    def run(self) -> None:
        """Join what is alike and may be joined."""
        while True:
            one = int(self._value.argmax())
            other, score = int(self._best[one]), float(self._value[one])
            if score < self._cut:
                return
            if self._is_stale[one]:
                self._find(one)
            elif may_join(self._groups[one], self._groups[other]):
                self._doubt(one, other, score)
                self._join(*((one, other) if is_older(self._groups[one], self._groups[other]) else (other, one)))
            else:
                self._refuse(one, other)

    def close(self) -> list[_Doubt]:
        """What was joined just about, and, now that all is done, what was just about not."""
        for one in np.flatnonzero(self._scales).tolist() if self._keeps_doubts else ():
            row = self._scores(one)
            for other in np.flatnonzero((row >= self._cut - CLOSE) & (row < self._cut)).tolist():
                if one < other and may_join(self._groups[one], self._groups[other]):
                    self._doubt(one, other, float(row[other]))
        return self._doubts

    def _doubt(self, one: int, other: int, score: float) -> None:
        if self._keeps_doubts and abs(score - self._cut) <= CLOSE:
            articles = tuple(self._groups[one].articles), tuple(self._groups[other].articles)
            self._doubts.append((abs(score - self._cut), *articles))

    def _scale(self, place: int) -> None:
        """Work out what makes an average of the sums with the group at *place*."""
        size = len(self._groups[place].articles)
        cohesion = max(float(self._within[place]) / size**2, LOOSEST)
        self._scales[place] = 1 / (size * cohesion**COHESION)

    def _scores(self, place: int) -> NDArray[np.float32]:
        """How alike the group at *place* and all others are; 0 where they may not join as they are."""
        row: NDArray[np.float32] = self._sums[place] * self._scales * self._scales[place]
        row[list(self._told[place])] = CERTAIN
        row[list(self._refused[place])] = 0
        return row

    def _find(self, place: int) -> None:
        """Find out which group the one at *place* may join first."""
        row = self._scores(place)
        self._best[place] = row.argmax()
        self._value[place] = row[self._best[place]]
        self._is_stale[place] = False

    def _refuse(self, one: int, other: int) -> None:
        """Look at these two again only when one of them has grown."""
        for place, refused in ((one, other), (other, one)):
            self._refused[place].add(refused)
            if self._best[place] == refused:
                self._find(place)

    def _join(self, into: int, gone: int) -> None:
        self._groups[into].take(self._groups[gone])
        self._within[into] += self._within[gone] + 2 * self._sums[into, gone]
        self._sums[into] += self._sums[gone]
        self._sums[into, [into, gone]] = 0
        self._sums[:, into] = self._sums[into]
        for place in (into, gone):
            for other in self._refused.pop(place, ()):
                self._refused[other].discard(place)
        for other in self._told.pop(gone, ()):
            self._told[other].discard(gone)
            if other != into:
                self._told[other].add(into)
                self._told[into].add(other)
        self._scale(into)
        self._scales[gone], self._value[gone] = 0, -1
        self._find(into)
        self._look_again(into, gone)

    def _look_again(self, into: int, gone: int) -> None:
        """Let those whose nearest has changed look for it anew, when it is their turn: until then, what they had is the
        most that they can have. Whoever is now nearest to *into* need not know: the pair is found from that side.
        """
        near = np.flatnonzero((self._scales > 0) & ((self._best == into) | (self._best == gone)))
        near = near[near != into]
        now = self._scores(into)[near]
        is_as_good = now >= self._value[near] * _AS_GOOD
        self._best[near[is_as_good]], self._value[near[is_as_good]] = into, now[is_as_good]
        self._is_stale[near[~is_as_good]] = True


def _most_alike(
    one: Sequence[Article], other: Sequence[Article], articles: Sequence[Article], pairs: Pairs
) -> tuple[Article, Article]:
    """The two articles, one of each side, that are most alike; the first ones if none are."""
    ours, theirs = ({article.key for article in side} for side in (one, other))
    side = np.array([(article.key in ours) - (article.key in theirs) for article in articles])
    across = np.flatnonzero(side[pairs.earlier] * side[pairs.later] < 0)
    if not len(across):
        return one[0], other[0]
    best = across[pairs.alike[across].argmax()]
    return articles[pairs.earlier[best]], articles[pairs.later[best]]
