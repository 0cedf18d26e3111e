"""The alarm: APScheduler rings, and the desk finds out what there is to do.

One interval job for each action instead of one cron job per channel: those fire twice on the night when clocks go back,
lose a run when the process dies, and block the loop for seconds when there are many. A late ring loses nothing: the
ledger and not the alarm knows what is due.

APScheduler waits for instants of the wall clock: one that is set back a day would silence it for a day. A look at
a clock that nobody can set, a few times a minute, notices that and begins anew.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import DaybriefError
from bot.ports import Clock

log = logging.getLogger(__name__)

Action = Callable[[], Awaitable[object]]

LOOK_EVERY = timedelta(seconds=10)
"""How often the two clocks are compared."""
AGAIN = timedelta(minutes=1)
"""After which an action that failed is tried once more, and then after twice as long, until its next ring: a disk that
was full, or a database that was locked for a moment, is to leave no morning without news.
"""
_SET = timedelta(seconds=2)
"""Clocks that differ by more since the last look: one of them was set."""
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
"""Rings fall on whole multiples of their interval since this midnight, which every clock that is right has passed."""


class Alarm:
    """Rings for actions at their intervals. One that is still busy when its time comes again is not doubled, unless it
    says that it may overlap itself.
    """

    def __init__(self, clock: Clock, *, look_every: timedelta = LOOK_EVERY, again: timedelta = AGAIN) -> None:
        self._clock = clock
        self._again = again
        self._look_every = look_every
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._rings: dict[str, _Ring] = {}
        self._look: asyncio.TimerHandle | None = None
        self._seen = clock.now(), clock.elapsed()

    def ring(self, name: str, action: Action, *, every: timedelta, may_overlap: bool = False) -> None:
        """Call *action* at whole multiples of *every* since a midnight in UTC; at :meth:`start` as well.

        Another action or interval under the same *name* takes the place of the former. *may_overlap*: also while an
        earlier call is busy.
        """
        busy = self._rings[name].busy if name in self._rings else set()
        self._forget_failures(name)
        self._rings[name] = _Ring(action, max(every, timedelta(seconds=1)), may_overlap=may_overlap, busy=busy)
        self._schedule(name)

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        self._scheduler.start()
        self._seen = self._clock.now(), self._clock.elapsed()
        self._compare()
        for name in self._rings:
            self._start_one(name)

    async def stop(self, *, within: timedelta) -> None:
        """Ring no more; wait for busy actions, and cancel those that take longer than *within*."""
        if self._look:
            self._look.cancel()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for name in self._rings:
            self._forget_failures(name)
            self._rings[name].is_silent = True
        busy = [task for ring in self._rings.values() for task in ring.busy]
        if not busy:
            return
        _, unfinished = await asyncio.wait(busy, timeout=within.total_seconds())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    def _schedule(self, name: str) -> None:
        self._scheduler.add_job(
            self._rung,
            IntervalTrigger(seconds=self._rings[name].every.total_seconds(), start_date=_BEGINNING, timezone=UTC),
            args=(name,),
            id=name,
            replace_existing=True,
            # By default a ring that comes a second late is dropped, and one after a long sleep comes many times.
            misfire_grace_time=None,
            coalesce=True,
        )

    async def _rung(self, name: str) -> None:
        # A coroutine, because APScheduler runs plain functions in threads.
        self._start_one(name)

    def _start_one(self, name: str) -> None:
        ring = self._rings[name]
        if ring.busy and not ring.may_overlap:
            return
        # The scheduler cancels its own coroutines when it stops; a task of ours is waited for instead.
        task = asyncio.get_running_loop().create_task(self._run(name, ring))
        ring.busy.add(task)
        task.add_done_callback(ring.busy.discard)

    async def _run(self, name: str, ring: "_Ring") -> None:
        try:
            await ring.action()
        except DaybriefError as trouble:
            log.error("%s: %s", name, trouble)  # noqa: TRY400  # a sentence for people, not a bug with a trace
            self._try_again(name, ring)
        except Exception:
            # The alarm is the driver at the top: whatever one ring broke, tomorrow's must still come.
            log.exception("%s failed in a way that was not foreseen", name)
        else:
            self._forget_failures(name)

    def _try_again(self, name: str, ring: "_Ring") -> None:
        """Ring once more before the next ring, unless that is as near."""
        pause = self._again * 2**ring.failures
        if ring.again or ring.is_silent or pause >= ring.every:
            return
        ring.failures += 1

        def once_more() -> None:
            ring.again = None
            self._start_one(name)

        ring.again = asyncio.get_running_loop().call_later(pause.total_seconds(), once_more)

    def _forget_failures(self, name: str) -> None:
        ring = self._rings.get(name)
        if ring and ring.again:
            ring.again.cancel()
            ring.again = None
        if ring:
            ring.failures = 0

    def _compare(self) -> None:
        """Look whether the wall clock was set since the last look; then every next ring is computed anew."""
        self._look = asyncio.get_running_loop().call_later(self._look_every.total_seconds(), self._compare)
        (wall, steady), (now, elapsed) = self._seen, (self._clock.now(), self._clock.elapsed())
        self._seen = now, elapsed
        if abs((now - wall) - (elapsed - steady)) <= _SET:
            return
        log.warning("this machine's clock was set to %s UTC", f"{now:%Y-%m-%d %H:%M}")
        for name in self._rings:
            self._schedule(name)
            self._start_one(name)


class _Ring:
    """What one name stands for."""

    def __init__(self, action: Action, every: timedelta, *, may_overlap: bool, busy: set[asyncio.Task[None]]) -> None:
        self.action = action
        self.every = every
        self.may_overlap = may_overlap
        self.busy = busy
        self.failures = 0
        """In a row, as far as they were followed by another try."""
        self.again: asyncio.TimerHandle | None = None
        """That other try."""
        self.is_silent = False
        """It rings no more."""
