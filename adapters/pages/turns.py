"""Whose turn it is at a host: one request at a time, with a pause after it, whatever happens at other hosts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from bot.errors import PageFailed
from bot.ports import Clock

PAUSE = timedelta(seconds=2)
"""Between two pages of a host that does not say how long it wants."""
MOST_PAUSE = timedelta(seconds=30)
"""The longest pause that a host gets; with what some ask for, the day would not do for its pages of one morning."""
MOST_WAITING = 20
"""Readings of one host, the running one included. Whoever comes later is sent away: it would be the next morning."""
_REMEMBERED = 1000
"""Hosts from which on those are forgotten that need no waiting for."""


@dataclass(slots=True)
class _Host:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    inside: int = 0
    pause: timedelta = PAUSE
    free_at: timedelta = timedelta()
    """On ``Clock.elapsed``, as the next."""
    left_alone_until: timedelta = timedelta()


class Turns:
    """Hosts, and who waits for each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """The only one who reads from the host called *name*, in the order of asking and after its pause.

        Raises:
            PageFailed: too many wait already, or the host has asked to be left alone.
        """
        host = self._host(name)
        if host.inside >= MOST_WAITING:
            raise PageFailed("too many pages of this publisher are waiting to be read")
        host.inside += 1
        try:
            async with host.lock:
                await self._until_free(host)
                try:
                    yield
                finally:
                    host.free_at = self._clock.elapsed() + host.pause
        finally:
            host.inside -= 1

    def slow_down(self, name: str, pause: timedelta) -> None:
        """Wait *pause* between two pages of the host, within our bounds."""
        self._host(name).pause = min(max(pause, PAUSE), MOST_PAUSE)

    def leave_alone(self, name: str, patience: timedelta) -> None:
        """Send everybody away who wants to read from the host within *patience* from now."""
        self._host(name).left_alone_until = self._clock.elapsed() + patience

    async def _until_free(self, host: _Host) -> None:
        now = self._clock.elapsed()
        if host.left_alone_until > now:
            raise PageFailed("the server has asked to be left alone for a while")
        if host.free_at > now:
            await self._clock.wait(host.free_at - now)

    def _host(self, name: str) -> _Host:
        if name not in self._hosts and len(self._hosts) >= _REMEMBERED:
            now = self._clock.elapsed()
            self._hosts = {
                known: host
                for known, host in self._hosts.items()
                if host.inside or max(host.free_at, host.left_alone_until) > now
            }
        return self._hosts.setdefault(name, _Host())
