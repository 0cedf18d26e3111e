"""Copies of the database, each with its checksum beside it, checked before it takes the place of an older one."""

import contextlib
import os
import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlite_utils

from bot.errors import StoreTrouble
from storage.codec import micros
from storage.sqlite import copies, schema
from storage.sqlite.connection import connect, in_sentences

_DRAFT = re.compile(r"\.daybrief.*\.\d+\.tmp(-journal|-wal|-shm)?")
_ABANDONED = 86_400
"""Seconds after which a draft is nobody's any more."""


def backup(source: Path, target: Path, *, at: datetime | None = None) -> None:
    """Copy the database *source* to *target*, as it is at one instant, while others go on using it.

    The copy is checked and on disk before it takes the place of whatever *target* was; only its owner may read it. With
    *at*, *source* remembers that it was copied then.

    Raises:
        StoreTrouble: there is no sound database at *source*, or *target* cannot be written or is no copy of ours.
    """
    if not source.is_file():
        raise StoreTrouble(f"there is no database {source} to copy")
    target = target.resolve()
    _check_replaceable(target, source)
    with written_aside(target) as draft:
        with in_sentences(source), contextlib.closing(connect(source)) as db:
            schema.check_ours(db, source)
            copy_into(db, draft, target)
        check_sound(draft, source)
        # A copy never stands beside another one's checksum: without any, it is merely taken at SQLite's word.
        copies.checksum_of(target).unlink(missing_ok=True)
        digest = copies.digest(draft)
    with written_aside(copies.checksum_of(target)) as draft:
        draft.write_text(copies.checksum_line(digest, target), encoding="utf-8")
    if at:
        _remember(source, at)


def backup_into(source: Path, folder: Path, *, at: datetime, keep: int, spare: int = 0) -> Path:
    """As :func:`backup`, under a name of its own in *folder*, where the newest *keep* of this database's copies stay.

    Raises:
        StoreTrouble: as :func:`backup` does, or a copy would leave fewer than *spare* bytes free on its disk; then no
            older copy is removed.
    """
    with _writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    if not source.is_file():
        raise StoreTrouble(f"there is no database {source} to copy")
    if free < source.stat().st_size + spare:
        raise StoreTrouble(
            f"only {free / 1e6:.0f} MB are free for {folder}; make room, or name a folder on another disk"
        )
    target = folder / copies.dated_name(at, _installation(source))
    backup(source, target, at=at)
    with _writable(folder):
        for old in copies.superseded(target, keep):
            old.unlink(missing_ok=True)
            copies.checksum_of(old).unlink(missing_ok=True)
    return target


def refusal_of(folder: Path) -> str:
    """Why no copy can be made in *folder*, as a sentence without its full stop; empty: one can.

    It is tried, with a file that never has a name; where *folder* is not there yet, in the nearest one above it, and
    nothing is made.
    """
    try:
        with _writable(folder):
            there = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
            with tempfile.TemporaryFile(dir=there):
                return ""
    except StoreTrouble as trouble:
        return str(trouble)


def copy_into(db: sqlite_utils.Database, draft: Path, target: Path) -> None:
    """Copy all of *db* into *draft*, which is to become *target*, as *db* is at one instant.

    Raises:
        StoreTrouble: the disk is full.
    """
    try:
        db.execute("VACUUM INTO ?", [str(draft)])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StoreTrouble(f"there is no room on the disk for {target}; make some, and try again") from error
        raise


def check_sound(path: Path, origin: Path) -> None:
    """Make sure that the copy at *path* is whole. Raises StoreTrouble about its *origin*."""
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        [(verdict,), *_] = db.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok" or db.execute("PRAGMA foreign_key_check").fetchone():
            raise StoreTrouble(f"the database {origin} is damaged; it was not copied")


@contextlib.contextmanager
def written_aside(target: Path) -> Iterator[Path]:
    """A file beside *target* that takes its place, safely on disk, once the block has ended well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with _writable(target):
        try:
            draft.unlink(missing_ok=True)
            draft.touch(mode=0o600)
            _clear_away(draft)
            yield draft
            with draft.open("rb+") as file:
                os.fsync(file.fileno())
            draft.replace(target)
            _sync_folder(target.parent)
        finally:
            draft.unlink(missing_ok=True)


def _clear_away(fresh: Path) -> None:
    """Remove what processes that were killed have left beside *fresh* of their drafts, each as large as a database."""
    with contextlib.suppress(OSError):
        now = fresh.stat().st_mtime
        for one in fresh.parent.iterdir():
            if _DRAFT.fullmatch(one.name) and now - one.stat().st_mtime > _ABANDONED:
                one.unlink(missing_ok=True)


@contextlib.contextmanager
def _writable(target: Path) -> Iterator[None]:
    """Within, the system's errors become sentences about *target*."""
    try:
        yield
    except OSError as error:
        raise StoreTrouble(f"{target} cannot be written: {(error.strerror or 'unknown').lower()}") from error


def _check_replaceable(target: Path, source: Path) -> None:
    """Nothing but a copy of ours may be replaced by a copy, least of all a database that somebody works with."""
    with _writable(target):
        if not target.exists() or (target.is_file() and not target.stat().st_size):
            return
        if target.samefile(source):
            raise StoreTrouble(f"{target} is the database itself; name another file")
        if not target.is_file():
            raise StoreTrouble(f"{target} is no file; name one, or a folder")
        if not copies.is_copy(target):
            raise StoreTrouble(f"{target} is no copy made by Daybrief, so it is not replaced; name another file")


def _installation(source: Path) -> int:
    """What tells the copies of the database *source* from those of others; it is drawn when the first one is made."""
    with in_sentences(source), contextlib.closing(connect(source)) as db:
        schema.check_ours(db, source)
        drawn = secrets.randbits(32)
        db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('installation', ?)", [drawn])
        return int(db.execute("SELECT value FROM meta WHERE key = 'installation'").fetchone()[0])


def _remember(source: Path, at: datetime) -> None:
    """Note in *source* that it was copied. The copy is good even if that cannot be noted."""
    with contextlib.suppress(StoreTrouble), in_sentences(source), contextlib.closing(connect(source)) as db:
        db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('backed_up_at', ?)", [micros(at)])


def _sync_folder(folder: Path) -> None:
    """Make the new name last; some systems cannot open folders, and need not."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
