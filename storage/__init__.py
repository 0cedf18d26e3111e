"""What the bot remembers: one contract (``bot.ports.Store``), kept in SQLite or, for many machines, in PostgreSQL.

``storage.postgres`` is imported by whoever opens a store there: its driver is in an extra.
"""

from storage.keeper import Keeper, StoreHealth
from storage.sqlite.backup import backup, backup_into, refusal_of
from storage.sqlite.copies import newest_copy, set_aside
from storage.sqlite.opening import open_store
from storage.sqlite.restore import restore

__all__ = [
    "Keeper",
    "StoreHealth",
    "backup",
    "backup_into",
    "newest_copy",
    "open_store",
    "refusal_of",
    "restore",
    "set_aside",
]
