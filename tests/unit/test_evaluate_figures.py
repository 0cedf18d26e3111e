"""The figures are those that one gets by hand."""

import itertools
import math
import random
from collections.abc import Sequence
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluate import (
    Judged,
    LabelledArticle,
    LabelledClaim,
    LabelledStory,
    articles_of,
    evaluate_gate,
    evaluate_grouping,
    evaluate_key_points,
    evaluate_ranking,
    stories_of,
)
from bot.evaluate.grouping import b_cubed, pairwise
from bot.evaluate.keypoints import LEAD_1, LEAD_2, TAKEAWAY, TWO_POINTS, TWO_SENTENCES, rouge
from bot.evaluate.ranking import auc, expected_ndcg, ndcg
from bot.model import KeyPoint, Story
from bot.ports import Draft

LABELS = st.lists(st.integers(0, 4), min_size=1, max_size=12)


def labelled(title: str, story: str, *, text: str = "", reference: str = "") -> LabelledArticle:
    return LabelledArticle(
        title=title, text=text, publisher="", domain="", link="", at=None, story=story, reference=reference
    )


def day_story(day: str, *domains: str, is_picked: bool = False) -> LabelledStory:
    return LabelledStory(
        day=day, story="", titles=("Something",), domains=domains or ("one.test",), at=None, is_picked=is_picked
    )


# ------------------------------------------------------------------------------------------------------- grouping


def test_b_cubed_and_pairwise_are_those_worked_out_by_hand() -> None:
    groups, labels = [0, 0, 1, 1, 1], ["a", "a", "a", "b", "b"]

    assert b_cubed(groups, labels).precision == pytest.approx((2 + 1 / 3 + 4 / 3) / 5)
    assert b_cubed(groups, labels).recall == pytest.approx((4 / 3 + 1 / 3 + 2) / 5)
    assert (pairwise(groups, labels).precision, pairwise(groups, labels).recall) == (2 / 4, 2 / 4)
    assert b_cubed([0, 0, 0, 1], "aabb").f1 == pytest.approx(2 * (2 / 3) * 0.75 / (2 / 3 + 0.75))


def test_pairwise_finds_nothing_wrong_where_there_are_no_pairs() -> None:
    assert pairwise([0, 1, 2], "aab").precision == 1
    assert pairwise([0, 1, 2], "aab").recall == 0
    assert pairwise([0, 1, 2], "aab").f1 == 0
    assert pairwise([0, 0, 1], "abc").recall == 1


@given(LABELS)
def test_perfect_groups_whatever_they_are_called_count_one(labels: list[int]) -> None:
    groups = [f"group {-label}" for label in labels]

    assert (b_cubed(groups, labels).f1, pairwise(groups, labels).f1) == (1, 1)


@given(LABELS)
def test_articles_that_stand_alone_are_precise(labels: list[int]) -> None:
    groups = range(len(labels))

    assert (b_cubed(groups, labels).precision, pairwise(groups, labels).precision) == (1, 1)
    assert b_cubed(groups, labels).recall == pytest.approx(len(set(labels)) / len(labels))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=12))
def test_precision_of_one_side_is_recall_of_the_other(pairs: list[tuple[int, int]]) -> None:
    groups, labels = zip(*pairs, strict=True)

    for measure in (b_cubed, pairwise):
        one, other = measure(groups, labels), measure(labels, groups)
        assert (one.precision, one.recall) == pytest.approx((other.recall, other.precision))
        assert one.f1 == pytest.approx(other.f1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=10))
def test_counting_gives_what_comparing_every_two_articles_gives(pairs: list[tuple[int, int]]) -> None:
    right = said = true = 0
    for (group, label), (other_group, other_label) in itertools.combinations(pairs, 2):
        right += group == other_group and label == other_label
        said += group == other_group
        true += label == other_label
    precise = [
        fmean(other_label == label for other_group, other_label in pairs if other_group == group)
        for group, label in pairs
    ]
    groups, labels = zip(*pairs, strict=True)

    assert pairwise(groups, labels).precision == (right / said if said else 1)
    assert pairwise(groups, labels).recall == (right / true if true else 1)
    assert b_cubed(groups, labels).precision == pytest.approx(fmean(precise))


