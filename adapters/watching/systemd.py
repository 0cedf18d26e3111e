"""What systemd wants to hear of a service of ``Type=notify``: that it is ready, that it lives, that it stops.

The protocol is a datagram to a socket that is named in the environment: sd_notify(3),
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import logging
import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import timedelta

log = logging.getLogger(__name__)


class Systemd:
    """Tells systemd, where there is one that listens; else nothing is done."""

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        process: int | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        address = environ.get("NOTIFY_SOCKET", "")
        # A name that begins with @ lies in no file system.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._every = _patience(environ, os.getpid() if process is None else process) / 3
        self._alive_at = float("-inf")

    def ready(self) -> None:
        """What there was to start has started."""
        self._tell("READY=1")

    def alive(self) -> None:
        """To be called on the event loop again and again; systemd hears of it as often as it wants to.

        Nobody else may say this: a loop that stands still would go unnoticed.
        """
        now = self._monotonic()
        if self._every and now - self._alive_at >= self._every.total_seconds():
            self._alive_at = now
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, word: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(word.encode(), self._address)
        except OSError as error:
            log.warning("systemd could not be told %s (%s)", word, error.strerror)


def _patience(environ: Mapping[str, str], process: int) -> timedelta:
    """After how long systemd takes *process* for dead; nothing: it does not care."""
    meant = environ.get("WATCHDOG_PID", "")
    microseconds = environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or (meant and meant != str(process)):
        return timedelta()
    return timedelta(microseconds=int(microseconds))
