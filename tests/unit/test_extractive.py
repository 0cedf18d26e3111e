"""The extractive analyst quotes: every sentence stands in a source, word for word, with its address."""

import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.analyst.choosing import read
from adapters.analyst.extractive import ExtractiveAnalyst, draft_all
from adapters.analyst.sentences import LONGEST, SHORTEST
from bot.model import Article
from tests.articles import article
from tests.clock import TUESDAY
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


def test_a_story_is_not_called_after_the_instructions_that_came_with_it() -> None:
    articles = [
        article("Best practices for the Halden chip", "a.test"),
        article("Norvik unveils the Halden chip", "b.test"),
    ]

    (with_news,) = draft_all([articles])
    (without,) = draft_all([articles[:1]])

    assert with_news.title == "Norvik unveils the Halden chip"
    assert without.title == "Best practices for the Halden chip"


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


def test_a_takeaway_says_more_than_the_title() -> None:
    extract = "Norvik has unveiled its Halden chip. Phones with the chip will run models of 8 billion parameters."
    (draft,) = draft_all([[article("Norvik unveils the Halden chip", extract=extract)]])

    assert draft.takeaway == "Phones with the chip will run models of 8 billion parameters."


def test_a_takeaway_may_go_on_from_a_sentence_that_says_what_the_title_says() -> None:
    extract = "Norvik unveiled the Halden chip on Tuesday. It runs models of 8 billion parameters on 4 watts."

    [draft] = draft_all([[article("Norvik unveils the Halden chip", "a.test", extract=extract)]])

    assert draft.takeaway == "It runs models of 8 billion parameters on 4 watts."


def test_a_takeaway_can_be_understood_alone_and_may_be_missing() -> None:
    (draft,) = draft_all([[article("A chip for phones", extract="It was shown on Tuesday by the company in Oslo.")]])

    assert (draft.takeaway, draft.key_points) == ("", ())


@pytest.mark.parametrize(
    "weak",
    [
        "Regulators of Kelsund had questioned Norvik about Halden.",
        "Halden boards please Norvik buyers.",
        "Compare the boards of Norvik with the chips of Halden.",
    ],
)
def test_no_takeaway_is_background_or_an_order_or_terse_where_another_says_what_happened(weak: str) -> None:
    news = "Norvik has paid 20 billion dollars for the maker of boards in Kelsund, its largest purchase ever."
    articles = [
        article("Sale of Halden raises questions", "one.test", extract=weak),
        article("Norvik takes over Halden", "two.test", extract=news),
    ]

    for told in (articles, articles[::-1]):
        (draft,) = draft_all([told])
        assert draft.takeaway == news


def test_instructions_alone_give_no_takeaway() -> None:
    extract = "Name the form of the answer that you want. Give your model three examples of such answers."

    (draft,) = draft_all([[article("Better answers", extract=extract)]])

    assert draft.takeaway == ""


def test_the_first_sentence_is_quoted_before_a_later_one_that_is_more_like_the_title() -> None:
    extract = (
        "The maker of processors Norvik presented a part in Oslo that runs large models. Three phone makers have "
        "ordered it for models that they will sell next year. The weather in Oslo was fine. Trams ran on time all day. "
        "Reporters of Oslo saw the Halden chip for phones from a train."
    )
    (draft,) = draft_all([[article("Norvik shows the Halden chip for phones", extract=extract)]])

    assert draft.takeaway.startswith("The maker of processors Norvik")
    assert "Three phone makers" in draft.key_points[1].text


@pytest.mark.parametrize(
    ("second", "takeaway"), [("two.test", "Makers see 4500 boards"), ("one.test", "Trams of Oslo stood still")]
)
def test_facts_that_a_second_publisher_reports_come_first(second: str, takeaway: str) -> None:
    extract = (
        "Trams of Oslo stood still on Monday, and people there waited for hours. Snow lay on the lines of the north "
        "for days. Ekeby ordered 4500 boards from Kelsund."
    )
    one = article("Trams of Oslo stand still in snow", "one.test", extract=extract)
    two = article("Snow in Oslo", second, extract="Makers see 4500 boards go from Kelsund to Ekeby.")

    (draft,) = draft_all([[one, two]])

    assert draft.takeaway.startswith(takeaway)


