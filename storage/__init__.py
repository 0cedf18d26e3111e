"""What the bot remembers: one contract (``bot.ports.Store``), kept in SQLite."""

from storage.backup import backup, backup_into
from storage.copies import before_upgrades
from storage.keeper import SqliteStore, StoreHealth, open_store
from storage.restore import restore

__all__ = ["SqliteStore", "StoreHealth", "backup", "backup_into", "before_upgrades", "open_store", "restore"]
