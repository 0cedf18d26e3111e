"""How fast deliveries that come due at once are entered, with their doorbells, and claimed; and how fast one by one.

    python -m benchmarks.planning --channels 20000

On PostgreSQL everything is what the machines of an installation do; on SQLite there is nobody to ring for.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.crowd import ENGINES, HOUR, Crowd, crowd, opened
from benchmarks.rig import ROOT, surroundings
from bot.model import DeliveryState, Due, Receipt
from bot.planning import enter_due
from bot.ports import Ledger
from storage import Keeper
from storage.planning import OnPlanned, nobody
from tests.clock import VirtualClock

WORKERS = (1, 4)
"""Processes that claim at the same time; each has connections of its own."""
AT_ONCE = 64
"""Deliveries that a worker has in hand."""
ONE_BY_ONE = 500
"""The obvious way is slow, so it is shown fewer."""
CLAIMED = 4_000
"""Of all that were entered."""
LEASE = timedelta(seconds=75)


async def entered(held: Crowd) -> tuple[float, float]:
    """Deliveries entered in a second, all that come due at the hour; and the processor's seconds for all of them."""
    held.clock.move_to(HOUR)
    began, used = time.perf_counter(), time.process_time() + held.servers_seconds()
    count = await enter_due(held.room, HOUR)
    return count / (time.perf_counter() - began), time.process_time() + held.servers_seconds() - used


async def entered_one_by_one(held: Crowd) -> float:
    """The same, each in a transaction of its own."""
    orders = (await held.room.store.subscriptions.all())[:ONE_BY_ONE]
    dues = [
        Due(subscription=one.id, date=HOUR.date() + timedelta(days=1), due_at=HOUR, state=DeliveryState.DUE)
        for one in orders
    ]
    began = time.perf_counter()
    for due in dues:
        await held.room.store.ledger.plan([due])
    return len(dues) / (time.perf_counter() - began)


async def claimed(held: Crowd, numbers: Sequence[int], workers: int) -> float:
    """Deliveries claimed, intended and finished in a second by so many *workers* together."""
    if not held.url:
        return await work(held.room.store.ledger, numbers)
    parts = [numbers[place::workers] for place in range(workers)]
    begun = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.planning", "--work", held.url),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        for _ in parts
    ]
    lines = [json.dumps(list(part)).encode() for part in parts]
    answers = await asyncio.gather(*(one.communicate(line) for one, line in zip(begun, lines, strict=True)))
    return sum(float(told) for told, _ in answers)


async def work(ledger: Ledger, numbers: Sequence[int]) -> float:
    """What a worker does with the ledger for each of *numbers*; how many in a second."""
    queue = list(numbers)

    async def carry() -> None:
        while queue:
            claim = await ledger.claim(queue.pop(0), HOUR, LEASE)
            assert claim
            assert await ledger.intend(claim, 0, f"key-{claim.delivery.id}", HOUR)
            assert await ledger.part_sent(claim, Receipt(part=0, messages=("m",)))
            assert await ledger.finish(claim, DeliveryState.SENT, at=HOUR)

    began = time.perf_counter()
    await asyncio.gather(*(carry() for _ in range(AT_ONCE)))
    return len(numbers) / (time.perf_counter() - began)


async def work_elsewhere(url: str) -> None:
    """As a worker in a process of its own, which is told its numbers."""
    numbers = json.loads(sys.stdin.read())
    store = Keeper(await opened(Path(), url))
    print(await work(store.ledger, numbers))
    await store.close()


async def measure(engine: str, channels: int) -> list[tuple[str, float, float]]:
    """What was done, how many in a second, and how many the obvious way."""
    on_planned: OnPlanned = nobody
    if engine == "PostgreSQL":
        from storage.postgres.doorbell import Doorbell  # noqa: PLC0415 - its driver is loaded only for this

        on_planned = Doorbell(VirtualClock(HOUR)).ring
    async with crowd(engine, channels, days=1, on_planned=on_planned) as held:
        planned, used = await entered(held)
        singly = await entered_one_by_one(held)
        lanes = await held.room.store.ledger.waiting(HOUR)
        numbers = [number for lane in lanes.values() for number in lane][:CLAIMED]
        bells = " with their doorbells" if held.url else ""
        lines = [(f"entered{bells}, {used:.1f} s of the processor", planned, singly)]
        workers = WORKERS if held.url else (1,)
        some = len(numbers) // len(workers)
        for place, count in enumerate(workers):
            rate = await claimed(held, numbers[place * some : (place + 1) * some], count)
            lines.append((f"claimed and finished by {count}", rate, 0.0))
        return lines


async def run(channels: int, engines: Sequence[str], console: Console) -> None:
    """Measure, show."""
    table = Table("deliveries a second", "", "one by one", "faster", box=None)
    for place in range(1, 4):
        table.columns[place].justify = "right"
    for engine in engines:
        for name, ours, theirs in await measure(engine, channels):
            compared = (f"{theirs:,.0f}", f"{ours / theirs:.0f}×") if theirs else ("", "")
            table.add_row(f"{engine}: {name}", f"{ours:,.0f}", *compared)
    console.print(f"{channels:,} channels due at once; {surroundings()}")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure in throw-away databases."""
    parser = argparse.ArgumentParser(description="Times deliveries that come due at once.")
    parser.add_argument("--channels", type=int, default=5_000)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this one")
    parser.add_argument("--work", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.work:
        asyncio.run(work_elsewhere(options.work))
    else:
        asyncio.run(run(options.channels, options.engine or ENGINES, Console()))


if __name__ == "__main__":
    main()
