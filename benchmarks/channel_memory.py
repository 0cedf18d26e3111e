"""What a channel weighs in the memory of a bot: that of a process with many channels, less that of one with none.

    python -m benchmarks.channel_memory --channels 20000

Each process opens a file that another one has filled, and lives through the minutes around the hour at which all
channels are due, so that it has planned all of their editions; it posts none. The last line says what it would hold if
it kept all standing orders in memory.
"""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from benchmarks.crowd import HOUR, crowd, newsroom, opened
from benchmarks.footprint import resident
from benchmarks.idle_minute import minute_of
from benchmarks.rig import ROOT
from storage import Keeper
from tests.clock import VirtualClock

MINUTES = 5
"""Before the hour and after it."""


async def measure(channels: int) -> list[float]:
    """Megabytes after the first minute, at the end, and with all orders read."""
    async with crowd("SQLite", channels, days=1) as held:
        command = [sys.executable, "-m", "benchmarks.channel_memory", "--live", str(held.folder)]
        done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, check=True, capture_output=True)
        return [float(one) for one in done.stdout.split()]


async def live(folder: Path) -> None:
    """Minutes of a bot over the file in *folder*, and what it weighs."""
    store = Keeper(await opened(folder, ""))
    clock = VirtualClock(HOUR - MINUTES * timedelta(minutes=1))
    room = newsroom(store, clock, folder)
    room.carries = False
    minute, weights = minute_of(room), []
    for _ in range(2 * MINUTES):
        await minute()
        weights.append(resident(os.getpid()))
        clock.move_to(clock.now() + timedelta(minutes=1))
    known = await store.subscriptions.all()
    assert await store.ledger.unsettled() == len(known), "all editions are planned"
    print(weights[0], weights[-1], resident(os.getpid()))
    await store.close()


async def run(channels: int, console: Console) -> None:
    """Measure, show."""
    with_none, with_many = await measure(0), await measure(channels)
    first, last, all_ = [(many - none) / channels * 1000 for none, many in zip(with_none, with_many, strict=True)]
    console.print(f"a bot without a channel: {with_none[1]:.0f} MB; with {channels:,}: {with_many[1]:.0f} MB")
    console.print(f"1,000 channels: {first:.2f} MB after a look at all, {last:.2f} MB after all came due at once")
    console.print(f"1,000 channels, their orders kept in memory: {all_:.2f} MB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure in throw-away databases."""
    parser = argparse.ArgumentParser(description="Weighs channels.")
    parser.add_argument("--channels", type=int, default=20_000)
    parser.add_argument("--live", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    asyncio.run(live(options.live) if options.live else run(options.channels, Console()))


if __name__ == "__main__":
    main()
