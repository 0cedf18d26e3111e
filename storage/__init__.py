"""What the bot remembers: one contract (``bot.ports.Store``), kept in SQLite."""

from storage.backup import backup, backup_into, refusal_of
from storage.copies import newest_copy, set_aside
from storage.keeper import SqliteStore, StoreHealth, open_store
from storage.restore import restore

__all__ = [
    "SqliteStore",
    "StoreHealth",
    "backup",
    "backup_into",
    "newest_copy",
    "open_store",
    "refusal_of",
    "restore",
    "set_aside",
]
