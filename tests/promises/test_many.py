"""A world of many processes keeps the promise, lived twice; ``make promises ONLY=many`` lives through a hundred."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.report import Outcome, tell
from tests.simulation.seeds import run_many

ROOT = Path(__file__).resolve().parents[2]
FROZEN = 2
"""One in which many die, and many stand still."""


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Lived once, for all tests here."""
    return run_many(FROZEN)


def test_nothing_is_lost_doubled_or_kept_silent_about(outcome: Outcome) -> None:
    assert not outcome.violations, "\n".join(tell(outcome))
    assert outcome.states["sent"] > 20


def test_processes_have_died_and_stood_still_meanwhile(outcome: Outcome) -> None:
    assert [name for name in ("crash", "freeze") if outcome.hits[name] < 4] == []


def test_it_is_the_same_world_in_every_process(outcome: Outcome) -> None:
    # Another seed for Python's own hashes: no set may decide anything.
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "tests.simulation", "--many", "--seed", str(FROZEN)]
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert f"journal {outcome.digest}" in again.stdout
