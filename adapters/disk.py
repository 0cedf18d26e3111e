"""The disk that the data lie on."""

import asyncio
import shutil
from pathlib import Path


class DataDisk:
    """Implements ``bot.ports.Disk``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def free(self) -> int | None:
        """Bytes that are left; None if the folder is gone. In a thread: a network disk can take its time."""
        try:
            usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        except OSError:
            return None
        return usage.free
