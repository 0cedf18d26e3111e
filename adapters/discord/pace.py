"""How fast we talk to Discord: one strict budget for the whole bot, whatever it says and to whom.

Discord allows 50 requests a second and bans an address for 10,000 invalid requests in ten minutes
(https://docs.discord.com/developers/topics/rate-limits). discord.py keeps neither; so every attempt, its own retries
too, passes through here: ``aiohttp.TraceConfig`` is the one public place where all of them can be seen and held.
Answers to people are exempt, here as there.
"""

import re
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import aiohttp

from bot.ports import Clock

PER_SECOND = 45
"""Below Discord's 50, which leaves room for other calls of the same bot."""
LONGEST_WAIT = timedelta(seconds=20)
"""A turn that would come later is not waited for."""
INVALID_WITHIN = timedelta(minutes=10)
TOO_MANY_INVALID = 3_000
"""From so many on nothing is posted any more until the oldest are forgotten: well before the 10,000 of the ban."""
_INVALID = frozenset({401, 403, 429})
_EXEMPT = re.compile(r"/(interactions|webhooks)/")
_POST = re.compile(r"/channels/\d+/(messages|threads)$")


class BannedSoon(OSError):
    """A request was held back, because too many have been refused lately."""


class Pace:
    """Turns to post, and a gate for every request."""

    def __init__(
        self, clock: Clock, *, per_second: float = PER_SECOND, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._spacing = 1 / per_second
        self._monotonic = monotonic
        self._next_at = 0.0
        self._paid = 0
        """Turns that were given and not yet used."""
        self._invalid: deque[float] = deque()

    async def turn(self) -> timedelta:
        """Wait for the next turn; nothing: it has come. More: none comes for that long."""
        now = self._monotonic()
        if held := self._held(now):
            return timedelta(seconds=held)
        at = max(now, self._next_at)
        if at - now > LONGEST_WAIT.total_seconds():
            return timedelta(seconds=at - now)
        self._next_at = at + self._spacing
        if at > now:
            await self._clock.wait(timedelta(seconds=at - now))
        self._paid += 1
        return timedelta()

    def trace(self) -> aiohttp.TraceConfig:
        """What ``discord.Client(http_trace=…)`` takes."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._started)
        config.on_request_end.append(self._ended)
        return config

    @property
    def invalid(self) -> int:
        """How many requests were refused in the last ten minutes."""
        self._forget(self._monotonic())
        return len(self._invalid)

    async def _started(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams
    ) -> None:
        path = request.url.path
        if _EXEMPT.search(path):
            return
        if self._paid and request.method == "POST" and _POST.search(path):
            self._paid -= 1
            return
        now = self._monotonic()
        if held := self._held(now):
            raise BannedSoon(f"too many requests were refused; nothing is sent for {held:.0f} s")
        at = max(now, self._next_at)
        self._next_at = at + self._spacing
        if at > now:
            await self._clock.wait(timedelta(seconds=at - now))

    async def _ended(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
    ) -> None:
        # A 429 whose limit is shared by many bots is nobody's mistake and is not counted by Discord.
        is_shared = request.response.headers.get("X-RateLimit-Scope") == "shared"
        if request.response.status in _INVALID and not is_shared:
            self._invalid.append(self._monotonic())

    def _held(self, now: float) -> float:
        """For how many seconds nothing may be sent."""
        self._forget(now)
        if len(self._invalid) < TOO_MANY_INVALID:
            return 0.0
        oldest = self._invalid[len(self._invalid) - TOO_MANY_INVALID]
        return max(0.0, oldest + INVALID_WITHIN.total_seconds() - now)

    def _forget(self, now: float) -> None:
        while self._invalid and now - self._invalid[0] > INVALID_WITHIN.total_seconds():
            self._invalid.popleft()
