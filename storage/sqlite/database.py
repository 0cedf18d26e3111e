"""A SQLite file and its threads: one that writes, a few that read.

A connection belongs to the thread that made it, so work travels to it. Other processes may write to the same file at
the same time.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.ports import UNWATCHED, Watch
from storage.session import Condition, Result
from storage.sqlite import schema
from storage.sqlite.connection import SqliteSession, connect, in_sentences, trouble
from storage.sqlite.moved import check_in_use
from storage.threads import Job, Threads

READERS = 3
GROUP = 64
"""Writes that share one commit at the most. A commit waits for the disk, so sharing it multiplies what gets done."""


class Connection:
    """Implements ``storage.threads.Hand``."""

    def __init__(self, path: Path, *, reads_only: bool, opened: Callable[..., SqliteSession] = connect) -> None:
        self.path = path
        self._reads_only = reads_only
        self._opened = opened
        self._db: SqliteSession | None = None

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

    def _do_each(self, db: SqliteSession, jobs: Sequence[Job[Any]]) -> None:
        for job in jobs:
            self._attempt(db, job)()

    def _do_together(self, db: SqliteSession, jobs: Sequence[Job[Any]]) -> None:
        """All of *jobs* in one transaction, each in a savepoint of its own; nobody hears before the commit."""
        # Without IMMEDIATE, reading and then writing fails at once when another process has written in between.
        db.execute("BEGIN IMMEDIATE")
        try:
            check_in_use(db, self.path)  # a command may wait for somebody's answer while everything is moved
            settlements = [self._attempt(db, job) for job in jobs]
            db.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise
        for settle in settlements:
            settle()

    def _attempt(self, db: SqliteSession, job: Job[Result]) -> Callable[[], None]:
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


class SqliteDatabase(Threads):
    """Implements ``storage.session.Database``."""

    def __init__(self, path: Path, watch: Watch = UNWATCHED, *, opened: Callable[..., SqliteSession] = connect) -> None:
        """*watch* hears of what fails; *opened* makes the connections, as :func:`connect` does."""
        self.path = path
        super().__init__(
            f"the database {path}",
            [Connection(path, reads_only=True, opened=opened) for _ in range(READERS)],
            [Connection(path, reads_only=False, opened=opened)],
            group=GROUP,
            watch=watch,
        )

    async def condition(self) -> Condition:
        """How the file is."""
        return await asyncio.to_thread(condition, self.path)

    async def time(self) -> datetime | None:
        """None: a file has no clock."""
        return None

    async def size(self) -> int:
        """Bytes in the file and in its log."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return await asyncio.to_thread(lambda: sum(one.stat().st_size for one in files if one.exists()))


def condition(path: Path) -> Condition:
    """How the file at *path* is; what is only in its log is not counted. Raises StoreTrouble."""
    with in_sentences(path), contextlib.closing(connect(path, reads_only=True)) as db:
        return Condition(
            engine="SQLite", version=sqlite3.sqlite_version, schema=schema.version(db), size=path.stat().st_size
        )
