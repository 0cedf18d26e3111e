"""One process of the bot: the real desk over the real store, put together as ``bot.wiring`` does, on virtual time."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.analyst.extractive import ExtractiveAnalyst
from bot.config import Config
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.newsroom import Newsroom
from bot.ports import Clock, FeedReader, Platform, Store, Writer
from bot.rings import DRAIN, Ring, rings
from storage import Keeper
from storage.sqlite.upgrade import prepare
from tests.newsroom import InlineWorkers
from tests.simulation.disk import Disk, LoopDatabase
from tests.simulation.loop import LIFE, OUTSIDE, Life, VirtualLoop

log = logging.getLogger(__name__)

_MIDNIGHT = datetime(2020, 1, 1, tzinfo=UTC)


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


@dataclass(kw_only=True)
class Machine:
    """What all processes of one world share."""

    loop: VirtualLoop
    clock: MachineClock
    path: Path
    disk: Disk | None
    chance: random.Random
    lines: Callable[[Life], Mapping[str, Platform]]
    reader: FeedReader
    writer: Callable[[], Writer | None]
    parts: Parts = field(default_factory=Parts)


class Process:
    """The bot, from its start to its end."""

    def __init__(self, machine: Machine, number: int, config: Config, ended: Callable[["Process", str], None]) -> None:
        self.life = Life(number)
        self.life.on_death = self._died
        self.desk: Desk | None = None
        """None until it is up, and once it is stopping."""
        self._machine = machine
        self._config = machine.parts.config(config)
        self._ended = ended
        self._stop = asyncio.Event()
        self._alarm: _Alarm | None = None
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
        if self._alarm and not self.life.is_dead:
            self._machine.loop.call_soon(self._alarm.begin_anew, context=self.context)

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
        prepare(machine.path)
        database = self._database = LoopDatabase(machine.path, machine.disk, machine.chance)
        workers = InlineWorkers()
        room = Newsroom(
            config=self._config,
            store=machine.parts.store(Keeper(database)),
            clock=machine.clock,
            workers=workers,
            reader=machine.reader,
            analyst=ExtractiveAnalyst(workers),
            platforms={name: machine.parts.platform(line) for name, line in machine.lines(self.life).items()},
            writer=machine.writer(),
        )
        desk = Desk(room)
        await desk.open()
        await desk.take_over()
        self._alarm = _Alarm(machine.clock, machine.loop)
        for ring in rings(
            desk, self._config.bot.gather_every, settle=_nothing, gather=lambda: desk.gather(only_due=True)
        ):
            self._alarm.ring(ring)
        self._alarm.begin_anew()
        self.desk = desk
        await self._stop.wait()
        self.desk = None
        desk.stop()
        await self._alarm.stop()
        await room.errands.close()
        await database.close()

    def _died(self) -> None:
        self.desk = None
        if self._database:
            self._database.let_go()
        self._machine.loop.outside(0, self._ended, self, "died")


async def _nothing() -> None:
    """There is nothing to be settled with platforms here."""


class _Alarm:
    """Rings as ``adapters.alarm.Alarm`` does, at whole multiples on the wall clock, by the loop's time."""

    def __init__(self, clock: Clock, loop: VirtualLoop) -> None:
        self._clock = clock
        self._loop = loop
        self._rings: dict[str, Ring] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._busy: dict[str, set[asyncio.Task[None]]] = {}

    def ring(self, ring: Ring) -> None:
        self._rings[ring.name] = ring
        self._busy[ring.name] = set()

    def begin_anew(self) -> None:
        """Every action at once, and then at its times."""
        for name in self._rings:
            if name in self._timers:
                self._timers[name].cancel()
            self._schedule(name)
            self._start(name)

    async def stop(self) -> None:
        for timer in self._timers.values():
            timer.cancel()
        busy = [task for name in self._rings for task in sorted(self._busy[name], key=lambda one: one.get_name())]
        if not busy:
            return
        await asyncio.wait(busy, timeout=DRAIN.total_seconds())
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    def _schedule(self, name: str) -> None:
        every = self._rings[name].every
        passed = (self._clock.now() - _MIDNIGHT) % every
        self._timers[name] = self._loop.call_later((every - passed).total_seconds(), self._rung, name)

    def _rung(self, name: str) -> None:
        self._schedule(name)
        self._start(name)

    def _start(self, name: str) -> None:
        ring, busy = self._rings[name], self._busy[name]
        if busy and not ring.may_overlap:
            return
        task = self._loop.create_task(_run(ring))
        busy.add(task)
        task.add_done_callback(busy.discard)


async def _run(ring: Ring) -> None:
    try:
        await ring.action()
    except DaybriefError as trouble:
        log.error("%s: %s", ring.name, trouble)  # noqa: TRY400 - as the product's alarm has it
    except Exception:
        log.exception("%s failed in a way that was not foreseen", ring.name)
