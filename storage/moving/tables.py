"""Tables that are moved, as the databases describe themselves, and what their columns can hold. Pure.

No list of tables or columns stands here: a new one is moved from the day on which both schemas have it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from bot.errors import StoreTrouble

Row = tuple[Any, ...]

_HOLDS: Mapping[str, type] = {
    "bigint": int,
    "boolean": bool,
    "bytea": bytes,
    "double precision": float,
    "json": str,
    "text": str,
    "tsvector": str,
}
"""Kinds of columns in PostgreSQL's words, and what is written to them and read from them."""


MOST = 16_000_000
"""Characters and bytes of the rows that are in memory at once; a row that has more is alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of both databases."""

    name: str
    kinds: Mapping[str, str]
    """Of its columns, in their order: the kind in PostgreSQL's words."""
    key: tuple[str, ...]
    """Columns of the primary key, by which its rows are put in order. Both engines order them alike."""
    refers_to: frozenset[str] = frozenset()
    """Tables that have to be there before it."""
    identity: str = ""
    """The column whose values PostgreSQL draws; empty: it has none."""

    @property
    def refers_to_itself(self) -> bool:
        """A row may need another one of the same table, which may come later."""
        return self.name in self.refers_to

    def key_of(self, row: Row) -> Row:
        """The primary key of *row*."""
        places = tuple(self.kinds)
        return tuple(row[places.index(column)] for column in self.key)


def in_order(tables: Iterable[Table]) -> tuple[Table, ...]:
    """*tables*, each behind those that it refers to."""
    by_name = {one.name: one for one in tables}
    names = TopologicalSorter({name: sorted(one.refers_to - {name}) for name, one in sorted(by_name.items())})
    return tuple(by_name[name] for name in names.static_order())


def batches(rows: Iterable[Row], at_most: int, most: int = MOST) -> Iterator[list[Row]]:
    """*rows* in their order, *at_most* so many at a time, and fewer where they hold *most* characters and bytes."""
    some: list[Row] = []
    size = 0
    for row in rows:
        more = sum(len(value) for value in row if isinstance(value, str | bytes))
        if some and (len(some) == at_most or size + more > most):
            yield some
            some, size = [], 0
        some.append(row)
        size += more
    if some:
        yield some


def check_alike(here: Mapping[str, Iterable[str]], there: Iterable[Table]) -> None:
    """Make sure that no table and no column of one side, by their names, is missing on the other.

    Raises:
        StoreTrouble: it names those that are.
    """
    ours = {(table, column) for table, columns in here.items() for column in columns}
    theirs = {(one.name, column) for one in there for column in one.kinds}
    if apart := sorted(f"{table}.{column}" for table, column in ours ^ theirs):
        raise StoreTrouble(
            f"the file and PostgreSQL do not have the same tables ({', '.join(apart)}), so nothing was moved; "
            "bring the file up to date with this very version of Daybrief first"
        )


def fitted(value: object, kind: str) -> object:
    """*value* of SQLite as a column of *kind* holds it and gives it back.

    Raises:
        ValueError: it cannot hold it; SQLite itself takes anything in any column.
    """
    if value is None:
        return None
    if kind == "boolean" and type(value) is int and value in {0, 1}:
        return bool(value)
    if type(value) is not _HOLDS[kind]:
        raise ValueError(f"{kind} cannot hold {type(value).__name__}")
    if isinstance(value, str) and "\0" in value:
        raise ValueError("PostgreSQL has no NUL in its texts")
    return value
