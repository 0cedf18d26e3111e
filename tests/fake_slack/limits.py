"""Slack's rate limits, measured on a clock that a test may own."""

import math
from collections import deque
from collections.abc import Callable

TIERS = {
    "auth.test": 600,
    "apps.connections.open": 50,
    "chat.postEphemeral": 100,
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.join": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "conversations.replies": 50,
    "users.conversations": 50,
    "users.info": 100,
    "views.open": 100,
    "views.publish": 100,
    "views.push": 100,
    "views.update": 100,
}
"""Requests per minute, by method, for one workspace."""

MINUTE = 60.0


class Limits:
    """Counts what it lets pass; a refused request costs nothing but its answer.

    ``chat.postMessage`` has two limits: *per_channel* messages a second (with a *burst*), and *per_workspace* a minute.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        on: bool = True,
        per_channel: float = 1.0,
        burst: int = 3,
        per_workspace: int = 240,
    ) -> None:
        self.on = on
        self.tiers = dict(TIERS)
        self.per_channel = per_channel
        self.burst = burst
        self.per_workspace = per_workspace
        self._clock = clock
        self._passed: dict[tuple[str, str], deque[float]] = {}
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def refuse(self, method: str, team: str, channel: str) -> int:
        """The Retry-After of a request that comes now; 0 lets it pass, and counts it."""
        if not self.on:
            return 0
        now = self._clock()
        if method != "chat.postMessage":
            return self._window((method, team), self.tiers.get(method, 50), now)
        tokens, since = self._buckets.get((team, channel), (float(self.burst), now))
        tokens = min(float(self.burst), tokens + (now - since) * self.per_channel)
        if tokens < 1:
            return max(1, math.ceil((1 - tokens) / self.per_channel))
        wait = self._window((method, team), self.per_workspace, now)
        if not wait:
            self._buckets[team, channel] = (tokens - 1, now)
        return wait

    def _window(self, key: tuple[str, str], most: int, now: float) -> int:
        passed = self._passed.setdefault(key, deque())
        while passed and passed[0] <= now - MINUTE:
            passed.popleft()
        if len(passed) >= most:
            return max(1, math.ceil(passed[0] + MINUTE - now)) if passed else int(MINUTE)
        passed.append(now)
        return 0
