"""Making the file ready: created where it is missing, migrated where it is old, refused where it is too new."""

import contextlib
import sqlite3
from pathlib import Path

import sqlite_utils

from bot.errors import StoreTrouble
from storage.sqlite import schema
from storage.sqlite.backup import backup
from storage.sqlite.connection import connect, in_sentences
from storage.sqlite.moved import check_in_use

OLDEST = (3, 35, 0)
"""The first SQLite with RETURNING."""


def prepare(path: Path, migrations: sqlite_utils.Migrations = schema.migrations) -> None:
    """Create or migrate the database at *path*. A copy is made before an existing one is changed.

    Several processes may do this at once: one migrates, the others find it done.

    Raises:
        StoreTrouble: this SQLite is too old, or the file is damaged, not ours, too new, or was moved to PostgreSQL.
    """
    _check_engine()
    with contextlib.suppress(OSError):  # SQLite has a sentence for what cannot be made
        path.touch(mode=0o600, exist_ok=True)
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        schema.check_ours(db, path, migrations)
        check_in_use(db, path)
        if migrations.pending(db):
            _apply(db, path, migrations, keeps_copy=True)
        db.enable_wal()


def migrate(path: Path) -> None:
    """Bring the database at *path*, which nobody else uses and of which there is a copy, to the present schema."""
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        _apply(db, path, schema.migrations)


def _apply(
    db: sqlite_utils.Database, path: Path, migrations: sqlite_utils.Migrations, *, keeps_copy: bool = False
) -> None:
    """All that is pending or nothing. Nobody else writes meanwhile, so a copy is surely of what was there before."""
    db.execute("BEGIN IMMEDIATE")
    try:
        schema.check_ours(db, path, migrations)  # somebody may have been faster, and newer
        pending = migrations.pending(db)
        if pending and keeps_copy and migrations.applied(db):
            _copy_before(path, pending[0].name)
        migrations.apply(db)
        db.commit()
    except BaseException:
        db.rollback()
        raise


def _copy_before(path: Path, migration: str) -> None:
    try:
        backup(path, path.with_name(f"{path.name}.before-{migration}"))
    except StoreTrouble as trouble:
        raise StoreTrouble(f"the database is not upgraded, because it cannot be copied before: {trouble}") from trouble


def _check_engine() -> None:
    if sqlite3.sqlite_version_info < OLDEST:
        wanted = ".".join(map(str, OLDEST[:2]))
        raise StoreTrouble(f"this Python brings SQLite {sqlite3.sqlite_version}; Daybrief needs {wanted} or newer")
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        options = {option for (option,) in connection.execute("PRAGMA compile_options")}
    if "ENABLE_FTS5" not in options:
        raise StoreTrouble("this Python's SQLite has no full-text search (FTS5); use a Python that brings it")
