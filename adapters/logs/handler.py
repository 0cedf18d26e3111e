"""Takes log records off everybody's hands: a thread of its own writes them, and a reader who sleeps holds up nobody."""

import copy
import logging
import os
import queue
import threading
from collections.abc import Callable
from typing import TextIO

MOST = 10_000
"""Lines that wait to be written, at the most; those beyond are dropped and counted."""
LAST_WORDS = 1.0
"""Seconds that closing waits for the lines that are left."""


class Handler(logging.Handler):
    """Writes to *stream*, whatever it is: a terminal, a file, a pipe that is full, one that nobody reads any more."""

    def __init__(self, stream: TextIO, *, most: int = MOST) -> None:
        super().__init__()
        self._write = _writing(stream)
        self._most = most
        # The one queue that may be used in the middle of itself: a signal may come at any point, and be logged.
        self._waiting: queue.SimpleQueue[logging.LogRecord | None] = queue.SimpleQueue()
        self._untold = 0
        self.dropped = 0
        """Lines that were lost since the start."""
        self._thread = threading.Thread(target=self._write_all, name="daybrief-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep *record* for the thread; never waits."""
        kept = copy.copy(record)
        try:
            # Now, because what the arguments are may be something else in a moment.
            kept.msg, kept.args = record.getMessage(), None
        except Exception:  # noqa: BLE001  # a log line that is wrong is no reason for anything else to be
            kept.msg, kept.args = f"{record.msg} (its values do not fit)", None
        if self._waiting.qsize() < self._most:
            self._waiting.put(kept)
        else:
            self._drop()

    def close(self) -> None:
        """Write what is left, if that takes no longer than a moment."""
        self._waiting.put(None)
        self._thread.join(LAST_WORDS)
        super().close()

    def _drop(self) -> None:
        self.dropped += 1
        self._untold += 1

    def _write_all(self) -> None:
        while (record := self._waiting.get()) is not None:
            if self._untold:
                lost, self._untold = self._untold, 0
                self._write_one(_line(f"{lost} log lines were dropped: nobody read them in time"))
            self._write_one(record)

    def _write_one(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception as error:  # noqa: BLE001  # logging's own way would print the record as it is
            text = self.format(_line(f"a log line could not be written ({type(error).__name__})"))
        try:
            self._write(text + "\n")
        except (OSError, ValueError):  # closed: perhaps somebody opens it again, as journald does
            self._drop()


def _line(sentence: str) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING", "msg": sentence}
    )


def _writing(stream: TextIO) -> Callable[[str], None]:
    """What writes a text to *stream*. Past Python's own buffers where it is a file: whoever ended the program while a
    thread waits in one of them would wait as well.
    """
    try:
        number = stream.fileno()
    except (OSError, ValueError):

        def write_text(text: str) -> None:
            stream.write(text)
            stream.flush()

        return write_text

    def write(text: str) -> None:
        left = memoryview(text.encode("utf-8", "backslashreplace"))
        while left:
            left = left[os.write(number, left) :]

    return write
