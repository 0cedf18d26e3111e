"""The morning rush in Slack: how fast posts leave beside what the limits allow, and how long people wait meanwhile.

The real ``daybrief run`` posts to 5,000 channels in 25 workspaces of the local Slack, which is a process of its own and
keeps Slack's limits, while 50 commands a second come in over Socket Mode. Beside it, the obvious loop over all of them.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.pace import PER_MINUTE
from tests.fake_slack import FaultPlan, as_argument

ROOT = Path(__file__).resolve().parents[1]
LATENCY = 0.05
"""Seconds that every answer of the local Slack takes."""
WARM_UP = 5.0
FRESH = 200
"""Stories that an edition is chosen from."""


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


async def furnished(slack: Slack, workspaces: int, channels: int) -> None:
    """Workspaces with their channels and one person."""
    for team in range(workspaces):
        await slack.do("add_team", team=f"T{team}", users=[{"id": f"U{team}"}])
    for number in range(channels):
        members = [f"U{number % workspaces}"]
        await slack.do("add_channel", channel=f"C{number}", team=f"T{number % workspaces}", members=members)


def configured(folder: Path, address: str, workspaces: int, channels: int, stories: int) -> dict[str, str]:
    """A configuration in *folder* whose hour has just come, and stored stories; the environment of the bot."""
    at = datetime.now(UTC) - timedelta(minutes=2)
    head = (
        f'[slack]\napi_url = "{address}/api/"\n[defaults]\ntime = "{at:%H:%M}"\n'
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    )
    listed = "".join(
        f'[[channels]]\nname = "c{n}"\nplatform = "slack"\nchannel = "C{n}"\nworkspace = "T{n % workspaces}"\n'
        for n in range(channels)
    )
    (folder / "config.toml").write_text(head + listed)
    (folder / "stories.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "title": f"Laboratory {n} opens in town {n * 7}",
                    "sections": {"key_points": [f"It hires {n} people.", "It publishes what it finds."]},
                }
            )
            + "\n"
            for n in range(stories)
        )
    )
    tokens = ",".join(f"xoxb-T{team}" for team in range(workspaces))
    environment = {**os.environ, "SLACK_BOT_TOKEN": tokens, "SLACK_APP_TOKEN": "xapp-1", "NO_COLOR": "1"}
    lines = (folder / "stories.jsonl").read_text().splitlines(keepends=True)
    old = (datetime.now(UTC) - timedelta(days=10)).isoformat()
    # Most of what people look up is old news; the morning chooses from the fresh ones.
    for name, some, when in (("old", lines[FRESH:], ["--at", old]), ("fresh", lines[:FRESH], [])):
        (folder / f"{name}.jsonl").write_text("".join(some))
        command = [sys.executable, "-m", "bot", "import", str(folder / f"{name}.jsonl"), *when]
        config = ["--config", str(folder / "config.toml")]
        subprocess.run([*command, *config], cwd=ROOT, env=environment, check=True, capture_output=True)
    return environment


async def rush(
    slack: Slack, folder: Path, environment: dict[str, str], *, seconds: float, rate: float, stories: int
) -> dict[str, Any]:
    """Run the bot, ask *rate* commands a second for *seconds*; what came of both."""
    command = [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")]
    with (folder / "run.log").open("w") as log:
        bot = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    waits: list[float] = []
    unanswered = 0

    async def ask(number: int) -> None:
        nonlocal unanswered
        run = await slack.do(
            "command", command="/keypoints", text=f"laboratory {number % stories}", user="U0", channel="C0"
        )
        if run["acknowledged"]:
            waits.append(run["ack_after"])
        else:
            unanswered += 1

    try:
        while not (await slack.outcomes()).get("ok"):
            await asyncio.sleep(0.2)
        await asyncio.sleep(WARM_UP)
        before, began = await slack.outcomes(), time.monotonic()
        asking = []
        for number in range(int(seconds * rate)):
            asking.append(asyncio.create_task(ask(number)))
            await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        after, took = await slack.outcomes(), time.monotonic() - began
        await asyncio.gather(*asking)
    finally:
        bot.terminate()
        bot.wait(timeout=30)
    refused = sum(number for how, number in after.items() if how in {"ratelimited", "rate_limited"})
    return {
        "posts": (after["ok"] - before["ok"]) / took,
        "refused": refused,
        "waits": sorted(waits),
        "unanswered": unanswered,
        "total": after["ok"],
    }


async def naive(slack: Slack, session: aiohttp.ClientSession, workspaces: int, seconds: float) -> tuple[float, float]:
    """Posts and refusals a second of the obvious loop."""
    clients = [
        AsyncWebClient(f"xoxb-T{team}", base_url=f"{slack.address}/api/", session=session) for team in range(workspaces)
    ]
    began, sent, refused, number = time.monotonic(), 0, 0, 0
    while time.monotonic() - began < seconds:
        try:
            await clients[number % workspaces].chat_postMessage(channel=f"C{number}", text="The morning's stories")
            sent += 1
        except SlackApiError:
            refused += 1
        number += 1
    took = time.monotonic() - began
    return sent / took, refused / took


def at(share: float, waits: Sequence[float]) -> str:
    """That quantile of *waits* in milliseconds."""
    return f"{1000 * waits[min(len(waits) - 1, int(share * len(waits)))]:.0f}" if waits else "–"


async def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channels", type=int, default=5_000)
    parser.add_argument("--workspaces", type=int, default=25)
    parser.add_argument("--stories", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=float, default=50)
    arguments = parser.parse_args()
    async with aiohttp.ClientSession() as session:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            slack = Slack(folder, session)
            await slack.start()
            try:
                await furnished(slack, arguments.workspaces, arguments.channels)
                environment = configured(
                    folder, slack.address, arguments.workspaces, arguments.channels, arguments.stories
                )
                found = await rush(
                    slack,
                    folder,
                    environment,
                    seconds=arguments.seconds,
                    rate=arguments.rate,
                    stories=arguments.stories,
                )
                loop, loop_refused = await naive(slack, session, arguments.workspaces, 20)
            finally:
                slack.stop()
    ideal = arguments.workspaces * PER_MINUTE / 60
    waits = found["waits"]
    print(f"{arguments.channels:,} channels in {arguments.workspaces} workspaces, {LATENCY * 1000:.0f} ms an answer")
    print(
        f"posts            {found['posts']:.1f}/s, {found['posts'] / ideal:.2f} of the ideal {ideal:.1f}/s at our pace"
    )
    print(f"refused (429)    {found['refused']}")
    print(
        f"acknowledgements {at(0.5, waits)} / {at(0.99, waits)} / {at(1, waits)} ms p50 / p99 / max of {len(waits):,}"
    )
    print(f"                 at {arguments.rate:g} commands/s meanwhile; unanswered: {found['unanswered']}")
    print(f"the obvious loop {loop:.1f}/s, refused {loop_refused:.1f}/s")


if __name__ == "__main__":
    asyncio.run(main())
