"""The PostgreSQL database that everything is moved to: whether it is fit, what it holds, and what is added to it."""

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import psycopg
from psycopg import sql
from psycopg.rows import tuple_row

from bot.errors import AlreadyRunning, StoreTrouble
from storage.moving.tables import Row, Table
from storage.postgres.alone import alone_on
from storage.postgres.place import PATIENCE, Connection, Place
from storage.postgres.upgrade import MOVING, prepare

_OURSELVES = "daybrief migrate"
"""By what the server knows our connections from those of bots and commands, which are called ``daybrief``."""
_OF_THEIR_OWN = {"daybrief_migration", MOVING}
"""Tables that only PostgreSQL has, and that nothing is moved to."""
_ARRIVED_AT = "arrived_at"
"""The key in ``meta`` under which a database says when a file was moved to it."""
_LEAVING = 5.0
"""Seconds that a command which has just ended may take to be gone from the server."""


class Target:
    """A database in which we are the only ones."""

    def __init__(self, connection: Connection, place: Place) -> None:
        """*connection* commits by itself, and holds the lock of whoever delivers."""
        self._connection = connection
        self._place = place

    def check_fit(self, birth: str, moved_at: int | None) -> None:
        """Make sure that this is the place for the file that was born at *birth* and is closed since *moved_at*, if it
        is: then all of it is here, and was compared.

        Raises:
            StoreTrouble: there is something of somebody else here already, or the file has arrived somewhere else.
        """
        tables = self._names()
        if MOVING in tables:
            [(born, closed)] = self._all(sql.SQL("SELECT birth, moved_at FROM {}").format(sql.Identifier(MOVING)))
            if born != birth:
                raise StoreTrouble(f"{self._place.name} is being filled from another file; name an empty database")
            if moved_at not in {None, closed}:
                raise StoreTrouble(_GONE_ELSEWHERE)
            return
        if held := [name for name in tables - _OF_THEIR_OWN if self._holds_any(name)]:
            raise StoreTrouble(
                f"{self._place.name} is not empty: there is something in {', '.join(sorted(held)[:3])} already. "
                "Name an empty one; if nothing in this one is wanted, drop it and create it anew",
                kind="filled",
            )
        if moved_at is not None:
            raise StoreTrouble(_GONE_ELSEWHERE)

    def arrived_at(self) -> int | None:
        """When the file that was moved here was closed; None: none was, or not everything is here yet."""
        if not {"daybrief_migration", "meta"} <= self._names():
            return None
        found = self._all(sql.SQL("SELECT value FROM meta WHERE key = {}").format(_ARRIVED_AT))
        return int(found[0][0]) if found else None

    def begin(self, birth: str) -> None:
        """Make or migrate the tables, and have no bot take them for whole, from now on until :meth:`finish`."""
        self.check_alone()
        prepare(self._place, is_moving=True)
        if MOVING not in self._names():
            mark = sql.Identifier(MOVING)
            with self._connection.transaction():
                self._do(sql.SQL("CREATE TABLE {} (birth text NOT NULL, moved_at bigint)").format(mark))
                self._do(sql.SQL("INSERT INTO {} (birth) VALUES ({})").format(mark, birth))
        self.check_alone()  # whoever came before the mark is seen now, and whoever comes behind it sees the mark

    def check_alone(self) -> None:
        """Raise AlreadyRunning if another Daybrief has this database open."""
        deadline = time.monotonic() + _LEAVING
        while others := self._all(_OTHERS):
            if time.monotonic() > deadline:
                where = ", ".join(str(address or "this machine") for (address,) in others)
                raise AlreadyRunning(f"another daybrief is connected to {self._place.name}, from {where}")
            time.sleep(0.1)

    def tables(self) -> tuple[Table, ...]:
        """What it consists of."""
        kinds: dict[str, dict[str, str]] = {}
        identities = {}
        for table, column, kind, is_identity in self._all(_COLUMNS):
            kinds.setdefault(table, {})[column] = kind
            if is_identity:
                identities[table] = column
        keys = {table: tuple(columns) for table, columns in self._all(_KEYS)}
        references: dict[str, set[str]] = {}
        for table, other in self._all(_REFERENCES):
            references.setdefault(table, set()).add(other)
        return tuple(
            Table(
                name=name,
                kinds=columns,
                key=keys[name],
                refers_to=frozenset(references.get(name, ())),
                identity=identities.get(name, ""),
            )
            for name, columns in kinds.items()
            if name not in _OF_THEIR_OWN
        )

    def trees(self, table: Table) -> list[tuple[str, ...]]:
        """Columns of *table* with text, for each of its trees: of a row, they take a few thousand bytes and no more."""
        return [tuple(columns) for name, columns in self._all(_TREES) if name == table.name]

    def after(self, table: Table, key: Row | None, limit: int) -> list[Row]:
        """The next *limit* rows of *table* behind *key*, or the first ones, in the order of its key."""
        order = _listed(table.key)
        behind = sql.SQL("WHERE ({}) > ({})").format(order, sql.SQL(", ").join(key)) if key else sql.SQL("")
        shown = sql.SQL(", ").join(
            sql.SQL("CAST({} AS text)" if kind == "tsvector" else "{}").format(sql.Identifier(column))
            for column, kind in table.kinds.items()
        )
        name = sql.Identifier(table.name)
        query = sql.SQL("SELECT {} FROM {} {} ORDER BY {} LIMIT {}").format(shown, name, behind, order, limit)
        return self._all(query)

    def add(self, table: Table, rows: Iterable[Row]) -> None:
        """Add all of *rows* to *table*, or none.

        Raises:
            StoreTrouble: PostgreSQL does not take one; the sentence names the table.
        """
        copying = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), _listed(table.kinds))
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor, cursor.copy(copying) as copy:
                for row in rows:
                    copy.write_row(row)
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded) as refusal:
            raise StoreTrouble(
                f"{self._place.name} does not take a row of {table.name}: {refusal.diag.message_primary}"
            ) from refusal

    def clear(self, tables: Sequence[Table]) -> None:
        """Empty *tables*, which are all there are."""
        self._do(sql.SQL("TRUNCATE {}").format(_listed([one.name for one in tables])))

    def as_stored(self, documents: Sequence[str]) -> list[str]:
        """Each of *documents*, the text of a ``tsvector``, as it is read when it has been stored."""
        return [str(one) for (one,) in self._all(_AS_STORED.format(list(documents)))]

    def advance(self, table: Table, last_id: int) -> None:
        """Let the next row of *table* have an id greater than *last_id*."""
        if table.identity and last_id:
            sequence = sql.SQL("SELECT setval(pg_get_serial_sequence({}, {}), {})")
            self._all(sequence.format(table.name, table.identity, last_id))

    def note(self, moved_at: int) -> None:
        """Remember that everything is here, and that the file is about to be closed, with *moved_at* in it.

        What takes long is done before: between closing the one and opening the other nobody can work.
        """
        self._do(sql.SQL("ANALYZE"))
        self._do(sql.SQL("UPDATE {} SET moved_at = {}").format(sql.Identifier(MOVING), moved_at))

    def finish(self, moved_at: int) -> None:
        """Let bots work here from now on. The file is closed."""
        with self._connection.transaction():
            self._do(sql.SQL("INSERT INTO meta (key, value) VALUES ({}, {})").format(_ARRIVED_AT, moved_at))
            self._do(sql.SQL("DROP TABLE {}").format(sql.Identifier(MOVING)))

    def _names(self) -> set[str]:
        return {name for (name,) in self._all(_TABLES)}

    def _holds_any(self, table: str) -> bool:
        return bool(self._all(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))))

    def _do(self, statement: sql.Composed | sql.SQL) -> None:
        self._connection.execute(statement)

    def _all(self, query: sql.Composed | sql.SQL) -> list[Row]:
        with self._connection.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(query).fetchall()


