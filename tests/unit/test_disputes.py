"""Where publishers tell differently, both sides are shown; where they only seem to, nothing is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.analyst.disputes import disputes
from bot.model import Article, Source
from tests.articles import article


def told(*titles: str) -> list[Article]:
    """An article of a publisher of its own for each of *titles*."""
    return [article(title, f"p{number}.test") for number, title in enumerate(titles)]


def sides(*titles: str) -> list[list[str]]:
    return [[version.said for version in one.versions] for one in disputes(told(*titles))]


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (
            "Norvik buys Halden for $20 billion",
            "Norvik to take over Halden in $17 billion deal",
            "$20 billion|$17 billion",
        ),
        ("Orrery raises $2 billion from funds", "Orrery raises $2.5 billion from funds", "$2 billion|$2.5 billion"),
        ("Norvik cuts 12,000 jobs", "Norvik cuts 10,000 jobs in the north", "12,000 jobs|10,000 jobs"),
        (
            "Norvik buys Halden for more than $20 billion",
            "Norvik buys Halden for $12 billion",
            "$20 billion|$12 billion",
        ),
        ("Orrery valued at €3bn in sale", "Orrery worth 4 billion euros after sale", "€3bn|4 billion euros"),
        ("Norvik's Halden chip costs $3,200 each", "Norvik will sell the Halden chip at $3,900", "$3,200|$3,900"),
        ("Norvik shows Halden chip for €3,200", "Norvik prices Halden chip at €3,900 apiece", "€3,200|€3,900"),
        (
            "Orrery has 1,400 customers",
            "Orrery: 1,900 business customers use agents",
            "1,400 customers|1,900 business customers",
        ),
        ("Norvik cuts 12,000 jobs", "Norvik: 9,000 jobs to go in the north", "12,000 jobs|9,000 jobs"),
        ("Norvik licenses Halden's chip technology", "Norvik acquires Halden's chip technology", "licenses|acquires"),
        ("Norvik strikes licensing deal with Halden", "Norvik buys Halden, maker of chips", "licensing deal|buys"),
        ("Norvik confirms merger talks with Halden", "Norvik denies merger talks with Halden", "confirms|denies"),
    ],
)
def test_what_is_told_differently_is_shown_in_the_words_of_both(one: str, other: str, said: str) -> None:
    assert sides(one, other) == [said.split("|")]


@pytest.mark.parametrize(
    "titles",
    [
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden for $20.3bn"),
        ("Norvik buys Halden for $2 billion", "Norvik buys Halden for $2.1 billion"),
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden for about $18 billion"),
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden for nearly $21 billion"),
        ("Norvik buys Halden for more than $16 billion", "Norvik buys Halden for $20 billion"),
        ("Orrery raises $2 billion at $20 billion valuation", "Orrery is now valued at $22 million"),
        ("Orrery raises $2 billion from funds", "Orrery's revenue reaches $1.5 billion, funds say"),
        ("Norvik in talks to buy Halden for $20 billion", "Norvik buys Halden for $17 billion"),
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden for €17 billion"),
        ("Norvik buys Halden for $20 billion", "Lattice sells its towers for $17 billion"),
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden"),
        ("Norvik licenses Halden's chip, does not buy it", "Norvik acquires Halden's chip technology"),
        ("Norvik acquires Halden", "Sextant is licensed under the same terms as Norvik's Halden"),
        ("Norvik confirms date of Halden launch", "Norvik denies claims of rivals on Halden"),
        ("Norvik cuts 12,000 jobs", "Norvik hires 10,000 people, and cuts jobs elsewhere"),
        ("Norvik fined $20 million for Halden sales", "Norvik fined $17 million for Halden sales"),
        ("Halden chip of Norvik costs $3,200", "Halden chip of Norvik costs $3,300"),
        ("Halden chip of Norvik costs $3,200", "Halden chip of Norvik costs $32,000"),
        ("Halden chip of Norvik costs $3,200", "Halden boards, the larger kind, cost $3,900"),
        ("Orrery asks $30 a month for agents", "Orrery asks $90 a year for agents"),
        ("Norvik target lowered to $40", "Norvik given new price target of $45"),
        ("Price of Norvik's Halden chip drops to $3,200", "Norvik's Halden chip costs $3,900"),
        ("Norvik's Halden chip is $700 off", "Norvik's Halden chip costs $900"),
        ("Orrery collects $2 ...", "Orrery collects $3 from customers"),
        ("Norvik fires 1,000 of its 5,000 employees", "Norvik has 4,000 employees in Oslo, and fires 1,000"),
        ("Orrery pays its first 1,000 customers", "Orrery serves 1,900 customers"),
        ("Orrery wants in 2026 customers in Oslo", "Orrery has 1,400 customers in Oslo"),
        ("Orrery has 14 customers in Oslo", "Orrery has 19 customers in Oslo"),
        ("Orrery has 1,400 customers", "Orrery has 1,420 customers"),
        ("Orrery has 1,400 customers, up from 1,000", "Orrery has 1,900 customers"),
        ("Orrery has 1,400 customers", "Orrery has 9,000 customers"),
        ("Orrery has 1,400 customers", "Orrery has 1,900 employees"),
        ("Norvik cuts 12,000 jobs", "Norvik creates 9,000 jobs", "Norvik and its 10,000 jobs in Oslo"),
        ("Norvik buys Halden for $20 billion",),
        (),
    ],
)
def test_what_only_seems_to_differ_is_not_called_a_dispute(titles: tuple[str, ...]) -> None:
    assert sides(*titles) == []


def test_three_publishers_may_tell_three_numbers() -> None:
    titles = ("Orrery has 1,400 customers", "Orrery counts 1,900 customers", "Outage hits 5,200 customers of Orrery")

    assert sides(*titles) == [["1,400 customers", "1,900 customers", "5,200 customers"]]
    assert sides(*titles, "Orrery, with 3,100 customers, grows") == []


def test_a_publisher_that_tells_the_prices_of_several_is_on_no_side() -> None:
    articles = told("Norvik's Halden chip costs $3,200", "Norvik's Halden chip costs $3,900")
    both = replace(articles[1], extract="The smaller Halden chip of Norvik costs $3,200. It is slow.")

    assert disputes([articles[0], both]) == ()


def test_a_publisher_that_tells_both_figures_is_on_no_side() -> None:
    articles = told("Norvik buys Halden for $20 billion", "Norvik buys Halden for $17 billion")
    both = replace(articles[1], extract="Others say that Norvik buys Halden for $20 billion. Nobody knows.")

    assert disputes([articles[0], both]) == ()


def test_two_articles_of_one_publisher_are_one_side() -> None:
    one, other = told("Norvik buys Halden for $20 billion", "Norvik buys Halden for $17 billion")

    assert disputes([one, replace(other, source=one.source)]) == ()


@pytest.mark.parametrize("domain", ["wire.test", ""])
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("Norvik buys Halden for $20 billion", "Norvik buys Halden for $17 billion"),
        ("Norvik licenses Halden's chip technology", "Norvik acquires Halden's chip technology"),
    ],
)
def test_a_publisher_disputes_nothing_with_itself_where_another_says_neither(
    first: str, then: str, domain: str
) -> None:
    one, other, bystander = told(first, then, "Norvik is at Halden's door")
    source = Source(name="Wire", domain=domain)
    own = [replace(one, source=source), replace(other, source=source)]

    assert disputes([*own, bystander]) == ()
    assert len(disputes([own[0], other, bystander])) == 1


def test_a_figure_that_came_days_later_is_news_and_no_dispute() -> None:
    one, other = told("Norvik buys Halden for $20 billion", "Norvik buys Halden for $17 billion")
    later = replace(other, news_at=one.news_at + timedelta(days=3))

    assert disputes([one, later]) == ()


def test_a_side_names_all_of_its_publishers_and_the_words_of_the_first() -> None:
    (one,) = disputes(
        told(
            "Norvik buys Halden for $20 billion",
            "Norvik acquires Halden in $17 billion deal",
            "Halden sold to Norvik for $20bn",
        )
    )

    assert [(version.said, version.sources) for version in one.versions] == [
        ("$20 billion", ("P0", "P2")),
        ("$17 billion", ("P1",)),
    ]


def test_first_sentences_are_read_and_later_ones_are_not() -> None:
    one, other = told("Norvik buys Halden", "Norvik takes Halden")
    first = replace(one, extract="Norvik buys Halden for $20 billion. It is a deal.")
    far = replace(other, extract="It is big. It is new. Norvik buys Halden for $17 billion.")
    near = replace(other, extract="Norvik buys Halden for $17 billion. It is new.")

    assert disputes([first, far]) == ()
    assert len(disputes([first, near])) == 1
