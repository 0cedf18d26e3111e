"""What the idle bot weighs while it is in 2,000 servers, beside discord.py's client as it comes.

The servers have 20 channels, 15 roles and 20 emojis each. The bot is the whole ``daybrief run``; beside it, discord.py
alone with its default intents and caches. Both are weighed once the gateway has told them of every server.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from benchmarks.discord_rig import configured, guild_id
from benchmarks.rig import ROOT, processor_seconds, running_bot, surroundings
from tests.fake_discord import FakeDiscord

AIM = 90
"""Mebibytes that the whole bot may take."""
CHANNELS, ROLES, EMOJIS = 20, 15, 20
"""In each server."""
_QUIET = 0.02
"""Of a core: whoever uses less is idle."""
_FEWEST_LOOKS = 5


async def weigh(folder: Path, guilds: int) -> tuple[float, float, float]:
    """Resident mebibytes of the bot with one server and with all, and of discord.py's client with all."""
    async with FakeDiscord() as there:
        small = await _of_bot(folder / "small", there)
        for number in range(guilds):
            furnish(there, guild_id(number))
        bot = await _of_bot(folder / "bot", there)
        return small, bot, await _of_client(there)


def furnish(there: FakeDiscord, guild: str) -> None:
    """A server as many are."""
    made = there.add_guild(guild)
    made.emojis = EMOJIS
    for number in range(CHANNELS):
        there.add_channel(guild=guild, name=f"channel-{number}")
    for number in range(ROLES):
        there.add_role(guild, name=f"role-{number}")


async def _of_bot(folder: Path, there: FakeDiscord) -> float:
    environment = configured(folder, there.api, there.gateway_url, 0, datetime.now(UTC) + timedelta(hours=2))
    async with running_bot(folder, environment) as bot:
        await there.gateway.connected(timeout=60)
        await _told(there)
        await _idle(bot.process)
        return resident(bot.process.pid)


async def _of_client(there: FakeDiscord) -> float:
    command = [sys.executable, "-m", "benchmarks.discord_default", there.api, there.gateway_url]
    client = subprocess.Popen(command, cwd=ROOT)
    try:
        await there.gateway.connected(timeout=60)
        await _told(there)
        await _idle(client)
        return resident(client.pid)
    finally:
        client.kill()
        client.wait()


async def _told(there: FakeDiscord) -> None:
    """Wait until the gateway has sent everything."""
    while any(not connection.waiting.empty() for connection in there.gateway.connections):
        await asyncio.sleep(0.1)


async def _idle(process: subprocess.Popen[bytes]) -> None:
    """Wait until *process* has had nothing to do for a while: it has read what was sent, and has settled."""
    quiet = 0
    while quiet < _FEWEST_LOOKS:
        used, began = processor_seconds(process.pid), time.monotonic()
        await asyncio.sleep(1)
        assert process.poll() is None, "it has ended"
        share = (processor_seconds(process.pid) - used) / (time.monotonic() - began)
        quiet = quiet + 1 if share < _QUIET else 0


def resident(pid: int) -> float:
    """Mebibytes of a process that are in memory."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guilds", type=int, default=2_000)
    arguments = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    if not Path("/proc/self/status").exists():
        console.print("this system does not say how much memory a process takes")
        return
    with console.status("weighing …"), tempfile.TemporaryDirectory(prefix="daybrief-idle-") as name:
        small, bot, client = asyncio.run(weigh(Path(name), arguments.guilds))
    console.print(
        f"{arguments.guilds:,} servers of {CHANNELS} channels, {ROLES} roles, {EMOJIS} emojis; {surroundings()}"
    )
    console.print(f"the whole idle bot           {bot:6.1f} MiB, {bot / AIM:.2f} of the {AIM} MiB that it may take")
    console.print(f"the same bot in no server    {small:6.1f} MiB")
    console.print(f"discord.py's default client  {client:6.1f} MiB, {client / bot:.2f} × as much")


if __name__ == "__main__":
    main()
