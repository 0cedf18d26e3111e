"""Opening the store for one of many machines: what it enters rings."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.ports import UNWATCHED, Clock, Watch
from storage.keeper import Keeper
from storage.postgres.database import PostgresDatabase
from storage.postgres.doorbell import Doorbell
from storage.postgres.place import Place
from storage.postgres.queue import prepare_queue
from storage.postgres.upgrade import prepare

RingAgain = Callable[[], Awaitable[int]]


async def open_for_many(url: str, clock: Clock, watch: Watch = UNWATCHED) -> tuple[Keeper, RingAgain]:
    """The store in the database at *url*, with its tables and the queue's, and what rings again for the deliveries that
    nobody came for. *clock* is the time that all machines share.

    Raises:
        StoreTrouble: the database cannot be used, with the reason and the next step.
    """
    place = Place(url)
    await asyncio.to_thread(prepare, place)
    await asyncio.to_thread(prepare_queue, place)
    database, bell = PostgresDatabase(place, watch), Doorbell(clock)
    return Keeper(database, bell.ring), lambda: bell.ring_again(database)
