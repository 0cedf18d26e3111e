"""The same chaos on Slack: the real ``daybrief run`` over the real slack_sdk, in workspaces with limits of their own.

A wave of channels has its hour; the bot is killed and started again until nearly all of them are served. Then the hour
of the next wave comes, until it has been killed often enough; the last one serves what is left. Meanwhile people ask,
and one workspace or another gets nothing but 429 for a while.
"""

import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.chaos.harness import ROOT, Outcome
from tests.chaos.people import People
from tests.fake_slack import FaultPlan, User, read_store
from tests.served_slack import ServedSlack

THREADS = 10
"""One in so many channels gets a thread: an edition of several messages."""
STRAGGLERS = 50
"""One in so many channels need not be served before the next wave comes."""
WAVE_WITHIN = 900.0
STORM = 3.0
"""Seconds of nothing but 429 in one workspace."""
STORMS = 0.2
"""In how many lives there is one."""


@dataclass(kw_only=True)
class SlackOutcome(Outcome):
    """``days`` counts waves; besides, what came of the commands."""

    asked: int = 0
    answered: int = 0
    neglected: list[str] = field(default_factory=list)
    """Commands that were delivered to a bot that lived on, and got no answer."""
    slowest: float = 0.0
    """Seconds of the longest wait for an acknowledgement."""
    requests: Counter[str] = field(default_factory=Counter)
    """How often ``chat.postMessage`` was answered how."""


