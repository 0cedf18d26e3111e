"""Which groups have anything to do with one another, so that each such part is worked out in a table of its own. Pure;
only workers load it.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Places = NDArray[np.int32]
Floats = NDArray[np.float32]

LIMIT = 6_400
"""Groups in one part: their table takes 164 MB then."""
_TIES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""What is too large to be one part is parted where groups are less alike than this, then this, and so on."""


def parts(
    count: int, one: Places, other: Places, alike: Floats, *, least: float, limit: int = LIMIT
) -> Iterator[tuple[Numbers, Places]]:
    """The numbers below *count* in parts of at least two and at most *limit*, each with the places of its pairs.

    ``one[i]`` and ``other[i]`` are alike by ``alike[i]``, and in one part if that is *least* or more; unless the part
    would be larger than *limit*: then its weaker ties do not hold it together, and in the end it is cut in the order
    of the numbers.
    """
    everything = np.arange(count), np.arange(len(one), dtype=np.int32)
    yield from _parted(everything, (one, other, alike), (least, *(tie for tie in _TIES if tie > least)), limit)


def _parted(
    whole: tuple[Numbers, Places], ties: tuple[Places, Places, Floats], levels: Sequence[float], limit: int
) -> Iterator[tuple[Numbers, Places]]:
    for part in _split(whole, ties, levels[:1], limit):
        if len(part[0]) > limit:
            yield from _parted(part, ties, levels[1:], limit)
        else:
            yield part


def _split(
    whole: tuple[Numbers, Places], ties: tuple[Places, Places, Floats], level: Sequence[float], limit: int
) -> list[tuple[Numbers, Places]]:
    """The parts of *whole* that no tie of that *level* holds together; without a level, so many at a time."""
    members, own = whole
    one, other = (np.searchsorted(members, side[own]).astype(np.int32) for side in ties[:2])
    if level:
        holds = ties[2][own] >= level[0]
        labels = _connected(len(members), one[holds], other[holds])
    else:
        labels = np.arange(len(members), dtype=np.int32) // limit
    inside = np.flatnonzero(labels[one] == labels[other]).astype(np.int32)
    inside = inside[np.argsort(labels[one[inside]], kind="stable")]
    order = np.argsort(labels, kind="stable")
    names, begins = np.unique(labels[order], return_index=True)
    pairs = np.searchsorted(labels[one[inside]], names), np.searchsorted(labels[one[inside]], names, side="right")
    found = zip(np.split(order, begins[1:]), *pairs, strict=True)
    return [(members[numbers], own[inside[begin:end]]) for numbers, begin, end in found if len(numbers) > 1]


def _connected(count: int, one: Places, other: Places) -> Places:
    """For each number below *count*, the least number that it is connected with."""
    labels = np.arange(count, dtype=np.int32)
    while True:
        low = np.minimum(labels[one], labels[other])
        reached = labels.copy()
        np.minimum.at(reached, labels[one], low)
        np.minimum.at(reached, labels[other], low)
        reached = reached[reached]
        if np.array_equal(reached, labels):
            return labels
        labels = reached
