"""Files that hold copies: their names, their checksums, and which of them have had their time."""

import hashlib
import itertools
import re
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import StoreTrouble
from storage.sqlite import schema

_DATED = re.compile(r"daybrief-[0-9a-f]{8}-(\d{4}-\d\d-\d\dT\d{6}Z)\.db")
_APPLICATION, _VERSIONS = slice(68, 72), slice(18, 20)
"""Where SQLite keeps ``application_id``, and whether the file is written with a log beside it
(https://www.sqlite.org/fileformat2.html#the_database_header)."""
_NOT_IN_WAL = b"\1\1"
"""``VACUUM INTO`` leaves this, and whoever opens the file to work with it changes it for good."""
_LINE = re.compile(r"([0-9a-f]{64}) [ *].+\n?")
_CHUNK = 2**20


def dated_name(at: datetime, installation: int) -> str:
    """The name of a copy that *installation* makes at *at*; its later ones come after it in the alphabet."""
    return f"daybrief-{installation:08x}-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.db"


def newest_copy(folder: Path) -> Path | None:
    """The newest file in *folder* that has such a name, whoever's it is; None: there is none, or no such folder."""
    dated = [one for one in folder.glob("daybrief-*.db") if _DATED.fullmatch(one.name)]
    return max(dated, key=lambda one: one.name[len("daybrief-00000000") :], default=None)


def superseded(copy: Path, keep: int) -> list[Path]:
    """The copies beside *copy* that are older than the newest *keep* of them, itself included.

    Those of other installations do not count, nor what only bears such a name. Nor do those that seem to be made
    later than *copy*: either clock was wrong, and none of them has to go for that.
    """
    installation = copy.name[: len("daybrief-00000000")]
    ours = [
        one
        for one in copy.parent.glob(f"{installation}-*.db")
        if _DATED.fullmatch(one.name) and one.name <= copy.name and is_copy(one)
    ]
    return sorted(ours, reverse=True)[keep:]


def is_copy(path: Path) -> bool:
    """Whether *path* is an ordinary file that was made by ``backup``; one with which a bot has worked is none any more.

    Raises:
        OSError: it cannot be read.
    """
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(_APPLICATION.stop)
    return head[_APPLICATION] == schema.APPLICATION_ID.to_bytes(4, "big") and head[_VERSIONS] == _NOT_IN_WAL


def set_aside(database: Path) -> list[Path]:
    """What stands beside *database* as it was before a migration or a restore, oldest first."""
    database = database.resolve()
    name = re.compile(rf"{re.escape(database.name)}\.before-(restore(-\d+)?|m\d+_\w+)")
    found = [one for one in database.parent.iterdir() if name.fullmatch(one.name)]
    return sorted(found, key=lambda one: one.stat().st_mtime)


def name_before_restore(database: Path) -> Path:
    """Under what name *database* is kept when another takes its place: one that is free, or is its own already."""
    names = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    former = (database.with_name(f"{database.name}.before-restore{name}") for name in names)
    return next(one for one in former if not one.exists() or one.samefile(database))


def checksum_of(copy: Path) -> Path:
    """The file that holds the checksum of *copy*."""
    return copy.with_name(f"{copy.name}.sha256")


def checksum_line(digest: str, copy: Path) -> str:
    """What that file says, in the form that ``sha256sum --check`` reads."""
    return f"{digest}  {copy.name}\n"


def digest(copy: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    sum_ = hashlib.sha256()
    with copy.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sum_.update(chunk)
    return sum_.hexdigest()


def verify(copy: Path) -> bool:
    """Whether *copy* is, byte for byte, what its checksum was taken of; False: there is no checksum beside it.

    SQLite's own check overlooks four changed bytes of five, those in texts above all.

    Raises:
        StoreTrouble: it is not, or it cannot be read.
    """
    beside = checksum_of(copy)
    try:
        if not beside.exists():
            return False
        line = _LINE.fullmatch(beside.read_text(encoding="utf-8", errors="replace"))
        if line and digest(copy) == line[1]:
            return True
    except OSError as error:
        raise StoreTrouble(f"{copy} cannot be read: {(error.strerror or 'unknown').lower()}") from error
    raise StoreTrouble(
        f"{copy} is not what it was when it was made: its checksum differs from that in {beside.name}. "
        "Take another copy; if there is none, remove that file to restore this one at your own risk"
    )
