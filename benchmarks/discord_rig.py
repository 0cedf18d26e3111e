"""What the measurements on Discord stand on: the local Discord, and a bot that is pointed at it.

The local Discord keeps Discord's limits: 50 requests in any second, five messages in five seconds for each channel, and
a ban for 10,000 invalid requests in ten minutes. Every channel is in a server of its own.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.rig import ROOT
from tests.fake_discord import TOKEN, FaultPlan, as_argument

LATENCY = 0.08
"""Seconds that every answer takes: about a round trip over the Atlantic."""
_AT_ONCE = 50
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Discord:
    """The local Discord in a process of its own, by its control side."""

    def __init__(self, folder: Path, session: aiohttp.ClientSession) -> None:
        self._folder = folder
        self._session = session
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""

    @property
    def api(self) -> str:
        """Where REST is."""
        return f"{self._address}/api/v10"

    @property
    def gateway(self) -> str:
        """Where the gateway is."""
        return f"{self._address.replace('http', 'ws', 1)}/gw"

    async def start(self) -> None:
        """Start it, and wait until it listens."""
        port = self._folder / "port"
        plan = as_argument(FaultPlan(latency=LATENCY))
        command = [sys.executable, "-m", "tests.fake_discord", str(self._folder / "discord.jsonl"), str(port), plan]
        self._process = subprocess.Popen(command, cwd=ROOT)
        while not port.exists():
            assert self._process.poll() is None, "the local Discord has ended"
            await asyncio.sleep(0.05)
        self._address = f"http://127.0.0.1:{port.read_text()}"
        await self.do("configure", sliding=True)

    def stop(self) -> None:
        """End it."""
        if self._process:
            self._process.kill()
            self._process.wait()

    async def do(self, name: str, **arguments: object) -> Any:  # noqa: ANN401  # whatever the method gives
        """Call a method of the control side."""
        async with self._session.post(f"{self._address}/control/{name}", json=arguments) as answer:
            content = await answer.json()
            assert answer.status == 200, content
            return content["result"]

    async def delivered(self) -> int:
        """How many messages have arrived."""
        return int((await self.do("status"))["posted"])

    async def refused(self) -> int:
        """How many requests of any kind were answered with 429."""
        counts = await self.do("counts")
        return sum(number for _, outcome, number in counts if outcome.startswith("429/"))

    async def furnish(self, channels: int) -> None:
        """A server for each of so many *channels*."""
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(number: int) -> None:
            async with places:
                await self.do("add_guild", guild=guild_id(number))
                await self.do("add_channel", channel=channel_id(number), guild=guild_id(number))

        await asyncio.gather(*(one(number) for number in range(channels)))


def guild_id(number: int) -> str:
    """The server of a channel."""
    return str(100_000_000_000_000_000 + number)


def channel_id(number: int) -> str:
    """A channel."""
    return str(200_000_000_000_000_000 + number)


@asynccontextmanager
async def local_discord(folder: Path, channels: int) -> AsyncIterator[Discord]:
    """A furnished local Discord that keeps its messages in *folder*."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # nothing else waits yet
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        discord = Discord(folder, session)
        try:
            await discord.start()
            await discord.furnish(channels)
            yield discord
        finally:
            discord.stop()


def configured(folder: Path, api: str, gateway: str, channels: int, hour: datetime) -> dict[str, str]:
    """A configuration in *folder* with so many *channels*, all due at *hour* in UTC; the environment of the bot."""
    head = (
        f'[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n[storage]\nkeep = "3650d"\n'
        f'[defaults]\ntime = "{hour:%H:%M}"\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    )
    listed = "".join(
        f'[[channels]]\nname = "c{n}"\nplatform = "discord"\nchannel = "{channel_id(n)}"\nworkspace = "{guild_id(n)}"\n'
        for n in range(channels)
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(head + listed)
    without = {name: value for name, value in os.environ.items() if name.upper() not in PROXIES}
    return {**without, "DISCORD_TOKEN": TOKEN, "NO_COLOR": "1"}
