"""What a minute costs in which nothing is due, with many channels, and what it would cost to look at all of them.

    python -m benchmarks.idle_minute --channels 50000

It is the processor's time, of our process and of the server: other programs on the machine hardly change it.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.crowd import ENGINES, HOUR, Crowd, counted, crowd
from benchmarks.rig import surroundings
from bot.desk import Desk
from bot.newsroom import Newsroom
from bot.orders import open_dates
from bot.rings import rings

DAYS = 7
"""For which all channels have had their editions."""
MINUTES = 5
_MINUTE = timedelta(minutes=1)


async def measure(engine: str, channels: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of the first minute, of some idle ones, and of looking at all, once for each: ours, the server's."""
    async with crowd(engine, channels, days=DAYS) as held:
        held.clock.move_to(HOUR - 2 * 60 * _MINUTE)
        minute = minute_of(held.room)
        first = await _timed(held, minute)
        await held.database.write(counted)
        idle = []
        for _ in range(MINUTES):
            held.clock.move_to(held.clock.now() + _MINUTE)
            idle.append(await _timed(held, minute))
        all_ = [await _timed(held, lambda: _look_at_all(held.room)) for _ in range(2)]
    return first, [median(each) for each in zip(*idle, strict=True)], [min(each) for each in zip(*all_, strict=True)]


def minute_of(room: Newsroom) -> Callable[[], Awaitable[None]]:
    """All that the alarm rings for each minute."""

    async def nothing() -> None:
        """No platform to settle with, no feed to gather from."""

    every = rings(Desk(room), timedelta(hours=1), settle=nothing, gather=nothing)

    async def pass_() -> None:
        for one in every:
            if one.every <= _MINUTE:
                await one.action()

    return pass_


async def _look_at_all(room: Newsroom) -> None:
    """The obvious way to find out what is due."""
    await open_dates(room, await room.store.subscriptions.all(), room.clock.now())


async def _timed(held: Crowd, action: Callable[[], Awaitable[None]]) -> list[float]:
    """Milliseconds of the processor, ours and the server's."""
    ours, theirs = time.process_time(), held.servers_seconds()
    await action()
    return [(time.process_time() - ours) * 1000, (held.servers_seconds() - theirs) * 1000]


async def run(channels: int, engines: Sequence[str], console: Console) -> None:
    """Measure, show."""
    table = Table("", "idle minute", "its first", "looking at all", "more", box=None)
    for place in range(1, 5):
        table.columns[place].justify = "right"
    for engine in engines:
        first, idle, all_ = await measure(engine, channels)
        shown = [f"{sum(each):,.0f} ms" for each in (idle, first, all_)]
        if engine == "PostgreSQL":
            shown[0] += f" (server {idle[1]:.0f})"
        table.add_row(engine, *shown, f"{sum(all_) / sum(idle):.0f}×")
    console.print(f"processor's time with {channels:,} channels; {surroundings()}")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure in throw-away databases."""
    parser = argparse.ArgumentParser(description="Times minutes in which nothing is due.")
    parser.add_argument("--channels", type=int, default=50_000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one")
    options = parser.parse_args(arguments)
    asyncio.run(run(options.channels, options.engine or ENGINES, Console()))


if __name__ == "__main__":
    main()
