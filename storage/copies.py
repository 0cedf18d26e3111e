"""Files that hold copies: their names, their checksums, and which of them have had their time."""

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import StoreTrouble

_DATED = re.compile(r"daybrief-\d{4}-\d\d-\d\dT\d{6}Z\.db")
_LINE = re.compile(r"([0-9a-f]{64}) [ *].+\n?")
_CHUNK = 2**20


def dated_name(at: datetime) -> str:
    """The name of a copy that is made at *at*; those of later ones come after it in the alphabet."""
    return f"daybrief-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.db"


def dated(folder: Path) -> list[Path]:
    """The copies in *folder* that have such names, newest first."""
    return sorted((one for one in folder.iterdir() if _DATED.fullmatch(one.name)), reverse=True)


def superseded(folder: Path, keep: int) -> Iterable[Path]:
    """The copies in *folder* that are older than the newest *keep*."""
    return dated(folder)[keep:]


def set_aside(database: Path) -> list[Path]:
    """What stands beside *database* as it was before a migration or a restore, oldest first."""
    name = re.compile(rf"{re.escape(database.name)}\.before-(restore|m\d+_\w+)")
    found = [one for one in database.parent.iterdir() if name.fullmatch(one.name)]
    return sorted(found, key=lambda one: one.stat().st_mtime)


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
