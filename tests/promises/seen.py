"""Everything that came out of the program, by where: what is looked through for secrets."""

import contextlib
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Seen:
    """Everything that came out, by where."""

    texts: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, text: str) -> None:
        self.texts[f"{len(self.texts)} {name}"] = text

    def add_data(self, name: str, folder: Path) -> None:
        """All files below *folder*, as they are; databases as SQL, too, and column by column."""
        for path in sorted(one for one in folder.rglob("*") if one.is_file()):
            with contextlib.suppress(FileNotFoundError):  # whoever closes a database last takes its log away
                self.add(f"{name} {path.name}", path.read_bytes().decode("latin-1"))
            if path.suffix == ".db":
                with contextlib.closing(sqlite3.connect(path)) as db:
                    self.add(f"{name} {path.name} as SQL", "\n".join(db.iterdump()))
                    self.add(f"{name} {path.name} by column", "\n".join(_columns(db)))


def _columns(db: sqlite3.Connection) -> Iterator[str]:
    """Every value of every table, as text; what is compressed is unpacked."""
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        rows = db.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # the names are its own
        names = [one[0] for one in rows.description]
        for row in rows:
            for name, value in zip(names, row, strict=True):
                yield f"{table}.{name} {_read(value)}"


def _read(value: object) -> str:
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode()
    except (zlib.error, UnicodeDecodeError):
        return value.decode("latin-1")
