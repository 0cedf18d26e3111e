"""How well an order agrees with what people picked of a day: nDCG@10, precision at 5, and the area under the curve."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from statistics import fmean

from bot.coverage import copies
from bot.evaluate.grouping import ONE_INSTANT
from bot.evaluate.lines import LabelledStory
from bot.model import Article, Source, Story

DEPTH = 10
"""Places that nDCG looks at."""
FIRST = 5
"""Places that an edition usually has."""

Order = Callable[[Sequence[Story]], Sequence[Story]]
"""Puts the stories of one day into order, best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """One way to order, and how it agrees with the picks: means over days, 0 to 1; 1 is perfect."""

    ndcg: float
    precision: float
    """Picked ones among the first five, by five, even where fewer were picked."""
    auc: float | None
    """How often a picked story stands before one that was not; None: on no day were there both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingFigures:
    """What came of ordering days, beside two ways that need no thought."""

    days: int
    """Those that count: of which people picked something."""
    left_out: int
    """Days of which nobody picked anything."""
    stories: int
    picked: int
    ours: Ordered
    coverage: Ordered
    """By the number of different domains alone, ties by chance."""
    chance: Ordered
    """What is to be expected of no order at all, worked out and not tried."""


def evaluate_ranking(labelled: Sequence[LabelledStory], order: Order, *, timeless: bool) -> RankingFigures:
    """How *order* and the simple ways agree with the picks of *labelled*; where they leave the choice, the order of
    *labelled* decides. At least one was picked.
    """
    days: dict[str, list[LabelledStory]] = defaultdict(list)
    for one in labelled:
        days[one.day].append(one)
    ours, coverage, chance = [], [], []
    for day in days.values():
        if not any(one.is_picked for one in day):
            continue
        stories = _stories(day, timeless=timeless)
        picked = {story.ref for story, one in zip(stories, day, strict=True) if one.is_picked}
        ours.append(_gains(order(stories), picked))
        coverage.append(_gains(sorted(stories, key=_domains, reverse=True), picked))
        chance.append((len(day), len(picked)))
    return RankingFigures(
        days=len(ours),
        left_out=len(days) - len(ours),
        stories=len(labelled),
        picked=sum(one.is_picked for one in labelled),
        ours=_ordered(ours),
        coverage=_ordered(coverage),
        chance=Ordered(
            ndcg=fmean(expected_ndcg(count, picked) for count, picked in chance),
            precision=fmean(picked / count * min(FIRST, count) / FIRST for count, picked in chance),
            auc=0.5,
        ),
    )


def ndcg(gains: Sequence[bool]) -> float:
    """Discounted gain of the first ten places by that of the best order; *gains* tells of each place whether it was
    picked, and at least one was.
    """
    reached = sum(_discount(place) for place, is_picked in enumerate(gains[:DEPTH]) if is_picked)
    return reached / _best(sum(gains))


def expected_ndcg(count: int, picked: int) -> float:
    """The mean of :func:`ndcg` over all orders of *count* stories of which *picked* were picked."""
    return picked / count * sum(map(_discount, range(min(DEPTH, count)))) / _best(picked)


def auc(gains: Sequence[bool]) -> float | None:
    """The share of pairs of a picked story and another in which the picked one stands first; None without pairs."""
    picked = sum(gains)
    others = len(gains) - picked
    if not picked or not others:
        return None
    before = accumulate(gains)
    return sum(known for known, is_picked in zip(before, gains, strict=True) if not is_picked) / (picked * others)


def _stories(day: Sequence[LabelledStory], *, timeless: bool) -> tuple[Story, ...]:
    """Stories as grouping would leave them, in the order of *day*, which their refs keep."""
    latest = max((one.at for one in day if one.at), default=ONE_INSTANT)
    return tuple(
        _story(f"{number:06}", one, ONE_INSTANT if timeless else one.at or latest) for number, one in enumerate(day)
    )


def _story(ref: str, labelled: LabelledStory, at: datetime) -> Story:
    articles = tuple(
        Article(
            key=f"{ref}-{number}",
            title=title,
            url="",
            source=Source(name=domain, domain=domain),
            published=at,
            first_seen=at,
            news_at=at,
        )
        for number, (title, domain) in enumerate(_reports(labelled))
    )
    return Story(
        ref=ref,
        title=labelled.titles[0],
        takeaway="",
        analyst="",
        first_seen=at,
        news_at=at,
        articles=articles,
        copies=copies(articles),
    )


def _reports(labelled: LabelledStory) -> list[tuple[str, str]]:
    """Titles with their publishers, one after another. What is too long of one goes with the other's first; without any
    domain, each different title counts as a publisher's of its own.
    """
    titles = labelled.titles
    domains = labelled.domains or tuple(f"{number}.invalid" for number in range(len(set(titles))))
    length = max(len(titles), len(domains))
    return list(zip(_padded(titles, length), _padded(domains, length), strict=True))


def _padded(values: tuple[str, ...], length: int) -> tuple[str, ...]:
    return values + values[:1] * (length - len(values))


def _domains(story: Story) -> int:
    return len({article.source.domain for article in story.articles})


def _gains(ordered: Sequence[Story], picked: set[str]) -> list[bool]:
    return [story.ref in picked for story in ordered]


def _ordered(days: Sequence[Sequence[bool]]) -> Ordered:
    areas = [area for area in map(auc, days) if area is not None]
    return Ordered(
        ndcg=fmean(map(ndcg, days)),
        precision=fmean(sum(day[:FIRST]) / FIRST for day in days),
        auc=fmean(areas) if areas else None,
    )


def _discount(place: int) -> float:
    """What a picked story is worth at *place*, counted from 0."""
    return 1 / math.log2(place + 2)


def _best(picked: int) -> float:
    return sum(map(_discount, range(min(DEPTH, picked))))
