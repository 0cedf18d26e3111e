"""How full the disk is, also where it does not answer."""

import asyncio
import threading
from pathlib import Path

from adapters.disk import DataDisk


class Unplugged:
    """A folder on a network disk: nobody who looks hears anything until it is back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.looks = 0
        self.is_back = threading.Event()

    def __fspath__(self) -> str:
        self.looks += 1
        self.is_back.wait(20)
        return str(self.folder)


async def test_a_disk_that_hangs_holds_one_thread_however_often_it_is_looked_at(tmp_path: Path) -> None:
    folder = Unplugged(tmp_path)
    disk = DataDisk(folder)
    for _ in range(5):
        _, waiting = await asyncio.wait({asyncio.ensure_future(disk.free())}, timeout=0.02)
        for one in waiting:
            one.cancel()
    assert folder.looks == 1

    folder.is_back.set()
    assert await disk.free()
    assert await disk.free()


async def test_of_a_folder_that_is_gone_nobody_knows_how_much_is_left(tmp_path: Path) -> None:
    assert await DataDisk(tmp_path / "gone").free() is None
