"""Delivering from a PostgreSQL database as the only one who does, on whatever machine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg

from bot.errors import AlreadyRunning
from storage.postgres.place import Connection, Place

_LOCK = 0x44427267
"""The number of the advisory lock; the one before it is for making tables."""


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
