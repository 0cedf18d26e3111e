"""The store on SQLite: nine rooms over one file."""

import asyncio
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlite_utils

from bot.ports import (
    UNWATCHED,
    Archive,
    AuditLog,
    Errata,
    FeedBook,
    Installations,
    Ledger,
    Spending,
    Subscriptions,
    Troubles,
    Watch,
)
from storage import codec, schema
from storage.archive import SqliteArchive
from storage.audit import SqliteAuditLog
from storage.database import Database, ThreadedDatabase, row
from storage.errata import SqliteErrata
from storage.feedbook import SqliteFeedBook
from storage.installations import SqliteInstallations
from storage.ledger import SqliteLedger
from storage.spending import SqliteSpending
from storage.subscriptions import SqliteSubscriptions
from storage.troubles import SqliteTroubles
from storage.upgrade import prepare


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """How the database is."""

    schema: int
    """How many migrations it has been through."""
    sqlite: str
    """The version of the engine."""
    size: int
    """Bytes in the file; what is only in the log is not counted."""
    stories: int
    articles: int
    backed_up_at: datetime | None
    """When the last good copy was made; None: never, or it is not known."""


class SqliteStore:
    """``bot.ports.Store`` on SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.archive: Archive = SqliteArchive(database)
        self.feeds: FeedBook = SqliteFeedBook(database)
        self.subscriptions: Subscriptions = SqliteSubscriptions(database)
        self.ledger: Ledger = SqliteLedger(database)
        self.errata: Errata = SqliteErrata(database)
        self.audit: AuditLog = SqliteAuditLog(database)
        self.spending: Spending = SqliteSpending(database)
        self.troubles: Troubles = SqliteTroubles(database)
        self.installations: Installations = SqliteInstallations(database)

    async def health(self) -> StoreHealth:
        """How the database is."""

        def examine(db: sqlite_utils.Database) -> StoreHealth:
            counted = row(db, _COUNTS) or {}
            return StoreHealth(
                schema=schema.version(db),
                sqlite=sqlite3.sqlite_version,
                size=self._database.path.stat().st_size,
                stories=counted["stories"],
                articles=counted["articles"],
                backed_up_at=codec.moment_if(counted["backed_up_at"]),
            )

        return await self._database.read(examine)

    async def size(self) -> int:
        """Bytes in the file and in its log."""
        path = self._database.path
        files = (path, path.with_name(f"{path.name}-wal"))
        return await asyncio.to_thread(lambda: sum(one.stat().st_size for one in files if one.exists()))

    async def backed_up_at(self) -> datetime | None:
        """When the last good copy was made; None: never, or it is not known."""
        found = await self._database.read(lambda db: row(db, "SELECT value FROM meta WHERE key = 'backed_up_at'"))
        return codec.moment_if(found["value"]) if found else None

    async def probe(self, now: datetime) -> None:
        """Write something, to see whether that works.

        Raises:
            StoreTrouble: it does not.
        """
        sql = "INSERT OR REPLACE INTO meta (key, value) VALUES ('probed_at', ?)"
        await self._database.write(lambda db: db.execute(sql, [codec.micros(now)]))

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
        await self._database.close()


async def open_store(path: Path, watch: Watch = UNWATCHED) -> SqliteStore:
    """The store in the file *path*, which is created or migrated as needed.

    Raises:
        StoreTrouble: the file cannot be used, with the reason and the next step.
    """
    await asyncio.to_thread(prepare, path)
    return SqliteStore(ThreadedDatabase(path, watch))


_COUNTS = """
    SELECT (SELECT count(*) FROM story) AS stories, (SELECT count(*) FROM article) AS articles,
        (SELECT value FROM meta WHERE key = 'backed_up_at') AS backed_up_at
"""
