"""Exactly once where many processes share a PostgreSQL database: the same simulation, killed and frozen at random."""

from tests import postgres
from tests.promises.exactly_once import judged, lived
from tests.promises.table import Extent, Measured
from tests.simulation.seeds import run_many

SEEDS = {Extent.SMALL: 1, Extent.FULL: 100}


def measure(extent: Extent) -> Measured:
    """Live through the seeds."""
    with postgres.room():
        return judged(lived(SEEDS[extent], extent, run_many))
