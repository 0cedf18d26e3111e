"""The newest titles in memory, to find the one that somebody meant and mistyped. Pure.

Words are compared with words, and each counts by its length: over real headlines with mistyped words this finds the
right one in 4 of 5 cases, where likeness of whole strings finds 1 to 3 of 4, and it is faster, because only words that
occur are compared. 100 means that every word typed is a word of the title.
"""

import heapq
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import regex
from rapidfuzz import fuzz, process

MAX_WORDS = 16
"""Words of what somebody typed that are looked at; one title has fewer."""
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]{1,40}")
_ALIKE = 65.0
"""Likeness of two words below which they are simply different ones."""
_TELLING = 3
"""Letters of an unfinished word from which its beginning says something."""


def words_of(text: str) -> tuple[str, ...]:
    """The words of *text*, without case and accents."""
    plain = text.casefold()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain))


def likeness(typed: Sequence[str], title: Collection[str], *, is_unfinished: bool = True) -> float:
    """How well the words of *title* account for those *typed*, 0–100; the last may be *unfinished*."""
    total = sum(map(len, typed))
    last = len(typed) - 1
    points = 0.0
    for place, word in enumerate(typed):
        alike = _alike(word, title, begins=is_unfinished and place == last)
        points += len(word) * max(alike.values(), default=0.0)
    return points / total if total else 0.0


def _alike(word: str, vocabulary: Iterable[str], *, begins: bool) -> dict[str, float]:
    """Those of *vocabulary* that *word* may stand for, with how alike they are; *begins*: or may be the start of."""
    candidates = list(vocabulary)
    # Without a limit, extract gives the same as extract_iter, and takes a fraction of its time among so many.
    close = process.extract(word, candidates, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None)
    found = {candidate: score for candidate, score, _ in close}
    if begins and len(word) >= _TELLING:
        longer = [candidate for candidate in candidates if len(candidate) > len(word)]
        starts = [candidate[: len(word)] for candidate in longer]
        for _, score, place in process.extract(word, starts, scorer=fuzz.ratio, score_cutoff=_ALIKE, limit=None):
            candidate = longer[place]
            found[candidate] = max(found.get(candidate, 0.0), score)
    return found


@dataclass(frozen=True, slots=True)
class Title:
    """What is remembered of one story. Ids grow with time."""

    story: int
    words: frozenset[str]
    audience: frozenset[str]
    """Workspaces; ``''`` is everybody."""


class Titles:
    """At most *capacity* titles, the newest ones, by the words they hold. For one thread at a time."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._titles: dict[int, Title] = {}
        self._holders: defaultdict[str, set[int]] = defaultdict(set)
        self._vocabulary: list[str] = []
        """Copies of the words that are held; empty where they must be made anew."""

    def __len__(self) -> int:
        return len(self._titles)

    def put(self, title: Title) -> None:
        """Remember *title* instead of what its story was called before; the oldest is forgotten for it."""
        self.drop(title.story)
        self._titles[title.story] = title
        self._vocabulary = []
        for word in title.words:
            self._holders[word].add(title.story)
        if len(self._titles) > self._capacity:
            self.drop(min(self._titles))

    def drop(self, story: int) -> None:
        """Forget the title of *story*, if there is one."""
        title = self._titles.pop(story, None)
        self._vocabulary = []
        for word in title.words if title else ():
            holders = self._holders[word]
            holders.discard(story)
            if not holders:
                del self._holders[word]

    def like(self, typed: Sequence[str], *, workspace: str | None, limit: int) -> list[tuple[int, float]]:
        """Stories visible to *workspace* (None: all), with their likeness; best first, then newest."""
        total = sum(map(len, typed))
        # Words that were remembered one by one lie all over the memory, and waiting for it takes most of the time of
        # comparing with each; copies that are made at once lie in a row.
        self._vocabulary = self._vocabulary or " ".join(self._holders).split()
        points: defaultdict[int, float] = defaultdict(float)
        for place, word in enumerate(typed):
            best: dict[int, float] = {}
            for known, score in _alike(word, self._vocabulary, begins=place == len(typed) - 1).items():
                for story in self._holders[known]:
                    if score > best.get(story, 0.0):
                        best[story] = score
            for story, score in best.items():
                points[story] += score * len(word) / total
        found: list[tuple[int, float]] = []
        # Hardly ever belong most of the likeliest to other workspaces, so it is not asked whose each of thousands is.
        for few in (4 * limit, len(points)):
            ranked = heapq.nlargest(few, ((score, story) for story, score in points.items()))
            found = [(story, score) for score, story in ranked if self._is_visible(story, workspace)]
            if len(found) >= limit:
                break
        return found[:limit]

    def _is_visible(self, story: int, workspace: str | None) -> bool:
        return workspace is None or not self._titles[story].audience.isdisjoint(("", workspace))
