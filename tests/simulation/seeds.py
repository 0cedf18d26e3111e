"""Running seeds: one, or many on all processors."""

import multiprocessing
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.simulation.checker import check, states
from tests.simulation.plan import plan
from tests.simulation.process import Parts
from tests.simulation.report import Outcome, around
from tests.simulation.world import live

_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder in memory, where there is one: nothing here is to outlive a seed


def run(seed: int, *, parts: Parts | None = None, trace: Callable[[str], None] | None = None) -> Outcome:
    """The world of *seed*, lived and judged."""
    with tempfile.TemporaryDirectory(
        prefix="daybrief-sim-", dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None
    ) as folder:
        history = live(plan(seed), Path(folder), parts=parts, trace=trace)
        violations = check(history)
        return Outcome(
            seed=seed,
            digest=history.journal.digest(),
            violations=tuple(map(str, violations)),
            story=tuple(around(history, violations[0])) if violations else (),
            states=Counter(states(history)),
            hits=history.hits,
            messages=sum(len(held.messages) for held in history.held.values()),
            told=sum(len(held.told) for held in history.held.values()),
            seconds=history.plan.ends,
        )


def run_all(seeds: Sequence[int], *, processes: int) -> Iterator[Outcome]:
    """The outcomes of *seeds*, as they come."""
    if processes == 1:
        yield from map(run, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(run, seeds, chunksize=2)
