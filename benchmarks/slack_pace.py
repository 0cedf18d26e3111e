"""How fast a morning leaves, beside what the limits allow, and beside the obvious loop.

The real ``daybrief run`` posts to the local Slack, which refuses more than 240 messages a minute in a workspace.
Daybrief keeps to 200; the ratio is that of what arrived in a minute, after the first seconds, to 200 for each
workspace.
"""

import argparse
import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.pace import PER_MINUTE
from benchmarks.rig import running_bot, surroundings
from benchmarks.slack_rig import LATENCY, Slack, configured, local_slack, posting_begins

WARM_UP = 5.0
_REFUSED = ("ratelimited", "rate_limited")


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Messages that arrived, and that were refused for coming too fast."""

    posts: float
    """A second."""
    refused: int
    processor: float = 0.0
    """The bot's share of one core."""


async def ours(folder: Path, workspaces: int, channels: int, seconds: float) -> Rate:
    """The bot, over *seconds* of its rush."""
    async with local_slack(folder, workspaces, channels) as slack:
        environment = configured(folder, slack, workspaces, channels, stories=200)
        async with running_bot(folder, environment) as bot:
            await posting_begins(slack, bot)
            await asyncio.sleep(WARM_UP)
            before, used, began = await slack.outcomes(), bot.processor_seconds(), time.monotonic()
            await asyncio.sleep(seconds)
            after, used, took = await slack.outcomes(), bot.processor_seconds() - used, time.monotonic() - began
    assert after["ok"] < channels, "the rush was over before the measurement; take more channels"
    refused = sum(after.get(how, 0) for how in _REFUSED)
    return Rate(posts=(after["ok"] - before["ok"]) / took, refused=refused, processor=used / took)


async def obvious(folder: Path, workspaces: int, channels: int, seconds: float) -> Rate:
    """``for channel in channels: await client.chat_postMessage(...)``, one workspace after the other."""
    async with local_slack(folder, workspaces, channels) as slack, aiohttp.ClientSession() as session:
        sent, refused = 0, 0
        began = time.monotonic()
        for number in sorted(range(channels), key=lambda number: number % workspaces):
            if time.monotonic() - began > seconds:
                break
            try:
                await _client(slack, session, number % workspaces).chat_postMessage(channel=f"C{number}", text="News")
                sent += 1
            except SlackApiError:
                refused += 1
        return Rate(posts=sent / (time.monotonic() - began), refused=refused)


def _client(slack: Slack, session: aiohttp.ClientSession, team: int) -> AsyncWebClient:
    return AsyncWebClient(f"xoxb-T{team}", base_url=f"{slack.address}/api/", session=session)


async def measure(arguments: argparse.Namespace) -> tuple[Rate, Rate]:
    """Ours and the obvious way, each with a Slack of its own."""
    workspaces = arguments.workspaces
    channels = workspaces * arguments.channels
    with tempfile.TemporaryDirectory(prefix="daybrief-pace-") as name:
        loop = await obvious(Path(name) / "obvious", workspaces, channels, arguments.seconds / 3)
        return await ours(Path(name) / "ours", workspaces, channels, arguments.seconds), loop


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, default=10)
    parser.add_argument("--channels", type=int, default=300, help="in each workspace")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    ideal = arguments.workspaces * PER_MINUTE / 60
    console = Console(highlight=False)
    with console.status("posting …"):
        bot, loop = asyncio.run(measure(arguments))
    console.print(f"{arguments.workspaces} workspaces, {1000 * LATENCY:.0f} ms an answer; {surroundings()}")
    for name, rate in (("Daybrief        ", bot), ("the obvious loop", loop)):
        console.print(
            f"{name} {rate.posts:6.1f} posts/s, {rate.posts / ideal:.2f} of our budget of {ideal:.1f}/s; "
            f"refused (429): {rate.refused}"
        )
    console.print(f"the bot used {bot.processor:.0%} of a core")


if __name__ == "__main__":
    main()
