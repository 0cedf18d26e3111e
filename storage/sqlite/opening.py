"""Opening the store in a SQLite file."""

import asyncio
from pathlib import Path

from bot.ports import UNWATCHED, Watch
from storage.keeper import Keeper
from storage.planning import OnPlanned, nobody
from storage.sqlite.database import SqliteDatabase
from storage.sqlite.upgrade import prepare


async def open_store(path: Path, watch: Watch = UNWATCHED, *, on_planned: OnPlanned = nobody) -> Keeper:
    """The store in the file *path*, which is created or migrated as needed.

    *on_planned* is told of new deliveries in the transaction that enters them.

    Raises:
        StoreTrouble: the file cannot be used, with the reason and the next step.
    """
    await asyncio.to_thread(prepare, path)
    return Keeper(SqliteDatabase(path, watch), on_planned)
