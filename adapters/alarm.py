"""The alarm: it rings, and the desk finds out what there is to do.

A late ring loses nothing: the ledger and not the alarm knows what is due. So nothing is scheduled here but the next
ring of each action, and that by a clock that nobody can set: an alarm that trusted the wall clock fell silent for as
long as that was set back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.errors import DaybriefError
from bot.ports import Clock

log = logging.getLogger(__name__)

Action = Callable[[], Awaitable[object]]

_TOO_SOON = timedelta(seconds=0.2)
"""A ring that would follow this soon is the one that has just been: a timer may fire a moment early."""


class Alarm:
    """Rings for actions at their intervals. One that is still busy when its time comes again is not doubled, unless it
    says that it may overlap itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rings: dict[str, _Ring] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._is_running = False

    def ring(self, name: str, action: Action, *, every: timedelta, may_overlap: bool = False) -> None:
        """Call *action* at whole multiples of *every* since midnight UTC; from :meth:`start` on, at once as well.

        Another action or interval under the same *name* takes the place of the former. *may_overlap*: also while an
        earlier call is busy.
        """
        busy = self._rings[name].busy if name in self._rings else set()
        self._rings[name] = _Ring(action, max(every, timedelta(seconds=1)), may_overlap=may_overlap, busy=busy)
        if self._is_running:
            self._arm(name)

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        self._is_running = True
        for name in self._rings:
            self._call(name)

    async def stop(self, *, within: timedelta) -> None:
        """Ring no more; wait for busy actions, and cancel those that take longer than *within*."""
        self._is_running = False
        for timer in self._timers.values():
            timer.cancel()
        busy = [task for ring in self._rings.values() for task in ring.busy]
        if not busy:
            return
        _, unfinished = await asyncio.wait(busy, timeout=within.total_seconds())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    def _call(self, name: str) -> None:
        """Ring now, and arm the next ring."""
        self._arm(name)
        ring = self._rings[name]
        if ring.busy and not ring.may_overlap:
            return
        task = asyncio.get_running_loop().create_task(_run(name, ring.action))
        ring.busy.add(task)
        task.add_done_callback(ring.busy.discard)

    def _arm(self, name: str) -> None:
        """Ring again at the next multiple; never later than one interval from now, whatever the clock says."""
        if name in self._timers:
            self._timers[name].cancel()
        every, now = self._rings[name].every, self._clock.now()
        wait = every - (now - now.replace(hour=0, minute=0, second=0, microsecond=0)) % every
        if wait < _TOO_SOON:
            wait += every
        self._timers[name] = asyncio.get_running_loop().call_later(wait.total_seconds(), self._call, name)


class _Ring:
    """What one name stands for."""

    def __init__(self, action: Action, every: timedelta, *, may_overlap: bool, busy: set[asyncio.Task[None]]) -> None:
        self.action = action
        self.every = every
        self.may_overlap = may_overlap
        self.busy = busy


async def _run(name: str, action: Action) -> None:
    try:
        await action()
    except DaybriefError as trouble:
        log.error("%s: %s", name, trouble)  # noqa: TRY400  # a sentence for people, not a bug with a trace
    except Exception:
        # The alarm is the driver at the top: whatever one ring broke, tomorrow's must still come.
        log.exception("%s failed in a way that was not foreseen", name)
