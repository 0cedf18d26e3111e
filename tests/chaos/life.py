"""One life of the bot: when it ends, and how it may."""

import signal
import threading
import time
from collections.abc import Callable

from tests.chaos.endings import Ending

_BORN_AT_LAST = 60.0
"""Seconds after which it is not waited any longer for the first call of a bot."""
_OF_ANOTHER = 0.5
"""Seconds of a life in which the platform may still answer what an earlier one has asked."""


class Life:
    """One life of the bot, as it is seen from the platform's side. ``on_arrival`` and ``on_answer`` may be
    called from any thread."""

    def __init__(self, end: Ending, tell: Callable[[], object]) -> None:
        self._end = end
        self._tell = tell
        self._left = end.count
        self._began = time.monotonic()
        self._born_at: float | None = None
        self._lock = threading.Lock()
        self.is_silent = False
        """The platform has fallen silent in the middle of what this life was to end at."""
        self.told = threading.Event()
        """It has been killed, or told to end."""

    @property
    def age(self) -> float:
        """Seconds since its first call, or 0."""
        since = self._began if self._end.is_unborn else self._born_at
        return 0.0 if since is None else time.monotonic() - since

    def goes_on(self) -> bool:
        """Whether its time has not come yet."""
        is_late = time.monotonic() - self._began > _BORN_AT_LAST and self._born_at is None
        return not self.told.is_set() and self.age < self._end.after and not is_late

    def on_arrival(self, kind: str) -> bool:
        """The platform is being called; whether it falls silent with that."""
        if self._end.is_silent and kind == self._end.at and time.monotonic() - self._began >= _OF_ANOTHER:
            self._left -= 1
            self.is_silent = self.is_silent or self._left == 0
        return self.is_silent

    def on_answer(self, kind: str) -> None:
        """The platform has been called, and has decided: perhaps to say nothing any more."""
        now = time.monotonic()
        if now - self._began < _OF_ANOTHER:
            return
        self._born_at = self._born_at or now
        if self.is_silent:
            self.tell()
        elif kind == self._end.at and not self._end.is_silent:
            self._left -= 1
            if self._left == 0:
                self.tell()

    def tell(self) -> None:
        """At this very moment; once."""
        with self._lock:
            if not self.told.is_set():
                self._tell()
                self.told.set()


def good_codes(said: str, *, is_told_twice: bool) -> set[int]:
    """How a life may end that was told to, after all that it *said*."""
    good = {0}
    if is_told_twice:
        good |= {128 + signal.SIGTERM, -signal.SIGTERM}  # at once; while Python itself ends, nobody listens any more
    if "Daybrief is running" not in said:
        good.add(-signal.SIGTERM)  # before it listens
    return good
