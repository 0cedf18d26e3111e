"""Running seeds: one, or many on all processors."""

import contextlib
import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from tests import postgres
from tests.simulation.checker import check, states
from tests.simulation.history import History
from tests.simulation.plan import plan
from tests.simulation.plan_many import plan_of_many
from tests.simulation.process import Parts
from tests.simulation.report import Outcome, around
from tests.simulation.world import live

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one: nothing here is to outlive a seed


def run(seed: int, *, parts: Parts | None = None, trace: Callable[[str], None] | None = None) -> Outcome:
    """The world of *seed*, lived and judged."""
    with _folder() as folder:
        return _judged(live(plan(seed), folder, parts=parts, trace=trace))


def run_many(seed: int, *, parts: Parts | None = None, trace: Callable[[str], None] | None = None) -> Outcome:
    """The world of *seed* in which many processes share a PostgreSQL database, lived and judged."""
    from tests.simulation.server import furnish, many

    with _folder() as folder, postgres.database(has_queue=True) as address:
        furnish(address)
        history = live(plan_of_many(seed), folder, many(address), parts=parts, trace=trace)
        return replace(_judged(history), of_many=True)


def run_all(seeds: Sequence[int], *, processes: int, one: Callable[[int], Outcome] = run) -> Iterator[Outcome]:
    """The outcomes of *seeds*, each lived by *one*, as they come."""
    if processes == 1:
        yield from map(one, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(one, seeds, chunksize=2)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    where = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="daybrief-sim-", dir=where) as folder:
        yield Path(folder)


def _judged(history: History) -> Outcome:
    violations = check(history)
    return Outcome(
        seed=history.plan.seed,
        digest=history.journal.digest(),
        violations=tuple(map(str, violations)),
        story=tuple(around(history, violations[0])) if violations else (),
        states=Counter(states(history)),
        hits=history.hits,
        messages=sum(len(held.messages) for held in history.held.values()),
        told=sum(len(held.told) for held in history.held.values()),
        seconds=history.plan.ends,
    )
