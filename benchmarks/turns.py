"""How many turns all machines together get from the database, beside one process that keeps them in its memory.

Four processes with four connections each ask without a pause for turns of one budget whose spacing nobody would notice,
and then for those of a Discord bot, which are to come as evenly as in memory.
"""

import argparse
import asyncio
import contextlib
import multiprocessing
import time
from datetime import timedelta

from rich.console import Console

from adapters.discord.pace import PER_SECOND
from adapters.turns import OwnTurns
from benchmarks.rig import surroundings
from bot.ports import Budget, Turns
from storage.postgres.place import Place
from storage.postgres.turns import SharedTurns
from tests.postgres import database, room

PROCESSES, CONNECTIONS = 4, 4
TO_START = 3.0
"""Seconds until all of them ask."""
_MOMENT = timedelta(microseconds=1)
FREE = Budget(name="free", spacing=_MOMENT, slowest=_MOMENT)
DISCORD = Budget(
    name="discord", spacing=timedelta(seconds=1) / PER_SECOND, slowest=timedelta(seconds=1) / PER_SECOND, most_errors=0
)


async def taken(turns: Turns, budget: Budget, begin: float, end: float) -> int:
    """How many turns are ours and come between two instants of the monotonic clock, which all processes share."""
    count = 0
    await asyncio.sleep(max(0.0, begin - time.monotonic()))
    while time.monotonic() < end:
        turn = await turns.take(budget, longest=timedelta(seconds=1))
        if turn.wait > _MOMENT:
            await asyncio.sleep(turn.wait.total_seconds())
        count += turn.is_ours and time.monotonic() < end
    return count


async def _machine(url: str, budget: Budget, begin: float, end: float) -> int:
    all_turns = [SharedTurns(Place(url), within=timedelta(minutes=1)) for _ in range(CONNECTIONS)]
    for one in all_turns:
        await one.closed(budget)  # it is connected now
    counts = await asyncio.gather(*(taken(one, budget, begin, end) for one in all_turns))
    for one in all_turns:
        await one.close()
    return sum(counts)


def machine(arguments: tuple[str, Budget, float, float]) -> int:
    """What one process gets."""
    return asyncio.run(_machine(*arguments))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    console = Console(highlight=False, soft_wrap=True)
    own, shared = {}, {}
    with contextlib.ExitStack() as stack:
        stack.enter_context(room())
        url = stack.enter_context(database(has_queue=True))
        pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(PROCESSES))
        pool.map(machine, [(url, FREE, 0.0, 0.0)] * PROCESSES)  # every process has loaded what it needs
        for budget in (FREE, DISCORD):
            begin = time.monotonic()
            own[budget.name] = asyncio.run(taken(OwnTurns(), budget, begin, begin + seconds)) / seconds
            begin = time.monotonic() + TO_START
            found = pool.map(machine, [(url, budget, begin, begin + seconds)] * PROCESSES)
            shared[budget.name] = sum(found) / seconds
    console.print(f"{PROCESSES} processes with {CONNECTIONS} connections each; {surroundings()}")
    for name, what in ((FREE.name, "as fast as they come "), (DISCORD.name, f"{PER_SECOND} a second at most  ")):
        console.print(
            f"{what} shared {shared[name]:9,.1f} turns/s, one process alone {own[name]:11,.1f}: "
            f"{shared[name] / own[name]:.3f} ×"
        )


if __name__ == "__main__":
    main()
