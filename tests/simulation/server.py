"""A PostgreSQL server that simulated processes share: real tables and a real queue, whose time is the world's.

Every work and every query is done in a step of the loop, alone, so what the server does between the statements of two
transactions is not shown here; the contract tests show it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from procrastinate import SyncPsycopgConnector
from procrastinate.connector import BaseAsyncConnector, Notify
from procrastinate.sync_psycopg_connector import wrap_exceptions

from bot.errors import StoreTrouble
from bot.ports import Clock
from bot.roles import Role
from storage import Keeper
from storage.planning import Planned
from storage.postgres.alone import SILENT
from storage.postgres.database import PostgresHand
from storage.postgres.doorbell import Doorbell
from storage.postgres.hearing import end_jobs_of_the_dead
from storage.postgres.place import Place
from storage.postgres.queue import BEFORE_OURS, SCHEMA
from storage.session import Condition, Session
from tests.simulation.disk import LoopDatabase
from tests.simulation.engines import Here, Opened, Setting, Shared
from tests.simulation.faults import Fault, Weather
from tests.simulation.ledgers import LedgerView, OnAServer
from tests.simulation.loop import Life

ROLES = (Role.ALARM, Role.ALARM, *(4 * [Role.WORKER]), Role.SLACK)
"""Two that could ring, four that carry, and one that answers people, wherever they are."""
_DELAYS = (0.0005, 0.002, 0.008)
"""Seconds that a query may take."""
_UNHEARD = 0.05
"""How often nobody hears that a doorbell has come; workers look by themselves a moment later."""
_TIME = f"""
    CREATE SCHEMA world;
    CREATE FUNCTION world.now() RETURNS timestamptz LANGUAGE sql STABLE AS
        $$ SELECT CAST(current_setting('world.now') AS timestamptz) $$;
    ALTER TABLE {SCHEMA}.procrastinate_workers ALTER COLUMN last_heartbeat SET DEFAULT world.now();
"""
"""Procrastinate asks the server for the time. What is found before the server's own ``now`` is ours."""
_TABLES = "SELECT format('%%I.%%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN (%s, %s)"
_STILL = "ALTER TABLE {table} SET (autovacuum_enabled = false)"
"""Nobody tidies up meanwhile, at moments that nobody decides: the same seed is the same world."""


