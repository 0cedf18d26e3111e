"""Tables of likeness between groups, one for each part that is apart from the rest. Pure; only workers load it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.group.likeness import Pairs
from bot.group.parts import parts
from bot.group.vetoes import Group

COHESION = 0.4
"""How far it counts how alike the articles within two groups are: large groups are loose, and so are the averages
between what belongs together. 0 is the plain average; at 1/2, it is the cosine of the two groups' centroids.
"""
LOOSEST = 0.25
"""The least that is believed of how alike the articles within a group are."""
NEVER = -1e9
"""A sum of likeness that no other makes up for: what differs once differs however the two groups grow."""
CERTAIN = 2.0
"""The likeness of what somebody has said to be the same: more than there can be."""

Told = frozenset[tuple[int, int]]
"""Numbers of groups that somebody has said to be the same."""
Table = tuple[NDArray[np.int64], list[Group], NDArray[np.float32], NDArray[np.float64]]
"""Numbers of some groups, in order; the groups; the sums of likeness between the articles of any two of them; the same
within each, an article being like itself by 1.
"""


def tables(
    groups: Sequence[Group],
    folds: tuple[NDArray[np.int64], NDArray[np.float64]],
    pairs: Pairs,
    told: Told,
    cut: float,
) -> Iterator[Table]:
    """What can be worked out apart from the rest. *folds* says of each compared article in which group it is, and for
    how many it stands.
    """
    count = len(groups)
    within, names, sums = _summed(count, folds, pairs, told)
    sizes = np.array([len(one.articles) for one in groups], dtype=np.float64)
    low, high = (names // max(count, 1)).astype(np.int32), (names % max(count, 1)).astype(np.int32)
    ties = (sums / (sizes[low] * sizes[high])).astype(np.float32)
    ties[np.searchsorted(names, _judged(count, told))] = CERTAIN
    del names
    # Averages are no higher than the highest of what they average, and cohesion raises them by so much at the most.
    least = cut * LOOSEST ** (2 * COHESION)
    for members, own in parts(count, low, high, ties, least=least):
        if all(groups[number].cluster for number in members):
            continue  # nothing has come to any of them
        one, other = np.searchsorted(members, low[own]), np.searchsorted(members, high[own])
        table = np.zeros((len(members), len(members)), dtype=np.float32)
        table[one, other] = table[other, one] = sums[own]
        chosen = [groups[number] for number in members]
        _bar(table, chosen)
        yield members, chosen, table, within[members]


def _summed(
    count: int, folds: tuple[NDArray[np.int64], NDArray[np.float64]], pairs: Pairs, told: Told
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float32]]:
    """For each group the likeness within it; then the pairs of groups that are alike or judged, each as one number, in
    order, and the likeness between them. With a million pairs of articles, every array too many takes 8 MB.
    """
    owners, counts = folds
    alike = counts[pairs.earlier]
    alike *= counts[pairs.later]
    alike *= pairs.alike
    one, other = owners[pairs.earlier], owners[pairs.later]
    inside = one == other
    within = np.zeros(count) + np.bincount(owners, counts**2, minlength=count)
    within += 2 * np.bincount(one[inside], alike[inside], minlength=count)
    alike[inside] = 0
    low = np.minimum(one, other)
    low *= count
    low += np.maximum(one, other, out=other)
    del one, other
    names = np.unique(np.concatenate([low[~inside], _judged(count, told)]))
    places = np.searchsorted(names, low)  # what is inside adds nothing, wherever it is added
    places[inside] = 0
    sums = np.bincount(places, alike, minlength=len(names))[: len(names)]
    return within, names, sums.astype(np.float32)


def _judged(count: int, told: Told) -> NDArray[np.int64]:
    return np.array([min(pair) * count + max(pair) for pair in told], dtype=np.int64)


def _bar(table: NDArray[np.float32], groups: Sequence[Group]) -> None:
    """Write into *table* which of *groups* differ in versions: of a feed of change logs, that is any two."""
    named: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for place, one in enumerate(groups):
        for versions in one.versions:
            for name, numbers in versions.items():
                if len(numbers) == 1:  # of those with more, may_join knows
                    named[name] += [(place, number) for number in numbers]
    for ours in named.values():
        places = np.array([place for place, _ in ours], dtype=np.int64)
        _, numbers_of = np.unique([number for _, number in ours], return_inverse=True)
        for place, number in zip(places, numbers_of, strict=True):
            table[place, places[numbers_of != number]] = NEVER
    np.fill_diagonal(table, 0)
