"""The gate lets pass what the cited sentences say, in other words too, and nothing that they do not say."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gate import faults, novel, repeats
from tests import mutations
from tests.sentences import feed_sentences

RAISED = (
    "Norvik said on Tuesday that it had raised $20bn from investors led by Halden Capital, valuing the company at "
    "$170 billion."
)
HIRES = (
    "The Oslo-based company, which makes chips for phones, plans to hire 1,200 engineers in Japan by the end of 2027."
)
REFUSES = "“We will not license the model to anyone,” said Ingrid Solberg, Norvik’s chief executive."
MERGER = (
    "Regulators in the European Union have declined to approve the merger, which would not close before March 2027."
)
REVENUE = (
    "Revenue rose 12.4 percent to €3.1 million in the third quarter, from 2.76 million, while costs fell by a quarter."
)
SCORES = "Orrery’s GPT-5.3 model scored 71.5% on the benchmark, twice as much as Tarnmoor’s M4."
DENIES = "The company denied that it had copied code from Veltrum."
FIXES = "The update fixes two vulnerabilities that were found by researchers at the University of Bergen."
EXPECTED = "Analysts had expected sales of 40 to 50 million units, from 20 million a year before."
PAUSED = "Halden paused its contract, while Brackenfell goes on."
BUYS = "Norvik is buying Brackenfell for 3.4 billion dollars."
ARTICLE = " ".join(
    [
        *(RAISED, HIRES, REFUSES, MERGER, REVENUE, SCORES, DENIES, FIXES, EXPECTED),
        "Erik Dahl of Brackenfell, in the US, disagreed. Bergen was hit by 16,700 outages, and Oslo by 120.",
    ]
)


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Norvik raised 20 billion dollars at a valuation of $170bn.", RAISED),
        ("Norvik has raised $20,000 million in a round led by Halden Capital.", RAISED),
        ("Norvik raises $20B from Halden Capital and Other Investors", RAISED),
        ("The chip maker plans to hire 1,200 engineers in Japan by 2027.", HIRES),
        ("It will hire about 1200 Japanese engineers by the end of 2027.", HIRES),
        ("Norvik will not license the model, its CEO Ingrid Solberg said.", REFUSES),
        ("Norvik won't license its model to anyone, Solberg said.", REFUSES),
        ('Ingrid Solberg: "We will not license the model"', REFUSES),
        ("EU regulators declined to approve the merger.", MERGER),
        ("European regulators did not approve the merger.", MERGER),
        ("The merger would not close before Mar. 2027.", MERGER),
        ("Revenue rose about 12% to €3.1 million.", REVENUE),
        ("Revenue grew by 12.4 per cent in the third quarter, and costs fell by 25%.", REVENUE),
        ("Orrery's GPT 5.3 scored 71.5 percent, double the score of Tarnmoor's M4.", SCORES),
        ("Researchers at the University of Bergen found the 2 vulnerabilities that the update fixes.", FIXES),
        ("Analysts expected sales of 40 million to 50 million units.", EXPECTED),
        ("Analysts expected sales to double to 40 million units.", EXPECTED),
        ("The company denies having copied Veltrum's code.", DENIES),
        ("Two vulnerabilities that researchers found are fixed by the update.", FIXES),
        ("Twenty billion dollars were raised by Norvik.", RAISED),
        ("There are no independent results yet.", "Independent results are not available yet."),
        ("Skarn will come in October, not in June.", "Skarn comes in October instead of June."),
        ("Nine patients were treated late, but none died.", "No patient died as a result, but nine were treated late."),
        ("Norvik won in Oslo.", "In Oslo, Norvik won."),
        ("Halden said that Norvik won on Tuesday.", "On Tuesday Norvik won, Halden said that."),
        ("Keane stays for three years or more.", "Keane will stay for at least three years."),
        ("Cheaper chips sell well, Norvik said.", "Norvik said that chips which are cheaper sell well."),
        (
            "Of its two rivals, Halden paused its contract.",
            "Its rivals are Halden and Orrery. Halden paused its contract.",
        ),
        ("The line will not be ready before 2029.", "The line will take until 2029 to be ready."),
        ("The line will not be ready until 2029.", "The earliest year for a line to be ready is 2029."),
        ("Keane stays out of the vote.", "Keane will not take part in the vote."),
        (
            "Keane, who had asked for the vote in Oslo, stays out of it to spare himself the journey.",
            "Keane, who had asked for the vote in Oslo, will not take part, to spare himself the journey.",
        ),
        ("The appeal by Norvik was a success.", "Appeals by Norvik succeeded."),
        ("Norvik chose growth and lost sales.", "It was Norvik's choice to grow and to lose what it sold."),
        ("Third parties found the flaw.", "The flaw was found by outsiders, third parties in Oslo."),
    ],
)
def test_what_a_sentence_says_passes_in_other_words(claim: str, cited: str) -> None:
    assert faults(claim, [cited], article=ARTICLE) == ()


@pytest.mark.parametrize(
    ("claim", "cited", "fault"),
    [
        ("Norvik raised 17 billion dollars at a valuation of $170bn.", RAISED, "number “17 billion dollars”"),
        ("Norvik raised $20 million from investors led by Halden Capital.", RAISED, "number “$20 million”"),
        ("Norvik raised €20bn from investors led by Halden Capital.", RAISED, "number “€20bn”"),
        ("Norvik raised $20bn from millions of investors led by Halden Capital.", HIRES, "number “millions”"),
        ("It plans to hire 1,300 engineers in Japan.", HIRES, "number “1,300”"),
        ("It plans to hire 1,200 engineers in Japan by 2026.", HIRES, "number “2026”"),
        ("The merger would not close before March 2030.", MERGER, "number “2030”"),
        ("The merger would not close before May 2027.", MERGER, "name “May”"),
        ("Revenue rose 12.4 million euros.", REVENUE, "number “12.4 million euros”"),
        ("Revenue rose 12.4 percent in the second quarter.", REVENUE, "number “second”"),
        ("Orrery's model scored three times as much as Tarnmoor's M4.", SCORES, "number “three times”"),
        ("The update fixes three vulnerabilities found by researchers.", FIXES, "number “three”"),
        ("Orrery's GPT-5.4 model scored 71.5% on the benchmark.", SCORES, "number “5.4”"),
        ("Orrery's GPT-5.3 model scored twice as much as Tarnmoor's M5.", SCORES, "name “M5”"),
        ("Brackenfell raised $20bn from investors led by Halden Capital.", RAISED, "name “Brackenfell”"),
        ("Zarquon raised $20bn from investors led by Halden Capital.", RAISED, "name “Zarquon”"),
        ("Norvik raised $20bn from investors led by Tarnmoor.", RAISED, "name “Tarnmoor”"),
        ("It plans to hire 1,200 engineers in the US by the end of 2027.", HIRES, "name “US”"),
        ("It plans to hire 1,200 engineers in Germany by the end of 2027.", HIRES, "name “Germany”"),
        ("Norvik's chief executive Erik Dahl said it will not license the model.", REFUSES, "name “Erik”"),
        ("“We will license the model to anyone,” said Ingrid Solberg.", REFUSES, "quotation"),
        ('"This is a historic day for the model", said Ingrid Solberg.', REFUSES, "quotation"),
        ("Norvik will license the model to everyone, Ingrid Solberg said.", REFUSES, "leaves out the “not”"),
        ("EU regulators approved the merger.", MERGER, "leaves out the “declined to”"),
        ("The company had copied code from Veltrum.", DENIES, "leaves out the “denied”"),
        ("The company admitted that it had copied code from Veltrum.", DENIES, "“admitted”"),
        ("The update does not fix two vulnerabilities found by researchers.", FIXES, "“not”"),
        ("The update fixes two vulnerabilities without researchers.", FIXES, "“without”"),
        ("It refuses to hire 1,200 engineers in Japan.", HIRES, "“refuses”"),
        ("It no longer plans to hire 1,200 engineers in Japan.", HIRES, "“no”"),
        ("The vendor does not dispute the count.", "The vendor disputes the count.", "“not”"),
        ("Brackenfell paused its contract, while Halden goes on.", PAUSED, "another order"),
        ("The update fixes one vulnerability found by researchers.", FIXES, "number “1”"),
        ("Brackenfell is buying Norvik for 3.4 billion dollars.", BUYS, "another order"),
        ("Norvik fails to raise $20bn from investors.", RAISED, "“fails to”"),
        ("Revenue fell 12.4 percent in the third quarter.", REVENUE, "“fell”"),
        (
            "Tarnmoor's GPT-5.3 model scored 71.5% on the benchmark, twice as much as Orrery's M4.",
            SCORES,
            "name “tarnmoor”",
        ),
        ("A chip giant wants the moon with a secret army of robots.", HIRES, "of the words"),
        ("Of its three rivals, Halden paused.", "Its rivals are Halden and Orrery. Halden paused.", "number “three”"),
        ("Halden paused two contracts.", "Of four contracts, Halden and Orrery paused some.", "number “two”"),
        ("The line will not be ready before 2029.", "The line will be ready in 2029.", "“not”"),
        ("The line will not take until 2029.", "The line will take until 2029.", "“not”"),
        (
            "Keane takes part in the vote.",
            "Keane stays out and will not take part in the vote.",
            "leaves out the “not”",
        ),
        ("", HIRES, "empty"),
        ("Norvik raised money.", "", "cites no sentence"),
    ],
)
def test_what_no_cited_sentence_says_is_refused_and_named(claim: str, cited: str, fault: str) -> None:
    assert fault in " · ".join(faults(claim, [cited], article=ARTICLE))


def test_a_figure_of_the_article_that_stands_in_another_sentence_supports_nothing() -> None:
    claim = "Oslo was hit by 16,700 outages."

    assert faults(claim, ["Oslo was hit by 120 outages."], article="Bergen was hit by 16,700 outages.")


def test_somebody_may_be_called_in_full_where_the_cited_sentence_has_the_last_name_alone() -> None:
    cited = ["Solberg would not say when."]

    assert faults("Ingrid Solberg would not say when.", cited, article=ARTICLE) == ()
    assert faults("Erik Solberg would not say when.", cited, article=ARTICLE)


@pytest.mark.parametrize("unlike", ["’", "'", "\u2018"])
def test_typography_makes_no_difference(unlike: str) -> None:
    cited = (
        f"Norvik{unlike}s “open\u2011weight” model re\u00adached 71\u00a0%\u200b of its o\ufb03cial goal\u00a0— twice…"
    )
    claim = 'Norvik\'s "open-weight" model reached 71% of its official goal – twice...'

    assert faults(claim, [cited]) == ()
    assert faults(cited, [claim]) == ()


@given(st.text(min_size=1).filter(lambda text: any(one.isalnum() for one in text)))
def test_a_sentence_always_supports_itself(text: str) -> None:
    assert faults(text, [text, "Norvik did not raise 17 million."], article=ARTICLE) == ()


def test_a_sentence_copied_but_for_a_word_is_compared_place_by_place() -> None:
    cited = "Norvik sued Orrery in 2026 and 2027, and Tarnmoor did not, although it could not win."

    assert faults("Orrery sued Norvik in 2026 and 2027, and Tarnmoor did not, although it could not win.", [cited])
    assert faults("Norvik sued Orrery in 2026 and 2027, and Tarnmoor did, although it could not win.", [cited])


def test_a_claim_may_follow_one_cited_sentence_and_take_a_word_from_another() -> None:
    cited = ["The chip runs models without a network.", "The Halden chip runs models on a phone, for 40 dollars."]

    assert faults("The Halden chip runs models without a network.", cited) == ()
    assert faults("The Halden chip runs models on a phone without a network.", cited) == ()
    assert faults("The Halden chip runs models without a phone.", cited)
    assert faults("The Halden chip runs models on a phone, for 50 dollars.", cited)


def test_many_names_do_not_make_a_title_in_which_anything_may_be_capitalised() -> None:
    claim = "Norvik unveiled the Halden chip in Bergen on Tuesday."

    assert "the name “Bergen” is in none" in str(faults(claim, [claim.replace("Bergen", "Oslo")]))


@pytest.mark.parametrize("claim", ["Norvik Unveils Halden Chip in Bergen", "NORVIK UNVEILS HALDEN CHIP IN BERGEN"])
def test_titles_are_read_like_sentences(claim: str) -> None:
    assert faults(claim, ["Norvik has unveiled its Halden chip in Bergen."]) == ()
    assert faults(claim, ["Norvik has unveiled its Halden chip in Oslo."])


def test_a_forecast_brings_no_figure_and_no_name_of_its_own_but_may_say_by_when() -> None:
    known = [HIRES, RAISED]

    assert novel("Within six to nine months, rivals of Norvik may look for engineers in Japan.", known) == ()
    assert "“30 percent”" in str(novel("Wages of engineers in Japan may rise by 30 percent.", known))
    assert "“Tarnmoor”" in str(novel("Later, Tarnmoor may follow to Japan.", known))


@pytest.mark.parametrize(
    "forecast",
    [
        "Smaller firms may find it easier to take part.",
        "Cheaper chips may reach more buyers, and larger banks may wait.",
        "Tighter supply is likely. Handset makers could rely on it less.",
        "Privacy-minded users may switch; overregulation is unlikely.",
        "A second site may follow.",
        "Third parties may build tools, and rivals may be the first to cut prices.",
        "Second-order effects may reach suppliers.",
        "First movers may gain share, with a third supplier later.",
    ],
)
def test_a_forecast_may_begin_with_any_ordinary_word_and_speak_of_a_second_one(forecast: str) -> None:
    assert novel(forecast, [HIRES, RAISED]) == ()


@pytest.mark.parametrize(
    ("forecast", "fault"),
    [
        ("Brackenfell may follow.", "Brackenfell"),
        ("Veltrum in Bergen may follow.", "Veltrum"),
        ("Apple may follow.", "Apple"),
        ("Meta to follow soon, perhaps.", "Meta"),
        ("Scale AI may follow.", "Scale"),
        ("Siemens may follow.", "Siemens"),
        ("Boeing may follow.", "Boeing"),
        ("Parker may resign.", "Parker"),
        ("O'Brien may resign.", "O'Brien"),
        ("Sales may fall by a third.", "third"),
        ("A third of all sales may be lost.", "third"),
        ("It may become the second largest maker.", "second"),
        ("It may come in third place.", "third"),
        ("It may be the fourth of its kind.", "fourth"),
    ],
)
def test_a_forecast_may_not_begin_with_a_name_of_its_own_nor_count(forecast: str, fault: str) -> None:
    assert f"“{fault}”" in str(novel(forecast, [HIRES, RAISED, "AI may help."]))


def test_what_is_capitalised_elsewhere_is_a_name_at_the_beginning_too() -> None:
    assert novel("Sharp may follow.", ["The chips of Sharp are cheap."]) == ()
    cited = ["Smaller makers may follow."]
    assert "name “Sharp”" in str(faults("Sharp makers may follow.", cited, article="The chips of Sharp are cheap."))
    assert faults("Sharp makers may follow.", cited, article="Their chips are sharp and cheap.") == ()


def test_a_forecast_that_says_what_a_sentence_says_repeats_it() -> None:
    assert repeats("The company plans to hire engineers in Japan by the end of 2027.", [RAISED, HIRES])
    assert not repeats("More chip makers may look for engineers in Japan, and pay more for them.", [RAISED, HIRES])


RATES = {"number": 0.92, "foreign": 0.95, "swapped": 0.95, "negated": 0.85, "affirmed": 0.85}
"""The least share of false sentences that must be caught, by what was done to them."""


@pytest.mark.shared
def test_of_real_sentences_made_false_almost_none_passes_and_of_true_ones_almost_all(shared: Path) -> None:
    chance = random.Random(11)
    caught: dict[str, list[bool]] = {kind: [] for kind in (*RATES, "verbatim")}
    for sentence, text in feed_sentences(shared / "data" / "feeds", chance):
        others = tuple(mutations.names(text))
        false = {
            "number": mutations.number_changed(sentence, chance),
            "foreign": mutations.name_replaced(sentence, mutations.FOREIGN, chance),
            "swapped": mutations.name_replaced(sentence, others, chance),
            "negated": mutations.negated(sentence, chance),
            "affirmed": mutations.affirmed(sentence, chance),
        }
        for kind, claim in false.items():
            if claim and claim != sentence:
                caught[kind].append(bool(faults(claim, [sentence], article=text)))
        caught["verbatim"].append(bool(faults(sentence, [sentence], article=text)))

    shares = {kind: sum(found) / len(found) for kind, found in caught.items()}
    assert min(len(found) for found in caught.values()) > 50
    assert {kind: share for kind, share in shares.items() if kind in RATES and share < RATES[kind]} == {}
    assert shares["verbatim"] <= 0.03
