"""What the rooms of the store know of a database: works travel to it, and there they find a session that takes SQL.

SQL is one text for both engines, in what they have in common (docs/decisions/022-two-engines.md).
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

Result = TypeVar("Result")
Parameters = dict[str, Any] | list[Any] | None


class Many(tuple[Any, ...]):
    """Strings, or numbers, as one parameter of SQL: ``… IN (SELECT value FROM json_each(:many))``.

    Not for a column, which holds a list as ``codec.as_json`` writes it.
    """

    __slots__ = ()

    def __conform__(self, _: object) -> str:
        """As SQLite takes it (https://docs.python.org/3/library/sqlite3.html#how-to-write-adaptable-objects)."""
        return json.dumps(self, ensure_ascii=False)


class Done(Protocol):
    """What came of a statement."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""


class Session(Protocol):
    """An open database, inside a transaction, for the thread that does a work."""

    @property
    def texts(self) -> "TextIndex":
        """Where stories are found by their words."""

    def execute(self, sql: str, parameters: Parameters = None, /) -> Done:
        """Write something."""

    def query(self, sql: str, parameters: Parameters = None, /) -> Iterable[dict[str, Any]]:
        """Rows, by the names of their columns; also what a statement that writes is RETURNING."""

    def executemany(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> Done:
        """Write something for each of *rows*."""


class TextIndex(Protocol):
    """Words of stories and of readings, as ``bot.text`` and ``storage.titles`` fold them.

    A number is a story's id, or minus a reading's.
    """

    def put(self, number: int, texts: Sequence[str]) -> None:
        """Make *number* findable by *texts*: title, takeaway, sections, titles of articles, sources; and no others."""

    def drop(self, numbers: Iterable[int]) -> None:
        """Make none of *numbers* findable any more."""

    def ranked(self, words: Sequence[str], filters: Mapping[str, Any], *, is_unfinished: bool) -> list[int]:
        """Ids of stories whose text, as a workspace reads it, holds all *words*, best first.

        Where *is_unfinished*, the last word may be the beginning of one. *filters* are what ``storage.finding`` makes
        of a search.
        """

    def titled(self, words: Sequence[str], *, workspace: str | None, limit: int) -> list[int]:
        """Ids of stories whose title, as *workspace* reads it, holds all *words*, the last of them begun; newest first.

        At most *limit*.
        """


Work = Callable[[Session], Result]
"""It may be done again from the beginning if others were in its way, so it does nothing but use its session."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A work that is one statement. It is of one instant by itself, and so needs no transaction to be read in."""

    sql: str
    parameters: Parameters = None

    def __call__(self, db: Session) -> list[dict[str, Any]]:
        """Its rows."""
        return rows(db, self.sql, self.parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a database is."""

    engine: str
    """``SQLite`` or ``PostgreSQL``."""
    version: str
    schema: int
    """How many migrations it has been through."""
    size: int
    """Bytes that it takes."""
    clock: datetime | None = None
    """The time by the engine's own clock; None: it has none."""


class Database(Protocol):
    """An open database, as the rooms of the store use it."""

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds, in one snapshot; it may take its time and must not write."""

    async def write(self, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Result:
        """What *work* returns, once it is safely on disk. If it raises, it has changed nothing.

        Work of several tasks is done as if one after the other. Of works that are to be done *alone*, none begins
        before the one before has ended, so ids that they draw become visible in their order. One that is *fenced*
        begins by updating a row under a condition, and nobody else changes what hangs on that row without updating it
        as well: so it need not be kept from those who change something else beside it.
        """

    async def condition(self) -> Condition:
        """How the database is."""

    async def time(self) -> datetime | None:
        """The time by the engine's own clock; None: it has none."""

    async def size(self) -> int:
        """Bytes that it takes, with what is only in its log."""

    async def close(self) -> None:
        """Finish what was accepted, then let go."""


def rows(db: Session, sql: str, parameters: Parameters = None) -> list[dict[str, Any]]:
    """All rows, read to the end: a half-read cursor would keep its snapshot, and SQLite's log could never shrink."""
    return list(db.query(sql, parameters))


def row(db: Session, sql: str, parameters: Parameters = None) -> dict[str, Any] | None:
    """The first row, or None."""
    return first(rows(db, sql, parameters))


def first(found: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The first row of those *found*, or None."""
    return found[0] if found else None


def new_id(db: Session, sql: str, parameters: Parameters) -> int:
    """The id of the row that *sql*, which is RETURNING it, enters."""
    [entered] = rows(db, sql, parameters)
    return int(entered["id"])
