"""What several machines need beside the store, in a schema of its own: the queue of doorbells, which is
Procrastinate's, and the budgets of platforms. All of it may be dropped while nothing runs.
"""

import contextlib
from importlib import resources

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.schema import SchemaManager

from bot.errors import StoreTrouble
from storage.postgres.place import PATIENCE, Connection, Place
from storage.postgres.upgrade import making_tables

SCHEMA = "daybrief_queue"
TASK = "daybrief.doorbell"
_CONNECTIONS = 4
"""At most so many fetch jobs and end them; one more listens."""
_STEPS = resources.files("procrastinate.sql") / "migrations"
_OURS = {
    "00_daybrief_budget": """
CREATE TABLE budget (
    name text COLLATE "C" PRIMARY KEY,
    spacing bigint NOT NULL,                -- microseconds between two turns
    next_at bigint NOT NULL DEFAULT 0,      -- when the next turn is to be had; times are microseconds since 1970
    closed_until bigint NOT NULL DEFAULT 0,
    told_until bigint NOT NULL DEFAULT 0,   -- for when whoever got none was last told to ask again
    channels jsonb NOT NULL DEFAULT '{}',   -- when each takes its next message, as far as that lies ahead
    errors jsonb NOT NULL DEFAULT '{}',     -- how many there were in each of the last minutes
    asked_at bigint NOT NULL DEFAULT 0,     -- when somebody last asked, and for when they got a turn, or were told
    turn_at bigint NOT NULL DEFAULT 0,
    is_given boolean NOT NULL DEFAULT false
) WITH (fillfactor = 10)                    -- each turn is a new version of the row; they stay on its page
""",
    "01_daybrief_listening": """
CREATE TABLE listening (
    queue text COLLATE "C" PRIMARY KEY,
    told_at timestamptz NOT NULL            -- when a worker last said that it hears what waits there
) WITH (fillfactor = 10)
""",
}
"""Steps of our own, by names that are none of Procrastinate's. Never change one that was released."""


def prepare_queue(place: Place) -> None:
    """Create the queue's tables in the database at *place*, or bring them up to what the installed Procrastinate wants.

    Several processes may do this at once.

    Raises:
        StoreTrouble: the database cannot be reached, or the user may not make a schema there.
    """
    try:
        with contextlib.closing(place.connect(autocommit=True)) as connection:
            if _pending(connection):
                with making_tables(connection):
                    _bring_up(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        if trouble := queue_trouble(place):
            raise StoreTrouble(f"{place.name}: {trouble}", kind="permission") from error
        raise place.trouble(error) from error
    except psycopg.Error as error:
        raise place.trouble(error) from error


def queue_trouble(place: Place) -> str:
    """Why the user of *place* may not make the queue's tables, or work with them, and what to do; empty: they may.
    Nothing is written.

    Raises:
        StoreTrouble: the database cannot be reached.
    """
    try:
        with contextlib.closing(place.connect(autocommit=True)) as connection:
            found = connection.execute(_RIGHTS, [SCHEMA]).fetchone() or {}
    except psycopg.Error as error:
        raise place.trouble(error) from error
    user = place.parts.get("user", "…")
    if not found["is_there"] and not found["may_make"]:
        return (
            "the user may not make a schema there, which several machines need; "
            f"let an administrator run: CREATE SCHEMA {SCHEMA} AUTHORIZATION {user}"
        )
    if found["is_there"] and not found["may_use"]:
        return (
            f"the schema {SCHEMA}, which several machines need, is another user's; "
            f"let an administrator run: ALTER SCHEMA {SCHEMA} OWNER TO {user}"
        )
    return ""


def queue_of(platform: str) -> str:
    """Where doorbells for deliveries to *platform* wait; who cannot post there does not listen. Procrastinate keeps
    several of what it calls queues in its tables.
    """
    return f"daybrief.{platform}"


def connector(place: Place) -> PsycopgConnector:
    """Connections for Procrastinate itself, which knows its tables by their bare names; ours come after them."""

    async def configure(connection: "psycopg.AsyncConnection[object]") -> None:
        await connection.set_autocommit(True)  # each statement is whole by itself
        await connection.execute(BEFORE_OURS.encode())

    return PsycopgConnector(
        conninfo=place.address,
        name="daybrief-queue",
        min_size=1,
        max_size=_CONNECTIONS,
        timeout=PATIENCE,
        configure=configure,
    )


def _pending(connection: Connection) -> list[str]:
    """Names of the migrations, Procrastinate's and ours, that the tables have not been through, in their order."""
    every = [*sorted(one.name for one in _STEPS.iterdir() if one.name.endswith(".sql")), *_OURS]
    found = connection.execute("SELECT to_regclass(%s) AS is_there", [f"{SCHEMA}.applied"]).fetchone()
    if not (found and found["is_there"]):
        return every
    applied = {one["name"] for one in connection.execute(_APPLIED.encode())}
    return [name for name in every if name not in applied]


def _bring_up(connection: Connection) -> None:
    left = _pending(connection)  # somebody may have been faster
    if not left:
        return
    with connection.transaction():
        is_new = connection.execute("SELECT to_regclass(%s) IS NULL AS yes", [f"{SCHEMA}.applied"]).fetchone()
        if is_new and is_new["yes"]:
            # Its whole schema is what all its migrations lead to. CREATE SCHEMA IF NOT EXISTS would want the right to
            # make one also where an administrator has made it.
            if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [SCHEMA]).fetchone():
                connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
            connection.execute(f"SET LOCAL search_path = {SCHEMA}".encode())
            connection.execute(SchemaManager.get_schema().encode())
            connection.execute(b"CREATE TABLE applied (name text PRIMARY KEY)")
            steps = list(_OURS)
        else:
            connection.execute(f"SET LOCAL search_path = {SCHEMA}".encode())
            steps = left
        for name in steps:
            connection.execute((_OURS.get(name) or (_STEPS / name).read_text(encoding="utf-8")).encode())
        connection.execute("INSERT INTO applied SELECT unnest(CAST(%s AS text[]))", [left])


_RIGHTS = """
    SELECT has_database_privilege(current_database(), 'CREATE') AS may_make, mine.oid IS NOT NULL AS is_there,
        has_schema_privilege(mine.oid, 'USAGE') AND has_schema_privilege(mine.oid, 'CREATE') AS may_use
    FROM (SELECT 1) AS one LEFT JOIN pg_namespace AS mine ON mine.nspname = %s
"""
_APPLIED = f"SELECT name FROM {SCHEMA}.applied"  # noqa: S608 - no text from outside is in it
BEFORE_OURS = f"SELECT set_config('search_path', '{SCHEMA}, ' || current_setting('search_path'), false)"
"""For a connection of Procrastinate's: its tables are found before all others."""
