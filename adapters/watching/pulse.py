"""The pulse of the event loop: how late it is, felt on the loop itself, and a trace where it stands still."""

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from datetime import timedelta

log = logging.getLogger(__name__)

EVERY = timedelta(milliseconds=500)
STUCK = timedelta(seconds=1)
"""A loop that is later than this is told of, with what keeps it."""
REMEMBERED = timedelta(seconds=30)
"""For how long a late beat counts."""


class Pulse:
    """Beats on the running loop, from :meth:`start` to :meth:`stop`.

    Args:
        felt: is told by how much each beat was late, in seconds; on the loop.
        every: between two beats.
        stuck: how late is worth a line.
    """

    def __init__(self, felt: Callable[[float], object], *, every: timedelta = EVERY, stuck: timedelta = STUCK) -> None:
        self._felt = felt
        self._every = every.total_seconds()
        self._stuck = stuck.total_seconds()
        self._late: deque[tuple[float, float]] = deque()
        """When beats were late, and by how much, as far back as that counts."""
        self._due = 0.0
        self._next: asyncio.TimerHandle | None = None
        self._is_over = threading.Event()
        self._loop_thread = 0

    def start(self) -> None:
        """Begin to beat."""
        self._loop_thread = threading.get_ident()
        self._again(time.monotonic())
        threading.Thread(target=self._look_on, name="daybrief-pulse", daemon=True).start()

    def stop(self) -> None:
        """Beat no more."""
        self._is_over.set()
        if self._next:
            self._next.cancel()

    @property
    def worst(self) -> timedelta:
        """The latest beat of the last half minute."""
        self._forget(time.monotonic())
        return timedelta(seconds=max((late for _, late in self._late), default=0.0))

    def _again(self, now: float) -> None:
        self._due = now + self._every
        self._next = asyncio.get_running_loop().call_later(self._every, self._beat)

    def _beat(self) -> None:
        now = time.monotonic()
        late = max(0.0, now - self._due)
        self._forget(now)
        self._late.append((now, late))
        self._again(now)
        self._felt(late)

    def _forget(self, now: float) -> None:
        while self._late and now - self._late[0][0] > REMEMBERED.total_seconds():
            self._late.popleft()

    def _look_on(self) -> None:
        """On a thread: tell once of each time that the loop stands still, while it does."""
        told_of = 0.0
        while not self._is_over.wait(self._every):
            due = self._due
            if due == told_of or time.monotonic() - due < self._stuck:
                continue
            told_of = due
            frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001  # public, whatever it is called
            where = "".join(traceback.format_stack(frame)) if frame else "nobody knows where"
            log.warning("the event loop has stood still for %.1f s, in\n%s", time.monotonic() - due, where)
