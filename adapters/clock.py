"""The time: the present, by this machine or by a server that many share, or a past morning that is lived again."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> timedelta:
        """By the monotonic clock; where the system has one that goes on while the machine sleeps, by that."""
        return timedelta(seconds=_awake_or_not())

    async def wait(self, duration: timedelta) -> None:
        """Return after *duration*."""
        await asyncio.sleep(duration.total_seconds())


def _awake_or_not() -> float:
    """Seconds since some moment, those that the machine slept included: the world outside did not sleep."""
    number = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if number is None else time.clock_gettime(number)


SLOW = timedelta(seconds=1)
"""An answer that was under way for longer says too little of the time."""


class SharedClock:
    """The time of a server, for machines whose leases are compared. Until it is told that, the machine's own.

    It goes on by the clock that nobody can set, so that setting the machine's clock changes nothing.
    """

    def __init__(self, steady: Callable[[], float] = _awake_or_not) -> None:
        """*steady* gives seconds since some moment, by a clock that nobody can set."""
        self._steady = steady
        self._was = datetime.now(UTC)
        self._then = self.elapsed()
        self._error = timedelta.max

    def tell(self, shown: datetime, *, asked: timedelta, answered: timedelta) -> None:
        """A server that was *asked* and *answered* then, as :meth:`elapsed` has it, showed the time *shown*: that of
        half-way, or by half the way earlier or later. If that was slow, it counts only where nothing better is known.
        """
        error = (answered - asked) / 2
        if error <= SLOW / 2 or error < self._error:
            self._was, self._then, self._error = shown.astimezone(UTC), asked + error, error

    def now(self) -> datetime:
        """The present instant, in UTC."""
        return self._was + (self.elapsed() - self._then)

    def elapsed(self) -> timedelta:
        """As :class:`SystemClock` has it."""
        return timedelta(seconds=self._steady())

    async def wait(self, duration: timedelta) -> None:
        """Return after *duration*."""
        await asyncio.sleep(duration.total_seconds())


class ReplayClock:
    """A clock that shows *start* when it is made and goes on from there, so that leases end and waiting gets done.

    It follows the monotonic clock: whoever sets the machine's clock meanwhile does not disturb a replay.
    """

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        """*start* and as much as has passed since, in UTC."""
        return self._start + self.elapsed()

    def elapsed(self) -> timedelta:
        """Since it was made."""
        return timedelta(seconds=time.monotonic() - self._began)

    async def wait(self, duration: timedelta) -> None:
        """Return after *duration*."""
        await asyncio.sleep(duration.total_seconds())
