"""The right stories first, and the arithmetic to show for it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Origin
from bot.rank import HALF_LIFE, Ranked, rank
from tests.articles import story
from tests.clock import TUESDAY

HOUR = timedelta(hours=1)


def refs(ranked: tuple[Ranked, ...]) -> list[str]:
    return [one.story.ref for one in ranked]


def test_more_independent_publishers_rank_higher() -> None:
    one, many = story("C2DF", "a.test"), story("C3DF", "a.test", "b.test", "c.test")

    assert refs(rank([one, many], now=TUESDAY, posted={})) == ["C3DF", "C2DF"]


def test_several_articles_of_one_publisher_count_once() -> None:
    twice = story("C2DF", "a.test")
    twice = replace(twice, articles=(*twice.articles, replace(twice.articles[0], key="another")))

    (ranked,) = rank([twice], now=TUESDAY, posted={})

    assert dict(ranked.numbers)["publishers"] == 1


def test_a_story_counts_half_as_much_after_the_half_life() -> None:
    fresh, old = story("C2DF", "a.test", at=TUESDAY), story("C3DF", "a.test", at=TUESDAY - HALF_LIFE)

    first, second = rank([old, fresh], now=TUESDAY, posted={})

    assert first.story.ref == "C2DF"
    assert second.score == pytest.approx(first.score / 2)


def test_a_trusted_feed_and_a_weighty_name_raise_the_score() -> None:
    plain = story("C2DF", "a.test", title="A shop opens in a small town")
    trusted = story("C3DF", "a.test", title="A shop opens in a small town", weight=2.0)
    weighty = story("C4DF", "a.test", title="Regulators fine a lab over its safety reports")

    assert refs(rank([plain, trusted, weighty], now=TUESDAY, posted={})) == ["C3DF", "C4DF", "C2DF"]


@pytest.mark.parametrize("age", [0, 5, 30, 70])
def test_the_numbers_give_the_score(age: int) -> None:
    candidate = story("C2DF", "a.test", "b.test", title="Court rules on chips", at=TUESDAY - age * HOUR, weight=1.5)

    (ranked,) = rank([candidate], now=TUESDAY, posted={})

    numbers = dict(ranked.numbers)
    score = (numbers["coverage"] + numbers["salience"]) * numbers["weight"] * numbers["recency"]
    assert ranked.score == pytest.approx(score)


def test_a_ready_written_story_leads_until_the_channel_has_had_it() -> None:
    written, big = story("C2DF", origin=Origin.IMPORT), story("C3DF", *(f"{n}.test" for n in range(20)))
    newer = story("C4DF", origin=Origin.IMPORT, at=TUESDAY - HOUR)

    before = rank([big, written, newer], now=TUESDAY, posted={})
    after = rank([big, written], now=TUESDAY, posted={"C2DF": (TUESDAY - 24 * HOUR, 0)})

    assert refs(before) == ["C4DF", "C2DF", "C3DF"]
    assert refs(after)[0] == "C3DF"
    assert [one.is_known for one in after] == [False, True]


@pytest.mark.parametrize(("then", "is_update"), [(1, True), (2, False), (3, False)])
def test_a_story_comes_back_only_with_two_more_publishers_and_then_as_an_update(then: int, is_update: bool) -> None:
    candidate = story("C2DF", "a.test", "b.test", "c.test")

    (ranked,) = rank([candidate], now=TUESDAY, posted={"C2DF": (TUESDAY - 24 * HOUR, then)})

    assert (ranked.is_update, ranked.is_known) == (is_update, not is_update)
    assert ranked.news == ("now 3 publishers, 1 when posted" if is_update else "")


def test_the_order_of_the_candidates_makes_no_difference() -> None:
    candidates = [story(f"C{n}DF", *(f"{p}.test" for p in range(n % 4 + 1))) for n in range(2, 10)]

    assert refs(rank(candidates, now=TUESDAY, posted={})) == refs(rank(candidates[::-1], now=TUESDAY, posted={}))
