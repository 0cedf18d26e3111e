"""What the one interpreter lends to a simulated machine: its zone files, its log, its warnings."""

import contextlib
import logging
import warnings
import zoneinfo
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import schedule
from tests.simulation import zones
from tests.simulation.journal import Journal
from tests.simulation.plan import Plan

_DROPPED = "ConnectorException"
"""The queue's library drops a task that could not end its job, because the database failed. When Python notices that
nobody asked what came of it is chance.
"""


@contextlib.contextmanager
def own_zones(folder: Path, plan: Plan) -> Iterator[None]:
    """Within, the machine's zones are those of *plan*, and *folder* is where their files are."""
    before = zoneinfo.TZPATH
    zones.write(folder, plan.zones)
    zoneinfo.reset_tzpath(to=(str(folder.resolve()), *before))
    as_if_new()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(to=before)
        as_if_new()


def as_if_new() -> None:
    """A process that begins has read no zone yet."""
    ZoneInfo.clear_cache()
    for one in (schedule._zone, schedule._cached_instant):  # noqa: SLF001 - all processes share one interpreter
        one.cache_clear()


@contextlib.contextmanager
def calls_dropped() -> Iterator[None]:
    """Within, a process may die between a call and the waiting for it, which Python would warn of."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        yield


@contextlib.contextmanager
def logs_noted(journal: Journal) -> Iterator[None]:
    """Within, whatever the product warns of goes into *journal*."""
    handler = _Noting(journal)
    loggers = [logging.getLogger(name) for name in ("bot", "storage", "procrastinate", "tests.simulation", "asyncio")]
    before = [(one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.addHandler(handler)
        one.setLevel(logging.WARNING)
        one.propagate = False
    try:
        yield
    finally:
        for one, (level, propagate) in zip(loggers, before, strict=True):
            one.removeHandler(handler)
            one.setLevel(level)
            one.propagate = propagate


class _Noting(logging.Handler):
    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        if error == _DROPPED:
            return
        says = record.getMessage()
        if error and record.exc_info and error != "SimulatedBug":
            says = f"{says} ({record.exc_info[1]!r})"
        self._journal.note("log", level=record.levelname, says=says, error=error)
