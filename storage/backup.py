"""Copies of the database, and bringing one back without posting its past again."""

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.errors import StoreTrouble
from storage import schema
from storage.codec import micros
from storage.database import connect, in_sentences

ALONE = 1.0
"""Seconds to wait for other users of a database that is about to be replaced."""


def backup(source: Path, target: Path) -> None:
    """Copy the database *source* to *target*, as it is at one instant, while others go on using it.

    The copy is checked and on disk before it takes the place of whatever *target* was; only its owner may read it.

    Raises:
        StoreTrouble: there is no sound database at *source*, or *target* cannot be written.
    """
    if not source.is_file():
        raise StoreTrouble(f"there is no database {source} to copy")
    with _written_aside(target) as draft:
        with in_sentences(source), contextlib.closing(connect(source)) as db:
            schema.check_ours(db, source)
            db.execute("VACUUM INTO ?", [str(draft)])
        _check_sound(draft, source)


def restore(copy: Path, database: Path, now: datetime) -> None:
    """Put *copy*, made by :func:`backup`, in the place of *database*.

    Nobody may be using *database*. What the copy holds as due is not sent any more: it was dealt with, one way or the
    other, after the copy was made. Where the file system can, what was at *database* stays as ``….before-restore``.

    Raises:
        StoreTrouble: *copy* is no sound Daybrief database of this version or an older one, or *database* is in use.
    """
    if not copy.is_file():
        raise StoreTrouble(f"there is no copy {copy} to restore")
    with _written_aside(database) as draft:
        with in_sentences(copy), contextlib.closing(connect(copy)) as db:
            schema.check_ours(db, copy)
            if not schema.version(db):
                raise StoreTrouble(f"the file {copy} is empty; name a copy made by `daybrief backup`")
            db.execute("VACUUM INTO ?", [str(draft)])
        _check_sound(draft, copy)
        _close_the_past(draft, now)
        _retire(database)


def _close_the_past(path: Path, now: datetime) -> None:
    with in_sentences(path), contextlib.closing(connect(path)) as db, db.atomic():
        db.execute(
            "UPDATE delivery SET state = 'skipped', reason = 'restored', next_at = NULL, lease_until = NULL,"
            " intent_part = NULL, intent_key = NULL, intent_at = NULL WHERE next_at IS NOT NULL"
        )
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('restored_at', ?)", [micros(now)])


def _retire(database: Path) -> None:
    """Make sure that nobody uses *database*, keep it under another name, and remove its log."""
    if not database.exists():
        return
    try:
        with in_sentences(database), contextlib.closing(connect(database, patience=ALONE)) as db:
            # An exclusive lock is refused while anybody else has the file open; closing then empties the log.
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
    except StoreTrouble as refusal:
        if "locked" in str(refusal):
            raise StoreTrouble(f"the database {database} is in use; stop Daybrief before restoring") from refusal
        # A damaged one may be replaced: that is what copies are for.
    kept = database.with_name(f"{database.name}.before-restore")
    kept.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        kept.hardlink_to(database)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _check_sound(path: Path, origin: Path) -> None:
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        [(verdict,), *_] = db.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok" or db.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreTrouble(f"the database {origin} is damaged; it was not copied")


@contextlib.contextmanager
def _written_aside(target: Path) -> Iterator[Path]:
    """A file beside *target* that takes its place, safely on disk, once the block has ended well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise StoreTrouble(f"the file {target} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name last; some systems cannot open folders, and need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
