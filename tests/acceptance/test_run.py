"""The running bot: posts what is due, takes a new configuration, refuses a broken one, and stops in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.program import STORY, Program

ROOT = Path(__file__).resolve().parents[2]


def configuration(*channels: str, at: datetime) -> str:
    days = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    head = f'[bot]\ndata_dir = "data"\n[fetch]\nfull_text = false\n[defaults]\ndays = {days}\ntime = "{at:%H:%M}"\n'
    return head + "".join(f'[[channels]]\nname = "{name}"\nplatform = "terminal"\n' for name in channels)


@pytest.fixture
def just_now() -> datetime:
    """An hour that has come a few minutes ago, on the same date in UTC."""
    now = datetime.now(UTC)
    return max(now - timedelta(minutes=3), now.replace(hour=0, minute=0))


@pytest.fixture
def bot(program: Program, just_now: datetime) -> Iterator[subprocess.Popen[str]]:
    program.write("config.toml", configuration("ai-news", at=just_now))
    program.run("import", str(program.write("story.txt", STORY)))
    command = [sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")]
    log = (program.folder / "run.log").open("w")
    environment = {**os.environ, "NO_COLOR": "1"}
    running = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, text=True, env=environment)
    yield running
    running.kill()
    running.wait()
    log.close()


def eventually(is_so: Callable[[], bool], within: float = 30) -> bool:
    """Whether *is_so* comes true within so many seconds; another process has to do it."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.2)
    return False


def test_it_posts_reloads_refuses_what_is_broken_and_stops(
    program: Program, bot: subprocess.Popen[str], just_now: datetime
) -> None:
    def log() -> str:
        return (program.folder / "run.log").read_text(encoding="utf-8")

    assert eventually(lambda: "Norvik opens a laboratory" in log()), log()

    refused = program.run("post")
    assert refused.code == 1
    assert str(bot.pid) in refused.err

    program.write("config.toml", 'channels = "broken"')
    bot.send_signal(signal.SIGHUP)
    assert eventually(lambda: "refused" in log()), log()

    program.write("config.toml", configuration("ai-news", "evening", at=just_now))
    bot.send_signal(signal.SIGHUP)
    assert eventually(lambda: "loaded anew" in log()), log()
    names = {one["name"] for one in program.run("channels list", "--json").json()}
    assert names == {"ai-news", "evening"}

    asked = time.monotonic()
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(timeout=15) == 0
    assert time.monotonic() - asked < 10
    assert "Traceback" not in log()


def test_a_bot_that_nobody_could_set_a_channel_up_for_does_not_start(program: Program) -> None:
    program.write("config.toml", '[bot]\ndata_dir = "data"\n')

    done = program.run("run", SLACK_BOT_TOKEN="", DISCORD_TOKEN="")

    assert done.code == 2
    assert "[[channels]]" in done.err
    assert "SLACK_BOT_TOKEN or DISCORD_TOKEN" in done.err
