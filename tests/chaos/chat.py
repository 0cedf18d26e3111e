"""The same chaos in a chat: the real ``daybrief run`` over the platform's real library, with the platform's own limits.

A wave of channels has its hour; the bot is killed and started again until nearly all of them are served. Then the hour
of the next wave comes, until it has been killed often enough; the last one serves what is left. Meanwhile people ask,
and now and then the platform answers with nothing but 429 for a while.
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
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from tests.chaos.harness import ROOT, Outcome
from tests.chaos.people import Heard, People

THREADS = 10
"""One in so many channels gets a thread: an edition of several messages."""
STRAGGLERS = 50
"""One in so many channels need not be served before the next wave comes."""
WAVE_WITHIN = 900.0
STORM = 3.0
"""Seconds of nothing but 429."""
STORMS = 0.2
"""In how many lives there is one."""


@dataclass(kw_only=True)
class ChatOutcome(Outcome):
    """``days`` counts waves; besides, what came of the commands."""

    asked: int = 0
    answered: int = 0
    neglected: list[str] = field(default_factory=list)
    """Commands that were delivered to a bot that lived on, and got no answer."""
    slowest: float = 0.0
    """Seconds of the longest wait for an acknowledgement."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """How often posts were answered how."""


class Chat(Protocol):
    """A local platform that lives through every kill, in this process."""

    name: str

    async def asks(self, user: str, channel: str, line: str) -> Heard:
        """A person types *line* in a channel."""

    def furnish(self) -> Sequence[tuple[str, str]]:
        """Make workspaces; a person and a channel in each, where questions are asked."""

    def do(self, work: Coroutine[Any, Any, Any], timeout: float = 20) -> Any:  # noqa: ANN401
        """What *work* gives, done where the platform lives."""

    def is_reached(self) -> bool:
        """Whether a bot is connected, and people can ask."""

    def add_channel(self, wave: int, number: int) -> None:
        """A channel to be served."""

    def table(self) -> str:
        """The platform's table in the configuration."""

    def place(self, wave: int, number: int) -> Mapping[str, str]:
        """The channel's keys in the configuration, but for the name."""

    def secrets(self) -> Mapping[str, str]:
        """What the bot finds in its environment."""

    def storm(self, chance: random.Random) -> None:
        """Answer with nothing but 429 for ``STORM`` seconds, at least in a part of the platform."""

    def posted(self) -> Iterable[tuple[str, str]]:
        """(channel, part) of each message that was accepted, by the platform's own store, which knows nothing of us."""

    def requests(self) -> Mapping[str, int]:
        """How often posts were answered how."""

    def close(self) -> None:
        """End."""


@dataclass(kw_only=True)
class ChatChaos:
    """``channels`` channels a wave; ``kills`` kills in all."""

    folder: Path
    chat: Chat
    channels: int
    kills: int
    seed: int = 0
    settle: str = "3s"
    longest_life: float = 8.0
    progress: Callable[[str], None] = lambda _: None
    _bot: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _killed_at: list[float] = field(default_factory=list, init=False)
    _hours: list[str] = field(default_factory=list, init=False)
    """Of each wave so far."""

    def run(self) -> ChatOutcome:
        """Play it, and count."""
        self.folder.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        outcome, chat = ChatOutcome(), self.chat
        try:
            people = People(asks=chat.asks, is_reached=chat.is_reached, places=chat.furnish())
            chat.do(people.begin())
            chance = random.Random(self.seed)
            while outcome.kills < self.kills:
                self._wave(outcome, chance)
            chat.do(people.end(), timeout=30)
            self._end(outcome)
        finally:
            if self._bot:
                self._bot.kill()
                self._bot.wait()
            chat.close()
        self._check(outcome)
        outcome.asked = len(people.asked)
        outcome.answered = sum(one.is_answered for one in people.asked)
        outcome.neglected += people.neglected(self._killed_at)
        outcome.slowest = max((one.ack_after or 0 for one in people.asked), default=0)
        outcome.requests = chat.requests()
        outcome.seconds = time.monotonic() - started
        return outcome

    # ---------------------------------------------------------------------------------------------------- playing

    def _wave(self, outcome: ChatOutcome, chance: random.Random) -> None:
        """Serve the next channels; kill until it has been enough or nearly all of them are served."""
        wave = outcome.days
        now = datetime.now(UTC)
        self._hours.append(f"{max(now - timedelta(minutes=2), now.replace(hour=0, minute=0)):%H:%M}")
        for number in range(self.channels):
            self.chat.add_channel(wave, number)
        self._write_config()
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
                    self.chat.storm(chance)
                time.sleep(0.05)
            if bot.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.folder}/bot.log tells why the bot ended ({bot.poll()}), or took so long")
            if is_last:
                break
            self._killed_at.append(time.monotonic())
            bot.kill()
            bot.wait()
            outcome.kills += 1
            self.progress(f"kill {outcome.kills} of {self.kills}, wave {wave + 1}")
            if outcome.kills < self.kills and self._are_served(left):
                break
        outcome.days += 1

    def _end(self, outcome: ChatOutcome) -> None:
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

    def _check(self, outcome: ChatOutcome) -> None:
        """By the platform's own store, which knows nothing of ours, and by the ledger."""
        seen = Counter(self.chat.posted())
        outcome.duplicated = [f"{channel}, part {part}" for (channel, part), count in seen.items() if count > 1]
        parts = Counter(channel for channel, _ in seen)
        longest = max(parts.values(), default=0)
        if self.channels >= THREADS and longest <= 1:
            outcome.lost.append("no edition had more than one message")
        states = {row["channel"]: row["state"] for row in self._ledger()}
        for wave in range(outcome.days):
            for number in range(self.channels):
                name = _name(wave, number)
                outcome.deliveries += 1
                due = longest if _is_thread(number) else 1
                there, state = parts[self.chat.place(wave, number)["channel"]], states.get(name, "absent")
                outcome.sent += state == "sent" and there == due
                if state != "sent" or there != due:
                    outcome.lost.append(f"{name}: the ledger says {state}, {self.chat.name} has {there} of {due}")

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
        return {**os.environ, **self.chat.secrets(), "NO_COLOR": "1", "HTTP_PROXY": "", "HTTPS_PROXY": ""}

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

    def _write_config(self) -> None:
        """The channels of all waves so far; the hour of the last one has just come."""
        channels = "".join(
            f'[[channels]]\nname = "{_name(wave, number)}"\nplatform = "{self.chat.name}"\ntime = "{hour}"\n'
            f'layout = "{"thread" if _is_thread(number) else "message"}"\n'
            + "".join(f'{key} = "{value}"\n' for key, value in self.chat.place(wave, number).items())
            for wave, hour in enumerate(self._hours)
            for number in range(self.channels)
        )
        text = (
            f'[bot]\ndata_dir = "data"\n{self.chat.table()}'
            f'[fetch]\nfull_text = false\n[delivery]\nrequest_timeout = "2s"\nsettle = "{self.settle}"\n'
            f'[defaults]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n{channels}'
        )
        (self.folder / "config.toml").write_text(text)


def _name(wave: int, number: int) -> str:
    return f"c{wave}x{number}"


def _is_thread(number: int) -> bool:
    return number % THREADS == THREADS - 1


def _life(chance: random.Random, longest: float) -> float:
    """Seconds until the next kill: now and then while it starts, mostly amid the posts and the commands."""
    return chance.uniform(0.3, 2.0) if chance.random() < 0.25 else chance.uniform(2.0, longest)
