"""A local platform in a process of its own, furnished and asked over its control side."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests import fake_discord, fake_slack
from tests.chaos.bot import ROOT

LATENCY = 0.05
"""Seconds that every answer takes."""
_AT_ONCE = 500
"""Things that are furnished in one call."""


class Local:
    """``slack`` or ``discord``."""

    def __init__(self, name: str, folder: Path, session: aiohttp.ClientSession) -> None:
        self.name = name
        self._folder = folder
        self._session = session
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        port = self._folder / f"{self.name}.port"
        if self.name == "slack":
            plan = fake_slack.as_argument(fake_slack.FaultPlan(latency=LATENCY))
        else:
            plan = fake_discord.as_argument(fake_discord.FaultPlan(latency=LATENCY))
        store = self._folder / f"{self.name}.jsonl"
        command = [sys.executable, "-m", f"tests.fake_{self.name}", str(store), str(port), plan]
        self._process = subprocess.Popen(command, cwd=ROOT)  # noqa: ASYNC220  # nothing else waits yet
        while not port.exists():
            assert self._process.poll() is None, f"the local {self.name} has ended"
            await asyncio.sleep(0.05)
        self.url = f"http://127.0.0.1:{port.read_text()}"

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.kill()
            self._process.wait()

    async def do(self, method: str, **arguments: object) -> Any:  # noqa: ANN401  # whatever the method gives
        """Call a method of the control side."""
        async with self._session.post(f"{self.url}/control/{method}", json=arguments) as answer:
            content = await answer.json()
            assert answer.status == 200, content
            return content["result"]

    async def do_each(self, method: str, each: Sequence[dict[str, object]]) -> None:
        """Call it with every one of these arguments, in few requests."""
        for first in range(0, len(each), _AT_ONCE):
            await self.do("each", of=method, arguments=each[first : first + _AT_ONCE])


@asynccontextmanager
async def local_platforms(folder: Path, *names: str) -> AsyncIterator[list[Local]]:
    """Local platforms that keep their messages in *folder*."""
    timeout = aiohttp.ClientTimeout(total=120)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        made = [Local(name, folder, session) for name in names]
        try:
            for one in made:
                await one.start()
            yield made
        finally:
            for one in made:
                one.stop()
