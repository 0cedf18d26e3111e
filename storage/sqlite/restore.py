"""Bringing a copy back, without posting its past again."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.errors import StoreTrouble
from storage.closing import close_the_past
from storage.sqlite import copies, moved, schema, upgrade
from storage.sqlite.backup import check_sound, copy_into, written_aside
from storage.sqlite.connection import connect, in_sentences

ALONE = 1.0
"""Seconds to wait for other users of a database that is about to be replaced."""
_LOGS = ("-wal", "-shm")
_NAME_A_COPY = "name a copy made by `daybrief backup`"


def restore(copy: Path, database: Path, now: datetime) -> bool:
    """Put *copy*, made by ``backup``, in the place of *database*; whether its checksum was there and is right.

    Nobody may be using *database*. What the copy holds as due or uncertain is not sent any more, and nobody is told of
    its troubles: both were dealt with, one way or the other, after the copy was made. Where the file system can, what
    was at *database* stays as ``….before-restore``, or with a number where that name is taken. A restore that is
    broken off has changed nothing.

    Raises:
        StoreTrouble: *copy* is no sound Daybrief database of this version or an older one, or *database* is in use.
    """
    if copy.is_dir():
        latest = copies.newest_copy(copy)
        advice = f"name the newest copy there, {latest}" if latest else f"no copy is in it; {_NAME_A_COPY}"
        raise StoreTrouble(f"{copy} is a folder; {advice}")
    if not copy.is_file():
        raise StoreTrouble(f"there is no copy {copy}; {_NAME_A_COPY}")
    copy, database = copy.resolve(), database.resolve()
    if database.exists() and copy.samefile(database):
        raise StoreTrouble(f"{copy} is the database itself; {_NAME_A_COPY}")
    is_verified = copies.verify(copy)
    with written_aside(database) as draft:
        with _as_a_copy(copy), contextlib.closing(connect(copy)) as db:
            schema.check_ours(db, copy)
            if not schema.version(db):
                raise StoreTrouble(f"the file {copy} is empty; {_NAME_A_COPY}")
            copy_into(db, draft, database)
        check_sound(draft, copy)
        upgrade.migrate(draft)
        with in_sentences(draft), contextlib.closing(connect(draft)) as db, db.atomic():
            close_the_past(db, now)
            moved.reopen(db)
        _retire(database)
    return is_verified


@contextlib.contextmanager
def _as_a_copy(path: Path) -> Iterator[None]:
    """Within, SQLite's errors become sentences about a file that was named as a copy, and is none of its databases."""
    try:
        with in_sentences(path):
            yield
    except StoreTrouble as trouble:
        if trouble.kind != "notadb":
            raise
        raise StoreTrouble(f"{path} is not a database; {_NAME_A_COPY}") from trouble


def _retire(database: Path) -> None:
    """Make sure that nobody uses *database*, keep it under another name, and take its log out of the way."""
    if not database.exists():
        return
    try:
        with in_sentences(database), contextlib.closing(connect(database, patience=ALONE)) as db:
            # An exclusive lock is refused while anybody else has the file open; closing then empties the log.
            db.execute("PRAGMA locking_mode = EXCLUSIVE")
            db.execute("BEGIN EXCLUSIVE")
            db.execute("COMMIT")
    except StoreTrouble as refusal:
        if refusal.kind in {"busy", "locked"}:
            raise StoreTrouble(
                f"the database {database} is in use, and nothing was changed; stop Daybrief, then restore"
            ) from refusal
        # A damaged one may be replaced: that is what copies are for.
    kept = copies.name_before_restore(database)
    with contextlib.suppress(OSError):
        kept.hardlink_to(database)
    for suffix in _LOGS:
        log = database.with_name(database.name + suffix)
        if log.exists():  # of a damaged one: somebody may yet save something from both together
            log.replace(kept.with_name(kept.name + suffix))
