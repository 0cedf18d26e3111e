"""Delivering from a PostgreSQL database, or ringing for those who do, as the only one, on whatever machine."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg

from bot.errors import AlreadyRunning
from storage.postgres.place import Connection, Place

_LOCK = 0x44427267
"""The number of the advisory lock; the one before it is for making tables."""
SILENT = timedelta(seconds=30)
"""A process whose turn it is and that says nothing for so long, because its machine is gone or frozen, loses it."""


@contextlib.asynccontextmanager
async def alone(url: str, *, within: timedelta) -> AsyncIterator[None]:
    """Be the only one, from when that is free, *within* that time. The server takes it back when our connection ends.

    Raises:
        AlreadyRunning: another one was delivering all the time.
        StoreTrouble: the database cannot be reached.
    """
    place = Place(url)
    connection = await asyncio.to_thread(alone_on, place, within)
    try:
        yield
    finally:
        await asyncio.to_thread(connection.close)


def alone_on(place: Place, within: timedelta) -> Connection:
    """A connection that commits by itself, with which one is the only one until it is closed. Raises as alone does."""
    with contextlib.ExitStack() as stack:
        try:
            connection = place.connect(autocommit=True)
            stack.callback(connection.close)
            connection.execute(f"SET lock_timeout = '{within / timedelta(milliseconds=1):.0f}ms'".encode())
            connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        except psycopg.errors.LockNotAvailable:
            raise AlreadyRunning(f"another daybrief is delivering from {place.name}") from None
        except psycopg.Error as error:
            raise place.trouble(error) from error
        stack.pop_all()
        return connection


class Turn:
    """The turn to ring, which one process at a time has; the others stand by. It is the same lock as that of a process
    that does everything alone.
    """

    def __init__(self, url: str, *, silent: timedelta = SILENT) -> None:
        """*silent* is after how long without a word the server gives it to others."""
        self._place = Place(url)
        self._silent = f"SET idle_session_timeout = '{silent / timedelta(milliseconds=1):.0f}ms'".encode()
        self._connection: Connection | None = None
        self._looking = threading.Lock()

    async def is_ours(self) -> bool:
        """Take it if it is free, and keep it; to be asked again every few seconds, or the server gives it to others.

        Raises:
            StoreTrouble: the database does not answer, so it is not ours any more.
        """
        return await asyncio.to_thread(self._look)

    async def end(self) -> None:
        """Give it to others."""
        await asyncio.to_thread(self._end)

    def _end(self) -> None:
        with self._looking:
            self._let_go()

    def _look(self) -> bool:
        with self._looking:
            return self._is_ours()

    def _is_ours(self) -> bool:
        try:
            if self._connection is None:
                return self._tried()
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            self._let_go()
            raise self._place.trouble(error) from error
        return True

    def _tried(self) -> bool:
        connection = self._place.connect(autocommit=True)
        try:
            found = connection.execute("SELECT pg_try_advisory_lock(%s) AS taken", [_LOCK]).fetchone()
            if found and found["taken"]:
                connection.execute(self._silent)
                self._connection = connection
        finally:
            if self._connection is None:
                connection.close()
        return self._connection is not None

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            with contextlib.suppress(psycopg.Error):
                # It is free when we return, and not only once the server has noticed that we are gone.
                connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
            connection.close()
