"""How long a morning on Discord takes, beside what its limit allows, and beside the two obvious ways.

Two thousand channels are due at one minute. The real ``daybrief run`` posts to the local Discord, which takes 50
requests in any second, and 80 ms for each answer. The time is that from the due minute to the arrival of the last
message. Beside it, with discord.py alone: a loop that posts one message after the other, on fewer channels, and
``asyncio.gather`` over all.
"""

import argparse
import asyncio
import logging
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import discord
from rich.console import Console

from adapters.discord.pace import PER_SECOND
from adapters.discord.rest import point_to
from benchmarks.discord_rig import LATENCY, Discord, channel_id, configured, local_discord
from benchmarks.rig import import_stories, running_bot, surroundings
from tests.fake_discord import TOKEN

ALLOWED = 50
"""Requests a second: https://docs.discord.com/developers/topics/rate-limits"""
TO_START = timedelta(seconds=12)
"""For the bot to start, and the gateway to tell it of all servers, before the hour comes."""


@dataclass(frozen=True, kw_only=True)
class Morning:
    """What became of the messages of one way to post them."""

    channels: int
    delivered: int
    seconds: float
    refused: int
    """Answers of 429."""
    invalid: int = 0
    """Answers that count to the ban."""
    first: float = 0.0
    """Seconds until the first message arrived."""
    longest_gap: float = 0.0
    busiest_second: int = 0
    processor: float = 0.0
    """The bot's share of one core."""

    def __str__(self) -> str:
        """A row: seconds, messages a second, what was refused and what is missing."""
        return (
            f"{self.seconds:6.1f} s, {self.delivered / self.seconds:5.1f}/s; refused (429): {self.refused:,}; "
            f"undelivered: {self.channels - self.delivered:,} of {self.channels:,}"
        )


async def ours(folder: Path, channels: int) -> Morning:
    """The bot, from the due minute on."""
    async with local_discord(folder, channels) as there:
        hour = _whole_minute(datetime.now(UTC) + TO_START)
        environment = configured(folder, there.api, there.gateway, channels, hour)
        import_stories(folder, environment, stories=200)
        async with running_bot(folder, environment) as bot:
            await asyncio.sleep((hour - datetime.now(UTC)).total_seconds())
            due, used, delivered = time.monotonic(), bot.processor_seconds(), 0
            assert await there.delivered() == 0, "posted before the hour"
            while delivered < channels and time.monotonic() - due < 120:
                await asyncio.sleep(0.5)
                bot.still_runs()
                delivered = await there.delivered()
            used, passed = bot.processor_seconds() - used, time.monotonic() - due
            # Both processes read the same monotonic clock.
            calls = [call for call in await there.do("calls") if call["route"] == "create_message"]
        came = sorted(call["at"] - due for call in calls if call["status"] == 200)
        status = await there.do("status")
        return Morning(
            channels=channels,
            delivered=delivered,
            seconds=came[-1] + LATENCY,
            first=came[0] + LATENCY,
            longest_gap=max((after - before for before, after in pairwise(came)), default=0.0),
            refused=await there.refused(),
            busiest_second=status["busiest_second"],
            processor=used / passed,
        )


async def loop(folder: Path, channels: int) -> Morning:
    """``for channel in channels: await channel.send(…)``."""
    async with local_discord(folder, channels) as there, _client(there) as client:
        began = time.monotonic()
        for number in range(channels):
            await client.get_partial_messageable(int(channel_id(number))).send("News")
        return await _ended(there, channels, began)


async def gathered(folder: Path, channels: int) -> Morning:
    """``await asyncio.gather(*(channel.send(…) for channel in channels))``."""
    async with local_discord(folder, channels) as there, _client(there) as client:
        places = [client.get_partial_messageable(int(channel_id(number))) for number in range(channels)]
        began = time.monotonic()
        await asyncio.gather(*(place.send("News") for place in places), return_exceptions=True)
        return await _ended(there, channels, began)


async def _ended(there: Discord, channels: int, began: float) -> Morning:
    seconds = time.monotonic() - began
    invalid = (await there.do("status"))["invalid"]
    delivered, refused = await there.delivered(), await there.refused()
    return Morning(channels=channels, delivered=delivered, seconds=seconds, refused=refused, invalid=invalid)


@asynccontextmanager
async def _client(there: Discord) -> AsyncIterator[discord.Client]:
    point_to(there.api, there.gateway)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        yield client


def _whole_minute(at: datetime) -> datetime:
    """The first whole minute from *at* on."""
    return (at + timedelta(minutes=1)).replace(second=0, microsecond=0)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=2_000)
    parser.add_argument("--loop-channels", type=int, default=200, help="for the loop, which takes 80 ms for each")
    arguments = parser.parse_args()
    logging.getLogger("discord").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    channels, few = arguments.channels, arguments.loop_channels
    with tempfile.TemporaryDirectory(prefix="daybrief-discord-") as name:
        folder = Path(name)
        with console.status(f"{few} channels, one after the other …"):
            one_by_one = asyncio.run(loop(folder / "loop", few))
        with console.status(f"{channels} channels, all at once …"):
            at_once = asyncio.run(gathered(folder / "gather", channels))
        with console.status("waiting for the due minute, then posting …"):
            bot = asyncio.run(ours(folder / "ours", channels))
    own, limit = channels / PER_SECOND, channels / ALLOWED
    expected = one_by_one.seconds * channels / few
    console.print(f"{channels:,} channels due at one minute, {1000 * LATENCY:.0f} ms an answer; {surroundings()}")
    console.print(f"Daybrief        {bot}")
    console.print(
        f"                {bot.seconds / own:.3f} × the {own:.1f} s of its own pace of {PER_SECOND}/s, "
        f"{bot.seconds / limit:.3f} × the {limit:.0f} s that Discord allows"
    )
    console.print(
        f"                first after {bot.first:.2f} s, longest gap {bot.longest_gap:.2f} s, "
        f"busiest second {bot.busiest_second}; the bot used {bot.processor:.0%} of a core"
    )
    console.print(
        f"one by one      {one_by_one}; {expected:.0f} s for {channels:,}, {expected / bot.seconds:.1f} × as long"
    )
    console.print(f"asyncio.gather  {at_once}; {at_once.invalid:,} of 10,000 to the ban")


if __name__ == "__main__":
    main()
