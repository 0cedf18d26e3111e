"""Opening the store for one of many machines: what it enters rings, and it takes turns with the others."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.ports import UNWATCHED, Clock, Watch
from storage.keeper import Keeper
from storage.postgres.database import PostgresDatabase
from storage.postgres.doorbell import Doorbell
from storage.postgres.place import Place
from storage.postgres.queue import prepare_queue
from storage.postgres.turns import WITHIN, SharedTurns
from storage.postgres.upgrade import prepare

RingAgain = Callable[[], Awaitable[int]]
Heard = Callable[[], Awaitable[Mapping[str, bool]]]


@dataclass(frozen=True, slots=True)
class OneOfMany:
    """What one machine has of the database that all share."""

    store: Keeper
    ring_again: RingAgain
    """Rings again for the deliveries that nobody came for; how many."""
    heard: Heard
    """By platform, whether somebody listens for the doorbells that wait there, or lets them wait."""
    turns: SharedTurns
    """To be closed beside the store."""


async def open_for_many(url: str, clock: Clock, watch: Watch = UNWATCHED, *, within: timedelta = WITHIN) -> OneOfMany:
    """The store in the database at *url*, with its tables and the queue's. *clock* is the time that all machines share;
    whoever asks for a turn hears *within* that time whose it is.

    Raises:
        StoreTrouble: the database cannot be used, with the reason and the next step.
    """
    place = Place(url)
    await asyncio.to_thread(prepare, place)
    await asyncio.to_thread(prepare_queue, place)
    database, bell = PostgresDatabase(place, watch), Doorbell(clock)
    return OneOfMany(
        Keeper(database, bell.ring),
        lambda: bell.ring_again(database),
        lambda: bell.heard(database),
        SharedTurns(place, within=within, watch=watch),
    )
