"""Discord's rate limits, measured on a clock that a test may own."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

BUCKETS: dict[str, tuple[int, float]] = {
    "application_commands": (5, 20.0),
    "channels": (50, 10.0),
    "create_dm": (10, 10.0),
    "create_message": (5, 5.0),
    "create_thread": (10, 10.0),
    "crosspost": (10, 3600.0),
    "delete_message": (5, 1.0),
    "edit_message": (5, 5.0),
    "list_messages": (10, 5.0),
    "webhook": (5, 2.0),
}
"""Requests in so many seconds, by bucket, for one channel, guild or webhook. Discord publishes no such numbers."""

INVALID_WITHIN = 600.0


@dataclass(slots=True)
class Verdict:
    """Whether a request may pass, and what its answer's headers say."""

    headers: dict[str, str]
    retry_after: float = 0.0
    """More than 0: it may not."""
    scope: str = "user"


class Limits:
    """Buckets for each route, the whole bot's requests a second, and the ban of an address that errs too often.

    A refused request costs nothing but its answer, and counts towards the ban.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        on: bool = True,
        per_second: int = 50,
        sliding: bool = False,
        most_invalid: int = 10_000,
        ban: float = 3600.0,
    ) -> None:
        self.on = on
        self.buckets = dict(BUCKETS)
        self.per_second = per_second
        self.sliding = sliding
        """Count in any second, instead of in fixed ones."""
        self.most_invalid = most_invalid
        self.ban = ban
        """Seconds that a ban lasts."""
        self.passed_globally = 0
        self.busiest_second = 0
        """The most requests that came in any one second, refused ones included; exempt ones are not counted."""
        self._clock = clock
        self._windows: dict[tuple[str, str], tuple[float, int]] = {}
        self._invalid: deque[float] = deque()
        self._banned_until = -math.inf
        self._second: deque[float] = deque()
        self._window = (-math.inf, 0)
        self._came: deque[float] = deque()

    @property
    def banned(self) -> bool:
        """Whether every request is turned away by Cloudflare."""
        return self._clock() < self._banned_until

    @property
    def invalid(self) -> int:
        """How many invalid requests (401, 403, 429) came in the last ten minutes."""
        now = self._clock()
        while self._invalid and self._invalid[0] <= now - INVALID_WITHIN:
            self._invalid.popleft()
        return len(self._invalid)

    def count_invalid(self) -> None:
        """One more answer of 401, 403 or 429."""
        self._invalid.append(self._clock())
        if self.on and self.invalid >= self.most_invalid:
            self._banned_until = self._clock() + self.ban

    def check(self, bucket: str, major: str, *, exempt: bool = False) -> Verdict:
        """Whether a request may pass now; if so, it is counted."""
        if not self.on:
            return Verdict({})
        now = self._clock()
        if not exempt:
            self._note(now)
            wait = self._global(now)
            if wait:
                return Verdict({"X-RateLimit-Global": "true"}, wait, "global")
        if bucket not in self.buckets:
            if not exempt:
                self._pass(now)
            return Verdict({})
        limit, seconds = self.buckets[bucket]
        since, used = self._windows.get((bucket, major), (now, 0))
        if now >= since + seconds:
            since, used = now, 0
        after = since + seconds - now
        refused = used >= limit
        if not refused:
            used += 1
            self._windows[bucket, major] = (since, used)
            if not exempt:
                self._pass(now)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - used),
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": f"{bucket}-bucket",
        }
        return Verdict(headers, after if refused else 0.0)

    def _global(self, now: float) -> float:
        """The seconds until the bot may ask again; 0: it may now."""
        if self.sliding:
            while self._second and self._second[0] <= now - 1:
                self._second.popleft()
            full = len(self._second) >= self.per_second
            return max(0.001, self._second[0] + 1 - now) if full else 0.0
        since, count = self._window
        if math.floor(now) != since:
            self._window = since, count = (math.floor(now), 0)
        return max(0.001, since + 1 - now) if count >= self.per_second else 0.0

    def _pass(self, now: float) -> None:
        self.passed_globally += 1
        if self.sliding:
            self._second.append(now)
        else:
            self._window = (self._window[0], self._window[1] + 1)

    def _note(self, now: float) -> None:
        while self._came and self._came[0] <= now - 1:
            self._came.popleft()
        self._came.append(now)
        self.busiest_second = max(self.busiest_second, len(self._came))
