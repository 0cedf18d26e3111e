"""Broken bots are found out: the checker can fail, and for the right reason."""

import pytest

from tests.simulation.mutants import MUTANTS, OF_MANY
from tests.simulation.seeds import run, run_many

FOUND_OUT = {
    "marks before it sends": (2, "not lost"),
    "knows no intent": (3, "not doubled"),
    "checks no fence": (3, "not doubled"),
    "tells of nothing": (6, "told"),
    "brings bad news up once": (9, "told"),
    "takes trying for telling": (9, "told"),
    "dates by the instant": (1, "at its hour"),
    "forgets a restore": (3, "not doubled"),
    "retries blindly": (3, "not doubled"),
    "edits nothing": (1, "corrections"),
    "edits once": (17, "corrections"),
    "tells nobody": (6, "told"),
    "reads back at once": (7, "not doubled"),
    "sees no pause": (31, "not while paused"),
}
"""A seed that shows what each does wrong, and the promise that it breaks; ``--mutants`` finds others."""


FOUND_OUT_AMONG_MANY = {
    "rings once": (4, "missed for a cause"),
}
"""The same where many processes share a database."""


def test_no_broken_bot_is_forgotten() -> None:
    assert set(FOUND_OUT) == set(MUTANTS)
    assert set(FOUND_OUT_AMONG_MANY) == set(OF_MANY)


@pytest.mark.parametrize("name", FOUND_OUT)
def test_a_broken_bot_is_found_out(name: str) -> None:
    seed, promise = FOUND_OUT[name]
    broken = run(seed, parts=MUTANTS[name]).violations

    assert [one for one in broken if one.startswith(f"{promise}:")]


@pytest.mark.parametrize("name", FOUND_OUT_AMONG_MANY)
def test_a_broken_bot_is_found_out_among_many(name: str) -> None:
    seed, promise = FOUND_OUT_AMONG_MANY[name]
    broken = run_many(seed, parts=OF_MANY[name]).violations

    assert [one for one in broken if one.startswith(f"{promise}:")]
