"""The alarm: APScheduler rings, and the desk finds out what there is to do.

One interval job in UTC instead of one cron job per channel: those fire twice on the night when clocks go back, lose a
run when the process dies, and block the loop for seconds when there are many. A late ring loses nothing: the ledger
and not the alarm knows what is due.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.errors import DaybriefError
from bot.ports import Clock

log = logging.getLogger(__name__)

Action = Callable[[], Awaitable[object]]


class Alarm:
    """Rings for actions at their intervals. One that is still busy when its time comes again is not doubled, unless it
    says that it may overlap itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._busy: dict[str, set[asyncio.Task[None]]] = {}

    def ring(self, name: str, action: Action, *, every: timedelta, may_overlap: bool = False) -> None:
        """Call *action* at whole multiples of *every* since midnight UTC; from :meth:`start` on, at once as well.

        *may_overlap*: also while an earlier call is busy.
        """
        self._busy[name] = set()
        now = self._clock.now()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        self._scheduler.add_job(
            self._start_one,
            IntervalTrigger(seconds=max(1, int(every.total_seconds())), start_date=midnight, timezone=UTC),
            args=(name, action, may_overlap),
            id=name,
            replace_existing=True,
            # By default a ring that comes a second late is dropped, and one after a long sleep comes many times.
            misfire_grace_time=None,
            coalesce=True,
            next_run_time=now,
        )

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        self._scheduler.start()

    async def stop(self, *, within: timedelta) -> None:
        """Ring no more; wait for busy actions, and cancel those that take longer than *within*."""
        self._scheduler.shutdown(wait=False)
        busy = [task for tasks in self._busy.values() for task in tasks]
        if not busy:
            return
        _, unfinished = await asyncio.wait(busy, timeout=within.total_seconds())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    async def _start_one(self, name: str, action: Action, may_overlap: bool) -> None:
        if self._busy[name] and not may_overlap:
            return
        # The scheduler cancels its own coroutines when it stops; a task of ours is waited for instead.
        task = asyncio.get_running_loop().create_task(self._run(name, action))
        self._busy[name].add(task)
        task.add_done_callback(self._busy[name].discard)

    async def _run(self, name: str, action: Action) -> None:
        try:
            await action()
        except DaybriefError as trouble:
            log.error("%s: %s", name, trouble)  # noqa: TRY400  # a sentence for people, not a bug with a trace
        except Exception:
            # The alarm is the driver at the top: whatever one ring broke, tomorrow's must still come.
            log.exception("%s failed in a way that was not foreseen", name)
