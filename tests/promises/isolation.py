"""Isolation: how long what is well takes beside what is not. Feeds over real HTTP, workspaces of a local Slack.

When news is there is read from the database file; when a message arrived, from what Slack was asked.
"""

import asyncio
import contextlib
import math
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.clock import SystemClock
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from adapters.workers import ProcessWorkers
from bot.admit import admit
from bot.desk import Desk
from bot.gather import gather
from bot.manuscript import parse
from bot.model import Channel
from tests.fake_feeds import PUBLIC, Internet
from tests.fake_slack import FakeSlack
from tests.newsroom import newsroom, order
from tests.promises.isolation_server import KINDS
from tests.promises.table import Extent, Measured

ROOT = Path(__file__).resolve().parents[2]
_LOOK = 0.02
_STORM = 3600.0
"""Seconds: longer than we look."""

MakePlatform = Callable[[Workspaces], SlackPlatform]


@dataclass(frozen=True, kw_only=True)
class Size:
    honest: int
    hostile: int
    rounds: int
    """With and without the hostile ones, in turns; the middle one of each counts."""
    ratio: float
    """Times as long as alone that the honest ones may take."""
    workspaces: int
    channels: int
    """Of each."""
    later: float = 5.0
    """Seconds that the other workspaces may be later."""
    deadline: timedelta = timedelta(seconds=10)
    """For one feed; a bot gives it up to 30 s."""


FULL = Size(honest=100, hostile=100, rounds=5, ratio=1.1, workspaces=6, channels=40)
SMALL = replace(
    FULL, honest=12, hostile=36, rounds=2, ratio=2.5, workspaces=3, channels=4, later=2, deadline=timedelta(seconds=1.5)
)
"""A test shares its machine with others; where feeds wait for others, it is more than four times as long."""


def measure(extent: Extent, *, knows: bool = True, platform: MakePlatform | None = None) -> Measured:
    """Both parts. To see that they can fail: a bot that has not met its feeds yet does not know (*knows*) which are
    well, and *platform* may hold a workspace up for another.
    """
    size = FULL if extent is Extent.FULL else SMALL
    alone, beside = asyncio.run(_feeds(size, knows=knows))
    is_apart = knows and extent is Extent.FULL
    first_alone, first = asyncio.run(_feeds(size, knows=False)) if is_apart else (alone, beside)
    calm, stormy = asyncio.run(_workspaces(size, platform or _as_it_is))
    met = f" once they are known, × {first / first_alone:.2f} in the very first round" if is_apart else ""
    figures = (
        f"{size.hostile} hostile feeds of {size.honest + size.hostile}: {alone:.2f} s until the news of the others is "
        f"there, {beside:.2f} s beside them, × {beside / alone:.2f}{met}; "
        f"1 of {size.workspaces} workspaces in a storm of 429: the others' last message after {calm:.2f} s, "
        f"{stormy:.2f} s with it"
    )
    broken = []
    if beside > size.ratio * alone:
        broken.append(f"the honest feeds take × {beside / alone:.2f} as long beside hostile ones")
    if stormy > calm + size.later:
        broken.append(f"the other workspaces are {stormy - calm:.1f} s later in a storm")
    return Measured(figures=figures, broken=tuple(broken))


# ------------------------------------------------------------------------------------------------------------ feeds


