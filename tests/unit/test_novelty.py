"""What brings a story back that a channel has had, and what does not."""

from dataclasses import replace
from datetime import timedelta
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Article, Story
from bot.novelty import new_facts, news_since, withheld
from tests.articles import article, story
from tests.clock import TUESDAY

POSTED = TUESDAY - timedelta(hours=24)
FIRST = article(
    "Norvik buys a chip maker for $20 billion",
    "wire.test",
    extract="Norvik pays $20 billion in cash, said its head Ada Berg. It has 400 employees and Halden chips.",
    at=POSTED - timedelta(hours=2),
)


def told(*fresh: Article, publishers: tuple[Article, ...] = (FIRST,)) -> Story:
    return replace(story("C2DF"), articles=(*publishers, *fresh))


def fresh(title: str = "Norvik's purchase", publisher: str = "daily.test", extract: str = "") -> Article:
    return article(title, publisher, extract=extract, at=POSTED + timedelta(hours=5))


@pytest.mark.parametrize(
    ("title", "facts"),
    [
        ("Norvik now pays $17 billion for it", ("$17 billion",)),
        ("Norvik pays 17 billion dollars", ("17 billion dollars",)),
        ("Norvik will dismiss 1,200 employees", ("1,200 employees",)),
        ("The purchase by Norvik is stopped by Nvidia", ("Nvidia",)),
        ("Norvik promises to sell GPT-9 instead", ("GPT-9",)),
        ("The regulator Jonas Falk asks Norvik to wait", ("Jonas Falk",)),
        ("Norvik pays $17 billion, says Jonas Falk", ("$17 billion", "Jonas Falk")),
    ],
)
def test_a_figure_or_a_name_in_the_title_of_a_later_article_is_new(title: str, facts: tuple[str, ...]) -> None:
    assert set(facts) <= set(new_facts(told(fresh(title)), POSTED))
    assert new_facts(told(fresh(title)), POSTED)[: len(facts)][0] == facts[0]


@pytest.mark.parametrize(
    ("title", "state"),
    [
        ("Regulator blocks Norvik's purchase", "a refusal"),
        ("Norvik completes purchase of chip maker", "a completion"),
        ("Norvik walks away from chip maker", "an end"),
        ("Head of the chip maker quits", "a departure"),
        ("Norvik Delays Purchase", "a delay"),
    ],
)
def test_a_title_that_brings_the_event_into_another_state_is_new(title: str, state: str) -> None:
    assert new_facts(told(fresh(title)), POSTED) == (state,)
    assert state not in new_facts(told(fresh(title), publishers=(replace(FIRST, title=title),)), POSTED)


@pytest.mark.parametrize(
    "title",
    [
        "Norvik Buys a Chip Maker for $20 Billion",
        "Norvik and Its 400 Employees",
        "Norvik pays $20bn for it",
        "Norvik pays about $19.8 billion",
        "Norvik Pays $20 Billion For It",
        "Norvik pays about $20.6 billion",
        "Crane Makers fear it, and so does Norvik",
        "Norvik after Covid-19 and what follows",
        "What they say of Norvik in the White House",
        "Norvik pays 20 billion dollars",
        "Norvik: 400 employees wait",
        "Berg explains why Norvik buys",
        "Norvik rises by 12% on Tuesday at 10:30",
        "Norvik in 2026: what it means",
        "Norvik Buys Chip Maker And Everybody Talks About It",
        "What The Wire says of Norvik",
        "Norvik's Q3 and what follows",
    ],
)
def test_an_old_figure_a_date_a_share_and_a_capital_are_not(title: str) -> None:
    assert new_facts(told(fresh(title)), POSTED) == ()


def test_what_stands_in_no_title_needs_two_publishers() -> None:
    extract = "The price falls to $17 billion, said Jonas Falk of the agency."
    one, again = fresh("Once more", "a.test", extract), fresh("And again", "a.test", extract)
    other = fresh("And more", "b.test", extract)

    assert new_facts(told(one), POSTED) == ()
    assert new_facts(told(one, again), POSTED) == ()
    assert new_facts(told(one, other), POSTED) == ("$17 billion", "Jonas Falk")


