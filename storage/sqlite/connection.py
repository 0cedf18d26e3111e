"""Opening a SQLite file, and its errors as sentences."""

import contextlib
import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.errors import StoreTrouble
from storage.sqlite.texts import Fts5

PATIENCE = 10.0
"""Seconds to wait for another process to finish its transaction."""

_SENTENCES = {
    sqlite3.SQLITE_FULL: "the disk is full; free some space, and Daybrief goes on by itself",
    sqlite3.SQLITE_BUSY: f"another program has kept it locked for {PATIENCE:g} s; end that program, or try again",
    sqlite3.SQLITE_LOCKED: "another part of this program has kept it locked; try again",
    sqlite3.SQLITE_CORRUPT: "it is damaged; put it aside and bring a copy back with `daybrief restore`",
    sqlite3.SQLITE_NOTADB: "it is not a database; move the file away, or name another `data_dir`",
    sqlite3.SQLITE_READONLY: "it cannot be written; check who may write to the file and to its folder",
    sqlite3.SQLITE_PERM: "it cannot be opened; check who may read and write the file",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; check that its folder exists and who may write there",
    sqlite3.SQLITE_IOERR: "the disk failed to read or write; check the disk and the space on it",
}
_PRIMARY = 0xFF
"""The part of a result code that is kept in all its extensions (https://www.sqlite.org/rescode.html)."""


def trouble(path: Path, error: sqlite3.Error) -> StoreTrouble:
    """*error* as a sentence about *path*, with the next step."""
    code = getattr(error, "sqlite_errorcode", None)
    sentence = _SENTENCES.get(code & _PRIMARY) if code is not None else None
    return StoreTrouble(f"the database {path}: {sentence or error}", kind=_kind(error))


def _kind(error: sqlite3.Error) -> str:
    """``SQLITE_IOERR_WRITE`` as ``ioerr``; ``other`` where SQLite did not say."""
    name = getattr(error, "sqlite_errorname", None) or "SQLITE_OTHER"
    return str(name).split("_")[1].lower()


@contextlib.contextmanager
def in_sentences(path: Path) -> Iterator[None]:
    """Within, SQLite's errors become :class:`StoreTrouble`."""
    try:
        yield
    except sqlite3.Error as error:
        raise trouble(path, error) from error


class SqliteSession(sqlite_utils.Database):
    """Implements ``storage.session.Session``.

    Python keeps the last 128 statements of a connection prepared, by their text: so no text may be made anew each time,
    as sqlite-utils names its savepoints.
    """

    @property
    def texts(self) -> Fts5:
        """Where stories are found by their words."""
        return Fts5(self)

    @contextlib.contextmanager
    def atomic(self) -> Generator["SqliteSession", None, None]:
        """All that is done within or nothing: by a savepoint in a transaction, by a transaction where there is none."""
        if not self.conn.in_transaction:
            with super().atomic():
                yield self
            return
        self.conn.execute("SAVEPOINT work")
        try:
            yield self
        except BaseException:
            if self.conn.in_transaction:  # the engine may have given it up, savepoints and all
                self.conn.execute("ROLLBACK TO work")
                self.conn.execute("RELEASE work")
            raise
        self.conn.execute("RELEASE work")

    def query(
        self, sql: str, params: Sequence[Any] | dict[str, Any] | None = None
    ) -> Generator[dict[str, Any], None, None]:
        """The rows that *sql* gives, which is to be a statement that gives some.

        sqlite-utils puts each into a savepoint of its own, to take back what gives none: that takes longer than most.
        """
        cursor = self.conn.execute(sql, params or ())
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def executemany(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> sqlite3.Cursor:
        """Write something for each of *rows*."""
        return self.conn.executemany(sql, rows)


def connect(
    path: Path,
    *,
    reads_only: bool = False,
    patience: float = PATIENCE,
    factory: type[sqlite3.Connection] = sqlite3.Connection,
) -> SqliteSession:
    """A connection for the calling thread, in autocommit mode: transactions are begun by name. *factory* makes it."""
    connection = sqlite3.connect(path, timeout=patience, isolation_level=None, factory=factory)
    try:
        db = SqliteSession(connection, execute_plugins=False)
        db.execute("PRAGMA synchronous = FULL")  # a committed delivery survives a power cut
        db.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten, a token above all; Debian's SQLite does so anyway.
        db.execute("PRAGMA secure_delete = ON")
        if reads_only:
            db.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return db
