"""Exactly once where many processes share a PostgreSQL database: the same simulation, killed and frozen at random."""

import os

from tests import postgres
from tests.promises.table import Extent, Measured
from tests.simulation.report import Total, tell
from tests.simulation.seeds import run_all, run_many

SEEDS = {Extent.SMALL: 1, Extent.FULL: 100}


def measure(extent: Extent) -> Measured:
    """Live through the seeds: many on all processors, a few on one, beside other tests."""
    total = counted(extent)
    return Measured(figures=total.figures(), broken=tuple(line for outcome in total.failed for line in tell(outcome)))


def counted(extent: Extent) -> Total:
    """All that happened in the seeds."""
    total = Total()
    processes = len(os.sched_getaffinity(0)) if extent is Extent.FULL else 1
    with postgres.room():
        for outcome in run_all(range(1, SEEDS[extent] + 1), processes=processes, one=run_many):
            total.add(outcome)
    return total
