"""A process that takes turns as fast as it gets them: ``python -m tests.turn_takers URL SECONDS CONNECTIONS``."""

import asyncio
import sys
import time
from datetime import timedelta

from bot.ports import Budget
from storage.postgres.place import Place
from storage.postgres.turns import SharedTurns

PER_SECOND = 45
BUDGET = Budget(
    name="discord", spacing=timedelta(seconds=1) / PER_SECOND, slowest=timedelta(seconds=1) / PER_SECOND, most_errors=9
)


async def spend(turns: SharedTurns, seconds: float) -> int:
    """Take turns for *seconds*, and wait for each; how many they were."""
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        turn = await turns.take(BUDGET, longest=timedelta(seconds=0.5))
        count += turn.is_ours
        await asyncio.sleep(turn.wait.total_seconds())
    await turns.close()
    return count


async def main(url: str, seconds: float, connections: int) -> None:
    takers = [spend(SharedTurns(Place(url), within=timedelta(minutes=1)), seconds) for _ in range(connections)]
    print(sum(await asyncio.gather(*takers)))  # noqa: T201 - this is how its parent hears of it


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
