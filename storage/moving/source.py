"""The SQLite file that is moved: held so that nobody writes, read in the order of its keys, closed in the end."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import StoreTrouble
from storage.moving.tables import Row, Table, fitted
from storage.postgres.texts import documents_of
from storage.sqlite import schema
from storage.sqlite.backup import check_sound
from storage.sqlite.connection import SqliteSession, connect, in_sentences
from storage.sqlite.moved import MOVED_AT, moved_at

_WORDS = "SELECT rowid, title, takeaway, sections, articles, sources FROM story_text ORDER BY rowid"
"""By which stories and readings are found, as they were folded when they were indexed."""
_DERIVED = {"story_text": 0, "story_title": 1}
"""Tables of PostgreSQL that are made of those words: the place in what ``documents_of`` gives."""
_TREE = 2_600
"""Bytes of text by which PostgreSQL surely finds a row: a third of a page of 8 kB, less what else is in it
(https://www.postgresql.org/docs/current/btree.html).
"""
_OF_THE_FILE = {"meta": f"WHERE key NOT IN ('{MOVED_AT}', 'backed_up_at')"}
"""Rows that speak of the file and not of what is in it stay behind."""


class Source:
    """A file, inside a transaction that keeps others from writing."""

    def __init__(self, db: SqliteSession, path: Path) -> None:
        self._db = db
        self._path = path

    @property
    def birth(self) -> str:
        """What tells this database from all others: the instant in which its first table was made."""
        first, *_ = schema.migrations.applied(self._db)
        return first.applied_at

    @property
    def moved_at(self) -> int | None:
        """When it was closed for good, in microseconds since 1970; None: it is in use."""
        return moved_at(self._db)

    def check_sound(self) -> None:
        """Raise StoreTrouble if the file is damaged, or a row misses another that it refers to."""
        check_sound(self._path, self._path)

    def is_derived(self, table: Table) -> bool:
        """Whether PostgreSQL's *table* is made of words that SQLite keeps in another form."""
        return table.name in _DERIVED

    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The names of tables that hold something, with those of their columns; indexes of words are not among them."""
        names = [name for (name,) in self._db.conn.execute(_TABLES) if not name.startswith(tuple(_DERIVED))]
        return {name: tuple(one for (one,) in self._db.conn.execute(_COLUMNS, [name])) for name in names}

    def count(self, table: Table) -> int:
        """How many rows :meth:`rows` gives."""
        [count] = self._db.conn.execute(_selected("count(*)", table)).fetchone()
        return int(count)

    def rows(self, table: Table) -> Iterator[Row]:
        """All rows of *table* in the order of its key, with values as PostgreSQL holds them.

        Raises:
            StoreTrouble: PostgreSQL cannot hold one; the sentence names the row.
        """
        if table.name in _DERIVED:
            for number, *texts in self._db.conn.execute(_WORDS):
                yield number, documents_of(texts)[_DERIVED[table.name]]
            return
        kinds = tuple(table.kinds.values())
        found = self._db.conn.execute(f"{_selected(_listed(table.kinds), table)} ORDER BY {_listed(table.key)}")
        for row in found:
            try:
                yield tuple(map(fitted, row, kinds))
            except ValueError as wrong:
                name = f"{table.name} {_named(table.key_of(row))}"
                raise StoreTrouble(f"{name} in {self._path} cannot be moved: {wrong}") from wrong

    def check_short(self, table: Table, columns: tuple[str, ...]) -> None:
        """Raise StoreTrouble if the texts in *columns* of a row of *table* are too long for a tree of PostgreSQL's."""
        length = " + ".join(f'coalesce(length(CAST("{one}" AS BLOB)), 0)' for one in columns)
        query = f"SELECT {_listed(table.key)} FROM {table.name} WHERE {length} > {_TREE} LIMIT 1"  # noqa: S608
        if row := self._db.conn.execute(query).fetchone():
            raise StoreTrouble(
                f"{table.name} {_named(row)} in {self._path} cannot be moved: {' and '.join(columns)} together have "
                f"more than the {_TREE:,} bytes that PostgreSQL finds rows by; remove it first"
            )

    def last_id(self, table: Table) -> int:
        """The greatest id that *table* has ever given; 0: none."""
        found = self._db.conn.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", [table.name]).fetchone()
        return int(found[0]) if found else 0

    def close_for_good(self, at: int) -> None:
        """Let no bot work with the file any more, from *at* on; what was read of it is what there was to read."""
        self._db.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", [MOVED_AT, at])
        self._db.commit()


def closed_at(path: Path) -> int | None:
    """When the file at *path* was closed for good, in microseconds since 1970; None: it is in use, or there is none."""
    if not path.is_file():
        return None
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        schema.check_ours(db, path)
        return moved_at(db)


@contextlib.contextmanager
def held(path: Path) -> Iterator[Source]:
    """The file at *path*, to which nobody else can write meanwhile.

    Raises:
        StoreTrouble: it is missing, not ours, older or newer than this version, or somebody is writing to it.
    """
    if not path.is_file():
        raise StoreTrouble(f"there is no database {path} to move; [bot] data_dir says where it lies")
    with in_sentences(path), contextlib.closing(connect(path)) as db:
        schema.check_ours(db, path)
        if schema.migrations.pending(db) and moved_at(db) is None:  # else its tables are not read any more
            raise StoreTrouble(
                f"the database {path} is of an older version of Daybrief; bring it up to date with `daybrief check`, "
                "while the configuration names no other database, and move it then",
                kind="old",
            )
        db.execute("BEGIN IMMEDIATE")
        try:
            yield Source(db, path)
        finally:
            db.rollback()


def _named(key: Row) -> str:
    return ", ".join(map(str, key))


def _selected(what: str, table: Table) -> str:
    if table.name in _DERIVED:
        return f"SELECT {what} FROM story_text"  # noqa: S608 - names of our own tables and columns, here and below
    return f"SELECT {what} FROM {table.name} {_OF_THE_FILE.get(table.name, '')}"  # noqa: S608


def _listed(columns: Mapping[str, str] | tuple[str, ...]) -> str:
    return ", ".join(f'"{one}"' for one in columns)


_TABLES = r"""
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
        AND name NOT LIKE '\_sqlite\_%' ESCAPE '\'
"""
_COLUMNS = "SELECT name FROM pragma_table_info(?)"
