"""The disk that the data lie on."""

import asyncio
import os
import shutil


class DataDisk:
    """Implements ``bot.ports.Disk``."""

    def __init__(self, folder: os.PathLike[str]) -> None:
        self._folder = folder
        self._look: asyncio.Future[int | None] | None = None

    async def free(self) -> int | None:
        """Bytes that are left; None if the folder is gone. In a thread: a network disk can take its time. Whoever asks
        while an earlier look hangs waits for that one: a thread each minute would soon be all that there are.
        """
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(asyncio.to_thread(self._free))
        return await asyncio.shield(self._look)

    def _free(self) -> int | None:
        try:
            return shutil.disk_usage(self._folder).free
        except OSError:
            return None