def test_of_two_sentences_that_say_the_same_one_is_quoted() -> None:
    said = "Norvik has presented the Halden chip for large models in Oslo today."
    again = "The Halden chip that Norvik has presented is for large models, Oslo heard."
    more = "The Halden chip that Norvik has presented in Oslo is for large models of 8 billion parameters."
    short = article("A day in Oslo", "a.test", extract=f"{said} {again}")
    long = article("A day in Oslo", "b.test", extract=f"{said} {more}")

    (repeating, adding) = draft_all([[short], [long]])

    assert repeating.key_points == ()
    assert [point.text for point in adding.key_points] == [more]


@pytest.mark.parametrize(
    ("also", "is_said"),
    [
        ("Deliveries start in June 2027.", False),
        ("Sales of the chip begin in June.", False),
        ("Deliveries start in August 2027.", True),
        ("The town council votes in June 2027.", True),
        ("Shipping to Ekeby starts in June 2027 as well.", True),
    ],
)
def test_that_something_comes_on_a_day_is_said_once(also: str, is_said: bool) -> None:
    first = "The maker of boards Norvik has shown a part in Oslo that runs large models on every phone."
    ships = "The Halden chip will ship to ten customers in June 2027, the company said in a letter."
    (one,) = draft_all([[article("Norvik shows a part", extract=f"{first} {ships} {also}")]])
    (other,) = draft_all([[article("Norvik shows a part", extract=f"{first} {also} {ships}")]])

    for draft in (one, other):
        assert draft.takeaway == first
        points = [point.text for point in draft.key_points]
        assert ships in points
        assert (also in points) == is_said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "Halden gives its model to firms with fewer than 500 employees for nothing.",
            "Halden gives its model to all firms for nothing, it said.",
        ),
        ("The plant in Kelsund will cost 300 million euros.", "The plant in Kelsund will cost 420 million euros."),
        ("Norvik will sell boards in Ekeby.", "Norvik will not sell boards in Ekeby."),
    ],
)
def test_what_a_later_article_says_otherwise_takes_the_place_of_the_earlier(old: str, new: str) -> None:
    def said(hours: int) -> list[str]:
        articles = [
            article("Halden has a plan", "one.test", extract=f"{old} Snow lay on the lines of the north for days."),
            article("More on Halden", "two.test", extract=new, at=TUESDAY + timedelta(hours=hours)),
        ]
        (draft,) = draft_all([articles])
        return [draft.takeaway, *(point.text for point in draft.key_points)]

    assert new in said(24)
    assert old not in said(24)
    assert old in said(-48)
    assert new not in said(-48)


def test_what_a_page_repeats_is_furniture_unless_it_sums_the_page_up() -> None:
    summary = "The council of Kelsund has decided to close the old harbour of the town."
    furniture = "The Northern Wire keeps a watch on all harbours."
    others = ("Boats will find berths in Ekeby instead.", "Losses of 12 years led to the decision.")
    extract = f"{summary}\n\n{summary} {furniture}\n\n{others[0]} {furniture}\n\n{others[1]} {furniture}"

    (draft,) = draft_all([[article("Harbour of Kelsund", extract=extract)]])

    assert [draft.takeaway, *sorted(point.text for point in draft.key_points)] == [summary, *others]


def test_what_two_pages_of_one_publisher_share_is_furniture_unless_they_are_one_text() -> None:
    furniture = "The harbours of the north are watched by the Northern Wire."
    one = f"The council of Kelsund has decided to close its harbour. Boats will find berths in Ekeby. {furniture}"
    two = f"Losses of 12 years led to the end of the harbour. Fishers want to sue the council of Kelsund. {furniture}"

    def said(*texts: str, second: str = "a.test") -> list[str]:
        publishers = ("a.test", second)
        articles = [article(f"Harbour {n}", publishers[n], extract=text) for n, text in enumerate(texts)]
        return [one.text for one in read(articles)]

    assert furniture not in said(one, two)
    assert len(said(one, two)) == 4
    assert furniture in said(one, two, second="b.test")
    assert furniture in said(one)
    assert len(said(one, one + " Nobody knows what will be built there.")) == 7


