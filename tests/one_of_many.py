"""A worker in a process of its own, for tests that kill it: real ledger, queue and courier; a given platform and time.

``python -m tests.one_of_many URL ADDRESS FOLDER CHANNELS``: the database, the fake platform's server, and the folder
with the file ``time``. It says *ready*, then ``+`` for each doorbell that it hears and ``-`` when that is answered.
"""

import asyncio
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.desk import Desk
from storage.postgres.hearing import Porter
from storage.postgres.many import open_for_many
from tests.clock import TUESDAY
from tests.fake_platform.posting import FakePlatform
from tests.newsroom import impatient, newsroom

REQUEST = timedelta(seconds=30)
"""How long a post may take, on a machine with much else to do."""


class SharedTime:
    """Implements ``bot.ports.Clock`` for several processes: the time is in a file, and goes on when that is written."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "time"

    def now(self) -> datetime:
        return TUESDAY + self.elapsed()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=float(self._file.read_text(encoding="utf-8")))

    def pass_on(self, duration: timedelta) -> None:
        later = self.elapsed() + duration
        written = self._file.with_name("time.new")
        written.write_text(str(later.total_seconds()), encoding="utf-8")
        written.replace(self._file)

    async def wait(self, duration: timedelta) -> None:
        await asyncio.sleep(0)


async def work(url: str, address: str, folder: Path, channels: int) -> None:
    clock, platform = SharedTime(folder), FakePlatform(address)
    many = await open_for_many(url, clock)

    async def opened() -> object:
        return many.store

    async with newsroom(folder, {"terminal": platform}, channels=channels, clock=clock, opened=opened) as room:  # type: ignore[arg-type] # a keeper is a store
        impatient(room, REQUEST)
        desk, told = Desk(room), asyncio.Event()

        async def answer(number: int, rung_at: datetime) -> bool:
            print("+", flush=True)  # noqa: T201 - this is how its parent hears of it
            is_done = await desk.rounds.hear(number, rung_at)
            print("-", flush=True)  # noqa: T201 - as above
            return is_done

        porter = Porter(url, answer, clock, platforms=room.platforms, drain=timedelta(seconds=6))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        porter.start()
        print("ready", flush=True)  # noqa: T201 - as above
        await told.wait()
        desk.shift.stop()
        await porter.stop()
        await many.turns.close()
        await platform.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])))
