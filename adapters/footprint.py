"""What a process holds of memory, and giving back what it does not use. On Linux only; elsewhere nothing is known."""

import contextlib
import os
from pathlib import Path

MODULES = 96 * 2**20
"""Bytes that a worker may hold when its first job is over, which has brought the modules that it needs."""
LITTER = 8 * 2**20
"""Bytes by which a process may grow before it looks for what it can give back."""


class Footprint:
    """What this process holds, kept small between one job and the next."""

    def __init__(self) -> None:
        self._least = 0

    def shrink(self) -> None:
        """Give back what is free, if there may be much of it."""
        if resident() > self._least + LITTER:
            _give_back()
            self._least = resident()


def resident(process: int | None = None) -> int:
    """Bytes of memory that *process* uses, None: this one; 0 where the system does not say."""
    return _pages(process, 1)


def reserved() -> int:
    """Bytes that this process has reserved; 0 where the system does not say."""
    return _pages(None, 0)


def _give_back() -> None:
    """Let the system have the memory that is free between what is in use: glibc keeps it, a hundred megabytes after
    thousands of articles. Other systems know no ``malloc_trim``, and some forbid what ctypes does when it is loaded.
    """
    with contextlib.suppress(ImportError, MemoryError, OSError, AttributeError, TypeError):
        import ctypes  # noqa: PLC0415 - the bot itself does not need it

        ctypes.CDLL(None).malloc_trim(0)


def _pages(process: int | None, column: int) -> int:
    """Bytes that a *column* of a process's ``statm`` counts in pages; 0 where there is no such file."""
    try:
        statm = Path(f"/proc/{process or 'self'}/statm").read_text(encoding="ascii")
        pages = int(statm.split()[column])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
