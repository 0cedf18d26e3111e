"""A clock that only moves when somebody waits."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

TUESDAY = datetime(2026, 3, 3, 8, tzinfo=UTC)


class VirtualClock:
    """Implements ``bot.ports.Clock``: waiting takes no time, and whatever was arranged for meanwhile happens."""

    def __init__(self, now: datetime = TUESDAY) -> None:
        self._now = now
        self._elapsed = timedelta()
        self._arranged: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = itertools.count()

    def now(self) -> datetime:
        return self._now

    def elapsed(self) -> timedelta:
        return self._elapsed

    async def wait(self, duration: timedelta) -> None:
        self.move_to(self._now + duration)

    def move_to(self, when: datetime) -> None:
        """Let time pass until *when*, or jump back to it."""
        self._elapsed += max(when - self._now, timedelta())
        while self._arranged and self._arranged[0][0] <= when:
            self._now, _, happens = heapq.heappop(self._arranged)
            happens()
        self._now = when

    def is_set_to(self, when: datetime) -> None:
        """Somebody sets the machine's clock: no time passes."""
        self._now = when

    def arrange(self, later: timedelta, happens: Callable[[], object]) -> None:
        """Call *happens* when that much time has passed."""
        heapq.heappush(self._arranged, (self._now + later, next(self._count), happens))


class HandClock(VirtualClock):
    """Time passes only when the test says so: whoever waits does so until then."""

    async def wait(self, duration: timedelta) -> None:
        passed = asyncio.Event()
        self.arrange(duration, passed.set)
        await passed.wait()
