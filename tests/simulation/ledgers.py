"""The ledger as somebody sees it who knows nothing but the engine's own driver; a part of the checker."""

import sqlite3
from pathlib import Path
from typing import Any, Protocol

Rows = list[tuple[Any, ...]]


class LedgerView(Protocol):
    """What can be read of a ledger, also while the bot writes into it."""

    def rows(self, sql: str) -> Rows:
        """What *sql*, which both engines understand, finds; nothing where there is no ledger yet."""

    def close(self) -> None:
        """Let go of it; the next look is at whatever is there then."""


class InAFile:
    """The ledger in a SQLite file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None

    def rows(self, sql: str) -> Rows:
        """What *sql* finds."""
        if self._db is None:
            if not self._path.exists():
                return []
            self._db = sqlite3.connect(self._path, isolation_level=None)
        return self._db.execute(sql).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        if self._db:
            self._db.close()
            self._db = None


class OnAServer:
    """The ledger in a PostgreSQL database."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._db: Any = None

    def rows(self, sql: str) -> Rows:
        """What *sql* finds."""
        import psycopg

        if self._db is None:
            self._db = psycopg.connect(self._address, autocommit=True)
        found: Rows = self._db.execute(sql.encode()).fetchall()
        return found

    def close(self) -> None:
        """Let go of the server."""
        if self._db:
            self._db.close()
            self._db = None
