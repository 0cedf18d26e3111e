"""The right stories first, and the arithmetic to show for it."""

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Origin
from bot.rank import ASIDE, SALIENCE, Ranked, rank, score_of
from tests.articles import story
from tests.clock import TUESDAY

HOUR = timedelta(hours=1)


def refs(ranked: tuple[Ranked, ...]) -> list[str]:
    return [one.story.ref for one in ranked]


def test_more_independent_publishers_rank_higher() -> None:
    one, many = story("C2DF", "a.test"), story("C3DF", "a.test", "b.test", "c.test")

    assert refs(rank([one, many], posted={})) == ["C3DF", "C2DF"]


def test_several_articles_of_one_publisher_count_once() -> None:
    twice = story("C2DF", "a.test")
    twice = replace(twice, articles=(*twice.articles, replace(twice.articles[0], key="another")))

    (ranked,) = rank([twice], posted={})

    assert dict(ranked.numbers)["publishers"] == 1


def test_age_is_a_cut_off_and_no_part_of_the_score() -> None:
    fresh, old = story("C2DF", "a.test", at=TUESDAY), story("C3DF", "a.test", "b.test", at=TUESDAY - 71 * HOUR)
    as_old = story("C4DF", "a.test", at=TUESDAY - 71 * HOUR)

    ranked = rank([as_old, fresh, old], posted={})

    assert refs(ranked) == ["C3DF", "C2DF", "C4DF"]
    assert ranked[1].score == ranked[2].score


def test_a_trusted_feed_and_a_weighty_name_raise_the_score() -> None:
    plain = story("C2DF", "a.test", title="A shop opens in a small town")
    trusted = story("C3DF", "a.test", title="A shop opens in a small town", weight=2.0)
    weighty = story("C4DF", "a.test", title="Regulators fine a lab over its safety reports")

    assert refs(rank([plain, trusted, weighty], posted={})) == ["C3DF", "C4DF", "C2DF"]


@pytest.mark.parametrize("significance", [None, 1, 3, 5])
def test_the_numbers_give_the_score(significance: int | None) -> None:
    candidate = story("C2DF", "a.test", "b.test", title="Court rules on chips", weight=1.5)

    (ranked,) = rank([replace(candidate, significance=significance)], posted={})

    numbers = dict(ranked.numbers)
    assert numbers["coverage"] == pytest.approx(math.log(3))
    assert numbers["salience"] == SALIENCE
    score = (numbers["coverage"] + numbers["salience"]) * numbers["weight"] * numbers["significance"]
    assert ranked.score == pytest.approx(score)


@pytest.mark.parametrize(
    ("titles", "salience"),
    [
        (["A shop opens in a small town"], 0.0),
        (["Norvik meets OpenAI"], 0.5),
        (["ChatGPT gets a shop"], 0.5),
        (["OpenAI shows ChatGPT"], 1.0),
        (["OpenAI launches GPT-9 after lawsuit"], 1.0),
        (["A shop opens", "Google opens a shop", "The shop is open"], 0.5),
        (["A shop opens", "Google opens a shop", "The shop is open", "It opens"], 0.0),
        (["Google opens a shop", "It opens", "It is open", "A shop"], 0.5),
        (["Rivals open a shop", "Tesla opens one"], 0.0),
    ],
)
def test_a_name_counts_that_the_own_title_has_or_a_third_of_all(titles: list[str], salience: float) -> None:
    assert score_of(titles, 1).salience == salience


def test_the_score_of_a_story_is_that_of_its_titles_and_publishers() -> None:
    candidate = story("C2DF", "a.test", "b.test", title="OpenAI opens a shop", weight=2.0)

    (ranked,) = rank([candidate], posted={})

    assert ranked.score == score_of([candidate.title], 2, 2.0).value == pytest.approx(2 * (math.log(3) + 0.5))
    assert score_of(["A shop"], 0).value == score_of(["A shop"], 1).value


def test_among_equals_of_one_time_the_one_that_says_something_comes_first() -> None:
    silent, telling = replace(story("C2DF", "a.test"), takeaway=""), story("C3DF", "b.test")

    assert refs(rank([silent, telling], posted={})) == ["C3DF", "C2DF"]


def test_a_laboratory_that_tells_of_itself_need_not_name_itself() -> None:
    assert score_of(["Natural language autoencoders"], 1, by="Anthropic Research").salience == SALIENCE
    assert score_of(["Anthropic shows autoencoders"], 1, by="Anthropic Research").salience == SALIENCE
    assert score_of(["A shop opens"], 1, by="NVIDIA").salience == 0
    own = story("C2DF", "a.test", title="Natural language autoencoders")
    source = replace(own.articles[0].source, name="Claude Blog")

    (ranked,) = rank([replace(own, articles=(replace(own.articles[0], source=source),))], posted={})

    assert dict(ranked.numbers)["salience"] == SALIENCE


