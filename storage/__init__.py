"""What the bot remembers: one contract (``bot.ports.Store``), kept in SQLite."""

from storage.backup import backup, restore
from storage.keeper import SqliteStore, StoreHealth, open_store

__all__ = ["SqliteStore", "StoreHealth", "backup", "open_store", "restore"]
