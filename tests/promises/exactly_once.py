"""Exactly once, or a reason and a notice: seeds of the simulation, judged by a checker of its own."""

import os
from collections.abc import Callable

from tests.promises.table import Extent, Measured
from tests.simulation.report import Outcome, Total, tell
from tests.simulation.seeds import run, run_all

SEEDS = {Extent.SMALL: 50, Extent.FULL: 1_000}


def measure(extent: Extent) -> Measured:
    """Live through the seeds: many on all processors, a few on one, beside other tests."""
    return judged(counted(extent))


def counted(extent: Extent) -> Total:
    """All that happened in the seeds."""
    return lived(SEEDS[extent], extent, run)


def lived(seeds: int, extent: Extent, one: Callable[[int], Outcome]) -> Total:
    """All that happened in so many *seeds*, each lived by *one*."""
    total = Total()
    processes = len(os.sched_getaffinity(0)) if extent is Extent.FULL else 1
    for outcome in run_all(range(1, seeds + 1), processes=processes, one=one):
        total.add(outcome)
    return total


def judged(total: Total) -> Measured:
    """What *total* comes to."""
    return Measured(figures=total.figures(), broken=tuple(line for outcome in total.failed for line in tell(outcome)))
