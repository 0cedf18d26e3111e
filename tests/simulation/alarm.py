"""An alarm that rings as ``adapters.alarm.Alarm`` does, at whole multiples on the wall clock, by the loop's time."""

import asyncio
import logging
from datetime import UTC, datetime

from bot.errors import DaybriefError
from bot.ports import Clock
from bot.rings import DRAIN, Ring
from tests.simulation.loop import VirtualLoop

log = logging.getLogger(__name__)

_MIDNIGHT = datetime(2020, 1, 1, tzinfo=UTC)


class Alarm:
    """Begins at :meth:`begin`, and anew whenever the clock was set."""

    def __init__(self, clock: Clock, loop: VirtualLoop) -> None:
        self._clock = clock
        self._loop = loop
        self._rings: dict[str, Ring] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._busy: dict[str, set[asyncio.Task[None]]] = {}

    def ring(self, ring: Ring) -> None:
        """Ring so, once it has begun."""
        self._rings[ring.name] = ring
        self._busy[ring.name] = set()

    def begin(self) -> None:
        """Every action at once, and then at its times."""
        for name in self._rings:
            if name in self._timers:
                self._timers[name].cancel()
            self._schedule(name)
            self._start(name)

    async def stop(self) -> None:
        """Begin nothing more, and wait for what is under way, though not for ever."""
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
