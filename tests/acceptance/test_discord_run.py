"""The running bot on Discord: the real program against the local Discord, over its REST API and its gateway."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.discord.components import texts
from tests.acceptance.program import STORY, Program
from tests.acceptance.test_run import eventually
from tests.fake_discord import TOKEN, FakeDiscord, Message, User
from tests.served_discord import ServedDiscord

ROOT = Path(__file__).resolve().parents[2]
ADMIN, MEMBER = "2001", "2002"
QUICK = 40.0
"""Seconds within which a new session is there: discord.py itself waits for five of them after a refused RESUME."""


@dataclass(kw_only=True)
class Running:
    """A bot that runs, and the Discord that it runs in."""

    process: subprocess.Popen[str]
    served: ServedDiscord
    log_file: Path

    @property
    def discord(self) -> FakeDiscord:
        return self.served.fake

    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8")

    def ask(self, command: str, options: Mapping[str, object] | None = None, *, user: str = MEMBER) -> str:
        """What a person is answered in private."""

        async def asked() -> str:
            run = await self.discord.command(command, options or {}, user=user, channel="3001")
            assert run.acknowledged, (run.error, self.log())
            return "\n".join(read(one) for one in await run.wait_answers(1))

        return str(self.served.do(asked()))

    def answers(self) -> bool:
        """Whether a question is answered now."""
        try:
            return "Three of five founders stay." in self.ask("keypoints", {"story": "1"})
        except (AssertionError, ValueError, TimeoutError):
            return False


def read(message: Message) -> str:
    return "\n".join([message.content, *texts(message.components)])


def start(program: Program) -> tuple[subprocess.Popen[str], Path]:
    command = [sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")]
    log = program.folder / "run.log"
    with log.open("a") as file:
        environment = {**os.environ, "DISCORD_TOKEN": TOKEN, "NO_COLOR": "1"}
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, text=True, env=environment)
    return process, log


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedDiscord]:
    served = ServedDiscord(tmp_path)
    fake = served.fake
    fake.add_guild("1001", users=[User(id=ADMIN, permissions=("manage_guild",)), User(id=MEMBER)])
    for channel in ("3001", "3002"):
        fake.add_channel(channel, guild="1001", name=f"news-{channel}")
    yield served
    served.close()


@pytest.fixture
def installed(program: Program, served: ServedDiscord) -> Program:
    """A program whose channel has its hour just now."""
    now = datetime.now(UTC)
    at = max(now - timedelta(minutes=3), now.replace(hour=0, minute=0))
    program.write(
        "config.toml",
        f'[discord]\napi_url = "{served.fake.api}"\ngateway_url = "{served.fake.gateway_url}"\n'
        '[delivery]\nrequest_timeout = "2s"\nsettle = "1s"\n'
        f'[[channels]]\nname = "ai-news"\nplatform = "discord"\nworkspace = "1001"\nchannel = "3001"\n'
        f'time = "{at:%H:%M}"\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n',
    )
    program.run("import", str(program.write("story.txt", STORY)))
    return program


@pytest.fixture
def bot(installed: Program, served: ServedDiscord) -> Iterator[Running]:
    process, log = start(installed)
    running = Running(process=process, served=served, log_file=log)
    try:
        served.do(served.fake.gateway.connected(1, timeout=30), timeout=40)
        yield running
    finally:
        process.kill()
        process.wait()


def test_a_morning_in_discord(bot: Running) -> None:
    assert eventually(lambda: len(bot.discord.messages("3001")) == 1), bot.log()
    [message] = bot.discord.messages("3001")
    assert "Norvik opens a laboratory" in read(message)
    assert eventually(lambda: bool(bot.discord.commands)), bot.log()

    for command, options, tells in (
        ("keypoints", {"story": "1"}, "Three of five founders stay."),
        ("effects", {"story": "1"}, "Data centres may be built elsewhere."),
        ("brief today", {}, "Norvik opens a laboratory"),
        ("brief search", {"words": "norvik"}, "1 story"),
        ("brief outlook", {"story": "1"}, "Others will look into it"),
    ):
        assert tells in bot.ask(command, options), command
    assert "sent at" in bot.ask("daybrief status", user=ADMIN)

    async def acts() -> None:
        [offered, *_] = await bot.discord.autocomplete("keypoints", {"story": "Norwik"}, user=MEMBER, channel="3001")
        assert "Norvik" in offered["name"]
        read_more = next(name for name in message.custom_ids if ":read:" in name)
        run = await bot.discord.press(message, read_more, user=MEMBER)
        [answer] = await run.wait_answers(1)
        assert answer.ephemeral
        section = next(name for name in answer.custom_ids if "/second_order_effects" in name)
        [effects] = await (await bot.discord.press(run, section)).wait_answers(1)
        assert "Data centres" in read(effects)
        status = await bot.discord.command("daybrief status", {}, user=ADMIN, channel="3002")
        await status.wait_answers(1)
        form = await bot.discord.press(status, next(n for n in status.answers[0].custom_ids if ":setup:" in n))
        assert form.modal is not None
        assert "timezone" in json.dumps(form.modal).lower() or "zone" in json.dumps(form.modal).lower()

    bot.served.do(acts(), timeout=30)

    asked = time.monotonic()
    bot.process.send_signal(signal.SIGTERM)
    assert bot.process.wait(timeout=15) == 0
    assert time.monotonic() - asked < 10
    assert "Traceback" not in bot.log()
    assert TOKEN not in bot.log()


def test_people_are_answered_again_after_whatever_happens_to_the_gateway(bot: Running) -> None:
    gateway = bot.discord.gateway
    assert eventually(bot.answers), bot.log()

    gateway_resumes = gateway.resumes
    bot.served.do(call(gateway.reconnect))
    assert eventually(bot.answers, within=QUICK), bot.log()
    assert gateway.resumes == gateway_resumes + 1

    identifies = gateway.identifies
    bot.served.do(call(gateway.invalidate))
    assert eventually(lambda: gateway.identifies > identifies, within=QUICK)
    assert eventually(bot.answers, within=QUICK), bot.log()

    identifies = gateway.identifies
    bot.served.do(call(lambda: gateway.dispatch("GUILD_UPDATE", {"id": "1001", "roles": "none of that"})))
    assert eventually(lambda: gateway.identifies > identifies, within=QUICK), bot.log()
    assert eventually(bot.answers, within=QUICK), bot.log()
    assert bot.process.poll() is None


async def call(do: Callable[[], object]) -> object:
    return do()


def test_a_bot_that_starts_while_the_gateway_and_half_of_discord_are_down_posts_all_the_same(
    installed: Program, served: ServedDiscord
) -> None:
    served.fake.gateway.refuse = True
    served.fake.storm(2.0)
    process, log = start(installed)
    try:
        assert eventually(lambda: len(served.fake.messages("3001")) == 1, within=QUICK), log.read_text()
        assert process.poll() is None
        served.fake.gateway.refuse = False
        running = Running(process=process, served=served, log_file=log)
        assert eventually(running.answers, within=QUICK), log.read_text()
    finally:
        process.kill()
        process.wait()


def test_a_killed_bot_posts_nothing_twice_and_goes_on(bot: Running, installed: Program) -> None:
    assert eventually(lambda: len(bot.discord.messages("3001")) == 1), bot.log()
    bot.process.send_signal(signal.SIGKILL)
    bot.process.wait()

    again, log = start(installed)
    try:
        assert eventually(lambda: log.read_text().count("Daybrief is running") == 2), log.read_text()
        assert eventually(lambda: "sent" in json.dumps(installed.run("deliveries", "--json").json()))
        assert len(bot.discord.messages("3001")) == 1
    finally:
        again.kill()
        again.wait()


def test_a_token_that_is_wrong_ends_the_run_with_a_sentence(installed: Program, served: ServedDiscord) -> None:
    done = installed.run("run", DISCORD_TOKEN="no.such.token")

    assert done.code == 2
    assert "Discord does not take DISCORD_TOKEN" in done.err
    assert "no.such.token" not in done.out + done.err