DOCTORS = article(
    "Doctors of Kelsund sign a letter on AI",
    "wire.test",
    extract="60 doctors of Kelsund signed it. Halden has raised $300 million. Orrery has 1,400 enterprise customers.",
    at=POSTED - timedelta(hours=2),
)


@pytest.mark.parametrize(
    ("title", "extract", "fact"),
    [
        ("The letter grows", "By now 95 doctors have signed it.", "95 doctors"),
        ("The letter grows to 95 doctors", "", "95 doctors"),
        ("Four doctors go on", "The letter of 4 doctors. Orrery now serves 5,200 customers.", "5,200 customers"),
        ("Orrery goes on", "It has 2.3k enterprise customers, it says.", "2.3k enterprise customers"),
        ("Halden goes on", "Halden raised $340 million, not less.", "$340 million"),
        ("It goes on", "Kelsund waits. It is quiet. 61,000 Norvik doctors have signed.", "61,000 Norvik doctors"),
    ],
)
def test_another_number_of_the_same_thing_is_new_from_one_publisher(title: str, extract: str, fact: str) -> None:
    story = told(fresh(title, extract=extract), publishers=(DOCTORS,))

    assert new_facts(story, POSTED) == (fact,)
    assert news_since(story, POSTED, 1) == f"new: {fact} · now 2 publishers, 1 when posted"


@pytest.mark.parametrize(
    "extract",
    [
        "By now 60 doctors have signed it.",
        "By now about 61 doctors have signed it.",
        "By now 95 nurses have signed it.",
        "By now 9 doctors have slept over it.",
        "It took 95 days. One. Two. Later 95 doctors signed it.",
        "In 2026 doctors sign letters.",
        "It is read by Sextant 95 doctors.",
        "It sold for $340 million.",
        "Then 95% of doctors signed it, and 95 is many.",
    ],
)
def test_the_same_number_one_of_something_else_and_one_told_late_is_not(extract: str) -> None:
    assert new_facts(told(fresh("The letter", extract=extract), publishers=(DOCTORS,)), POSTED) == ()


def test_what_has_many_numbers_already_has_none_that_changes() -> None:
    many = replace(DOCTORS, extract="60 doctors signed it, 20 doctors did not, 300 doctors wait.")

    assert new_facts(told(fresh("On", extract="Now 95 doctors signed it."), publishers=(many,)), POSTED) == ()


@pytest.mark.parametrize(
    ("title", "extract", "fact"),
    [
        ("Corrected: what Norvik pays", "", "a correction"),
        ("Norvik retracts its offer", "", "a retraction"),
        ("On Norvik", "The offer was withdrawn. All wait.", "a withdrawal"),
        ("On Norvik", "Norvik reverses itself.", "a reversal"),
        ("Norvik no longer wants it", "", "what no longer holds"),
    ],
)
def test_a_correction_is_new(title: str, extract: str, fact: str) -> None:
    assert new_facts(told(fresh(title, extract=extract)), POSTED) == (fact,)
    before = replace(FIRST, title=title, extract=extract)
    assert new_facts(told(fresh(title, extract=extract), publishers=(before,)), POSTED) == ()


@pytest.mark.parametrize(
    ("title", "extract"),
    [
        ("Norvik learns error correction", ""),
        ("Readers of Norvik feel withdrawal", ""),
        ("On Norvik", "It waits. It no longer does."),
        ("Norvik drives self-corrected cars", ""),
    ],
)
def test_words_that_sound_like_a_correction_are_none(title: str, extract: str) -> None:
    assert new_facts(told(fresh(title, extract=extract)), POSTED) == ()


def test_why_nothing_comes_back_is_told_with_the_articles_that_came_in() -> None:
    assert withheld(told(), POSTED) == "no article came in since"
    assert withheld(told(fresh()), POSTED) == "1 article came in since, with no figure or name that counts as new"
    assert withheld(told(fresh(), fresh("Again")), POSTED).startswith("2 articles came in since, ")


