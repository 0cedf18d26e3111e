"""What the operator of a running bot has: lines for programs, a window for monitors, a word to systemd, a quick end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError, URLError

from tests.acceptance.program import STORY, Program
from tests.acceptance.test_run import configuration, eventually
from tests.acceptance.test_slack_run import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(program: Program, *, stderr: int, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "bot", "run", "--config", str(program.folder / "config.toml")]
    with (program.folder / "shown").open("wb") as shown:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=shown, stderr=stderr, env={**os.environ, "NO_COLOR": "1", **environment}
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def just_now() -> datetime:
    now = datetime.now(UTC)
    return max(now - timedelta(minutes=3), now.replace(hour=0, minute=0))


def test_a_monitor_a_log_reader_and_systemd_are_told_how_it_is(program: Program) -> None:
    port = free_port()
    window = f"http://127.0.0.1:{port}"
    config = configuration("ai-news", at=just_now()) + f'[operations]\nlisten = "127.0.0.1:{port}"\n'
    program.write("config.toml", config)
    program.run("import", str(program.write("story.txt", STORY)))

    def get(path: str) -> str:
        with urllib.request.urlopen(f"{window}/{path}", timeout=5) as answer:  # noqa: S310  # it is our own
            return str(answer.read().decode())

    def is_ready() -> bool:
        try:
            return '"ready": true' in get("readyz")
        except (URLError, HTTPError, ConnectionError):
            return False

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, (program.folder / "log").open("wb") as log:
        manager.bind(str(program.folder / "notify"))
        manager.settimeout(20)
        environment = {"NOTIFY_SOCKET": str(program.folder / "notify"), "WATCHDOG_USEC": "1000000"}
        with running(program, stderr=log.fileno(), **environment) as bot:
            assert eventually(is_ready)
            assert eventually(lambda: 'outcome="sent",platform="terminal",reason=""} 1.0' in get("metrics"))
            assert '"alive": true' in get("healthz")
            status = json.loads(get("status"))
            words: list[str] = []
            while not {"READY=1", "WATCHDOG=1"} <= set(words):
                words.append(manager.recv(100).decode())
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(15) == 0
        while words[-1] != "STOPPING=1":
            words.append(manager.recv(100).decode())

    assert status["channels"] == {"active": 1, "paused": 0}
    assert status["deliveries"]["due"] == 0
    lines = [json.loads(line) for line in (program.folder / "log").read_text(encoding="utf-8").splitlines()]
    assert [line["event"] for line in lines if line.get("delivery_id")] == [f"ai-news {just_now():%Y-%m-%d}: sent"]
    assert lines[-1]["event"].startswith("stopped by SIGTERM within 0.")
    assert len({line["run_id"] for line in lines}) == 1


def test_a_port_that_is_taken_and_a_folder_that_takes_no_copies_cost_nobody_the_morning(program: Program) -> None:
    (program.folder / "data").mkdir()
    program.write("data/backups", "in the way")
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f'[operations]\nlisten = "127.0.0.1:{other.getsockname()[1]}"\n'
        program.write("config.toml", configuration("ai-news", at=just_now()) + listen)
        program.run("import", str(program.write("story.txt", STORY)))
        checked = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}
        with (program.folder / "log").open("wb") as log, running(program, stderr=log.fileno()) as bot:
            shown = program.folder / "shown"
            assert eventually(lambda: shown.exists() and "Norvik opens a laboratory" in shown.read_text("utf-8"))
            meanwhile = {one["about"]: one for one in program.run("check", "--json").json()["findings"]}
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(15) == 0

    said = (program.folder / "log").read_text(encoding="utf-8")
    assert said.count("the bot runs, but cannot be watched: the port that [operations] listen names") == 1
    assert "cannot be opened (address already in use)" in checked["monitors"]["says"]
    assert not checked["monitors"]["fine"]
    assert f"not tried, because another daybrief (process {bot.pid}) is delivering" in meanwhile["monitors"]["says"]
    assert "the bot runs, but cannot copy its database at night. storage.backups: " in said


def test_a_bot_whose_log_nobody_reads_posts_and_stops_all_the_same(program: Program) -> None:
    program.write("config.toml", configuration("ai-news", at=just_now()))
    program.run("import", str(program.write("story.txt", STORY)))
    read, write = os.pipe()
    os.set_blocking(write, False)
    try:
        while True:
            os.write(write, b"x" * 4_096)  # until it is full
    except BlockingIOError:
        os.set_blocking(write, True)
    with running(program, stderr=write) as bot:
        assert eventually(lambda: "Norvik opens a laboratory" in (program.folder / "shown").read_text("utf-8"))
        asked = time.monotonic()
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(15) == 0
        assert time.monotonic() - asked < 10
    os.close(read)
    os.close(write)


def test_a_second_signal_ends_it_at_once(program: Program) -> None:
    program.write("config.toml", configuration("ai-news", at=just_now()))
    with (program.folder / "log").open("wb") as log, running(program, stderr=log.fileno()) as bot:

        def told() -> str:
            return (program.folder / "log").read_text("utf-8")

        assert eventually(lambda: "Daybrief is running" in told())
        bot.send_signal(signal.SIGSTOP)  # so that both come before it can act on either
        bot.send_signal(signal.SIGTERM)
        bot.send_signal(signal.SIGINT)
        bot.send_signal(signal.SIGCONT)

        assert bot.wait(15) in {128 + signal.SIGTERM, 128 + signal.SIGINT}
        assert "left at once, told by a second" in told()
