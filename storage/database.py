"""The SQLite file and its threads: one that writes, a few that read, and none of them the event loop's.

A ``sqlite_utils.Database`` belongs to the thread that made it, so work travels to the connection: a function of an open
database goes in, what it returns comes out. Other processes may write to the same file at the same time.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import sqlite_utils

from bot.errors import StoreTrouble
from bot.ports import UNWATCHED, Watch

Result = TypeVar("Result")
Given_contra = TypeVar("Given_contra", contravariant=True)
Work = Callable[[sqlite_utils.Database], Result]
Parameters = dict[str, Any] | list[Any] | None

PATIENCE = 10.0
"""Seconds to wait for another process to finish its transaction."""
READERS = 3
GROUP = 64
"""Writes that share one commit at the most. A commit waits for the disk, so sharing it multiplies what gets done."""

_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space, and Daybrief goes on by itself",
    sqlite3.SQLITE_BUSY: f"another program has kept it locked for {PATIENCE:g} s; end that program, or try again",
    sqlite3.SQLITE_LOCKED: "another part of this program has kept it locked; try again",
    sqlite3.SQLITE_CORRUPT: "it is damaged; put it aside and bring a copy back with `daybrief restore`",
    sqlite3.SQLITE_NOTADB: "it is not a database; move the file away, or name another `data_dir`",
    sqlite3.SQLITE_READONLY: "it cannot be written; check who may write to the file and to its folder",
    sqlite3.SQLITE_PERM: "it cannot be opened; check who may read and write the file",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and who may write there",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; check the disk and the space on it",
}
_PRIMARY = 0xFF
"""The part of a result code that is kept in all its extensions (https://www.sqlite.org/rescode.html)."""


def trouble(path: Path, error: sqlite3.Error) -> StoreTrouble:
    """*error* as a sentence about *path*, with the next step."""
    code = getattr(error, "sqlite_errorcode", None)
    sentence = _SENTENCES.get(code & _PRIMARY) if code is not None else None
    return StoreTrouble(f"the database {path}: {sentence or error}", kind=_kind(error))


def _kind(error: sqlite3.Error) -> str:
    """``SQLITE_IOERR_WRITE`` as ``ioerr``; ``other`` where SQLite did not say."""
    name = getattr(error, "sqlite_errorname", None) or "SQLITE_OTHER"
    return str(name).split("_")[1].lower()


@contextlib.contextmanager
def in_sentences(path: Path) -> Iterator[None]:
    """Within, SQLite's errors become :class:`StoreTrouble`."""
    try:
        yield
    except sqlite3.Error as error:
        raise trouble(path, error) from error


def connect(
    path: Path,
    *,
    reads_only: bool = False,
    patience: float = PATIENCE,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> sqlite_utils.Database:
    """A connection for the calling thread, in autocommit mode: transactions are begun by name. *factory* makes it."""
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, factory=factory)
    try:
        db = sqlite_utils.Database(connection, execute_plugins=False)
        db.execute("PRAGMA synchronous = FULL")  # a committed delivery survives a power cut
        db.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, a token above all; Debian's SQLite does so anyway.
        db.execute("PRAGMA secure_delete = ON")
        if reads_only:
            db.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return db


def rows(db: sqlite_utils.Database, sql: str, parameters: Parameters = None) -> list[dict[str, Any]]:
    """All rows, read to the end: a half-read cursor would keep its snapshot, and the log could never shrink."""
    return list(db.query(sql, parameters))


def row(db: sqlite_utils.Database, sql: str, parameters: Parameters = None) -> dict[str, Any] | None:
    """The first row, or None."""
    found = rows(db, sql, parameters)
    return found[0] if found else None


class Outcome(Protocol[Given_contra]):
    """Where the outcome of a job goes: what :class:`concurrent.futures.Future` is to whoever does the work."""

    def set_running_or_notify_cancel(self) -> bool:
        """The work begins. False: nobody wants it any more."""

    def done(self) -> bool:
        """There is an outcome."""

    def set_result(self, result: Given_contra, /) -> None:
        """It went well."""

    def set_exception(self, error: BaseException, /) -> None:
        """It failed."""


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """Work on its way to a connection, and where its outcome goes."""

    work: Work[Result]
    future: Outcome[Result]


class Database(Protocol):
    """An open database, as the rooms of the store use it."""

    path: Path

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds, in one snapshot; it may take its time and must not write."""

    async def write(self, work: Work[Result]) -> Result:
        """What *work* returns, once it is safely on disk. If it raises, it has changed nothing.

        Work from several tasks is committed together, but each succeeds or fails by itself.
        """

    async def close(self) -> None:
        """Finish what was accepted, then let go of the file."""


class Connection:
    """One connection and how jobs are done on it; for one thread at a time. It opens for the first of them."""

    def __init__(self, path: Path, *, reads_only: bool, opened: Callable[..., sqlite_utils.Database] = connect) -> None:
        self.path = path
        self._reads_only = reads_only
        self._opened = opened
        self._db: sqlite_utils.Database | None = None

    def do(self, jobs: Sequence[Job[Any]]) -> None:
        """Do *jobs*, those that write in one commit; each hears how it went. Never raises."""
        wanted = [job for job in jobs if job.future.set_running_or_notify_cancel()]
        if not wanted:
            return
        try:
            self._db = self._db or self._opened(self.path, reads_only=self._reads_only)
            if self._reads_only:
                self._do_each(self._db, wanted)
            else:
                self._do_together(self._db, wanted)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the callers hear of it and the thread goes on
            failure = trouble(self.path, error) if isinstance(error, sqlite3.Error) else error
            for job in wanted:
                if not job.future.done():
                    job.future.set_exception(failure)

    def close(self) -> None:
        """Let go of the file."""
        if self._db:
            self._db.close()

    def _do_each(self, db: sqlite_utils.Database, jobs: Sequence[Job[Any]]) -> None:
        for job in jobs:
            self._attempt(db, job)()

    def _do_together(self, db: sqlite_utils.Database, jobs: Sequence[Job[Any]]) -> None:
        """All of *jobs* in one transaction, each in a savepoint of its own; nobody hears before the commit."""
        # Without IMMEDIATE, reading and then writing fails at once when another process has written in between.
        db.execute("BEGIN IMMEDIATE")
        try:
            settlements = [self._attempt(db, job) for job in jobs]
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise
        for settle in settlements:
            settle()

    def _attempt(self, db: sqlite_utils.Database, job: Job[Result]) -> Callable[[], None]:
        """Do *job* in a savepoint, or in a transaction if there is none; what tells its caller how it went."""
        try:
            with db.atomic():
                result = job.work(db)
        except Exception as error:  # it is handed to the caller, whatever it is
            if not db.conn.in_transaction:
                raise  # the engine gave the whole transaction up, as it may on a full disk
            failure = trouble(self.path, error) if isinstance(error, sqlite3.Error) else error
            return lambda: job.future.set_exception(failure)
        return lambda: job.future.set_result(result)


_Queue = queue.SimpleQueue[Job[Any] | None]
"""None is the end."""


class ThreadedDatabase:
    """:class:`Database` on threads that own the connections.

    The threads are daemons: a program that ends without :meth:`close` ends at once, and loses nothing, because what is
    committed is committed and the rest was never promised.
    """

    def __init__(
        self, path: Path, watch: Watch = UNWATCHED, *, opened: Callable[..., sqlite_utils.Database] = connect
    ) -> None:
        """*watch* hears of what fails; *opened* makes the connections, as :func:`connect` does."""
        self.path = path
        self._watch = watch
        self._writes: _Queue = queue.SimpleQueue()
        self._reads: _Queue = queue.SimpleQueue()
        self._is_closed = False
        tasks = [(self._writes, Connection(path, reads_only=False, opened=opened), GROUP)]
        tasks += [(self._reads, Connection(path, reads_only=True, opened=opened), 1) for _ in range(READERS)]
        self._threads = [threading.Thread(target=_serve, args=task, daemon=True) for task in tasks]
        for thread in self._threads:
            thread.start()

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds."""
        return await self._do(self._reads, work)

    async def write(self, work: Work[Result]) -> Result:
        """What *work* returns, once it is safely on disk."""
        return await self._do(self._writes, work)

    async def close(self) -> None:
        """Finish what was accepted, then let go of the file."""
        if not self._is_closed:
            self._is_closed = True
            self._writes.put(None)
            for _ in range(READERS):
                self._reads.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def _do(self, jobs: _Queue, work: Work[Result]) -> Result:
        if self._is_closed:
            raise StoreTrouble(f"the database {self.path} has been closed")
        future: Future[Result] = Future()
        jobs.put(Job(work, future))
        try:
            return await asyncio.wrap_future(future)
        except StoreTrouble as failure:
            self._watch.stumbled(failure.kind)
            raise


def _serve(jobs: _Queue, connection: Connection, group: int) -> None:
    """On a thread: take jobs until the end comes, *group* at a time at the most."""
    is_open = True
    while is_open:
        taken = _take(jobs, group)
        is_open = None not in taken
        connection.do([job for job in taken if job])
    connection.close()


def _take(jobs: _Queue, limit: int) -> list[Job[Any] | None]:
    """What waits, at least one and at most *limit*, and nothing behind the end."""
    taken = [jobs.get()]
    while taken[-1] is not None and len(taken) < limit:
        try:
            taken.append(jobs.get_nowait())
        except queue.Empty:
            break
    return taken
