"""One process of the bot: the real desk over the real store, put together as ``bot.wiring`` does, on virtual time."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from adapters.analyst.extractive import ExtractiveAnalyst
from adapters.clock import SharedClock
from bot.config import Config
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.newsroom import Newsroom
from bot.ports import FeedReader, Platform, Store, Writer
from bot.roles import Role
from bot.wiring.stores import agree
from tests.newsroom import InlineWorkers
from tests.simulation.disk import LoopDatabase
from tests.simulation.duties import Duties
from tests.simulation.engines import Engine, Shared
from tests.simulation.loop import LIFE, OUTSIDE, Life, VirtualLoop

log = logging.getLogger(__name__)


class MachineClock:
    """Implements ``bot.ports.Clock`` on the loop's time; the wall clock is whatever somebody has set."""

    def __init__(self, loop: VirtualLoop, begins: datetime) -> None:
        self._loop = loop
        self._begins = begins
        self.ahead = timedelta()

    def now(self) -> datetime:
        return self._begins + timedelta(seconds=self._loop.time()) + self.ahead

    def elapsed(self) -> timedelta:
        return timedelta(seconds=self._loop.time())

    async def wait(self, duration: timedelta) -> None:
        await asyncio.sleep(duration.total_seconds())


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a process is made of. A broken product is one with other parts."""

    store: Callable[[Store], Store] = lambda store: store
    platform: Callable[[Platform], Platform] = lambda platform: platform
    config: Callable[[Config], Config] = lambda config: config
    shared: Callable[[Shared], Shared] = lambda shared: shared


@dataclass(kw_only=True)
class Machine:
    """What all processes of one world share."""

    loop: VirtualLoop
    clock: MachineClock
    engine: Engine
    lines: Callable[[Life], Mapping[str, Platform]]
    reader: FeedReader
    writer: Callable[[], Writer | None]
    parts: Parts = field(default_factory=Parts)


class Process:
    """The bot, or its part in it, from its start to its end."""

    def __init__(
        self,
        machine: Machine,
        number: int,
        config: Config,
        ended: Callable[["Process", str], None],
        role: Role = Role.ALL,
    ) -> None:
        self.life = Life(number)
        self.life.on_death = self._died
        self.role = role
        self.desk: Desk | None = None
        """None until it is up, and once it is stopping."""
        self._machine = machine
        self._config = machine.parts.config(config)
        self._ended = ended
        self._stop = asyncio.Event()
        self._duties: Duties | None = None
        self._database: LoopDatabase | None = None
        self.tasks: list[asyncio.Task[None]] = []
        self.context = OUTSIDE.copy()
        self.context.run(LIFE.set, self.life)

    def start(self) -> None:
        """Begin."""
        self.tasks.append(self._machine.loop.create_task(self._run(), context=self.context))

    def stop(self) -> None:
        """SIGTERM."""
        self._stop.set()

    def clock_was_set(self) -> None:
        """The alarm looks at both clocks a few times a minute."""
        if self._duties and not self.life.is_dead:
            self._machine.loop.call_soon(self._duties.clock_was_set, context=self.context)

    async def _run(self) -> None:
        why = "stopped"
        try:
            await self._live()
        except DaybriefError as trouble:
            why = f"gave up: {trouble}"
        except Exception as bug:
            log.exception("the process failed in a way that was not foreseen")
            why = f"failed: {type(bug).__name__}"
        self.desk = None
        if self._database:
            self._database.let_go()
        self.life.is_dead = True
        self._machine.loop.outside(0, self._ended, self, why)

    async def _live(self) -> None:
        machine = self._machine
        common = None if self.role.is_alone else SharedClock(machine.loop.time)
        opened = machine.engine.open(self.life, common or machine.clock)
        self._database = opened.database
        if opened.shared:
            opened = replace(opened, shared=machine.parts.shared(opened.shared))
        if common:
            await agree(common, opened.store)
        workers = InlineWorkers()
        room = Newsroom(
            config=self._config,
            store=machine.parts.store(opened.store),
            clock=common or machine.clock,
            workers=workers,
            reader=machine.reader,
            analyst=ExtractiveAnalyst(workers),
            platforms={name: machine.parts.platform(line) for name, line in machine.lines(self.life).items()},
            writer=machine.writer(),
            carries=self.role.is_alone,
        )
        desk = Desk(room)
        duties = self._duties = Duties(machine.loop, machine.clock, self.role, desk, room, opened=opened)
        await duties.start()
        self.desk = desk
        await self._stop.wait()
        self.desk = None
        desk.shift.stop()
        await duties.stop()
        await room.errands.close()
        await opened.database.close()

    def _died(self) -> None:
        self.desk = None
        if self._database:
            self._database.let_go()
        self._machine.loop.outside(0, self._ended, self, "died")
