"""A PostgreSQL database and the threads that hold connections to it, each work in a transaction of its own."""

import itertools
import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from bot.ports import UNWATCHED, Watch
from storage import codec
from storage.postgres.place import PATIENCE, Connection, Place
from storage.postgres.spelling import spelled
from storage.postgres.texts import Tsvectors
from storage.postgres.upgrade import check_whole
from storage.session import Condition, Parameters, Result, Statement, rows
from storage.threads import Job, Threads

READERS = 3
WRITERS = 4
"""Each waits for the server's disk with its commit; the server makes one of several that come together."""
_CONFLICTS = (
    psycopg.errors.SerializationFailure,
    psycopg.errors.DeadlockDetected,
    # Of two works that looked and found nothing, one may hear of the other only when both enter the same.
    psycopg.errors.UniqueViolation,
)
_DOUBTFUL = 5
"""Attempts after which a rule is really broken, and not by somebody else at the same time."""
_SHORTEST, _LONGEST = 0.001, 0.1
"""Seconds to wait before a work is done again."""
_CONNECTIONS = 3
"""How many may be lost over one work."""


class PostgresSession:
    """Implements ``storage.session.Session``."""

    def __init__(self, connection: Connection, *, begins: bytes = b"") -> None:
        """*begins* is the statement that begins a transaction, and leaves together with the first one; empty: each
        statement is by itself.
        """
        self.connection = connection
        """For whoever has rows of another library to write in the same transaction, once it has begun."""
        self._begins = begins

    @property
    def texts(self) -> Tsvectors:
        """Where stories are found by their words."""
        return Tsvectors(self)

    def execute(self, sql: str, parameters: Parameters = None, /) -> psycopg.Cursor[dict[str, Any]]:
        """Write something."""
        begins, self._begins = self._begins, b""
        cursor = self.connection.execute(begins + spelled(sql).encode(), parameters or ())
        if begins:
            cursor.nextset()  # the first result is that of beginning
        return cursor

    def query(self, sql: str, parameters: Parameters = None, /) -> list[dict[str, Any]]:
        """Rows, by the names of their columns."""
        found: list[dict[str, Any]] = self.execute(sql, parameters).fetchall()
        return found

    def executemany(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> psycopg.Cursor[dict[str, Any]]:
        """Write something for each of *rows*."""
        if self._begins:
            self.connection.execute(self._begins)
            self._begins = b""
        cursor = self.connection.cursor()
        cursor.executemany(spelled(sql).encode(), rows)
        return cursor


class _Lost(Exception):
    """The connection is gone, and nothing of the work is kept."""

    def __init__(self, why: psycopg.Error) -> None:
        self.why = why
        super().__init__(str(why))


class PostgresHand:
    """Implements ``storage.threads.Hand``."""

    def __init__(
        self, place: Place, *, reads_only: bool, kind: type[psycopg.Connection[Any]] = psycopg.Connection
    ) -> None:
        """*kind* is of what its connection is one."""
        self._place = place
        self._kind = kind
        self._reads_only = reads_only
        self._connection: Connection | None = None

    def do(self, jobs: Sequence[Job[Any]]) -> None:
        """Do *jobs* one after the other."""
        for job in jobs:
            if job.future.set_running_or_notify_cancel():
                self._settle(job)

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _settle(self, job: Job[Any]) -> None:
        try:
            result = self._until_done(job)
        except psycopg.Error as error:
            trouble = self._place.trouble(error)
            trouble.__cause__ = error
            job.future.set_exception(trouble)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the caller hears of it and the thread goes on
            job.future.set_exception(error)
        else:
            job.future.set_result(result)

    def _until_done(self, job: Job[Result]) -> Result:
        """Do *job*, again and again while others are in its way."""
        deadline = time.monotonic() + PATIENCE
        lost = 0
        for attempt in itertools.count(1):
            try:
                return self._once(job)
            except _CONFLICTS as conflict:
                is_doubtful = isinstance(conflict, psycopg.errors.UniqueViolation) and attempt >= _DOUBTFUL
                if is_doubtful or time.monotonic() > deadline:
                    raise
                time.sleep(random.uniform(0, min(_LONGEST, _SHORTEST * 2**attempt)))  # noqa: S311 - so that they part
            except _Lost as end:
                lost += 1
                if lost >= _CONNECTIONS:
                    raise end.why from end
        raise AssertionError("there are numbers without end")

    def _once(self, job: Job[Result]) -> Result:
        """Do *job* in one transaction.

        Raises:
            _Lost: the connection broke before the commit was sent, so it can be done again.
        """
        connection = self._connection = self._connection or self._opened()
        is_committing = False
        try:
            session = PostgresSession(connection, begins=self._begins(job))
            if job.alone:
                # Nothing has been looked at yet: what is seen after this is what the one before has left
                # (https://www.postgresql.org/docs/current/sql-lock.html).
                session.execute("LOCK TABLE daybrief_migration IN SHARE ROW EXCLUSIVE MODE")
            result = job.work(session)
            _check_sound(connection)
            is_committing = True
            connection.commit()
        except BaseException as error:
            self._give_up(connection)
            if self._connection is None and not is_committing and isinstance(error, psycopg.Error):
                raise _Lost(error) from error
            raise
        return result

    def _begins(self, job: Job[Any]) -> bytes:
        """How *job* begins its transaction; empty: it needs none."""
        if self._reads_only:
            return b"" if isinstance(job.work, Statement) else b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        # Most of what the ledger does is fenced. Kept apart by what they read, works on neighbouring rows would be in
        # one another's way by the page of an index that they share, and be done twice.
        level = b"REPEATABLE READ" if job.fenced else b"SERIALIZABLE"
        return b"BEGIN ISOLATION LEVEL " + level + b" READ WRITE;"

    def _give_up(self, connection: Connection) -> None:
        """Roll back; a connection that cannot is closed, and another is opened for the next work."""
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
        if connection.closed:
            self._connection = None

    def _opened(self) -> Connection:
        connection = self._place.connect(autocommit=True, kind=self._kind)
        try:
            # Each looks anew: moving into it may have begun when the database was open and nobody was connected.
            check_whole(connection, self._place)
            if self._reads_only:
                connection.execute("SET default_transaction_read_only = on")
        except BaseException:
            connection.close()
            raise
        return connection


def _check_sound(connection: Connection) -> None:
    """Raise psycopg.Error if one of its statements has failed: COMMIT would be a ROLLBACK that raises nothing."""
    if connection.info.transaction_status is TransactionStatus.INERROR:
        raise psycopg.errors.InFailedSqlTransaction("a work went on after one of its statements had failed")


class PostgresDatabase(Threads):
    """Implements ``storage.session.Database``."""

    def __init__(self, place: Place, watch: Watch = UNWATCHED) -> None:
        """*watch* hears of what fails."""
        super().__init__(
            place.name,
            [PostgresHand(place, reads_only=True) for _ in range(READERS)],
            [PostgresHand(place, reads_only=False) for _ in range(WRITERS)],
            group=1,
            watch=watch,
        )

    async def condition(self) -> Condition:
        """How the database is."""
        [found] = await self.read(lambda db: rows(db, _CONDITION))
        return Condition(
            engine="PostgreSQL",
            version=found["version"],
            schema=found["migrations"],
            size=found["size"],
            clock=codec.moment(found["clock"]),
        )

    async def time(self) -> datetime:
        """The time by the server's clock."""
        [found] = await self.read(lambda db: rows(db, f"SELECT {_CLOCK}"))
        return codec.moment(found["clock"])

    async def size(self) -> int:
        """Bytes that the database takes."""
        [found] = await self.read(lambda db: rows(db, "SELECT pg_database_size(current_database()) AS size"))
        return int(found["size"])


_CLOCK = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint) AS clock"

_CONDITION = f"""
    SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,
        (SELECT count(*) FROM daybrief_migration) AS migrations,
        {_CLOCK}
"""  # noqa: S608 - no text from outside is in it
