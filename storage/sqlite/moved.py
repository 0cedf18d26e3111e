"""A file whose content was moved to PostgreSQL: it stays as it was, and nobody works with it any more."""

from pathlib import Path

import sqlite_utils

from bot.errors import StoreTrouble
from storage.codec import moment

MOVED_AT = "moved_at"
"""The key in ``meta`` under which a file says when that was."""


def moved_at(db: sqlite_utils.Database) -> int | None:
    """When the content of *db* was moved, in microseconds since 1970; None: it was not."""
    if "meta" not in db.table_names():
        return None
    found = db.execute("SELECT value FROM meta WHERE key = ?", [MOVED_AT]).fetchone()
    return int(found[0]) if found else None


def check_in_use(db: sqlite_utils.Database, path: Path) -> None:
    """Make sure that what is in *db* is not somewhere else by now: what is posted from there would be posted twice.

    Raises:
        StoreTrouble: it is.
    """
    if (at := moved_at(db)) is not None:
        raise StoreTrouble(
            f"what was in {path} was moved to PostgreSQL on {moment(at):%Y-%m-%d at %H:%M} UTC; the file is closed. "
            "Name that database in [storage] url or DAYBRIEF_DATABASE_URL; or go back for good: `daybrief backup` "
            "copies the file, and `daybrief restore` opens the copy",
            kind="moved",
        )


def reopen(db: sqlite_utils.Database) -> None:
    """Let *db*, whose past is closed, be worked with again."""
    db.execute("DELETE FROM meta WHERE key = ?", [MOVED_AT])
