"""A few worlds of many processes keep the promise; ``make promises ONLY=many`` lives through a hundred."""

import pytest

from tests.promises.many import counted
from tests.promises.table import Extent
from tests.simulation.report import Total, not_met, tell


@pytest.fixture(scope="module")
def total() -> Total:
    """Counted once, for all tests here."""
    return counted(Extent.SMALL)


def test_nothing_is_lost_doubled_or_kept_silent_about(total: Total) -> None:
    assert [line for outcome in total.failed for line in tell(outcome)] == []
    assert total.seeds == 2
    assert total.states["sent"] > 40


def test_processes_have_died_and_stood_still_meanwhile(total: Total) -> None:
    assert not_met(total, ["crash", "freeze"], 4) == []
