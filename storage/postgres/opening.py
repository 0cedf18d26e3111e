"""Opening the store in a PostgreSQL database."""

import asyncio

from bot.ports import UNWATCHED, Watch
from storage.keeper import Keeper
from storage.planning import OnPlanned, nobody
from storage.postgres.database import PostgresDatabase
from storage.postgres.place import Place
from storage.postgres.upgrade import prepare


async def open_store(url: str, watch: Watch = UNWATCHED, *, on_planned: OnPlanned = nobody) -> Keeper:
    """The store in the database at *url* (``postgresql://…``), whose tables are created or migrated as needed.

    *on_planned* is told of new deliveries in the transaction that enters them.

    Raises:
        StoreTrouble: the database cannot be used, with the reason and the next step.
    """
    place = Place(url)
    await asyncio.to_thread(prepare, place)
    return Keeper(PostgresDatabase(place, watch), on_planned)
