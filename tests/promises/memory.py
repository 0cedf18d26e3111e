"""Memory: a day of feeds, hostile ones among them, through the real client, reader, workers and store.

The bot lives in a process of its own; what it and all its workers hold is read from the system, by us.
"""

import asyncio
import contextlib
import json
import logging
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from adapters.analyst.extractive import ExtractiveAnalyst
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.workers import ProcessWorkers
from bot.config import read
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.newsroom import Newsroom
from bot.ports import Search
from storage import open_store
from tests.clock import VirtualClock
from tests.promises.board import Board
from tests.promises.hostile_server import KINDS
from tests.promises.table import Extent, Measured

ROOT = Path(__file__).resolve().parents[2]
PEAK = 512
"""MB of all processes together."""
GROWTH = 1.10
_MB = 2**20
_PAGE = os.sysconf("SC_PAGE_SIZE")
_HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """How much is lived through."""

    rounds: int
    """Of gathering, half an hour apart."""
    honest: int
    """Feeds that mean no harm."""
    kinds: tuple[str, ...] = KINDS
    """Those that do."""
    warm: int
    """Rounds after which the bot has what it needs."""
    growth: float = GROWTH
    """How much of what is held in the beginning may be held in the end."""
    keeps: int = 0
    """Bytes that each round leaks; to see that a leak is seen."""


FULL = Day(rounds=96, honest=201, warm=48)
"""The window of news fills for a day; only then must a day leave behind what it found."""
SMALL = Day(rounds=4, honest=5, kinds=("huge", "bomb", "title"), warm=1, growth=1.25)
"""So few rounds that a worker which has just been replaced, or has not, makes a tenth by itself."""


@dataclass(slots=True)
class _Watch:
    """Looks at what a process and its descendants hold, until it is told to stop."""

    process: int
    peak: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def look(self) -> int:
        held = sum(_held(one) for one in _family(self.process))
        self.peak = max(self.peak, held)
        return held

    def run(self) -> None:
        while not self.stopped.wait(0.02):
            self.look()


def measure(extent: Extent, day: Day | None = None) -> Measured:
    """*day* instead of that of *extent*."""
    day = day or (FULL if extent is Extent.FULL else SMALL)
    with _server() as port:
        command = [sys.executable, "-m", "tests.promises.memory", str(port), json.dumps(_as_values(day))]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bot:
            watch = _Watch(bot.pid)
            thread = threading.Thread(target=watch.run)
            thread.start()
            try:
                rounds = _watched(bot, watch)
            finally:
                watch.stopped.set()
                thread.join()
                bot.kill()
    return _judged(day, rounds, watch.peak)


def _watched(bot: "subprocess.Popen[str]", watch: _Watch) -> list[tuple[int, int]]:
    """For each round what it held in the end, and how many feeds were fetched."""
    assert bot.stdin
    assert bot.stdout
    found = []
    for line in bot.stdout:
        found.append((watch.look(), int(line)))
        bot.stdin.write("go on\n")  # it holds still while we look
        bot.stdin.flush()
    return found


def _judged(day: Day, rounds: list[tuple[int, int]], peak: int) -> Measured:
    if len(rounds) != day.rounds:
        return Measured(figures="", broken=(f"only {len(rounds)} of {day.rounds} rounds came to their end",))
    held = [one / _MB for one, _ in rounds]
    fetches = sum(count for _, count in rounds)
    several = max(1, (len(held) - day.warm) // 4)
    before, after = statistics.median(held[day.warm : day.warm + several]), statistics.median(held[-several:])
    broken = []
    if after > before * day.growth:
        broken.append(f"it grew from {before:.0f} to {after:.0f} MB")
    if peak / _MB > PEAK:
        broken.append(f"it held {peak / _MB:.0f} MB at once")
    figures = (
        f"{(day.rounds - day.warm) / 2:g} simulated hours after {day.warm / 2:g} in which the window of news has "
        f"filled, {fetches:,} fetches, {len(day.kinds) * day.rounds} of them hostile (100 "
        f"MB, gzip bombs, entities, nesting …): {before:.0f} MB then, {after:.0f} MB at the end "
        f"({after / before - 1:+.0%}), {peak / _MB:.0f} MB at the most, all workers included"
    )
    return Measured(figures=figures, broken=tuple(broken))


@contextlib.contextmanager
def _server() -> Iterator[int]:
    """The port of a server of hostile feeds."""
    command = [sys.executable, "-m", "tests.promises.hostile_server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.kill()


def _family(process: int) -> list[int]:
    """*process* and all that come from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                parent = int((entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
                children.setdefault(parent, []).append(int(entry.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def _held(process: int) -> int:
    """Bytes in memory; of those that it shares with others only its part, so that all of a family are counted once.

    Source: https://docs.kernel.org/filesystems/proc.html, *smaps_rollup*. A system without it counts them for each.
    """
    of = Path(f"/proc/{process}")
    with contextlib.suppress(OSError):
        found = re.search(r"^Pss:\s+(\d+) kB", (of / "smaps_rollup").read_text(encoding="utf-8"), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    try:
        return int((of / "statm").read_text(encoding="utf-8").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


# ------------------------------------------------------------------------------------------------ in the process


class _Clock(VirtualClock):
    """Half an hour passes at once, but nobody's patience ends before what workers really take their time for."""

    async def wait(self, duration: timedelta) -> None:
        await asyncio.sleep(duration.total_seconds())


async def _live(port: int, day: Day) -> None:
    clock, workers, leak = _Clock(), ProcessWorkers(), []
    feeds = [*day.kinds, *(f"honest{number}" for number in range(day.honest))]
    text = "".join(f'[[feeds]]\nurl = "http://127.0.0.1:{port}/{name}"\nname = "{name}"\n' for name in feeds)
    text += '[[channels]]\nname = "c"\nplatform = "terminal"\n[fetch]\nallow_hosts = ["127.0.0.1"]\n'
    with tempfile.TemporaryDirectory() as folder:
        config = read(text, folder=Path(folder), environ={})
        store = await open_store(Path(folder) / "daybrief.db")
        async with Http(allow_hosts=config.fetch.allow_hosts) as http:
            room = Newsroom(
                config=config,
                store=store,
                clock=clock,
                workers=workers,
                reader=HttpFeedReader(http, workers),
                analyst=ExtractiveAnalyst(workers),
                platforms={"terminal": Board()},
            )
            desk = Desk(room)
            await desk.shift.open()
            for _ in range(day.rounds):
                report = await desk.rounds.gather()
                with contextlib.suppress(DaybriefError):
                    await desk.rounds.publish()
                await desk.stories.search(Search(words="norvik planner"))
                leak.append(b"x" * day.keeps)
                clock.move_to(clock.now() + _HALF_AN_HOUR)
                sys.stdout.write(f"{len(report.outcomes)}\n")
                sys.stdout.flush()
                await asyncio.to_thread(sys.stdin.readline)
        await store.close()
        await workers.close()


def _as_values(day: Day) -> dict[str, object]:
    return {"rounds": day.rounds, "honest": day.honest, "kinds": day.kinds, "warm": day.warm, "keeps": day.keeps}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    values = json.loads(sys.argv[2])
    asyncio.run(_live(int(sys.argv[1]), Day(**{**values, "kinds": tuple(values["kinds"])})))
