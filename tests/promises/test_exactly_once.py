"""Fifty seeds keep the promise, and they have met all that can go wrong; ``make soak`` lives through a thousand."""

import pytest

from tests.promises.exactly_once import counted
from tests.promises.table import Extent
from tests.simulation.faults import OF_ONE
from tests.simulation.report import Total, not_met, tell


@pytest.fixture(scope="module")
def total() -> Total:
    """Counted once, for all tests here."""
    return counted(Extent.SMALL)


def test_nothing_is_lost_doubled_or_kept_silent_about(total: Total) -> None:
    assert [line for outcome in total.failed for line in tell(outcome)] == []
    assert total.seeds == 50


def test_every_fault_has_really_hit_something(total: Total) -> None:
    assert not_met(total, OF_ONE, 1) == []


def test_every_ending_was_reached(total: Total) -> None:
    assert sum(total.states.values()) > 800
    assert [state for state in ("sent", "refused", "missed", "uncertain", "skipped") if total.states[state] < 10] == []
