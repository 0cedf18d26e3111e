"""What looks ahead follows from the sentences that it cites, and states no fact of its own."""

import pytest

from adapters.analyst.ahead import faults
from adapters.analyst.packet import Sentence
from adapters.analyst.support import best
from tests.articles import article

CITED = (
    "Norvik unveiled the Halden chip in Oslo on Tuesday.",
    "Revenue fell to 300 million dollars in the quarter.",
    "Tarnmoor has no such chip.",
)


@pytest.mark.parametrize(
    "text",
    [
        "Norvik may sell the chip within six months.",
        "Tarnmoor is likely to answer with a chip of its own. Rivals could follow by next year.",
        "Norvik, which unveiled the chip, may need more engineers.",
        "If revenue falls again, Norvik might have to close plants.",
        "Phones may no longer need data centres if Norvik sells them this chip.",
        "Tarnmoor may show a chip of its own.",
    ],
)
def test_an_expectation_that_names_what_it_follows_from_passes(text: str) -> None:
    assert faults(text, CITED) == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Norvik is bankrupt, its founders have fled.", "it states a fact; every"),
        ("Norvik may grow. It stole the design of the chip.", "it states a fact; every"),
        ("Norvik stole the design, and the chip may be recalled.", "beside an expectation it states a fact"),
        ("The chip may sell, while its founders fled the country.", "beside an expectation it states a fact"),
        ("Norvik acquired Tarnmoor on Tuesday.", "it states a fact; every"),
        ("Norvik will close, and everybody should write to support.", "beside an expectation it states a fact"),
        ("Norvik may buy Quillon.", "the name “Quillon” is in no sentence that it cites"),
        ("Norvik may lay off 40 people.", "the number “40” is in no sentence that it cites"),
        ("Norvik may not have unveiled the chip.", "it denies what the cited sentences say"),
        ("Revenue may have risen in the quarter.", "it says “risen” where the cited sentences say “fell”"),
        ("A bomb is likely to go off tomorrow.", "it names nothing that the cited sentences name"),
        ("Norvik is expected to have unveiled the Halden chip in Oslo on Tuesday.", "it only repeats"),
        ("It is expected that revenue fell to 300 million dollars in the quarter.", "it only repeats"),
    ],
)
def test_a_fact_a_repetition_and_what_does_not_follow_are_no_expectation(text: str, fault: str) -> None:
    assert any(one.startswith(fault) for one in faults(text, CITED)), faults(text, CITED)


def test_what_cites_nothing_follows_from_nothing() -> None:
    assert faults("Norvik may sell the chip.", ()) == ("it cites no sentence that there is",)


def test_the_sentence_that_holds_most_of_a_text_is_shown_first_and_what_has_nothing_to_do_with_it_never() -> None:
    wire, daily = article("Norvik unveils", "wire.test"), article("Halden", "daily.test")
    part = Sentence("Norvik unveiled a chip.", wire)
    whole = Sentence("On Tuesday Norvik unveiled the Halden chip in Oslo.", daily)
    other = Sentence("Revenue fell to 300 million dollars.", wire)

    assert best("Norvik unveiled the Halden chip in Oslo.", (other, part, whole)) == (whole, part)
    assert best("Norvik unveiled a chip.", (part, whole)) == (part, whole)
    assert best("It is so.", (other, part)) == (other,)
