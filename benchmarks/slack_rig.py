"""What the measurements on Slack stand on: the local Slack in a process of its own.

The local Slack keeps Slack's limits (240 messages a minute for each workspace, one a second for each channel after a
burst of three) and takes 50 ms for every answer.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.rig import ROOT, Bot, import_stories
from tests.fake_slack import FaultPlan, as_argument

LATENCY = 0.05
"""Seconds that every answer of the local Slack takes."""


class Slack:
    """The local Slack in a process of its own, by its control side."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._session = session
        self._process: subprocess.Popen[bytes] | None = None
        self.address = ""

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        port = self._folder / "port"
        port.unlink(missing_ok=True)
        plan = as_argument(FaultPlan(latency=LATENCY))
        command = [sys.executable, "-m", "tests.fake_slack", str(self._folder / "slack.jsonl"), str(port), plan]
        self._process = subprocess.Popen(command, cwd=ROOT)
        while not port.exists():
            await asyncio.sleep(0.05)
        self.address = f"http://127.0.0.1:{port.read_text()}"

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.kill()
            self._process.wait()

    async def do(self, name: str, **arguments: object) -> Any:  # noqa: ANN401  # whatever the method gives
        """Call a method of the control side."""
        async with self._session.post(f"{self.address}/control/{name}", json=arguments) as answer:
            content = await answer.json()
            assert answer.status == 200, content
            return content["result"]

    async def outcomes(self) -> dict[str, int]:
        """How often ``chat.postMessage`` was answered how."""
        return {how: number for method, how, number in await self.do("counts") if method == "chat.postMessage"}

    async def furnish(self, workspaces: int, channels: int) -> None:
        """Workspaces ``T0`` … with a person each, ``U0`` …; channels ``C0`` … dealt out to them."""
        for team in range(workspaces):
            await self.do("add_team", team=f"T{team}", users=[{"id": f"U{team}"}])
        for number in range(channels):
            team = number % workspaces
            await self.do("add_channel", channel=f"C{number}", team=f"T{team}", members=[f"U{team}"])


@asynccontextmanager
async def local_slack(folder: Path, workspaces: int, channels: int) -> AsyncIterator[Slack]:
    """A furnished local Slack that keeps its messages in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # nothing else waits yet
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        slack = Slack(folder, session)
        await slack.start()
        try:
            await slack.furnish(workspaces, channels)
            yield slack
        finally:
            slack.stop()


def configured(folder: Path, slack: Slack, workspaces: int, channels: int, stories: int) -> dict[str, str]:
    """A configuration in *folder* whose hour has just come, and stored stories; the environment of the bot."""
    hour = datetime.now(UTC) - timedelta(minutes=2)
    head = (
        f'[slack]\napi_url = "{slack.address}/api/"\n[defaults]\ntime = "{hour:%H:%M}"\n'
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    )
    listed = "".join(
        f'[[channels]]\nname = "c{n}"\nplatform = "slack"\nchannel = "C{n}"\nworkspace = "T{n % workspaces}"\n'
        for n in range(channels)
    )
    (folder / "config.toml").write_text(head + listed)
    tokens = ",".join(f"xoxb-T{team}" for team in range(workspaces))
    environment = {**os.environ, "SLACK_BOT_TOKEN": tokens, "SLACK_APP_TOKEN": "xapp-1", "NO_COLOR": "1"}
    import_stories(folder, environment, stories)
    return environment


def refs(folder: Path) -> list[str]:
    """The refs of all stored stories."""
    with closing(sqlite3.connect(folder / "data" / "daybrief.db")) as store:
        return [ref for (ref,) in store.execute("SELECT ref FROM story ORDER BY ref")]


async def posting_begins(slack: Slack, bot: Bot) -> None:
    """Return once the first message has arrived."""
    began = time.monotonic()
    while not (await slack.outcomes()).get("ok"):
        is_over = bot.process.poll() is not None or time.monotonic() - began > 60
        assert not is_over, bot.log.read_text()[-2000:]
        await asyncio.sleep(0.2)