def test_a_copy_confirms_nothing() -> None:
    extract = "The price falls to $17 billion."
    one, copy = fresh("Once more", "a.test", extract), fresh("And more", "b.test", extract)

    assert new_facts(replace(told(one, copy), copies=(copy.key,)), POSTED) == ()


def test_a_name_in_a_headline_of_capitals_needs_a_text_that_has_it_as_a_name() -> None:
    title = "Norvik Deal Stopped By Jonas Falk"

    assert new_facts(told(fresh(title)), POSTED) == ()
    assert "Jonas Falk" in new_facts(told(fresh(title, extract="It was stopped by Jonas Falk.")), POSTED)


def test_a_publisher_is_no_news() -> None:
    named = replace(FIRST, source=replace(FIRST.source, name="Polar Press"))
    later = fresh("The purchase, as Polar Press tells it")

    assert new_facts(told(later, publishers=(named,)), POSTED) == ()


def test_what_was_there_when_it_was_posted_is_not_new() -> None:
    early = replace(fresh("Norvik pays $17 billion"), news_at=POSTED)

    assert new_facts(told(early), POSTED) == ()
    assert new_facts(replace(told(), articles=(fresh("Norvik pays $17 billion"),)), POSTED) == ()


@pytest.mark.parametrize(
    ("articles", "had", "news"),
    [
        ((fresh("Again"),), 1, ""),
        ((fresh("Again"), fresh("And again", "b.test")), 1, "now 3 publishers, 1 when posted"),
        (
            (fresh("Norvik pays $17 billion"), fresh("And again", "b.test")),
            1,
            "new: $17 billion · now 3 publishers, 1 when posted",
        ),
        ((fresh("Norvik pays $17 billion"),), 1, "new: $17 billion · now 2 publishers, 1 when posted"),
        ((fresh("Norvik pays $17 billion", "wire.test"),), 1, "new: $17 billion"),
        ((), 0, ""),
    ],
)
def test_enough_is_new_with_two_more_publishers_or_a_fact(articles: tuple[Article, ...], had: int, news: str) -> None:
    assert news_since(told(*articles), POSTED, had) == news


def test_three_facts_are_named_at_the_most_and_none_is_long() -> None:
    title = "Norvik pays $17 billion, $1 billion, 30 billion euros, 5 million euros and asks Nvidia"

    assert news_since(told(fresh(title)), POSTED, 2) == "new: $17 billion, $1 billion, 30 billion euros"
    long = fresh("So says " + "Anna Maria Sofia Luisa Johanna Margareta " * 9)
    assert all(len(fact) <= 40 for fact in new_facts(told(long), POSTED))


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_any_text_gives_short_facts_on_one_line_or_none(title: str, first: str, second: str) -> None:
    facts = new_facts(told(fresh(title, "a.test", first), fresh(second, "b.test", first)), POSTED)

    assert all(0 < len(fact) <= 40 and "\n" not in fact for fact in facts)


@pytest.mark.parametrize(
    "piece",
    [
        "A'",
        "Aa ",
        "Jonas Falk. ",
        "$1 billion ",
        "1,",
        "GPT-9 ",
        "Aa\n",
        "1" * 40 + "x",
        "CEO ",
        "9" * 400 + " dollars ",
        "95 doctors ",
        "1,111 a b c d ",
        "now " * 20 + "$9 ",
        "$300 million in funding ",
    ],
)
def test_made_up_text_takes_no_time(piece: str) -> None:
    extract = (piece * 4_000)[:4_000]
    later = [fresh(f"{piece * 9} {n}", f"{n}.test", extract.replace("1", str(n % 10))) for n in range(60)]
    before = [replace(one, news_at=POSTED, key=f"{n:024x}") for n, one in enumerate(later)]

    began = thread_time()
    new_facts(told(*later, publishers=(FIRST, *before)), POSTED)

    assert thread_time() - began < 3
