"""Bringing a copy back, without posting its past again."""

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import sqlite_utils

from bot.errors import StoreTrouble
from bot.model import StoryStatus
from storage import codec, copies, errata, history, schema, upgrade
from storage.backup import check_sound, copy_into, written_aside
from storage.codec import micros
from storage.database import connect, in_sentences, rows

log = logging.getLogger(__name__)

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
        _close_the_past(draft, now)
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


def _close_the_past(path: Path, now: datetime) -> None:
    with in_sentences(path), contextlib.closing(connect(path)) as db, db.atomic():
        for one in rows(db, _OWED):
            if not _is_taken_back(db, one):
                log.warning(
                    "the post of %(name)s of %(date)s may not show what %(refs)s reads; correct it once more", one
                )
                db.execute(_ONLY_TOLD, one)
        for closing in _CLOSINGS:
            db.execute(closing, {"now": micros(now)})


def _is_taken_back(db: sqlite_utils.Database, owed: codec.Row) -> bool:
    """Whether all that a post owes is that its stories were withdrawn, whatever it shows by now, and surely arrived."""
    refs = owed["refs"].split()
    restated = history.restated(db, refs, owed["workspace"])
    return (
        owed["state"] == "sent"
        and bool(refs)
        and all(ref in restated and restated[ref].status is StoryStatus.WITHDRAWN for ref in refs)
    )


_OWED = """
    SELECT erratum.delivery, erratum.workspace, erratum.refs, subscription.name, delivery.date, delivery.state
    FROM erratum JOIN delivery ON delivery.id = erratum.delivery
        JOIN subscription ON subscription.id = delivery.subscription
    ORDER BY delivery.date, subscription.name
"""
"""Posts that were still to be changed when the copy was made."""
_ONLY_TOLD = f"UPDATE erratum SET version = {errata.ONLY_TOLD} WHERE delivery = :delivery"  # noqa: S608 - a constant
_CLOSINGS = (
    # An uncertain one as well: an admin may have sent it once more meanwhile, and the button for that is still there.
    """
    UPDATE delivery SET state = 'skipped', reason = 'restored', next_at = NULL, lease_until = NULL,
        intent_part = NULL, intent_key = NULL, intent_at = NULL
    WHERE next_at IS NOT NULL OR state = 'uncertain'
    """,
    "UPDATE delivery SET told_at = :now WHERE told_at IS NULL AND state IN ('refused', 'missed')",
    # Whoever was at it, or was told of it, was so with the database that is replaced.
    """
    UPDATE erratum SET lease_until = NULL, next_at = 0, attempts = 0, reason = '', failing_since = NULL, told_at = NULL
    """,
    # What was wrong may be so still, or be over; whoever was told of it, or was not, hears of what begins from now on.
    """
    UPDATE trouble SET told_at = coalesce(told_at, :now), last_told_at = :now,
        told_over_at = iif(over_at IS NULL, NULL, coalesce(told_over_at, :now))
    """,
    "INSERT OR REPLACE INTO meta (key, value) VALUES ('restored_at', :now)",
)


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