async def _feeds(size: Size, *, knows: bool) -> tuple[float, float]:
    """How long it takes until the news of all honest feeds is there: without the others, and with them."""
    honest = [f"http://good{number}.test/honest" for number in range(size.honest)]
    hostile = [f"http://bad{number}.test/{KINDS[number % len(KINDS)]}" for number in range(size.hostile)]
    mixed = [*hostile, *honest]
    took: dict[bool, list[float]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder, _server() as port:
        for number in range(2 * (size.rounds if knows else 1)):
            is_beside = bool(number % 2)
            place = Path(folder) / ("beside" if is_beside else "alone")
            place.mkdir(exist_ok=True)
            seconds = await _gathered(place, port, mixed if is_beside else honest, size)
            # The first time, no feed is known.
            if number > 1 or not knows:
                took[is_beside].append(seconds)
    return statistics.median(took[False]), statistics.median(took[True])


async def _gathered(folder: Path, port: int, feeds: list[str], size: Size) -> float:
    """Seconds of one round of gathering until the news of all honest feeds is in the database."""
    internet = Internet(port, elsewhere=PUBLIC)
    workers = ProcessWorkers()
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        reader = HttpFeedReader(http, workers, deadline=size.deadline)
        async with newsroom(folder, {}, channels=0, feeds=tuple(feeds), clock=SystemClock(), reader=reader) as room:
            await workers.run(len, "warm")
            wanted = _articles(folder) + size.honest
            began = time.monotonic()
            gathering = asyncio.create_task(gather(room))
            while _articles(folder) < wanted and not gathering.done():  # noqa: ASYNC110  # nobody tells of what a file holds
                await asyncio.sleep(_LOOK)
            took = time.monotonic() - began
            await gathering
            if _articles(folder) < wanted:
                raise RuntimeError("an honest feed has brought nothing")
    await workers.close()
    return took


def _articles(folder: Path) -> int:
    with contextlib.closing(sqlite3.connect(folder / "daybrief.db")) as db:
        return int(db.execute("SELECT count(*) FROM article WHERE feed LIKE 'http://good%'").fetchone()[0])


@contextlib.contextmanager
def _server() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.promises.isolation_server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(timeout=10)


# ------------------------------------------------------------------------------------------------------- workspaces


def _as_it_is(workspaces: Workspaces) -> SlackPlatform:
    return SlackPlatform(workspaces, Pace(SystemClock()))


async def _workspaces(size: Size, platform: MakePlatform) -> tuple[float, float]:
    """Seconds until the last message of all workspaces but the first: in calm, and with the first in a storm."""
    return await _delivered(size, platform, storms=False), await _delivered(size, platform, storms=True)


async def _delivered(size: Size, platform: MakePlatform, *, storms: bool) -> float:
    teams = [f"T{number}" for number in range(size.workspaces)]
    with tempfile.TemporaryDirectory() as folder:
        async with FakeSlack() as slack:
            for team in teams:
                slack.add_team(team)
                for number in range(size.channels):
                    slack.add_channel(f"C{number}{team}", team=team, name="news")
            clock = SystemClock()
            workspaces = Workspaces(tuple(f"xoxb-{team}" for team in teams), slack.api, timedelta(seconds=15), clock)
            async with newsroom(Path(folder), {"slack": platform(workspaces)}, channels=0, clock=clock) as room:
                await _subscribed(Desk(room), teams, size.channels)
                await admit(room, parse("Norvik opens a lab\n\nIt matters.\nKey Points\n- 1It does.\n", name="n.txt"))
                await workspaces.open()
                if storms:
                    slack.storm(teams[0], _STORM, retry_after=30)
                began = slack.monotonic()
                await Desk(room).rounds.publish()
                took = _last(slack, teams[1:], size.channels) - began
            await workspaces.close()
    return took


async def _subscribed(desk: Desk, teams: list[str], channels: int) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=2)).time().replace(microsecond=0)
    for team in teams:
        for number in range(channels):
            channel = Channel(platform="slack", workspace=team, id=f"C{number}{team}", name=f"news-{number}-{team}")
            await desk.office.subscribe(replace(order(at=at), channel=channel, declared=False))


def _last(slack: FakeSlack, teams: list[str], channels: int) -> float:
    """When the last message came that these workspaces got; never, if one of them got none in this round."""
    posts = [one for one in slack.calls if one.method == "chat.postMessage" and one.team in teams]
    held = sum(len(slack.messages(f"C{number}{team}")) for team in teams for number in range(channels))
    return max(one.at for one in posts) if held == len(teams) * channels else math.inf
