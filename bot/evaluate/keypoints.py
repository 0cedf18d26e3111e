"""How much of an editor's own sentences the quoted ones hold: ROUGE-1 and ROUGE-2 F (Lin, 2004), written here.

Words are runs of letters and digits in lower case; there is no stemming, and no word is left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from bot.evaluate.grouping import articles_of
from bot.evaluate.lines import LabelledArticle
from bot.model import Article
from bot.ports import Draft

Drafts = Callable[[Sequence[Sequence[Article]]], Sequence[Draft]]
"""One draft for each story, given as its articles, oldest first."""

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Referenced:
    """The articles of one story, oldest first, and what editors wrote of it."""

    articles: tuple[Article, ...]
    references: tuple[str, ...]
    """At least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Means over stories, 0 to 1."""

    rouge1: float
    rouge2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPointFigures:
    """What came of quoting, beside the beginnings of the articles."""

    stories: int
    left_out: int
    """Stories of which no editor wrote."""
    ways: Mapping[str, Likeness]
    """By the names below, in their order."""


TAKEAWAY = "takeaway"
TWO_POINTS = "first two key points"
TWO_SENTENCES = "takeaway and first key point"
"""The two best sentences, as one would read them."""
LEAD_1 = "lead-1"
"""The first sentence of the oldest article that has a text."""
LEAD_2 = "lead-2"


def stories_of(labelled: Sequence[LabelledArticle]) -> tuple[Referenced, ...]:
    """The stories of *labelled*, in the order of their first lines; without a label, an article is one by itself.

    Those without any reference have none.
    """
    members: dict[tuple[str, int], list[int]] = defaultdict(list)
    for number, one in enumerate(labelled):
        members[one.story, -1 if one.story else number].append(number)
    articles = articles_of(labelled, timeless=False, titles_only=False)
    return tuple(
        Referenced(
            articles=tuple(sorted((articles[number] for number in numbers), key=lambda one: (one.news_at, one.key))),
            references=tuple(
                dict.fromkeys(labelled[number].reference for number in numbers if labelled[number].reference)
            ),
        )
        for numbers in members.values()
    )


def evaluate_key_points(
    stories: Sequence[Referenced], drafts: Sequence[Draft], split: Callable[[str], Sequence[str]]
) -> KeyPointFigures:
    """How like the references *drafts* are, one for each of *stories*, and how like the articles' first sentences.

    Where editors wrote different things about one story, likeness is the mean over these.

    Args:
        stories: at least one of them with a reference.
        drafts: in the same order.
        split: the sentences of a text.
    """
    scores: dict[str, list[Likeness]] = defaultdict(list)
    counted = [(story, draft) for story, draft in zip(stories, drafts, strict=True) if story.references]
    for story, draft in counted:
        for name, sentences in _ways(story, draft, split).items():
            scores[name].append(_likeness(" ".join(sentences), story.references))
    return KeyPointFigures(
        stories=len(counted),
        left_out=len(stories) - len(counted),
        ways={
            name: Likeness(rouge1=fmean(one.rouge1 for one in found), rouge2=fmean(one.rouge2 for one in found))
            for name, found in scores.items()
        },
    )


def _ways(story: Referenced, draft: Draft, split: Callable[[str], Sequence[str]]) -> dict[str, Sequence[str]]:
    points = [point.text for point in draft.key_points]
    lead = split(next((article.extract for article in story.articles if article.extract), ""))
    return {
        TAKEAWAY: [draft.takeaway],
        TWO_SENTENCES: [draft.takeaway, *points[:1]],
        TWO_POINTS: points[:2],
        LEAD_1: lead[:1],
        LEAD_2: lead[:2],
    }


def _likeness(text: str, references: Sequence[str]) -> Likeness:
    return Likeness(
        rouge1=fmean(rouge(text, reference, 1) for reference in references),
        rouge2=fmean(rouge(text, reference, 2) for reference in references),
    )


def rouge(text: str, reference: str, size: int) -> float:
    """ROUGE-*size* F of *text* against *reference*: runs of *size* words that both have, as often as both have them.

    0 where one of them has none.
    """
    ours, theirs = _runs(text, size), _runs(reference, size)
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


def _runs(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return Counter(zip(*(words[start:] for start in range(size)), strict=False))
