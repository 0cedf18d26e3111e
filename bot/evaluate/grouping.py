"""How well groups agree with labels: B-cubed and pairwise precision, recall and F1, from counts and so for any size.

B-cubed looks from each article: how many of its group belong there, how much of its story is there (Bagga and Baldwin,
1998). Pairwise looks at every two articles, and so counts large stories more.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.evaluate.lines import LabelledArticle
from bot.model import Article, Source

ONE_INSTANT = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""Where no time is known, or none is to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """0 to 1; 1 is perfect."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 0 if both are 0."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """One way to group, and how it agrees with the labels."""

    groups: int
    b_cubed: Agreement
    pairwise: Agreement


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingFigures:
    """What came of grouping labelled articles, beside two ways that need no thought."""

    articles: int
    stories: int
    ours: Grouped
    equal_titles: Grouped
    """Articles whose titles have the same letters are one story."""
    alone: Grouped
    """Each article is a story."""


def articles_of(labelled: Sequence[LabelledArticle], *, timeless: bool, titles_only: bool) -> tuple[Article, ...]:
    """*labelled* as articles that nobody has seen before, in the same order; their keys are their numbers.

    Args:
        labelled: at least one.
        timeless: all are published at one instant.
        titles_only: their texts are left out.
    """
    # What has no date is news when it is found, so it counts as the latest.
    latest = max((one.at for one in labelled if one.at), default=ONE_INSTANT)
    times = [ONE_INSTANT if timeless else one.at or latest for one in labelled]
    return tuple(
        Article(
            key=f"{number:024x}",
            title=one.title,
            url=one.link,
            source=Source(name=one.publisher or one.domain, domain=one.domain),
            published=at,
            first_seen=at,
            news_at=at,
            extract="" if titles_only else one.text,
        )
        for number, (one, at) in enumerate(zip(labelled, times, strict=True))
    )


def evaluate_grouping(labelled: Sequence[LabelledArticle], groups: Iterable[Sequence[Article]]) -> GroupingFigures:
    """How *groups* of what :func:`articles_of` made of *labelled* agree with the labels.

    An article that is in no group stands alone.
    """
    owners: list[Hashable] = [("alone", number) for number in range(len(labelled))]
    for group_number, group in enumerate(groups):
        for article in group:
            owners[int(article.key, 16)] = group_number
    labels = [one.story for one in labelled]
    letters = ["".join(filter(str.isalnum, one.title.casefold())) for one in labelled]
    return GroupingFigures(
        articles=len(labels),
        stories=len(set(labels)),
        ours=_grouped(owners, labels),
        equal_titles=_grouped(letters, labels),
        alone=_grouped(range(len(labels)), labels),
    )


def b_cubed(groups: Iterable[Hashable], labels: Iterable[Hashable]) -> Agreement:
    """The agreement seen from each article; *groups* and *labels* name those of one article after another."""
    together, by_group, by_label = _counts(groups, labels)
    total = sum(by_group.values())
    return Agreement(
        precision=sum(n * n / by_group[group] for (group, _), n in together.items()) / total,
        recall=sum(n * n / by_label[label] for (_, label), n in together.items()) / total,
    )


def pairwise(groups: Iterable[Hashable], labels: Iterable[Hashable]) -> Agreement:
    """The agreement over pairs of articles. Where there is no pair to be wrong about, nothing is wrong: 1."""
    together, by_group, by_label = _counts(groups, labels)
    right, said, true = (_pairs(counts) for counts in (together, by_group, by_label))
    return Agreement(precision=right / said if said else 1.0, recall=right / true if true else 1.0)


def _grouped(groups: Iterable[Hashable], labels: Sequence[Hashable]) -> Grouped:
    known = list(groups)
    return Grouped(groups=len(set(known)), b_cubed=b_cubed(known, labels), pairwise=pairwise(known, labels))


def _counts(
    groups: Iterable[Hashable], labels: Iterable[Hashable]
) -> tuple[Counter[tuple[Hashable, Hashable]], Counter[Hashable], Counter[Hashable]]:
    """How many articles share a group and a label, a group, a label."""
    together = Counter(zip(groups, labels, strict=True))
    by_group: Counter[Hashable] = Counter()
    by_label: Counter[Hashable] = Counter()
    for (group, label), count in together.items():
        by_group[group] += count
        by_label[label] += count
    return together, by_group, by_label


def _pairs(counts: "Counter[Hashable] | Counter[tuple[Hashable, Hashable]]") -> int:
    return sum(count * (count - 1) // 2 for count in counts.values())