def test_an_article_that_grouping_leaves_out_stands_alone() -> None:
    given_ = [labelled("A thing", "a"), labelled("A thing!", "a"), labelled("Another", "b")]
    articles = articles_of(given_, timeless=False, titles_only=False)

    figures = evaluate_grouping(given_, [articles[:1]])

    assert (figures.articles, figures.stories, figures.ours.groups) == (3, 2, 3)
    assert figures.ours.b_cubed == figures.alone.b_cubed
    assert figures.equal_titles.b_cubed.f1 == 1


def test_a_hundred_thousand_articles_of_one_story_are_no_trouble() -> None:
    count = 100_000

    assert pairwise([0] * count, ["a", "b"] * (count // 2)).precision == pytest.approx(0.5, abs=1e-4)


# -------------------------------------------------------------------------------------------------------- ranking


def test_ndcg_and_area_are_those_worked_out_by_hand() -> None:
    gains = [False, True, False, True]

    assert ndcg(gains) == pytest.approx((1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3)))
    assert auc(gains) == pytest.approx(1 / 4)
    assert ndcg([True, True, False]) == 1
    assert auc([True, True, False]) == 1
    assert auc([True, True]) is None
    assert ndcg([False] * 10 + [True]) == 0


def test_a_day_with_more_picks_than_places_can_still_be_perfect() -> None:
    assert ndcg([True] * 14) == pytest.approx(1)


@pytest.mark.parametrize(("count", "picked"), [(1, 1), (4, 2), (6, 1), (5, 5)])
def test_chance_is_the_mean_over_all_orders(count: int, picked: int) -> None:
    orders = set(itertools.permutations([True] * picked + [False] * (count - picked)))

    assert expected_ndcg(count, picked) == pytest.approx(fmean(ndcg(order) for order in orders))


def test_chance_reaches_beyond_ten_places() -> None:
    draw = random.Random(1)
    gains = [True] * 3 + [False] * 17
    tried = [ndcg(draw.sample(gains, len(gains))) for _ in range(4000)]

    assert expected_ndcg(20, 3) == pytest.approx(fmean(tried), abs=0.02)


def test_days_count_alike_and_those_without_a_pick_not_at_all() -> None:
    days = [
        day_story("Monday", is_picked=True),
        day_story("Monday", "one.test", "two.test"),
        day_story("Tuesday", is_picked=True),
        day_story("Tuesday"),
        day_story("Wednesday"),
    ]

    figures = evaluate_ranking(days, lambda stories: stories, timeless=False)

    assert (figures.days, figures.left_out, figures.stories, figures.picked) == (2, 1, 5, 2)
    assert (figures.ours.ndcg, figures.ours.auc) == (1, 1)
    assert figures.ours.precision == pytest.approx(1 / 5)
    assert figures.coverage.ndcg == pytest.approx((1 / math.log2(3) + 1) / 2)
    assert figures.coverage.auc == pytest.approx(0.5)
    assert figures.chance.ndcg == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert figures.chance.precision == pytest.approx(0.2)


def test_publishers_are_the_independent_domains_and_without_any_the_different_titles() -> None:
    seen: list[Story] = []

    def look(stories: Sequence[Story]) -> Sequence[Story]:
        seen.extend(stories)
        return stories

    def one(titles: tuple[str, ...], *domains: str) -> LabelledStory:
        return LabelledStory(day="1", story="", titles=titles, domains=domains, at=None, is_picked=True)

    stories = [
        one(("A", "B"), "a.test", "a.test"),
        one(("A",), "a.test", "b.test", "c.test"),
        one(("A", "B", "A")),
        one(("A", "B"), "a.test"),
        one(("A", "B"), "a.test", "news.google.com"),
    ]
    evaluate_ranking(stories, look, timeless=False)

    assert [story.publishers for story in seen] == [1, 3, 2, 1, 1]
    assert [[article.title for article in story.articles] for story in seen] == [
        ["A", "B"],
        ["A"] * 3,
        ["A", "B", "A"],
        ["A", "B"],
        ["A", "B"],
    ]


# ----------------------------------------------------------------------------------------------------- key points


def test_rouge_is_that_worked_out_by_hand() -> None:
    assert rouge("The cat sat.", "the CAT ran off", 1) == pytest.approx(2 * 2 / (3 + 4))
    assert rouge("The cat sat.", "the CAT ran off", 2) == pytest.approx(2 * 1 / (2 + 3))
    assert rouge("no no no", "no", 1) == pytest.approx(2 * 1 / (3 + 1))
    assert rouge("", "anything", 1) == rouge("word", "word", 2) == 0
    assert rouge("Zwölf Kräne", "zwölf kräne!", 2) == 1


def test_each_way_to_quote_is_held_against_the_deck() -> None:
    story = labelled("T", "s", text="One two. Three four. Five six.", reference="three four five")
    draft = Draft(
        title="T",
        takeaway="Three four.",
        key_points=(KeyPoint(text="Five six."), KeyPoint(text="One two."), KeyPoint(text="Five")),
        analyst="extractive",
    )

    figures = evaluate_key_points(stories_of([story]), [draft], lambda text: [f"{one}." for one in text.split(".")])

    assert (figures.stories, figures.left_out) == (1, 0)
    assert {name: round(one.rouge1, 3) for name, one in figures.ways.items()} == {
        TAKEAWAY: round(2 * 2 / 5, 3),
        TWO_SENTENCES: round(2 * 3 / 7, 3),
        TWO_POINTS: round(2 * 1 / 7, 3),
        LEAD_1: 0,
        LEAD_2: round(2 * 2 / 7, 3),
    }


def test_articles_of_one_story_are_quoted_together_and_its_editors_count_alike() -> None:
    given_ = [
        labelled("T", "s", text="One two.", reference="one two"),
        labelled("U", "s", text="One two.", reference="three four"),
        labelled("V", "", text="One.", reference="one"),
        labelled("W", "", text="One."),
    ]
    stories = stories_of(given_)
    draft = Draft(title="T", takeaway="One two", key_points=(), analyst="extractive")

    figures = evaluate_key_points(stories, [draft] * 3, lambda text: [text])

    assert [len(story.articles) for story in stories] == [2, 1, 1]
    assert (figures.stories, figures.left_out) == (2, 1)
    assert figures.ways[TAKEAWAY].rouge1 == pytest.approx((1 / 2 + 2 / 3) / 2)


# ----------------------------------------------------------------------------------------------------------- gate


def test_refused_claims_are_counted_by_what_was_done_to_them() -> None:
    def judged(kind: str, *, is_true: bool, is_refused: bool) -> Judged:
        claim = LabelledClaim(claim="c", cited=(), article="", is_true=is_true, kind=kind)
        return Judged(claim=claim, faults=("a fault",) if is_refused else ())

    all_of_them = [
        judged("number", is_true=False, is_refused=True),
        judged("number", is_true=False, is_refused=False),
        judged("number", is_true=False, is_refused=True),
        judged("negation", is_true=False, is_refused=False),
        judged("verbatim", is_true=True, is_refused=True),
        judged("verbatim", is_true=True, is_refused=False),
    ]

    figures = evaluate_gate(all_of_them)

    assert [(one.name, one.is_true, one.refused.refused, one.refused.claims) for one in figures.kinds] == [
        ("negation", False, 0, 1),
        ("number", False, 2, 3),
        ("verbatim", True, 1, 2),
    ]
    assert (figures.caught.share, figures.false_alarms.share, figures.precision) == (2 / 4, 1 / 2, 2 / 3)
    assert [one.is_mistake for one in all_of_them] == [False, True, False, True, True, False]


def test_what_there_is_none_of_has_no_share() -> None:
    right = LabelledClaim(claim="c", cited=(), article="", is_true=True, kind="true")

    figures = evaluate_gate([Judged(claim=right, faults=())])

    assert (figures.caught.share, figures.false_alarms.share, figures.precision) == (None, 0, None)
