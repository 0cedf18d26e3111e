"""How long people wait while the morning is being posted.

The real ``daybrief run`` posts to 5,000 channels in 25 workspaces of the local Slack, while 50 commands a second come
in over Socket Mode, each ``/keypoints`` with the ref of one of 2,000 stored stories. Slack gives up on a command that
is not acknowledged within three seconds. Beside it, the same commands to the same bot with nothing to post.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from benchmarks.rig import Bot, running_bot, surroundings
from benchmarks.slack_rig import Slack, configured, local_slack, posting_begins, refs

WARM_UP = 5.0
LAST_ANSWERS = 3.0
"""Seconds in which answers to the last commands may come."""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """Seconds that people waited, sorted, and what came of the posts meanwhile."""

    acknowledged: tuple[float, ...]
    answered: tuple[float, ...]
    asked: int
    posts: float
    """A second."""
    processor: float
    """The bot's share of one core."""


async def ask(slack: Slack, bot: Bot, names: Sequence[str], *, seconds: float, rate: float, workspaces: int) -> Waits:
    """Ask *rate* commands a second for *seconds*, each in a channel of its own."""
    acknowledged: list[float] = []
    asked_at: dict[str, float] = {}

    async def one(number: int) -> None:
        channel, person = f"C{number}", f"U{number % workspaces}"
        asked_at[channel] = time.monotonic()
        text = names[number % len(names)]
        told = await slack.do("command", command="/keypoints", text=text, user=person, channel=channel)
        if told["acknowledged"]:
            acknowledged.append(told["ack_after"])

    await slack.do("forget")
    before, used, began = await slack.outcomes(), bot.processor_seconds(), time.monotonic()
    asking = []
    for number in range(int(seconds * rate)):
        asking.append(asyncio.create_task(one(number)))
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
    took = time.monotonic() - began
    after, used = await slack.outcomes(), bot.processor_seconds() - used
    await asyncio.gather(*asking)
    await asyncio.sleep(LAST_ANSWERS)
    # Both processes read the same monotonic clock.
    answered = {
        call["channel"]: call["at"] - asked_at[call["channel"]]
        for call in await slack.do("calls")
        if call["method"] == "response_url" and not call["error"]
    }
    return Waits(
        acknowledged=tuple(sorted(acknowledged)),
        answered=tuple(sorted(answered.values())),
        asked=len(asking),
        posts=(after.get("ok", 0) - before.get("ok", 0)) / took,
        processor=used / took,
    )


async def measure(arguments: argparse.Namespace) -> tuple[Waits, Waits]:
    """With nothing to post, and amid the rush."""
    workspaces, rate = arguments.workspaces, arguments.rate
    found: list[Waits] = []
    with tempfile.TemporaryDirectory(prefix="daybrief-ack-") as name:
        for part, channels, seconds in (
            ("idle", 0, arguments.seconds / 3),
            ("rush", arguments.channels, arguments.seconds),
        ):
            folder = Path(name) / part
            async with local_slack(folder, workspaces, max(channels, int(seconds * rate))) as slack:
                environment = configured(folder, slack, workspaces, channels, arguments.stories)
                async with running_bot(folder, environment) as bot:
                    await slack.do("connected", count=2, timeout=30)
                    if channels:
                        await posting_begins(slack, bot)
                    await asyncio.sleep(WARM_UP)
                    names = refs(folder)
                    found.append(await ask(slack, bot, names, seconds=seconds, rate=rate, workspaces=workspaces))
    idle, rush = found
    return idle, rush


def row(name: str, waits: Sequence[float], asked: int) -> str:
    """p50, p99 and the longest of *waits*, and how many are missing of those *asked*."""
    if not waits:
        return f"{name} none of {asked:,}"
    p50, p99 = (1000 * waits[min(len(waits) - 1, int(share * len(waits)))] for share in (0.5, 0.99))
    return f"{name} {p50:6.0f} /{p99:6.0f} /{1000 * waits[-1]:6.0f} ms   missing {asked - len(waits)} of {asked:,}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=5_000)
    parser.add_argument("--workspaces", type=int, default=25)
    parser.add_argument("--stories", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=50)
    arguments = parser.parse_args()
    console = Console(highlight=False)
    with console.status("asking …"):
        idle, rush = asyncio.run(measure(arguments))
    console.print(f"{arguments.rate:g} commands/s, p50 / p99 / max; {surroundings()}")
    for name, waits in (("nothing to post", idle), (f"while {rush.posts:.0f} posts/s leave", rush)):
        console.print(f"{name} (the bot used {waits.processor:.0%} of a core)")
        console.print(row("  acknowledged ", waits.acknowledged, waits.asked))
        console.print(row("  answered     ", waits.answered, waits.asked))


if __name__ == "__main__":
    main()
