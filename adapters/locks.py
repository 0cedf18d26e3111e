"""One process at a time: an advisory lock on a file, which the system takes back when its holder dies."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.errors import AlreadyRunning

_LOOK_AGAIN = timedelta(milliseconds=100)


class Lock:
    """Held by at most one process on this machine, and by one ``Lock`` within it.

    The file stays when the lock is given back: deleting it could take it from under somebody who has just opened it.
    It holds the process id of its last holder, for people.
    """

    def __init__(self, path: Path, *, doing: str = "") -> None:
        """*doing* says what the holder does, for the one who is refused: ``gathering``; without it, ``delivering``."""
        self._path = path
        self._doing = doing or f"delivering from {path.parent}{os.sep}"
        self._file: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            AlreadyRunning: somebody else holds it.
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(file, 20).decode(errors="replace").strip()
            os.close(file)
            who = f" (process {holder})" if holder.isdecimal() else ""
            raise AlreadyRunning(f"another daybrief{who} is {self._doing}") from None
        except BaseException:
            os.close(file)
            raise
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        self._file = file

    async def wait(self, *, within: timedelta) -> None:
        """Take the lock as soon as it is free.

        Raises:
            AlreadyRunning: it was not free *within* that time.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + within.total_seconds()
        while True:
            try:
                return self.acquire()
            except AlreadyRunning:
                if loop.time() >= end:
                    raise
            await asyncio.sleep(_LOOK_AGAIN.total_seconds())

    @contextlib.asynccontextmanager
    async def held(self, *, within: timedelta) -> AsyncIterator[None]:
        """Hold the lock, taken as by :meth:`wait`."""
        await self.wait(within=within)
        try:
            yield
        finally:
            self.release()

    def is_taken(self) -> bool:
        """Somebody else holds it. To find out it is taken for a moment: whoever wants it had better wait for one."""
        try:
            with self:
                return False
        except AlreadyRunning:
            return True

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