@dataclass(kw_only=True)
class SlackChaos:
    """``channels`` channels a wave, spread over ``workspaces`` workspaces; ``kills`` kills in all."""

    folder: Path
    channels: int
    kills: int
    workspaces: int
    plan: FaultPlan
    seed: int = 0
    settle: str = "3s"
    longest_life: float = 8.0
    progress: Callable[[str], None] = lambda _: None
    _bot: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _killed_at: list[float] = field(default_factory=list, init=False)
    _hours: list[str] = field(default_factory=list, init=False)
    """Of each wave so far."""

    def run(self) -> SlackOutcome:
        """Play it, and count. The local Slack lives through every kill, in this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        outcome = SlackOutcome()
        served = ServedSlack(self.folder, self.plan, limits=True)
        fake = served.fake
        try:
            for number in range(self.workspaces):
                fake.add_team(f"T{number}", users=[User(id=f"U{number}", is_admin=True)])
                fake.add_channel(f"D{number}", team=f"T{number}", members=[f"U{number}"])
            places = [(f"U{number}", f"D{number}") for number in range(self.workspaces)]
            people = People(fake=fake, places=places)
            served.do(people.begin())
            chance = random.Random(self.seed)
            while outcome.kills < self.kills:
                self._wave(served, outcome, chance)
            served.do(people.end(), timeout=30)
            self._end(outcome)
        finally:
            if self._bot:
                self._bot.kill()
                self._bot.wait()
            served.close()
        self._check(outcome)
        outcome.asked = len(people.asked)
        outcome.answered = sum(one.is_answered for one in people.asked)
        outcome.neglected += people.neglected(self._killed_at)
        outcome.slowest = max((one.delivery.ack_after or 0 for one in people.asked if one.delivery), default=0)
        outcome.requests = Counter({how: n for (method, how), n in fake.counts.items() if method == "chat.postMessage"})
        outcome.seconds = time.monotonic() - started
        return outcome

    # ---------------------------------------------------------------------------------------------------- playing

    def _wave(self, served: ServedSlack, outcome: SlackOutcome, chance: random.Random) -> None:
        """Serve the next channels; kill until it has been enough or nearly all of them are served."""
        wave = outcome.days
        now = datetime.now(UTC)
        self._hours.append(f"{max(now - timedelta(minutes=2), now.replace(hour=0, minute=0)):%H:%M}")
        for number in range(self.channels):
            team = number % self.workspaces
            served.fake.add_channel(_id(wave, number), team=f"T{team}", members=[f"U{team}"])
        self._write_config(served.fake.api)
        if wave == 0:
            self._import_stories()
        deadline = time.monotonic() + WAVE_WITHIN
        while True:
            bot = self._bot = self._start()
            is_last = outcome.kills >= self.kills
            life = WAVE_WITHIN if is_last else _life(chance, self.longest_life)
            storm_at = time.monotonic() + (life / 2 if chance.random() < STORMS and not is_last else math.inf)
            left = 0 if is_last else self.channels // STRAGGLERS
            ended_by = min(time.monotonic() + life, deadline)
            while time.monotonic() < ended_by and not self._are_served(left) and bot.poll() is None:
                if time.monotonic() > storm_at:
                    storm_at = math.inf
                    served.fake.storm(f"T{chance.randrange(self.workspaces)}", STORM)
                time.sleep(0.05)
            if bot.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.folder}/bot.log tells why the bot ended ({bot.poll()}), or took so long")
            if is_last:
                break
            self._killed_at.append(time.monotonic())
            bot.kill()
            bot.wait()
            outcome.kills += 1
            self.progress(f"kill {outcome.kills} of {self.kills}, wave {wave + 1}, {served.fake.posted} messages")
            if outcome.kills < self.kills and self._are_served(left):
                break
        outcome.days += 1

    def _end(self, outcome: SlackOutcome) -> None:
        """The last one may go in peace."""
        assert self._bot
        self._bot.send_signal(signal.SIGTERM)
        try:
            code = self._bot.wait(timeout=15)
        except subprocess.TimeoutExpired:
            outcome.lost.append("the bot did not stop when told to")
        else:
            if code:
                outcome.lost.append(f"the bot ended with {code}")

    def _are_served(self, but: int) -> bool:
        """Whether the ledger says that every channel *but* a few has had its edition."""
        store = self.folder / "data" / "daybrief.db"
        if not store.exists():
            return False
        try:
            with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
                [(count,)] = db.execute("SELECT count(*) FROM delivery WHERE next_at IS NULL")
        except sqlite3.Error:
            return False
        return bool(count >= len(self._hours) * self.channels - but)

    # --------------------------------------------------------------------------------------------------- counting

    def _check(self, outcome: SlackOutcome) -> None:
        """By the platform's own store, which knows nothing of ours, and by the ledger."""
        seen: Counter[tuple[str, int]] = Counter()
        for message in read_store(self.folder / "slack.jsonl"):
            payload = (message["metadata"] or {}).get("event_payload", {})
            seen[message["channel"], payload.get("part", -1)] += 1
        outcome.duplicated = [f"{channel}, part {part}" for (channel, part), count in seen.items() if count > 1]
        parts: dict[str, set[int]] = {}
        for channel, part in seen:
            parts.setdefault(channel, set()).add(part)
        longest = max((max(there) for there in parts.values()), default=0)
        if self.channels >= THREADS and longest == 0:
            outcome.lost.append("no edition had more than one message")
        states = {row["channel"]: row["state"] for row in self._ledger()}
        for wave in range(outcome.days):
            for number in range(self.channels):
                name = _id(wave, number)
                outcome.deliveries += 1
                due = set(range(longest + 1)) if _is_thread(number) else {0}
                there, state = parts.get(name, set()), states.get(f"c{name}", "absent")
                outcome.sent += state == "sent" and there == due
                if state != "sent" or there != due:
                    outcome.lost.append(f"{name}: the ledger says {state}, Slack has the parts {sorted(there)}")

    def _ledger(self) -> list[dict[str, str]]:
        command = self._command("deliveries", "--json")
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, check=True)
        rows: list[dict[str, str]] = json.loads(done.stdout)
        return rows

    # -------------------------------------------------------------------------------------------------- processes

    def _start(self) -> subprocess.Popen[bytes]:
        with (self.folder / "bot.log").open("ab") as log:
            return subprocess.Popen(self._command("run"), cwd=ROOT, env=self._environment(), stdout=log, stderr=log)

    def _command(self, command: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "bot", command, *arguments, "--config", str(self.folder / "config.toml")]

    def _environment(self) -> dict[str, str]:
        tokens = ",".join(f"xoxb-T{number}" for number in range(self.workspaces))
        secrets = {"SLACK_BOT_TOKEN": tokens, "SLACK_APP_TOKEN": "xapp-1"}
        return {**os.environ, **secrets, "NO_COLOR": "1", "HTTP_PROXY": "", "HTTPS_PROXY": ""}

    def _import_stories(self) -> None:
        stories = self.folder / "stories.jsonl"
        stories.write_text(
            "".join(
                json.dumps({"title": f"A lab opens in town {number}", "sections": {"key_points": ["It opens today."]}})
                + "\n"
                for number in range(3)
            )
        )
        subprocess.run(
            self._command("import", str(stories)), cwd=ROOT, env=self._environment(), check=True, capture_output=True
        )

    def _write_config(self, api: str) -> None:
        """The channels of all waves so far; the hour of the last one has just come."""
        channels = "".join(
            f'[[channels]]\nname = "c{_id(wave, number)}"\nplatform = "slack"\nchannel = "{_id(wave, number)}"\n'
            f'workspace = "T{number % self.workspaces}"\nlayout = "{"thread" if _is_thread(number) else "message"}"\n'
            f'time = "{hour}"\n'
            for wave, hour in enumerate(self._hours)
            for number in range(self.channels)
        )
        text = (
            f'[bot]\ndata_dir = "data"\n[slack]\napi_url = "{api}"\n'
            f'[delivery]\nrequest_timeout = "2s"\nsettle = "{self.settle}"\n'
            f'[defaults]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n{channels}'
        )
        (self.folder / "config.toml").write_text(text)


def _id(wave: int, number: int) -> str:
    return f"C{wave}X{number}"


def _is_thread(number: int) -> bool:
    return number % THREADS == THREADS - 1


def _life(chance: random.Random, longest: float) -> float:
    """Seconds until the next kill: now and then while it starts, mostly amid the posts and the commands."""
    return chance.uniform(0.3, 2.0) if chance.random() < 0.25 else chance.uniform(2.0, longest)
