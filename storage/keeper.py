"""The store: nine rooms over one database, whichever engine keeps it."""

from dataclasses import dataclass
from datetime import datetime

from bot.ports import Archive, AuditLog, Errata, FeedBook, Installations, Ledger, Spending, Subscriptions, Troubles
from storage import codec
from storage.archive import KeptArchive
from storage.audit import KeptAuditLog
from storage.closing import close_the_past
from storage.errata import KeptErrata
from storage.feedbook import KeptFeedBook
from storage.installations import KeptInstallations
from storage.ledger import KeptLedger
from storage.planning import OnPlanned, nobody
from storage.session import Condition, Database, row
from storage.spending import KeptSpending
from storage.subscriptions import KeptSubscriptions
from storage.troubles import KeptTroubles


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """How the store is."""

    database: Condition
    stories: int
    articles: int
    backed_up_at: datetime | None
    """When the last good copy was made; None: never, or it is not known."""


class Keeper:
    """Implements ``bot.ports.Store``."""

    def __init__(self, database: Database, on_planned: OnPlanned = nobody) -> None:
        """*on_planned* is told of new deliveries in the transaction that enters them."""
        self._database = database
        self.archive: Archive = KeptArchive(database)
        self.feeds: FeedBook = KeptFeedBook(database)
        self.subscriptions: Subscriptions = KeptSubscriptions(database, on_planned)
        self.ledger: Ledger = KeptLedger(database, on_planned)
        self.errata: Errata = KeptErrata(database)
        self.audit: AuditLog = KeptAuditLog(database)
        self.spending: Spending = KeptSpending(database)
        self.troubles: Troubles = KeptTroubles(database)
        self.installations: Installations = KeptInstallations(database)

    async def health(self) -> StoreHealth:
        """How the store is."""
        counted = await self._database.read(lambda db: row(db, _COUNTS)) or {}
        return StoreHealth(
            database=await self._database.condition(),
            stories=counted["stories"],
            articles=counted["articles"],
            backed_up_at=codec.moment_if(counted["backed_up_at"]),
        )

    async def time(self) -> datetime | None:
        """The time by the database's own clock, which all machines share; None: it has none."""
        return await self._database.time()

    async def size(self) -> int:
        """Bytes that the database takes, with what is only in its log."""
        return await self._database.size()

    async def backed_up_at(self) -> datetime | None:
        """When the last good copy was made; None: never, or it is not known."""
        found = await self._database.read(lambda db: row(db, "SELECT value FROM meta WHERE key = 'backed_up_at'"))
        return codec.moment_if(found["value"]) if found else None

    async def probe(self, now: datetime) -> None:
        """Write something, to see whether that works.

        Raises:
            StoreTrouble: it does not.
        """
        await self._database.write(lambda db: db.execute(_PROBE, [codec.micros(now)]))

    async def close_the_past(self, now: datetime) -> None:
        """This was brought back from a copy *now*: let nothing that was due before be sent any more."""
        await self._database.write(lambda db: close_the_past(db, now))

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
        await self._database.close()


_PROBE = """
    INSERT INTO meta (key, value) VALUES ('probed_at', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value
"""

_COUNTS = """
    SELECT (SELECT count(*) FROM story) AS stories, (SELECT count(*) FROM article) AS articles,
        (SELECT value FROM meta WHERE key = 'backed_up_at') AS backed_up_at
"""
