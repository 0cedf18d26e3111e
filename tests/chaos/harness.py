"""One run of chaos: real processes, real kills, and a checker that trusts neither the bot nor its ledger."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.fake_platform.server import FaultPlan, as_argument, read_store

ROOT = Path(__file__).resolve().parents[2]
FIRST_DAY = date(2026, 3, 2)
KILLS_A_DAY = 5


@dataclass(kw_only=True)
class Outcome:
    """What the platform and the ledger hold in the end."""

    kills: int = 0
    days: int = 0
    deliveries: int = 0
    sent: int = 0
    lost: list[str] = field(default_factory=list)
    """Deliveries that the ledger calls sent and the platform does not have, or that have no final state."""
    duplicated: list[str] = field(default_factory=list)
    """Messages that the platform has twice."""
    seconds: float = 0.0


@dataclass(kw_only=True)
class Chaos:
    """Serves ``channels`` channels day after day, and kills the bot ``kills`` times on the way."""

    folder: Path
    channels: int
    kills: int
    seed: int = 0
    plan: FaultPlan
    settle: str = "3s"
    progress: Callable[[str], None] = lambda _: None

    def run(self) -> Outcome:
        """Play it, and count. The platform's server lives through every kill."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_config()
        started = time.monotonic()
        server, address = self._start_server()
        try:
            outcome = self._play(address)
        finally:
            server.kill()
            server.wait()
        self._check(outcome)
        outcome.seconds = time.monotonic() - started
        return outcome

    def _play(self, address: str) -> Outcome:
        chance = random.Random(self.seed)
        outcome = Outcome()
        kills_today = 0
        self._import_a_story(address)
        while outcome.kills < self.kills:
            day = FIRST_DAY + timedelta(days=outcome.days)
            bot = self._start_bot(address, "post", "--at", day.isoformat())
            was_killed = self._kill_after(bot, _life(chance, kills_today))
            if was_killed:
                outcome.kills += 1
                kills_today += 1
                self.progress(f"kill {outcome.kills} of {self.kills}, day {outcome.days + 1}")
            else:
                outcome.days += 1
                kills_today = 0
        day = FIRST_DAY + timedelta(days=outcome.days)
        last = self._start_bot(address, "post", "--at", day.isoformat())
        code = last.wait(timeout=300)
        if code not in {0, 3}:
            outcome.lost.append(f"the last run ended with {code}")
        outcome.days += 1
        return outcome

    def _kill_after(self, bot: subprocess.Popen[bytes], seconds: float) -> bool:
        try:
            bot.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            bot.send_signal(signal.SIGKILL)
            bot.wait()
            return True
        return False

    def _check(self, outcome: Outcome) -> None:
        messages = Counter(message["key"] for message in read_store(self.folder / "platform.jsonl"))
        per_channel: Counter[tuple[str, str]] = Counter()
        for message in read_store(self.folder / "platform.jsonl"):
            per_channel[message["channel"], message["text"].partition(" ")[0]] += 1
        outcome.duplicated = [key for key, count in messages.items() if count > 1]
        outcome.duplicated += [f"{channel} {day}" for (channel, day), count in per_channel.items() if count > 1]
        for offset in range(outcome.days):
            day = (FIRST_DAY + timedelta(days=offset)).isoformat()
            rows = {row["channel"]: row for row in self._ledger(day)}
            for number in range(self.channels):
                name = f"c{number}"
                outcome.deliveries += 1
                state = rows.get(name, {}).get("state", "absent")
                is_there = per_channel[name, day] == 1
                outcome.sent += state == "sent" and is_there
                if state != "sent" or not is_there:
                    outcome.lost.append(f"{name} {day}: the ledger says {state}, the platform has {is_there}")

    def _ledger(self, day: str) -> list[dict[str, str]]:
        command = self._command("deliveries", "--date", day, "--json")
        done = subprocess.run(command, cwd=ROOT, env=self._environment(""), capture_output=True, check=True)
        rows: list[dict[str, str]] = json.loads(done.stdout)
        return rows

    def _import_a_story(self, address: str) -> None:
        story = self.folder / "story.txt"
        story.write_text("A lab opens in a small town\n\nIt will work in the open.\nKey Points\n- 1It opens today.\n")
        self._start_bot(address, "import", str(story), "--at", FIRST_DAY.isoformat()).wait()

    def _start_server(self) -> tuple[subprocess.Popen[bytes], str]:
        port_file = self.folder / "port"
        port_file.unlink(missing_ok=True)
        store = self.folder / "platform.jsonl"
        arguments = [str(store), str(port_file), as_argument(self.plan)]
        command = [sys.executable, "-m", "tests.fake_platform.server", *arguments]
        server = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 30
        while not port_file.exists():
            if time.monotonic() > deadline or server.poll() is not None:
                raise RuntimeError("the fake platform did not start")
            time.sleep(0.05)
        return server, f"http://127.0.0.1:{port_file.read_text()}"

    def _start_bot(self, address: str, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self.folder / "bot.log").open("ab")
        with log:
            return subprocess.Popen(
                self._command(*arguments), cwd=ROOT, env=self._environment(address), stdout=log, stderr=log
            )

    def _command(self, *arguments: str) -> list[str]:
        command, *rest = arguments
        return [sys.executable, "-m", "tests.chaos.bot", command, "--config", str(self.folder / "config.toml"), *rest]

    def _environment(self, address: str) -> dict[str, str]:
        return {**os.environ, "FAKE_PLATFORM": address or "http://127.0.0.1:9", "NO_COLOR": "1"}

    def _write_config(self) -> None:
        channels = "".join(
            f'[[channels]]\nname = "c{number}"\nplatform = "terminal"\nchannel = "c{number}"\n'
            for number in range(self.channels)
        )
        text = (
            '[bot]\ndata_dir = "data"\n[fetch]\nfull_text = false\n'
            f'[delivery]\nrequest_timeout = "1s"\nsettle = "{self.settle}"\n'
            f'[defaults]\ntime = "08:00"\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n{channels}'
        )
        (self.folder / "config.toml").write_text(text)


def _life(chance: random.Random, kills_today: int) -> float:
    """Seconds until the next kill: mostly amid the deliveries, now and then amid the settling; some days get done."""
    if kills_today >= KILLS_A_DAY:
        return 120.0
    return chance.uniform(0.5, 2.5) if chance.random() < 0.7 else chance.uniform(2.5, 7.0)
