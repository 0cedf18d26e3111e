"""Making a PostgreSQL database ready: looked at before anything is written, migrated where it is old."""

import contextlib
from collections.abc import Iterator, Sequence

import psycopg

from bot.errors import StoreTrouble
from storage.postgres.place import Connection, Place
from storage.postgres.schema import MIGRATIONS, Migration

OLDEST = 14
"""The oldest PostgreSQL that its makers still mend: https://www.postgresql.org/support/versioning/"""
_LOCK = 0x44427266
"""``DBrf``: the number of the advisory lock under which tables are made."""
_RECORD = 'CREATE TABLE IF NOT EXISTS daybrief_migration (name text COLLATE "C" PRIMARY KEY)'
"""What was applied. Works that are to be done alone lock it, too: hardly anybody else ever writes into it."""
MOVING = "daybrief_moving"
"""A table that is there while ``storage.moving`` fills the others."""


def prepare(place: Place, migrations: Sequence[Migration] = MIGRATIONS, *, is_moving: bool = False) -> None:
    """Create or migrate the tables in the database at *place*.

    Several processes may do this at once: one migrates, the others wait and find it done. *is_moving* is for whoever
    fills them from a file.

    Raises:
        StoreTrouble: it cannot be reached, or is not ours, too new or not fit, or not everything is there yet.
    """
    try:
        with contextlib.closing(place.connect(autocommit=True)) as connection:
            _check_engine(connection, place)
            if not is_moving:
                check_whole(connection, place)
            if pending(connection, place, migrations):
                _migrate(connection, place, migrations)
    except psycopg.Error as error:
        raise place.trouble(error) from error


def pending(connection: Connection, place: Place, migrations: Sequence[Migration] = MIGRATIONS) -> list[Migration]:
    """Those of *migrations* that the database has not been through. Raises StoreTrouble if it is not ours."""
    tables = {one["tablename"] for one in connection.execute(_TABLES)}
    if not tables:
        return list(migrations)
    if "daybrief_migration" not in tables:
        raise StoreTrouble(f"{place.name} holds tables of another program; name an empty one", kind="foreign")
    applied = {one["name"] for one in connection.execute("SELECT name FROM daybrief_migration")}
    if unknown := applied - {one.name for one in migrations}:
        raise StoreTrouble(
            f"{place.name} was written by a newer version of Daybrief (it knows {min(unknown)}); "
            "install that version, or bring back a copy from before the upgrade",
            kind="newer",
        )
    return [one for one in migrations if one.name not in applied]


@contextlib.contextmanager
def making_tables(connection: Connection) -> Iterator[None]:
    """Be the only one who makes tables; whoever is faster may have a large one to change."""
    connection.execute("SET lock_timeout = 0")
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        with contextlib.suppress(psycopg.Error):  # it ends with the connection
            connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _migrate(connection: Connection, place: Place, migrations: Sequence[Migration]) -> None:
    with making_tables(connection):
        left = pending(connection, place, migrations)  # somebody may have been faster, and newer
        if left and not _may_create(connection):
            raise StoreTrouble(
                f"{place.name}: the user may not create tables there; "
                f"let an administrator run: ALTER DATABASE … OWNER TO {place.parts.get('user', '…')}",
                kind="permission",
            )
        for migration in left:
            with connection.transaction():
                connection.execute(_RECORD)
                connection.execute(migration.statements)
                connection.execute("INSERT INTO daybrief_migration (name) VALUES (%s)", [migration.name])


def _may_create(connection: Connection) -> bool:
    found = connection.execute("SELECT has_schema_privilege(current_schema(), 'CREATE') AS may").fetchone()
    return bool(found and found["may"])


def _check_engine(connection: Connection, place: Place) -> None:
    version = connection.info.server_version // 10_000
    if version < OLDEST:
        raise StoreTrouble(
            f"{place.name} is kept by PostgreSQL {version}; Daybrief needs {OLDEST} or newer", kind="old"
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise StoreTrouble(
            f"{place.name} keeps its texts as {encoding}, which has no room for most languages; "
            "make another: createdb --encoding UTF8 --template template0 …",
            kind="encoding",
        )


def check_whole(connection: Connection, place: Place) -> None:
    """Raise StoreTrouble if the database is still being filled from a file."""
    if MOVING in {one["tablename"] for one in connection.execute(_TABLES)}:
        raise StoreTrouble(
            f"{place.name} does not hold yet all that was in the SQLite file; "
            "call `daybrief migrate` again, and it goes on where it stopped",
            kind="moving",
        )


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"
