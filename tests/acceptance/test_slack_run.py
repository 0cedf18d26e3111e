"""The running bot on Slack: the real program against the local Slack, over sockets and over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.slack.connection import PATH
from adapters.slack.plain import plain_of
from tests.acceptance.program import STORY, Program
from tests.acceptance.test_run import eventually
from tests.fake_slack import FakeSlack
from tests.served_slack import ServedSlack
from tests.slack import ADMIN, MEMBER, furnish

ROOT = Path(__file__).resolve().parents[2]
SECRETS = {"SLACK_BOT_TOKEN": "xoxb-T1", "SLACK_APP_TOKEN": "xapp-1"}


@dataclass(frozen=True, kw_only=True)
class Running:
    """A bot that runs, and the Slack that it runs in."""

    process: subprocess.Popen[str]
    served: ServedSlack
    log_file: Path

    @property
    def slack(self) -> FakeSlack:
        return self.served.fake

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def ask(self, line: str) -> str:
        """What a member is answered in private."""
        command, _, text = line.partition(" ")

        async def asked() -> str:
            run = await self.slack.command(command, text, user=MEMBER, channel="C1")
            assert run.acknowledged, (run.error, self.log())
            return "\n".join(plain_of(one["blocks"]) for one in await run.wait_answers(1))

        return self.served.do(asked())


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(program: Program) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")]
    log = program.folder / "run.log"
    with log.open("a") as file:
        environment = {**os.environ, **SECRETS, "SLACK_SIGNING_SECRET": "signing-secret", "NO_COLOR": "1"}
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, text=True, env=environment)
    return process, log


@pytest.fixture(params=["socket", "http"])
def bot(request: pytest.FixtureRequest, program: Program, tmp_path: Path) -> Iterator[Running]:
    served = ServedSlack(tmp_path)
    served.fake.signing_secret = "signing-secret"
    furnish(served.fake)
    now = datetime.now(UTC)
    at = max(now - timedelta(minutes=3), now.replace(hour=0, minute=0))
    port = free_port()
    program.write(
        "config.toml",
        f'[slack]\napi_url = "{served.fake.api}"\nmode = "{request.param}"\nlisten = "127.0.0.1:{port}"\n'
        f'[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\ntime = "{at:%H:%M}"\n'
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n',
    )
    program.run("import", str(program.write("story.txt", STORY)))
    process, log = start(program)
    running = Running(process=process, served=served, log_file=log)
    try:
        if request.param == "http":
            served.do(served.fake.use_http(f"http://127.0.0.1:{port}{PATH}"))
            assert eventually(lambda: "Daybrief is running" in running.log()), running.log()
        else:
            served.do(served.fake.sockets.connected(2, timeout=30), timeout=40)
        yield running
    finally:
        process.kill()
        process.wait()
        served.close()


def test_a_morning_in_slack(bot: Running, program: Program) -> None:
    assert eventually(lambda: len(bot.slack.messages("C1")) == 1), bot.log()
    [message] = bot.slack.messages("C1")
    assert "Norvik opens a laboratory" in plain_of(message.blocks)
    assert eventually(lambda: ": sent" in bot.log()), bot.log()  # until then, no number means a story of this edition

    for line, tells in (
        ("/keypoints 1", "Three of five founders stay."),
        ("/effects 1", "Data centres may be built elsewhere."),
        ("/brief", "Norvik opens a laboratory"),
        ("/brief search norvik", "1 story"),
        ("/daybrief status", "sent at"),
    ):
        assert tells in bot.ask(line), line

    async def opens_views() -> None:
        ref = message.blocks[-3]["elements"][0]["value"]
        await bot.slack.press(message, "full", ref, user=MEMBER)
        await bot.slack.command("/daybrief", "setup", user=ADMIN, channel="C2")

    bot.served.do(opens_views())
    assert eventually(lambda: bool(bot.slack.views(MEMBER)) and bool(bot.slack.views(ADMIN)))
    assert eventually(lambda: bot.slack.views(ADMIN)[-1].body.get("callback_id") == "setup_view"), bot.log()

    if bot.slack.sockets.connections:
        bot.served.do(bot.slack.sockets.refresh())
        assert "Three of five founders stay." in bot.ask("/keypoints 1")
        bot.slack.sockets.drop()
        bot.served.do(bot.slack.sockets.connected(2, timeout=30), timeout=40)
        assert "Three of five founders stay." in bot.ask("/keypoints 1")

    asked = time.monotonic()
    bot.process.send_signal(signal.SIGTERM)
    assert bot.process.wait(timeout=15) == 0
    assert time.monotonic() - asked < 10
    assert "Traceback" not in bot.log()
    assert not any(secret in bot.log() for secret in SECRETS.values())


def test_a_killed_bot_posts_nothing_twice_and_goes_on(bot: Running, program: Program) -> None:
    assert eventually(lambda: len(bot.slack.messages("C1")) == 1), bot.log()
    bot.process.send_signal(signal.SIGKILL)
    bot.process.wait()

    again, log = start(program)
    try:
        assert eventually(lambda: log.read_text().count("Daybrief is running") == 2), log.read_text()
        assert eventually(lambda: "sent" in json.dumps(program.run("deliveries", "--json").json()))
        assert len(bot.slack.messages("C1")) == 1
    finally:
        again.kill()
        again.wait()


@pytest.mark.parametrize("token", ["xoxb-wrong", "xoxb-wrong,xoxb-worse"])
def test_a_token_that_slack_refuses_ends_the_run_with_a_sentence(program: Program, tmp_path: Path, token: str) -> None:
    served = ServedSlack(tmp_path)
    furnish(served.fake)
    declared = '[[channels]]\nname = "ai-news"\nplatform = "slack"\nchannel = "C1"\n'
    program.write("config.toml", f'[slack]\napi_url = "{served.fake.api}"\n{declared}')

    try:
        ran = program.run("run", **{**SECRETS, "SLACK_BOT_TOKEN": token})
    finally:
        served.close()

    assert ran.code == 2
    assert "daybrief: Slack does not take SLACK_BOT_TOKEN" in ran.err
    assert "Traceback" not in ran.err
    assert "xoxb-" not in ran.err