@pytest.mark.parametrize(
    "title", ["How to build agents with OpenAI and GPT-9: 5 tips", "This week in AI: GPT-9 and more"]
)
def test_what_has_not_happened_comes_after_whatever_has(title: str) -> None:
    aside = story("C2DF", "a.test", title=title, weight=1.5)
    plain = story("C3DF", "b.test", title="A shop opens in a small town", at=TUESDAY - 9 * HOUR)

    ranked = rank([aside, plain], posted={})

    assert refs(ranked) == ["C3DF", "C2DF"]
    assert dict(ranked[1].numbers)["salience"] == -ASIDE


def test_what_several_publishers_report_has_happened_whatever_it_is_called() -> None:
    title = "How we got here: the fall of OpenAI, explained"

    assert score_of([title], 1).salience == -ASIDE
    assert score_of([title], 2).salience == SALIENCE


def test_a_model_reorders_the_best_twenty_only() -> None:
    stories = [
        replace(story(f"C{n}DF", *(f"{p}.test" for p in range(40 - n))), significance=1 if n == 0 else None)
        for n in range(30)
    ]
    wanted = [*stories[:25], replace(stories[25], significance=5), *stories[26:]]

    plain, weighed = rank([replace(one, significance=None) for one in stories], posted={}), rank(wanted, posted={})

    assert refs(plain) == [f"C{n}DF" for n in range(30)]
    assert set(refs(weighed)[:20]) == set(refs(plain)[:20])
    assert refs(weighed)[19] == "C0DF"
    assert refs(weighed)[20:] == refs(plain)[20:]
    assert [one.is_weighed for one in weighed] == [True] * 20 + [False] * 10


def test_a_story_nobody_weighed_counts_as_ordinary() -> None:
    first, second = story("C2DF", "a.test", "b.test"), story("C3DF", "a.test", "b.test", at=TUESDAY - 9 * HOUR)

    ranked = rank([first, replace(second, significance=4)], posted={})
    low = rank([first, replace(second, significance=2)], posted={})

    assert refs(ranked) == ["C3DF", "C2DF"]
    assert refs(low) == ["C2DF", "C3DF"]
    assert [dict(one.numbers)["significance"] for one in ranked] == [pytest.approx(1.15), 1.0]


def test_what_the_channel_has_had_takes_no_place_among_the_weighed() -> None:
    had = [story(f"H{n}DF", *(f"{p}.test" for p in range(9))) for n in range(20)]
    fresh = replace(story("C2DF", "a.test"), significance=5)

    ranked = rank([*had, fresh], posted={one.ref: (TUESDAY, 9) for one in had})

    assert ranked[0].story.ref == "C2DF"


def test_a_ready_written_story_leads_until_the_channel_has_had_it() -> None:
    written, big = story("C2DF", origin=Origin.IMPORT), story("C3DF", *(f"{n}.test" for n in range(20)))
    newer = story("C4DF", origin=Origin.IMPORT, at=TUESDAY - HOUR)

    before = rank([big, written, newer], posted={})
    after = rank([big, written], posted={"C2DF": (TUESDAY - 24 * HOUR, 0)})

    assert refs(before) == ["C4DF", "C2DF", "C3DF"]
    assert refs(after)[0] == "C3DF"
    assert [one.is_known for one in after] == [False, True]


@pytest.mark.parametrize(("then", "is_update"), [(1, True), (2, False), (3, False)])
def test_a_story_comes_back_only_with_two_more_publishers_and_then_as_an_update(then: int, is_update: bool) -> None:
    candidate = story("C2DF", "a.test", "b.test", "c.test")

    (ranked,) = rank([candidate], posted={"C2DF": (TUESDAY - 24 * HOUR, then)})

    assert (ranked.is_update, ranked.is_known) == (is_update, not is_update)
    assert ranked.news == ("now 3 publishers, 1 when posted" if is_update else "")


def test_the_order_of_the_candidates_makes_no_difference() -> None:
    candidates = [story(f"C{n}DF", *(f"{p}.test" for p in range(n % 4 + 1))) for n in range(2, 10)]

    assert refs(rank(candidates, posted={})) == refs(rank(candidates[::-1], posted={}))


def test_what_one_channel_reads_of_a_story_is_not_ranked_for_another() -> None:
    shared = story("K7Q4", "wire.test", title="Norvik opens a laboratory")
    read = replace(shared, title="Norvik opens nothing")
    scored: dict[str, Ranked] = {}

    titles = [rank([one], posted={}, scored=scored)[0].story.title for one in (read, shared, read)]

    assert titles == [read.title, shared.title, read.title]
