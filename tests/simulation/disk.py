"""The real storage over a real SQLite file, driven by the loop's own steps instead of threads, on a disk that fails."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from bot.errors import StoreTrouble
from storage.session import Condition, Work
from storage.sqlite.connection import SqliteSession, connect
from storage.sqlite.database import GROUP, Connection, condition
from storage.threads import Job
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

    def __init__(self, path: Path, disk: Disk | None, chance: random.Random) -> None:
        self.path = path
        self._chance = chance
        self._is_closed = False
        self._reads: list[Job[Any]] = []
        self._writes: list[Job[Any]] = []
        self._reader = Connection(path, reads_only=True, opened=_opened)
        self._writer = Connection(path, reads_only=False, opened=_on(disk) if disk else _opened)

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds."""
        return await self._do(self._reads, self._serve_reads, work)

    async def write(self, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Result:
        """What *work* returns, once it is committed."""
        return await self._do(self._writes, self._serve_writes, work)

    async def condition(self) -> Condition:
        """How the file is."""
        return condition(self.path)

    async def time(self) -> None:
        """A file has no clock."""

    async def size(self) -> int:
        """Bytes in the file."""
        return condition(self.path).size

    async def close(self) -> None:
        """Finish what was accepted, then let go of the file."""
        self._is_closed = True
        while self._reads or self._writes:  # noqa: ASYNC110 - the one who serves them has no event to set
            await asyncio.sleep(0.001)
        self.let_go()

    def let_go(self) -> None:
        """The process is gone."""
        self._is_closed = True
        self._reader.close()
        self._writer.close()

    async def _do(self, jobs: list[Job[Any]], serve: Callable[[], None], work: Work[Result]) -> Result:
        if self._is_closed:
            raise StoreTrouble(f"the database {self.path} has been closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        if not jobs:
            loop.call_later(self._chance.choice((0.0002, 0.001, 0.004)), serve)
        jobs.append(Job(work, _Outcome(answer)))
        return await answer

    def _serve_reads(self) -> None:
        jobs, self._reads[:] = list(self._reads), []
        self._reader.do(jobs)

    def _serve_writes(self) -> None:
        jobs, self._writes[:] = self._writes[:GROUP], self._writes[GROUP:]
        self._writer.do(jobs)
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


def _opened(path: Path, *, reads_only: bool = False) -> SqliteSession:
    """As the product opens it; only that nothing here survives the machine, so nothing waits for the platter."""
    db = connect(path, reads_only=reads_only, patience=0)
    db.execute("PRAGMA synchronous = OFF")
    return db


def _on(disk: Disk) -> Callable[..., SqliteSession]:
    class Failing(sqlite3.Connection):
        def execute(self, sql: str, /, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as sqlite3 has it
            disk.before(sql)
            cursor = super().execute(sql, *parameters)
            disk.after(sql)
            return cursor

    def opened(path: Path, *, reads_only: bool = False) -> SqliteSession:
        db = connect(path, reads_only=reads_only, patience=0, factory=Failing)
        db.execute("PRAGMA synchronous = OFF")
        return db

    return opened
