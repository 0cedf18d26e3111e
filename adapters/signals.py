"""What the system tells a running bot: signals. Told to stop it is gone within ten seconds; told twice, at once."""

import asyncio
import faulthandler
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import IO

log = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=9.3)
"""After being told to stop, whatever still hangs is left behind: it is to be gone within ten seconds."""
_LAST = timedelta(seconds=0.5)
"""After that not even Python is trusted to end itself."""


def on_signal(number: signal.Signals, act: Callable[[], object]) -> None:
    """Have the running loop call *act* whenever the signal comes, however busy it is.

    asyncio alone reads signals from a pipe that also takes every wake-up by another thread; a few hundred of those fill
    it, as in the rush of a morning, and a signal that comes then is lost.
    """
    loop = asyncio.get_running_loop()
    _wake_on(loop, number)
    signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))


def _wake_on(loop: asyncio.AbstractEventLoop, number: signal.Signals) -> None:
    loop.add_signal_handler(number, lambda: None)  # so that the signal wakes the loop
    signal.set_wakeup_fd(signal.set_wakeup_fd(-1), warn_on_full_buffer=False)


class Leaving:
    """How the program ends once SIGTERM or SIGINT has come, and which of them has.

    It may leave at any instant: what is under way is in the ledger, and is finished or found out after the next start.

    Args:
        last_words: has written what was logged when it returns, or a moment later.
        overdue: after how long it leaves without whatever still hangs.
        leave: ends the process with an exit code; for tests.
    """

    def __init__(
        self,
        last_words: Callable[[], object] = lambda: None,
        *,
        overdue: timedelta = OVERDUE,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._last_words = last_words
        self._overdue = overdue
        self._leave = leave
        self._told_at = 0.0
        self._timer: threading.Timer | None = None
        self._nowhere: IO[str] | None = None
        self.told: signal.Signals | None = None
        """The signal; None: none has come."""

    def listen(self, stop: Callable[[], object]) -> None:
        """Have the running loop call *stop* when a signal comes for the first time."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            _wake_on(loop, number)
            signal.signal(number, lambda came, _: self._hear(signal.Signals(came), loop, stop))

    def after(self) -> float:
        """Seconds since the signal."""
        return time.monotonic() - self._told_at

    def left(self) -> None:
        """All has ended as it should: the program may end by itself now, and is watched no more."""
        if self._timer:
            self._timer.cancel()
            faulthandler.cancel_dump_traceback_later()
        if self._nowhere:
            self._nowhere.close()

    def _hear(self, number: signal.Signals, loop: asyncio.AbstractEventLoop, stop: Callable[[], object]) -> None:
        if self.told:
            log.warning(
                "left at once, told by a second %s; what was under way is taken up at the next start", number.name
            )
            self._end(128 + number)
            return
        self.told, self._told_at = number, time.monotonic()
        self._timer = threading.Timer(self._overdue.total_seconds(), self._give_up)
        self._timer.daemon = True
        self._timer.start()
        # The timer needs Python, which hangs with whatever holds its lock; this does not. Its own report of where
        # everybody was would go to standard error, which may be what hangs.
        self._nowhere = Path(os.devnull).open("w", encoding="ascii")  # noqa: SIM115  # open until it has left
        faulthandler.dump_traceback_later((self._overdue + _LAST).total_seconds(), exit=True, file=self._nowhere)
        loop.call_soon_threadsafe(stop)

    def _give_up(self) -> None:
        log.error(
            "left with something hanging, %.1f s after it was told to stop; what was under way is taken up at the next "
            "start",
            self.after(),
        )
        self._end(1)

    def _end(self, code: int) -> None:
        self._last_words()
        self._leave(code)
