"""The extractive analyst quotes: every sentence stands in a source, word for word, with its address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.analyst.extractive import LONGEST, SHORTEST, ExtractiveAnalyst, draft_all, split
from bot.model import Article
from tests.articles import article
from tests.newsroom import InlineWorkers

REPORTS = [
    article(
        "Norvik unveils the Halden chip",
        "wire.test",
        extract="Norvik unveiled the Halden chip on Tuesday in Oslo. It runs models of 8 billion parameters. "
        "Read more on our site. Phones with the chip are due in June 2027, the company said.",
    ),
    article(
        "Halden chip runs large models on phones - Daily",
        "daily.test",
        extract="The Halden chip runs models of 8 billion parameters on a phone. Analysts expect prices of 40 dollars. "
        "Sign up for our newsletter to read such stories first!",
    ),
]


def test_every_quoted_sentence_stands_in_the_source_it_names() -> None:
    (draft,) = draft_all([REPORTS])
    extracts = {one.url: one.extract for one in REPORTS}

    assert draft.takeaway
    assert any(draft.takeaway in extract for extract in extracts.values())
    assert len(draft.key_points) == 3
    for point in draft.key_points:
        (url,) = point.sources
        assert point.text in extracts[url]


def test_boilerplate_is_never_quoted_and_nothing_is_said_twice() -> None:
    (draft,) = draft_all([REPORTS])
    said = [draft.takeaway, *(point.text for point in draft.key_points)]

    assert not [text for text in said if "Read more" in text or "Sign up" in text]
    assert len(set(said)) == len(said)


def test_a_title_loses_the_publisher_that_was_added_to_it() -> None:
    (draft,) = draft_all([[REPORTS[1]]])

    assert draft.title == "Halden chip runs large models on phones"


def test_without_extracts_there_is_a_title_and_nothing_is_invented() -> None:
    (draft,) = draft_all([[article("Norvik unveils the Halden chip")]])

    assert (draft.title, draft.takeaway, draft.key_points) == ("Norvik unveils the Halden chip", "", ())
    assert draft.analyst == "extractive"


def test_an_extract_that_only_repeats_the_title_is_no_takeaway() -> None:
    (draft,) = draft_all([[article("Norvik unveils the Halden chip", extract="Norvik unveils the Halden chip.")]])

    assert draft.takeaway == ""


async def test_drafts_come_in_the_order_of_the_stories() -> None:
    stories = [[article(f"Story number {number} of many")] for number in range(450)]

    drafts = await ExtractiveAnalyst(InlineWorkers()).draft(stories)

    assert [draft.title for draft in drafts] == [f"Story number {number} of many" for number in range(450)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("The U.S. firm raised $3.5 billion. It grows.", ["The U.S. firm raised $3.5 billion.", "It grows."]),
        ("Norvik Inc. of Oslo won. Dr. Berg agreed.", ["Norvik Inc. of Oslo won.", "Dr. Berg agreed."]),
        ('She said: "We are open." He left.', ['She said: "We are open."', "He left."]),
        ("Wait... what? Yes!", ["Wait...", "what?", "Yes!"]),
        ("Version 1.2.3 is out, e.g. for phones. Good.", ["Version 1.2.3 is out, e.g. for phones.", "Good."]),
        ("日本の企業。次です。", ["日本の企業。", "次です。"]),
        ("「日本の企業。」次です。", ["「日本の企業。」", "次です。"]),
        ("no full stop at all", ["no full stop at all"]),
        ("", []),
    ],
)
def test_text_is_split_where_a_reader_would_split_it(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_text_of_nothing_but_abbreviations_is_read_once_and_not_again_for_each() -> None:
    text = "e.g. " * 20_000

    assert split(text) == [text.strip()]


@given(st.lists(st.text(st.sampled_from("aB. !?…“”'1,\u3002 "), max_size=600), min_size=1, max_size=3))
def test_whatever_the_texts_hold_quotes_are_verbatim_and_of_a_fitting_length(texts: list[str]) -> None:
    articles: list[Article] = [article(f"Title {n}", f"{n}.test", extract=text) for n, text in enumerate(texts)]

    (draft,) = draft_all([articles])

    for quoted in filter(None, [draft.takeaway, *(point.text for point in draft.key_points)]):
        assert any(quoted in text for text in texts)
        assert SHORTEST <= len(quoted) <= LONGEST
