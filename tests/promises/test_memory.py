from dataclasses import replace

from tests.promises.memory import SMALL, measure
from tests.promises.table import Extent


def test_hostile_feeds_leave_no_more_memory_in_use_than_there_was() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured
    assert "12 of them hostile" in measured.figures


def test_a_leak_would_be_seen() -> None:
    leaking = replace(SMALL, kinds=(), honest=1, keeps=60 * 2**20)

    line, *_ = measure(Extent.SMALL, leaking).broken

    assert line.startswith("it grew from")
