"""Opens the log of a running bot, and closes it."""

import logging
import sys
import threading
from types import TracebackType
from typing import Self, TextIO

from adapters.logs.handler import Handler
from adapters.logs.lines import formatter
from bot.redact import Redactor

log = logging.getLogger(__name__)

OURS = ("adapters", "bot", "storage")
CHATTY = {
    "apscheduler": logging.WARNING,
    "asyncio": logging.WARNING,
    "discord": logging.ERROR,
    "httpx": logging.WARNING,
    "slack_bolt": logging.ERROR,
    "slack_sdk": logging.ERROR,
}
"""What the libraries say is for developers; what an operator can act on, we say ourselves."""
SILENCED = ("adapters.slack.bolt", "adapters.slack.connection.sdk", "discord.client", "discord.gateway")
"""Whom adapters keep quiet beyond that, unless they are to be heard."""


class Log:
    """An open log; closed at the end of the block. There is one for a process.

    Args:
        redactor: what must not be shown; it may learn more while the log is open.
        level: from which on we are heard: ``debug`` … ``error``.
        as_json: lines for programs; else for people.
        libraries: others are heard at that level too, in full; for whoever looks for a fault.
        stream: where it goes.
        run_id: tells this run of the program from others.
    """

    def __init__(
        self,
        redactor: Redactor,
        *,
        level: str,
        as_json: bool,
        libraries: bool = False,
        stream: TextIO,
        run_id: str,
    ) -> None:
        self._handler = Handler(stream)
        self._handler.setFormatter(formatter(as_json=as_json, redactor=redactor, run_id=run_id))
        number = logging.getLevelNamesMapping()[level.upper()]
        quietest = number if libraries else max(number, logging.INFO)
        logging.basicConfig(force=True, level=quietest, handlers=[self._handler])
        for name in OURS:
            logging.getLogger(name).setLevel(number)
        for name, quiet in CHATTY.items():
            logging.getLogger(name).setLevel(number if libraries else quiet)
        if libraries:
            for name in SILENCED:
                logging.getLogger(name).setLevel(number)
        logging.captureWarnings(capture=True)
        # What nobody caught would be printed as it is, with whatever is in it.
        threading.excepthook = _uncaught_in_thread
        sys.unraisablehook = _unraisable

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        threading.excepthook, sys.unraisablehook = threading.__excepthook__, sys.__unraisablehook__
        logging.captureWarnings(capture=False)
        logging.getLogger().removeHandler(self._handler)
        self.close()

    def close(self) -> None:
        """Write what is left, if anybody reads it."""
        self._handler.close()

    @property
    def dropped(self) -> int:
        """Lines that were lost, because nobody read them in time."""
        return self._handler.dropped


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        log.error("a thread ended in a way that was not foreseen", exc_info=found.exc_value)


def _unraisable(found: "sys.UnraisableHookArgs") -> None:
    log.error("something failed where nobody could be told", exc_info=found.exc_value)
