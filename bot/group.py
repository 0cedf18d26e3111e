"""Grouping: which articles tell of the same thing. Pure, and the same for the same articles in any order.

Average link over TF-IDF of words and of four-letter pieces of title words, less a little for each day between two
articles. Time is not optional: without it, headlines that come back every week look alike.
"""

import heapq
import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter

from bot.model import Article

CUT = 0.13
"""Average likeness from which two groups are one story; chosen on labelled headlines, for few wrong joins."""
SAME_FEED_CUT = 0.62
"""The same between articles of one feed: a publisher rarely writes twice about one thing, and series look alike."""
PER_DAY = 0.03
"""Likeness lost for each day between two articles."""
WINDOW = timedelta(hours=72)
"""Articles further apart never tell of the same thing."""

_EXTRACT_CHARACTERS = 400
_EXTRACT_WEIGHT = 0.35
_PIECE_WEIGHT = 0.5
_PIECE = 4
_PIECE_MARK = "~"
_ONE_WORD = 0.25
_COMMON = 60
"""As many earlier articles are looked up by one feature, the latest ones."""
_TELLING = 16
"""The weightiest features of an article, by which it is looked for."""
_PRIOR = 300
"""Articles that are imagined beside the given ones, so that five articles make no strange statistics."""

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*")
_VERSION = re.compile(
    r"([a-z]+)(\s#|[\s-]?v?)(\d++(?:\.\d+)*+)(?!\s*(?:billion|million|trillion|percent|%|st|nd|rd|th|x|bn|[bm]\b))"
)
_AMOUNT = 3  # digits from which a bare number after a word counts things: cuts 900 jobs
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2212", "-"))
_COMMONPLACE = frozenset(
    "ai announces app debuts introduces launch launched launches model models releases unveils".split()  # noqa: SIM905
)
"""What many titles about unrelated things share; two articles need more than these in common."""
_STOP = frozenset(  # a paragraph reads better than a column of quotes
    """
    a about after all also am amid an and are as at be been but by can could did do does during for from had has have he
    her him his how i if in into is it its just may more most new no not now of off on one or our out over said says she
    should so some than that the their them then there these they this to up us was we were what when where which who
    why will with would you your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A story that exists, as far as grouping needs it."""

    ref: str
    posted: bool
    """Some channel has it, so it keeps its articles and its ref."""
    first_seen: datetime
    articles: tuple[Article, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What becomes of new articles."""

    joined: tuple[tuple[str, tuple[Article, ...]], ...] = ()
    """Refs of existing stories, with the articles that join them."""
    founded: tuple[tuple[Article, ...], ...] = ()
    """The articles of new stories."""
    merges: tuple[tuple[str, str], ...] = ()
    """(younger ref, older ref) of existing stories that turn out to be one."""


def group(new: Sequence[Article], existing: Sequence[Cluster]) -> Grouping:
    """Where *new* articles belong: to *existing* stories, or to new ones. Existing stories are never split."""
    new = sorted(new, key=_by_time)
    existing = sorted(existing, key=lambda one: (one.first_seen, one.ref))
    groups = [_Group([article]) for article in new]
    groups += [_Group(sorted(one.articles, key=_by_time), cluster=one) for one in existing]
    _Linking(groups).run()
    alive = [one for one in groups if one.is_alive]
    return Grouping(
        joined=tuple(
            (one.cluster.ref, tuple(sorted(one.added, key=_by_time))) for one in alive if one.cluster and one.added
        ),
        founded=tuple(
            tuple(sorted(one.articles, key=_by_time))
            for one in sorted(alive, key=lambda one: _by_time(min(one.articles, key=_by_time)))
            if one.cluster is None
        ),
        merges=tuple((younger, one.cluster.ref) for one in alive if one.cluster for younger in one.absorbed),
    )


def likeness(one: Article, other: Article, alike: float) -> float:
    """The likeness of two articles whose texts are *alike* by 0 to 1."""
    alike -= PER_DAY * (abs(one.news_at - other.news_at) / timedelta(days=1))
    if one.feed and one.feed == other.feed and alike < SAME_FEED_CUT:
        return min(0.0, alike)
    return alike


def _by_time(article: Article) -> tuple[datetime, str]:
    return article.news_at, article.key


@dataclass(eq=False)
class _Group:
    """Articles that belong together as far as is known."""

    articles: list[Article]
    cluster: Cluster | None = None
    is_alive: bool = True
    added: list[Article] = field(default_factory=list)
    absorbed: list[str] = field(default_factory=list)

    def fits(self, other: "_Group") -> bool:
        """No article of the one denies any of the other, however alike the rest: averages must not outvote that."""
        times = [article.news_at for article in (*self.articles, *other.articles)]
        ours, theirs = ([_versions(it.title, it.feed) for it in one.articles] for one in (self, other))
        denials = (_differ(a, b) for a in ours if a for b in theirs if b)
        return max(times) - min(times) <= WINDOW and not any(denials)

    @property
    def was_touched(self) -> bool:
        """It has something that it did not have before: only then are two existing stories looked at again."""
        return self.cluster is None or bool(self.added)


class _Linking:
    """Average-link clustering over the pairs that share a feature; all other pairs count as not alike at all."""

    def __init__(self, groups: list[_Group]) -> None:
        self._groups = groups
        self._sums: list[dict[int, float]] = [{} for _ in groups]
        owners = [number for number, one in enumerate(groups) for _ in one.articles]
        articles = [article for one in groups for article in one.articles]
        for one, other, alike in _alike_pairs(articles, owners):
            a, b = owners[one], owners[other]
            value = likeness(articles[one], articles[other], alike)
            self._sums[a][b] = self._sums[b][a] = self._sums[a].get(b, 0.0) + value

    def run(self) -> None:
        """Join the most alike groups, again and again, until none are alike enough."""
        self._heap = [
            (-average, a, b, len(self._groups[a].articles), len(self._groups[b].articles))
            for a, row in enumerate(self._sums)
            for b in row
            if a < b and (average := self._average(a, b)) >= CUT
        ]
        heapq.heapify(self._heap)
        while self._heap:
            _, a, b, size_a, size_b = heapq.heappop(self._heap)
            one, other = self._groups[a], self._groups[b]
            is_stale = not (one.is_alive and other.is_alive) or (len(one.articles), len(other.articles)) != (
                size_a,
                size_b,
            )
            if not is_stale and _may_join(one, other):
                self._join(*((a, b) if _is_older(one, other) else (b, a)))

    def _average(self, a: int, b: int) -> float:
        return self._sums[a][b] / (len(self._groups[a].articles) * len(self._groups[b].articles))

    def _join(self, into: int, gone: int) -> None:
        one, other = self._groups[into], self._groups[gone]
        if other.cluster:
            one.absorbed += [other.cluster.ref, *other.absorbed]
            one.added += other.added
        elif one.cluster:
            one.added += other.articles
        one.articles += other.articles
        other.is_alive = False
        for third, value in self._sums[gone].items():
            del self._sums[third][gone]
            if third != into:
                self._sums[into][third] = self._sums[third][into] = self._sums[into].get(third, 0.0) + value
        self._sums[gone] = {}
        for third in self._sums[into]:
            if (average := self._average(into, third)) >= CUT:
                a, b = min(into, third), max(into, third)
                sizes = len(self._groups[a].articles), len(self._groups[b].articles)
                heapq.heappush(self._heap, (-average, a, b, *sizes))


def _may_join(one: _Group, other: _Group) -> bool:
    if one.cluster and other.cluster:
        younger = other if _is_older(one, other) else one
        is_posted = younger.cluster is not None and younger.cluster.posted
        return (one.was_touched or other.was_touched) and not is_posted and one.fits(other)
    return one.fits(other)


def _is_older(one: _Group, other: _Group) -> bool:
    """Whether *one* gives the joint group its name: existing stories before new groups, then the older one."""
    if one.cluster and other.cluster:
        return (one.cluster.first_seen, one.cluster.ref) <= (other.cluster.first_seen, other.cluster.ref)
    if one.cluster or other.cluster:
        return one.cluster is not None
    return _by_time(one.articles[0]) <= _by_time(other.articles[0])


# ------------------------------------------------------------------------------------------------------ likeness


def _alike_pairs(articles: list[Article], owners: list[int]) -> Iterator[tuple[int, int, float]]:
    """(i, j, cosine) for articles of different groups that share a weighty feature and lie within the window."""
    order = sorted(range(len(articles)), key=lambda number: _by_time(articles[number]))
    weighted = vectors([articles[number] for number in order])
    holders: dict[str, list[int]] = defaultdict(list)
    begin = 0
    for place, vector in enumerate(weighted):
        # Articles come in the order of time, so those within the window are a slice of every list.
        while articles[order[place]].news_at - articles[order[begin]].news_at > WINDOW:
            begin += 1
        for other in _candidates(vector, weighted, holders, begin):
            if owners[order[other]] != owners[order[place]]:
                yield order[other], order[place], cosine(vector, weighted[other])
        for feature in vector:
            holders[feature].append(place)


def _candidates(
    vector: Mapping[str, float], weighted: list[dict[str, float]], holders: Mapping[str, list[int]], begin: int
) -> list[int]:
    """Earlier articles from *begin* on that share enough to be worth a closer look, in order."""
    shared: dict[int, float] = defaultdict(float)
    for feature, weight in heapq.nlargest(_TELLING, vector.items(), key=itemgetter(1)):
        places = holders.get(feature, ())
        for other in places[max(bisect_left(places, begin), len(places) - _COMMON) :]:
            shared[other] += weight * weighted[other][feature]
    return sorted(other for other, value in shared.items() if value >= CUT / 4)


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """How alike two vectors are, 0 to 1; less where they share one word only, which is a subject and not an event."""
    shared = one.keys() & other.keys()
    alike = sum(one[feature] * other[feature] for feature in sorted(shared))
    has_two_words = sum(not feature.startswith(_PIECE_MARK) for feature in shared - _COMMONPLACE) > 1
    return alike if has_two_words else alike * _ONE_WORD


def vectors(articles: list[Article]) -> list[dict[str, float]]:
    """TF-IDF of each article, of length 1."""
    counts = [_features(article) for article in articles]
    spread = Counter(feature for one in counts for feature in one)
    total = len(articles) + _PRIOR
    rarity = {feature: math.log(total / (count + 0.5)) for feature, count in spread.items()}
    vectors = []
    for one in counts:
        vector = {feature: weight * rarity[feature] for feature, weight in one.items()}
        length = math.sqrt(sum(weight * weight for weight in vector.values())) or 1.0
        vectors.append({feature: weight / length for feature, weight in vector.items()})
    return vectors


def _features(article: Article) -> dict[str, float]:
    features: dict[str, float] = {}
    for word in _words(article.title):
        features[word] = 1.0
        for start in range(max(0, len(word) - _PIECE + 1)):
            piece = _PIECE_MARK + word[start : start + _PIECE]
            features[piece] = _PIECE_WEIGHT
    for word in _words(article.extract[:_EXTRACT_CHARACTERS]):
        features.setdefault(word, _EXTRACT_WEIGHT)
    return features


def _words(text: str) -> list[str]:
    words = (re.sub(r"['’]s$", "", word) for word in _WORD.findall(text.casefold().translate(_HYPHENS)))
    return [word for word in words if word not in _STOP]


def _differ(one: Mapping[str, set[str]], other: Mapping[str, set[str]]) -> bool:
    """Both name the same thing, in versions none of which they share: GPT-5.3 is not GPT-5.4."""
    return any(name in other and not one[name] & other[name] for name in one)


@lru_cache(maxsize=32_768)
def _versions(title: str, feed: str) -> dict[str, set[str]]:
    """What *title* gives a version; the rest of the title, too, so that a feed's numbered series is never one story."""
    found: dict[str, set[str]] = {}
    for name, gap, version in _VERSION.findall(text := title.casefold().translate(_HYPHENS)):
        is_amount = gap.isspace() and version.isdigit() and len(version) >= _AMOUNT
        if not is_amount and name not in _STOP:
            found.setdefault(name, set()).add(version)
    if feed and (numbers := re.findall(r"\d+", text)):
        found[f"{feed} {re.sub(r'[0-9]+', '', text)}"] = {" ".join(numbers)}
    return found