def furnish(address: str) -> None:
    """Make the database at *address*, which has our tables and the queue's, one whose time is a world's."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_TIME.encode())
        tables = connection.execute(_TABLES, ["public", SCHEMA]).fetchall()
        for (table,) in tables:
            connection.execute(_STILL.format(table=table).encode())


def many(address: str) -> Setting:
    """Processes in their roles, which share the furnished database at *address*."""
    return Setting(roles=ROLES, engine=lambda here: Server(address, here), hides=(Place(address).name,))


class Server:
    """The database at *address*, as all processes of a world have it."""

    def __init__(self, address: str, here: Here) -> None:
        self.ledger: LedgerView = OnAServer(address)
        self.weather = here.weather
        self._address = address
        self._loop = here.loop
        self._chance = here.chance
        self._begins = here.begins
        self._ears: list[asyncio.Event] = []
        self._has_rung = False
        self._turn: tuple[Life, float] | None = None
        """Whose it is to ring, and when that process last said a word."""

    def open(self, life: Life, clock: Clock) -> Opened:
        """For a process."""
        place, bell = Place(self._address), Doorbell(clock)

        def ring(db: Session, planned: Sequence[Planned]) -> None:
            bell.ring(db, planned)
            self._has_rung = True

        kind = type("Connection", (_Failing,), {"weather": self.weather})
        database = LoopDatabase(
            place.name,
            reader=PostgresHand(place, reads_only=True),
            writer=PostgresHand(place, reads_only=False, kind=kind),
            group=1,
            chance=self._chance,
            condition=lambda: Condition(engine="PostgreSQL", version="", schema=0, size=0, clock=self.now()),
            time=self.now,
            written=self._tell_of_doorbells,
        )

        def connected(place: Place) -> "LoopConnector":
            return LoopConnector(self, place)

        async def tidy() -> object:
            return await end_jobs_of_the_dead(self._address, connected=connected)

        return Opened(
            database=database,
            store=Keeper(database, ring),
            shared=Shared(
                url=self._address,
                turn=WorldTurn(self, life),
                ring_again=lambda: bell.ring_again(database),
                connected=connected,
                tidy=tidy,
            ),
        )

    def now(self) -> datetime:
        """The time, by a clock that nobody sets."""
        return self._begins + timedelta(seconds=self._loop.time())

    async def delay(self) -> None:
        """As long as a query takes."""
        await asyncio.sleep(self._chance.choice(_DELAYS))

    # ---------------------------------------------------------------------------------------------------- doorbells

    @contextlib.contextmanager
    def listened(self, ear: asyncio.Event) -> Iterator[None]:
        """Within, *ear* hears of doorbells."""
        self._ears.append(ear)
        try:
            yield
        finally:
            self._ears.remove(ear)

    def _tell_of_doorbells(self) -> None:
        if self._has_rung:
            self._has_rung = False
            for ear in self._ears:
                if self._chance.random() >= _UNHEARD:
                    self._loop.outside(self._chance.uniform(0.0005, 0.05), ear.set)

    # ------------------------------------------------------------------------------------------------- who may ring

    def take_turn(self, life: Life) -> bool:
        """Whether it is *life*'s turn to ring: an advisory lock, which the server takes back from the dead at once, and
        from the silent after a while.
        """
        now = self._loop.time()
        if self._turn:
            holder, last = self._turn
            if holder.is_dead or now - last > SILENT.total_seconds():
                self._turn = None
        if self._turn is None or self._turn[0] is life:
            self._turn = (life, now)
        return self._turn[0] is life

    def end_turn(self, life: Life) -> None:
        """*life* leaves it to others."""
        if self._turn and self._turn[0] is life:
            self._turn = None


class WorldTurn:
    """Implements ``bot.wiring.standby.Turn``."""

    def __init__(self, server: Server, life: Life) -> None:
        self._server = server
        self._life = life
        self._is_held = False

    async def is_ours(self) -> bool:
        """Take it if it is free, and keep it."""
        await self._server.delay()
        is_ours = self._server.take_turn(self._life)
        if self._is_held and not is_ours:
            raise StoreTrouble("the connection was lost", kind="connection")
        self._is_held = is_ours
        return is_ours

    async def end(self) -> None:
        """Give it to others."""
        self._is_held = False
        self._server.end_turn(self._life)


class LoopConnector(BaseAsyncConnector):
    """Procrastinate's way to the server: its own SQL, a query in a step of the loop."""

    def __init__(self, server: Server, place: Place) -> None:
        self._server = server
        self._place = place
        self._queries = SyncPsycopgConnector()
        self._connection: Any = None

    def get_sync_connector(self) -> SyncPsycopgConnector:
        """Nobody calls it; it is asked for when a task is defined."""
        return self._queries

    async def open_async(self, pool: object = None) -> None:
        """Connect."""
        await self._server.delay()
        with wrap_exceptions():
            self._connection = self._place.connect(autocommit=True)
            self._connection.execute("SET search_path = public, world, pg_catalog")
            self._connection.execute(BEFORE_OURS.encode())

    async def close_async(self) -> None:
        """Let go."""
        if self._connection:
            self._connection.close()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:  # noqa: ANN401 - as Procrastinate has it
        """Do something."""
        async with self._ready():
            with wrap_exceptions():
                self._connection.execute(query, arguments)

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """One row."""
        async with self._ready():
            return self._queries.execute_query_one_with_connection(self._connection, query, **arguments)

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - as above
        """All rows."""
        async with self._ready():
            return self._queries.execute_query_all_with_connection(self._connection, query, **arguments)

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Hear of doorbells, for ever."""
        channel, *_ = channels
        ear = asyncio.Event()
        with self._server.listened(ear):
            while True:
                await ear.wait()
                ear.clear()
                await on_notification(channel=channel, payload='{"type": "job_inserted", "job_id": 0}')

    @contextlib.asynccontextmanager
    async def _ready(self) -> AsyncIterator[None]:
        await self._server.delay()
        with wrap_exceptions():
            if trouble := _trouble_of(self._server.weather):
                raise trouble
            now = f"SELECT set_config('world.now', '{self._server.now().isoformat()}', false)"
            self._connection.execute(now.encode())
        yield


class _Failing(psycopg.Connection[Any]):
    """A connection to a server in bad weather. A work fails at its end, when most of it is done."""

    weather: Weather

    def commit(self) -> None:
        if trouble := _trouble_of(self.weather):
            raise trouble
        super().commit()
        if self.weather.is_on(Fault.LOST_COMMIT):
            self.close()
            raise psycopg.OperationalError("the server closed the connection unexpectedly")


def _trouble_of(weather: Weather) -> psycopg.Error | None:
    """What the server says instead of writing."""
    if weather.is_on(Fault.DISK_FULL):
        return psycopg.errors.DiskFull("could not extend file: no space left on device")
    if weather.is_on(Fault.FAILING_WRITES):
        return psycopg.errors.IoError("could not write block: input/output error")
    return None
