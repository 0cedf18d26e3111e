"""Everything that the bot remembers, in one place."""

from typing import Protocol

from bot.ports.archive import Archive
from bot.ports.errata import Errata
from bot.ports.installations import Installations
from bot.ports.ledger import Ledger
from bot.ports.standing import AuditLog, FeedBook, Subscriptions
from bot.ports.troubles import Troubles
from bot.ports.writing import Spending


class Store(Protocol):
    """Everything that the bot remembers."""

    archive: Archive
    feeds: FeedBook
    subscriptions: Subscriptions
    ledger: Ledger
    errata: Errata
    audit: AuditLog
    spending: Spending
    troubles: Troubles
    installations: Installations

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
