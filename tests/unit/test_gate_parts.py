"""The gate asks every sentence and clause to stand by itself, and lets nothing be surer than its source."""

import pytest

from bot.gate import faults

CHIP = (
    "Norvik unveiled the Halden chip in Oslo on Tuesday, and it runs models of 8 billion parameters without a network."
)
FINE = "The European Commission may fine Kestrel up to 6% of its global revenue if it does not comply by 1 March 2027."
DEAL = "Orrery plans to buy Tarnmoor, and some analysts said that it would sell at least 3 plants."


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Norvik unveiled the Halden chip in Oslo on Tuesday. It then collapsed and misled its customers.", CHIP),
        ("Norvik unveiled the Halden chip in Oslo on Tuesday; it explodes.", CHIP),
        ("Norvik unveiled it in the U.S. It then misled customers.", "Norvik unveiled it in the U.S."),
        ("The European Commission fined Kestrel up to 6% of its global revenue.", FINE),
        ("Norvik unveiled the Halden chip in Oslo, and secretly spies upon children everywhere.", CHIP),
        ("The European Commission will fine Kestrel up to 6% of its global revenue.", FINE),
        ("The European Commission may fine Kestrel at least 6% of its global revenue.", FINE),
        ("The European Commission may fine Kestrel more than 6% of its global revenue.", FINE),
        ("Orrery has to buy Tarnmoor, and some analysts said that it would sell at least 3 plants.", DEAL),
        ("Orrery plans to buy Tarnmoor, and all analysts said that it would sell at least 3 plants.", DEAL),
        ("Orrery plans to buy Tarnmoor, and some analysts said that it would sell up to 3 plants.", DEAL),
        ("Norvik unveiled the Halden chip in Oslo, \u300cit kills people\u300d and runs models.", CHIP),
        ("Norvik unveiled the Halden chip in Oslo, \u2039it kills people\u203a and runs models.", CHIP),
        ("Norvik unveiled the Halden chip in Oslo, \u201eit kills people\u201c and runs models.", CHIP),
        ("Norvik unveiled the Halden chip in Oslo, and it runs models of \u4e5d billion parameters.", CHIP),
        ("Norvik unveiled the Halden chip in Oslo, and it runs models of umpteen billion parameters.", CHIP),
    ],
)
def test_an_added_clause_a_surer_word_a_foreign_quotation_and_a_foreign_figure_are_seen(claim: str, cited: str) -> None:
    assert faults(claim, [cited])


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Norvik unveiled the Halden chip in Oslo. It runs models of 8 billion parameters.", CHIP),
        ("Norvik unveiled it for Quillon Inc. in Oslo.", "In Oslo, Norvik unveiled it for Quillon Inc."),
        ("According to the report, Norvik unveiled the Halden chip in Oslo on Tuesday.", CHIP),
        ("The European Commission could fine Kestrel up to 6% of its global revenue.", FINE),
        ("Orrery may buy Tarnmoor, and some analysts said that it will sell at least 3 plants.", DEAL),
    ],
)
def test_true_parts_and_what_is_less_sure_pass(claim: str, cited: str) -> None:
    assert faults(claim, [cited]) == ()
