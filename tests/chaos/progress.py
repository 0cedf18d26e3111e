"""How far a long run is, for whoever waits for it."""

import sys
import time

_EVERY = 30.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """One line that changes, or on no terminal one every now and then."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, line: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{line}")
        elif time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY
            sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