@contextlib.contextmanager
def taken(url: str, *, within: timedelta) -> Iterator[Target]:
    """The database at *url*, in which nobody delivers meanwhile, taken *within* that time.

    Raises:
        AlreadyRunning: a bot delivers from it.
        StoreTrouble: it cannot be reached, the connection is lost, or something in it is not as it should be.
    """
    place = Place(url, _OURSELVES)
    with contextlib.closing(alone_on(place, within)) as connection:
        try:
            connection.execute(f"SET lock_timeout = '{PATIENCE:g}s'".encode())
            yield Target(connection, place)
        except psycopg.Error as error:
            trouble = place.trouble(error)
            if trouble.kind != "connection":
                raise trouble from error
            raise StoreTrouble(
                f"the connection to {place.name} was lost; `daybrief migrate` goes on where it stopped",
                kind="connection",
            ) from error


def arrived_at(url: str) -> int | None:
    """When the file that was moved to the database at *url* was closed, in microseconds since 1970; None: none was.

    Whoever works there is not disturbed. Raises StoreTrouble if it cannot be reached.
    """
    place = Place(url, _OURSELVES)
    try:
        with contextlib.closing(place.connect(autocommit=True)) as connection:
            return Target(connection, place).arrived_at()
    except psycopg.Error as error:
        raise place.trouble(error) from error


def _listed(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


_GONE_ELSEWHERE = (
    "the file was moved to another database before, and what happened since is there; to use the file all the same, go "
    "back to it first: `daybrief backup` copies it, `daybrief restore` opens the copy"
)
_TABLES = sql.SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
_OTHERS = sql.SQL("""
    SELECT client_addr FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'daybrief'
""")
_COLUMNS = sql.SQL("""
    SELECT relname, attname, format_type(atttypid, atttypmod), attidentity <> '' FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
    ORDER BY relname, attnum
""")
_KEYS = sql.SQL("""
    SELECT relname, array_agg(attname ORDER BY place) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN unnest(indkey) WITH ORDINALITY AS part (number, place)
    JOIN pg_attribute ON attrelid = indrelid AND attnum = number
    WHERE nspname = current_schema() AND indisprimary
    GROUP BY relname
""")
_TREES = sql.SQL("""
    SELECT relname, array_agg(attname ORDER BY place) FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
    CROSS JOIN unnest(indkey) WITH ORDINALITY AS part (number, place)
    JOIN pg_attribute ON attrelid = indrelid AND attnum = number
    WHERE nspname = current_schema() AND atttypid = 'text'::regtype AND indexrelid IN (
        SELECT tree.oid FROM pg_class AS tree JOIN pg_am ON pg_am.oid = tree.relam WHERE amname = 'btree')
    GROUP BY indexrelid, relname ORDER BY relname, indexrelid
""")
_REFERENCES = sql.SQL("""
    SELECT here.relname, there.relname FROM pg_constraint
    JOIN pg_class AS here ON here.oid = conrelid JOIN pg_class AS there ON there.oid = confrelid
    JOIN pg_namespace ON pg_namespace.oid = here.relnamespace
    WHERE nspname = current_schema() AND contype = 'f'
""")
_AS_STORED = sql.SQL("""
    SELECT CAST(CAST(document AS tsvector) AS text)
    FROM unnest(CAST({} AS text[])) WITH ORDINALITY AS given (document, place) ORDER BY place
""")
