"""The real storage, driven by the loop's own steps instead of threads; and a disk that fails below SQLite."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

from bot.errors import StoreTrouble
from storage.session import Condition, Work
from storage.sqlite.connection import SqliteSession, connect
from storage.threads import Hand, Job
from tests.simulation.faults import Fault, Weather

Result = TypeVar("Result")

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "COMMIT")


class Disk:
    """Lets statements fail as the weather has it."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather

    def before(self, sql: str) -> None:
        """Raise if *sql* is not even begun."""
        if not sql.lstrip().startswith(_WRITES):
            return
        if self._weather.is_on(Fault.DISK_FULL):
            raise _error("database or disk is full", sqlite3.SQLITE_FULL)
        if self._weather.is_on(Fault.FAILING_WRITES):
            raise _error("disk I/O error", sqlite3.SQLITE_IOERR)

    def after(self, sql: str) -> None:
        """Raise if nobody is to know that *sql* was done."""
        if sql == "COMMIT" and self._weather.is_on(Fault.LOST_COMMIT):
            raise _error("disk I/O error", sqlite3.SQLITE_IOERR)


def _error(sentence: str, code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError(sentence)
    error.sqlite_errorcode = code
    return error


class LoopDatabase:
    """``storage.session.Database`` in the loop's own thread: what waits together is committed together, soon.

    It dies with its process: what was not committed by then never is.
    """

    def __init__(
        self,
        name: str,
        *,
        reader: Hand,
        writer: Hand,
        group: int,
        chance: random.Random,
        condition: Callable[[], Condition],
        time: Callable[[], datetime | None] = lambda: None,
        written: Callable[[], None] = lambda: None,
    ) -> None:
        """*writer* takes up to *group* jobs at once, and *written* is called whenever it has done some."""
        self._name = name
        self._reader = reader
        self._writer = writer
        self._group = group
        self._chance = chance
        self._condition = condition
        self._time = time
        self._written = written
        self._is_closed = False
        self._reads: list[Job[Any]] = []
        self._writes: list[Job[Any]] = []

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds."""
        return await self._do(self._reads, self._serve_reads, work)

    async def write(self, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Result:
        """What *work* returns, once it is committed."""
        return await self._do(self._writes, self._serve_writes, work, alone=alone, fenced=fenced)

    async def condition(self) -> Condition:
        """How it is."""
        return self._condition()

    async def time(self) -> datetime | None:
        """By the engine's own clock."""
        await asyncio.sleep(self._chance.choice((0.0002, 0.001, 0.004)))
        return self._time()

    async def size(self) -> int:
        """Bytes that it takes."""
        return self._condition().size

    async def close(self) -> None:
        """Finish what was accepted, then let go of it."""
        self._is_closed = True
        while self._reads or self._writes:  # noqa: ASYNC110 - the one who serves them has no event to set
            await asyncio.sleep(0.001)
        self.let_go()

    def let_go(self) -> None:
        """The process is gone."""
        self._is_closed = True
        self._reader.close()
        self._writer.close()

    async def _do(
        self,
        jobs: list[Job[Any]],
        serve: Callable[[], None],
        work: Work[Result],
        *,
        alone: bool = False,
        fenced: bool = False,
    ) -> Result:
        if self._is_closed:
            raise StoreTrouble(f"{self._name} has been closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        if not jobs:
            loop.call_later(self._chance.choice((0.0002, 0.001, 0.004)), serve)
        jobs.append(Job(work, _Outcome(answer), alone, fenced))
        return await answer

    def _serve_reads(self) -> None:
        jobs, self._reads[:] = list(self._reads), []
        self._reader.do(jobs)

    def _serve_writes(self) -> None:
        jobs, self._writes[:] = self._writes[: self._group], self._writes[self._group :]
        self._writer.do(jobs)
        self._written()
        if self._writes:
            asyncio.get_running_loop().call_later(0.001, self._serve_writes)


class _Outcome(Generic[Result]):
    """Hands over to whoever waits in the same loop, unless he has gone."""

    __slots__ = ("_answer", "_is_done")

    def __init__(self, answer: "asyncio.Future[Result]") -> None:
        self._answer = answer
        self._is_done = False

    def set_running_or_notify_cancel(self) -> bool:
        return not self._answer.cancelled()

    def done(self) -> bool:
        return self._is_done

    def set_result(self, result: Result, /) -> None:
        self._is_done = True
        if not self._answer.done():
            self._answer.set_result(result)

    def set_exception(self, error: BaseException, /) -> None:
        self._is_done = True
        if not self._answer.done():
            self._answer.set_exception(error)


def opened(path: Path, *, reads_only: bool = False) -> SqliteSession:
    """A file as the product opens it; only that nothing here survives the machine, so nothing waits for the platter."""
    db = connect(path, reads_only=reads_only, patience=0)
    db.execute("PRAGMA synchronous = OFF")
    return db


def opened_on(disk: Disk) -> Callable[..., SqliteSession]:
    """The same, on *disk*."""

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, /, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
            disk.before(sql)
            cursor = super().execute(sql, *parameters)
            disk.after(sql)
            return cursor

    def on_it(path: Path, *, reads_only: bool = False) -> SqliteSession:
        db = connect(path, reads_only=reads_only, patience=0, factory=Failing)
        db.execute("PRAGMA synchronous = OFF")
        return db

    return on_it