def test_a_sentence_that_is_unlike_the_quoted_ones_is_preferred_to_one_that_is_like_them() -> None:
    first = "The council of Kelsund has decided to close the old harbour of the town in the spring."
    alike = "The council decided to close the old harbour after 12 years of losses for the town."
    other = "Boats will find berths in Ekeby instead."
    (draft,) = draft_all([[article("Harbour of Kelsund", extract=f"{first} {alike} {other}")]])

    assert [draft.takeaway, draft.key_points[0].text] == [first, other]


def test_who_speaks_of_herself_is_not_quoted() -> None:
    extract = (
        "A friend and I have built a chip in a garage. The chip runs models of 8 billion parameters without a fan."
    )
    (draft,) = draft_all([[article("A chip", extract=extract)]])

    assert draft.takeaway.startswith("The chip runs")
    assert draft.key_points == ()


def test_full_texts_in_paragraphs_are_quoted_without_their_headings_and_captions() -> None:
    text = (
        "Norvik shows the Halden chip\n\nBy Ingrid Berg, Oslo\n\nThe chip on a table in Oslo (Photo: Norvik)\n\n"
        "A processor that runs large models on phones was shown in Oslo on Tuesday.\n\nWhat it costs\n\n"
        "The boards will cost 40 dollars, half of what rivals ask for theirs.\n\n- Read more: ten gadgets of the year."
    )
    (draft,) = draft_all([[article("Norvik shows the Halden chip", extract=text)]])

    assert draft.takeaway == "A processor that runs large models on phones was shown in Oslo on Tuesday."
    assert [point.text for point in draft.key_points] == [
        "The boards will cost 40 dollars, half of what rivals ask for theirs."
    ]


HOSTILE = {
    "one word": "x" * 100_000,
    "abbreviations": "e.g. " * 20_000,
    "stops": ". " * 50_000,
    "dates": "They will open it in June 2027 " * 3_000,
    "amounts": "$1 million " * 9_000,
    "sentences": "".join(f"Norvik will sell {n} chips for ${n} million in June. " for n in range(1_700)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long_to_draft(name: str) -> None:
    text = HOSTILE[name]
    began = time.process_time()

    draft_all([[article(text[:300], "a.test", extract=text), article(text[1:300], "b.test", extract=text)]])

    assert time.process_time() - began < 5


@given(st.lists(st.text(st.sampled_from("aB. !?…“”'1,\u3002 "), max_size=600), min_size=1, max_size=3))
def test_whatever_the_texts_hold_quotes_are_verbatim_and_of_a_fitting_length(texts: list[str]) -> None:
    articles: list[Article] = [article(f"Title {n}", f"{n}.test", extract=text) for n, text in enumerate(texts)]

    (draft,) = draft_all([articles])

    ahead = draft.what_happens_next.items if draft.what_happens_next else ()
    said = [draft.takeaway, *(point.text for point in draft.key_points), *(item.text for item in ahead)]
    for quoted in filter(None, said):
        assert any(quoted in text for text in texts)
        assert SHORTEST <= len(quoted) <= LONGEST


NEWS = ("Norvik", "will", "open", "in June 2027", "buys", "licenses", "Halden", "for $20 billion", "$17bn", "cuts")
OTHER = (
    "12,000 jobs",
    "on Friday",
    "“so”",
    "e.g.",
    "U.S.",
    "3.5",
    "the",
    "plant.",
    "it!",
    "\n",
    "Oslo.",
    "- ",
    "2028.",
)
WORDS = st.sampled_from((*NEWS, *OTHER))


@given(st.lists(st.lists(WORDS, max_size=60).map(" ".join), min_size=1, max_size=4))
def test_whatever_news_is_put_together_every_word_said_stands_in_a_source(texts: list[str]) -> None:
    articles = [article(text[:60], f"{n}.test", extract=text) for n, text in enumerate(texts)]

    (draft,) = draft_all([articles])

    ahead = draft.what_happens_next.items if draft.what_happens_next else ()
    quotes = [draft.takeaway, *(point.text for point in draft.key_points), *(item.text for item in ahead)]
    assert all(any(quote in text for text in texts) for quote in quotes)
    assert all(item.horizon in item.text for item in ahead)
    for version in (version for dispute in draft.disputes for version in dispute.versions):
        assert any(version.said in text for text in texts)
        assert version.sources
