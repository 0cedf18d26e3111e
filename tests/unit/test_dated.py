"""Only what the sources themselves say of dates to come is quoted: a verb that looks ahead, and a date that does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.analyst.dates import dates_in
from adapters.analyst.extractive import draft_all
from bot.model import Inference
from tests.articles import article

NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
"""A Tuesday."""


def ahead(*texts: str, at: datetime = NOW) -> list[Inference]:
    articles = [article(f"Title {n}", f"{n}.test", extract=text, at=at) for n, text in enumerate(texts)]
    (draft,) = draft_all([articles])
    return list(draft.what_happens_next.items) if draft.what_happens_next else []


@pytest.mark.parametrize(
    ("sentence", "horizon"),
    [
        ("Norvik will launch the Halden chip in June.", "in June"),
        ("The rule takes effect on 1 September.", "1 September"),
        ("The first phones with the chip are due in the third quarter of 2027.", "the third quarter of 2027"),
        ("The company plans to open a plant in Kelsund by the end of 2027.", "by the end of 2027"),
        ("Orrery expects to ship 20,000 boards later this year.", "later this year"),
        ("The court is scheduled to hear the appeal on 3 June 2026.", "3 June 2026"),
        ("Skarn boards begin shipping to customers on June 15.", "June 15"),
        ("A public beta of the tool will open next month.", "next month"),
        ("The agency set a deadline of 30 June for comments on the rule.", "30 June"),
        ("The merger is expected to close in the first half of 2027.", "the first half of 2027"),
        ("In July, the council will vote on the second part of the rule.", "In July"),
        ("Lattice aims to train its next model by early 2027.", "by early 2027"),
        ("Users in Europe will get the feature in the coming weeks.", "in the coming weeks"),
        ("Norvik is set to report its results on Thursday.", "on Thursday"),
        ("The company will stop selling the older board in 2028.", "in 2028"),
        ("The plant will be completed in August 2027.", "August 2027"),
        ("The boards will ship by Q3 2027 at the latest.", "Q3 2027"),
        ("The council must approve the rule by 30 April 2027.", "30 April 2027"),
        ("Firms must register with the agency by 1 July.", "1 July"),
        ("Makers are required to name their suppliers from 1 March.", "1 March"),
        ("Companies have until 1 March 2027 to object.", "until 1 March 2027"),
        ("Norvik has until 9 June to answer the court.", "until 9 June"),
        ("A hearing is set for 8 December.", "8 December"),
        ("The results are due on 8 August.", "8 August"),
        ("The deadline for comments is 3 January.", "3 January"),
        ("The rule comes into force on 1 February.", "1 February"),
        ("The console goes on sale on 12 January.", "12 January"),
        ("The agency will publish a report on 4 December.", "4 December"),
        ("The ruling will be published on 4 June.", "4 June"),
    ],
)
def test_a_dated_statement_is_quoted_whole_with_its_date_and_its_publisher(sentence: str, horizon: str) -> None:
    (item,) = ahead(f"Norvik makes chips in Kelsund. {sentence} Nobody knows the price.")

    assert item.text == sentence
    assert item.horizon.removeprefix("by ") == horizon.removeprefix("by ").removeprefix("until ")
    assert item.basis == "0"


@pytest.mark.parametrize(
    "sentence",
    [
        "Norvik launched the Halden chip in June.",
        "The company said on Thursday that it will ship the chip to everybody.",
        "The company will ship the chip to everybody, it said on Thursday.",
        "Halden, founded in 2024, will have to change its plans for the north.",
        "Register now for the summit, which will be held on 10 June in Oslo.",
        "Tickets for the summit, which will be held on 10 June, cost 300 dollars.",
        "The board could be sold by 2030 if prices fall as they have done.",
        "Norvik would open a plant in 2027 if it had the money.",
        "The chip will cost 40 dollars, up from 30 dollars in March.",
        "Will the chip be sold in June?",
        "On May 5, Norvik said that its chip will be cheap for everybody.",
        "Next year's model will have a camera on both of its sides.",
        "In an interview published on 20 April, he said the firm will grow.",
        "Last year it said that it will never sell boards to anybody.",
        "The model may be released in June, according to two people.",
        "By 2025, the firm had sold a million boards and will sell more.",
        "The start-ups that it funded this summer will show what they have made.",
        "The plant will make the 2027-8 boards and nothing else from now on.",
        "The firm will sell 15 march bands, and the rest by hand.",
        "The firm, which was founded on 5 January, will sell boards to all.",
        "The firm will keep the boards that it bought on 5 January.",
        "The rules have been in force since 1 March and must be obeyed.",
        "In a report of 1 March it said that all firms must obey.",
        "Firms had until 1 March to say what they do.",
        "All firms must obey, the agency said in a statement on 20 March.",
        "The chip will be sold from today, 12 May.",
        "Register for the fair, which must be seen, by 8 December.",
    ],
)
def test_what_is_past_unreal_undated_or_an_invitation_is_not_quoted(sentence: str) -> None:
    assert ahead(sentence) == []


@pytest.mark.parametrize(
    ("before", "is_quoted"),
    [
        ("", True),
        ("Norvik makes boards in the north of Kelsund. ", True),
        ("Orrery has a plant in Kelsund too. ", False),
    ],
)
def test_it_is_quoted_only_where_the_titles_name_who_that_is(before: str, is_quoted: bool) -> None:
    text = before + "It will publish a report on 4 December."

    (draft,) = draft_all([[article("Norvik shows the Halden chip", extract=text, at=NOW)]])

    assert bool(draft.what_happens_next) == is_quoted


def test_dates_are_meant_from_the_day_on_which_their_article_was_published() -> None:
    old = NOW - timedelta(days=60)

    assert ahead("A public beta of the tool will open next month.", at=old)
    assert ahead("A public beta of the tool will open in April.", at=old)
    assert ahead("A public beta of the tool will open in April.") == []


def test_a_date_that_has_passed_by_the_newest_article_is_not_to_come_any_more() -> None:
    early = article("One", "one.test", extract="The beta of the tool will open next week.", at=NOW - timedelta(days=30))
    late = article("Two", "two.test", extract="The beta of the tool has disappointed many.", at=NOW)

    (draft,) = draft_all([[early, late]])

    assert draft.what_happens_next is None


def test_the_soonest_three_are_quoted_and_the_same_plan_once() -> None:
    items = ahead(
        "Norvik will open a plant in Kelsund in 2028. The Halden chip will be sold in July.",
        "The Halden chip will be sold to everybody in July. A court will rule on the patents on 3 June.",
        "Analysts see much. The council will vote on the rule in September 2026.",
    )

    assert [item.horizon for item in items] == ["3 June", "in July", "September 2026"]


def test_a_passage_of_quotes_has_no_text_of_its_own_and_says_who_quotes() -> None:
    (draft,) = draft_all([[article("One", extract="Norvik will launch the Halden chip in June.", at=NOW)]])

    assert draft.what_happens_next is not None
    assert (draft.what_happens_next.text, draft.what_happens_next.analyst) == ("", "extractive")


@pytest.mark.parametrize(
    ("words", "said", "until"),
    [
        ("in January", date(2026, 11, 3), date(2027, 1, 31)),
        ("in March", date(2026, 5, 12), date(2026, 3, 31)),
        ("in December", date(2026, 1, 5), date(2025, 12, 31)),
        ("29 February 2028", date(2026, 5, 12), date(2028, 2, 29)),
        ("by Friday", date(2026, 5, 12), date(2026, 5, 15)),
        ("on Tuesday", date(2026, 5, 12), date(2026, 5, 19)),
        ("next year", date(2026, 5, 12), date(2027, 12, 31)),
        ("next quarter", date(2026, 12, 31), date(2027, 4, 2)),
        ("this summer", date(2026, 5, 12), date(2026, 8, 28)),
        ("within 90 days", date(2026, 5, 12), date(2026, 8, 10)),
        ("on 4 December", date(2026, 11, 27), date(2026, 12, 4)),
        ("on 4 January", date(2026, 11, 27), date(2027, 1, 4)),
        ("on 1 August", date(2026, 11, 27), date(2027, 8, 1)),
        ("on 20 November", date(2026, 11, 27), date(2026, 11, 20)),
        ("on 20 December", date(2027, 1, 5), date(2026, 12, 20)),
        ("on 27 November", date(2026, 11, 27), date(2026, 11, 27)),
        ("H1 2027", date(2026, 5, 12), date(2027, 6, 30)),
    ],
)
def test_a_date_means_a_last_day(words: str, said: date, until: date) -> None:
    assert until in {when.until for when in dates_in(f"It will open {words} there.", said)}


@pytest.mark.parametrize("words", ["Feb. 31", "in 2026", "within umpteen days", "39 May"])
def test_what_is_no_date_to_come_means_no_day(words: str) -> None:
    assert list(dates_in(f"It will open {words} there.", date(2026, 5, 12))) == []
