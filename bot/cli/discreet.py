"""What a command prints on standard error, without secrets: its log, and the traces of what nobody foresaw."""

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from types import TracebackType

from bot.redact import Redactor


class Discreet(logging.Formatter):
    """The sentence alone, cleaned."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """With its trace below it, if there is one."""
        return self._redactor.clean(super().format(record))


def be_discreet(redactor: Redactor) -> None:
    """From now on this process says nothing on standard error that *redactor* would not let pass."""
    logging.basicConfig(level=logging.WARNING)
    for handler in logging.getLogger().handlers:
        if type(handler) is logging.StreamHandler:
            handler.setFormatter(Discreet(redactor))

    def uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        print(redactor.clean("".join(traceback.format_exception(kind, error, trace))), file=sys.stderr, end="")  # noqa: T201

    sys.excepthook = uncaught


@contextlib.contextmanager
def without_log(name: str) -> Iterator[None]:
    """Let the loggers under *name* say nothing: what they would say, the command says itself."""
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)
