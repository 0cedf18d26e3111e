"""One round of chaos: a bot and a local platform, both new, and so many lives that end too soon.

A wave of channels has its hour; the bot dies and is started again until nearly all of them are served. Then the hour
of the next wave comes, until it has died often enough; the last life serves what is left. Meanwhile people ask, a story
is corrected again and again, feeds are gathered, and now and then the platform answers with nothing but 429 for a
while, or not at all.
"""

import json
import math
import random
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.chaos import checker, orders
from tests.chaos.bot import GONE_WITHIN, Bot
from tests.chaos.chat import Chat
from tests.chaos.endings import Ending, ending, silent_ending
from tests.chaos.feed import SilentFeed
from tests.chaos.life import Life, good_codes
from tests.chaos.orders import Order
from tests.chaos.outcome import Outcome, Shape
from tests.chaos.people import People

LEFT = 0.5
"""Which part of a wave is left to be served when the next one comes. It also comes when nothing was left to be posted
in a life, because all of it had to settle.
"""
TROUBLES = 0.15
"""In how many lives nothing but 429 comes for a while, or no answer at all."""
DEAF = 0.3
"""In how many of these the latter."""
CORRECTOR_DIES = 0.5
"""How often the process that corrects is killed at the end of a life."""
TWICE = 0.2
"""How many that are told to stop are told so twice."""
GATHERS = 0.2
"""In how many lives feeds are read."""
CORRECTS = 0.12
"""In how many lives a story is corrected meanwhile."""
CORRECTED_WITHIN = 600.0
"""Seconds after which every message shows the last correction: Slack takes 50 edits a minute in a workspace, and the
bot waits longer after each that is refused.
"""
SETTLED_WITHIN = 120.0
"""Seconds after which nothing may be in doubt any more in the last life."""
_SILENT_FOR = 0.5
"""Seconds at the most between the beginning of a silence that met nobody and the word to stop."""
_LONG_ENOUGH = 2.0
"""Seconds of a life in which something could have been posted."""
_LOOK_EVERY = 0.02
_GLANCE = 0.25


@dataclass(kw_only=True)
class Round:
    """Everything of it is in *folder*: the configuration, the database, the bot's log, the platform's store, and in
    ``lives.jsonl`` how each life ended.
    """

    folder: Path
    chat: Chat
    shape: Shape
    seed: int
    progress: Callable[[Outcome], object] = lambda _: None
    outcome: Outcome = field(default_factory=Outcome)
    _orders: list[Order] = field(default_factory=list)
    _hours: list[str] = field(default_factory=list)
    """Of each wave so far."""

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.chat.name}/{self.seed}")
        self._bot = Bot(folder=self.folder, secrets=self.chat.secrets(), program=self.shape.program)
        self._silent_feed = SilentFeed()
        self._correcting: subprocess.Popen[bytes] | None = None
        self._is_stalled = False
        self._silent_since: float | None = None
        self._silences: list[tuple[float, float]] = []
        """On the monotonic clock."""
        self._quiet: list[str] = []
        self._ref = ""
        self._began = time.monotonic()

    def run(self) -> Outcome:
        """Play it, and count."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            places = self.chat.furnish()
            self._quiet = [channel for _, channel in places]
            people = People(
                asks=self.chat.asks,
                is_reached=self.chat.is_reached,
                places=places,
                request_timeout=self.shape.request_timeout,
            )
            self.chat.do(people.begin())
            self._wave()
            self._import()
            while self.outcome.endings < self.shape.endings:
                self._life()
            self._last_life()
            self.chat.do(people.end(), timeout=30)
            self._end()
        finally:
            self._bot.end()
            self.chat.close()
            self._silent_feed.close()
        self._count(people)
        return self.outcome

    # ---------------------------------------------------------------------------------------------------- playing

    def _wave(self) -> None:
        """The hour of more channels has come."""
        now = datetime.now(UTC)
        self._hours.append(f"{max(now - timedelta(minutes=2), now.replace(hour=0, minute=0)):%H:%M}")
        wave = self.outcome.waves
        for number in range(self.shape.channels):
            channel = self.chat.add_channel(wave, number)
            self._orders.append(Order(channel=channel, wave=wave, number=number))
        self.outcome.waves += 1
        self.outcome.ordered = sum(len(order.messages) for order in self._orders)

    def _life(self) -> None:
        """A life, and its end."""
        left = self.outcome.ordered - self.chat.accepted()
        if self._is_stalled or left < LEFT * self.shape.channels:
            self._wave()
        amid = self.shape.silence(self.outcome.endings)
        self._write_config(gathers=self._chance.random() < GATHERS, amid=amid)
        if self._chance.random() < CORRECTS or amid == "edit":
            self._correct()
        end = self._ending(amid)
        before, spoken = self.chat.accepted(), self._bot.log_size()
        life = Life(end, lambda: self._bot.signal(self.shape.means))
        self._listen(life)
        trouble_at = math.inf
        if self._chance.random() < TROUBLES and not amid:
            trouble_at = self._chance.choice([-1.0, end.after / 2])  # before it is born, or in the middle of its life
        self._bot.start()
        while life.goes_on():
            if life.age > trouble_at:
                trouble_at = math.inf
                self._trouble()
            time.sleep(_LOOK_EVERY)
            if self._bot.has_ended() is not None and not life.told.is_set():
                raise RuntimeError(f"{self._bot.log} tells why the bot ended by itself ({self._bot.has_ended()})")
        at = end.at if life.told.is_set() else "birth" if end.is_unborn else "some moment"
        if end.is_silent:
            self.outcome.silences[at] += 1
            self._fall_silent()
            if not life.told.is_set():
                time.sleep(self._chance.uniform(0.0, _SILENT_FOR))
        life.tell()
        self._listen(None)
        self._is_stalled = life.age > _LONG_ENOUGH and self.chat.accepted() == before
        self._bury(life.age, at, spoken, is_silent=end.is_silent)
        self.chat.hang(is_deaf=False)
        if self._silent_since:
            self._silences.append((self._silent_since, time.monotonic()))
            self._silent_since = None

    def _ending(self, amid: str) -> Ending:
        settling = self.shape.settling
        return silent_ending(self._chance, settling, amid) if amid else ending(self._chance, settling)

    def _listen(self, life: Life | None) -> None:
        """Tell *life* of all that the platform and the silent feed see of it."""
        self.chat.on_answer = life.on_answer if life else lambda _: None
        self.chat.on_arrival = life.on_arrival if life else lambda _: False

        def on_reading() -> None:
            if life and life.on_arrival("feed"):
                life.tell()

        self._silent_feed.on_arrival = on_reading

    def _trouble(self) -> None:
        """The platform answers with nothing but 429 for a while, or not at all until this life has ended."""
        if self._chance.random() < DEAF:
            self._fall_silent()
        else:
            self.chat.storm(self._chance)

    def _fall_silent(self) -> None:
        """The platform answers nothing any more; so nobody gets an answer either, whatever the bot does."""
        self.chat.hang(is_deaf=True)
        self._silent_since = self._silent_since or time.monotonic()

    def _bury(self, age: float, at: str, spoken: int, *, is_silent: bool) -> None:
        """Wait until it has ended, and write down how it did. Told twice, it would not hang on what *is_silent*."""
        outcome = self.outcome
        is_told_twice = self.shape.means is signal.SIGTERM and self._chance.random() < TWICE and not is_silent
        if is_told_twice:
            self._bot.wait(self._chance.uniform(0.0, 2.0))
            self._bot.signal(signal.SIGTERM)
        if self._correcting and self._chance.random() < CORRECTOR_DIES:
            self._correcting.kill()
        code = self._bot.wait(GONE_WITHIN + 5)
        took = time.monotonic() - self._bot.told_at
        outcome.endings += 1
        outcome.moments[at] += 1
        self._note(age=round(age, 3), at=at, code=code, took=round(took, 3), accepted=self.chat.accepted())
        if self.shape.means is signal.SIGTERM:
            outcome.slowest_end = max(outcome.slowest_end, took)
            outcome.codes[str(code)] += 1
            good = good_codes(self._bot.said_since(spoken), is_told_twice=is_told_twice)
            if took > GONE_WITHIN:
                outcome.unruly.append(f"life {outcome.endings} ended only {took:.1f} s after it was told to")
            if code not in good:
                outcome.unruly.append(f"life {outcome.endings}, at {at}, ended with {code}")
        self._bot.end()
        self.progress(outcome)

    def _last_life(self) -> None:
        """Serve what is left, and settle what is in doubt."""
        self._write_config(gathers=False)
        self._bot.start()
        deadline = time.monotonic() + SETTLED_WITHIN + self.outcome.ordered / 5
        while time.monotonic() < deadline and self._bot.has_ended() is None and not self._is_over():
            time.sleep(_GLANCE)
        if self.outcome.corrections:
            self._correct(wait=True)
            # What a platform did not take at once, the bot brings in later.
            deadline = time.monotonic() + CORRECTED_WITHIN
            while self._are_outdated() and time.monotonic() < deadline:
                time.sleep(1)

    def _are_outdated(self) -> bool:
        return bool(checker.count(self._orders, self.chat.shown(), self.outcome.corrections).outdated)

    def _is_over(self) -> bool:
        """Whether the ledger calls everything final: there is nothing to wait for, whatever really arrived."""
        states = checker.states(self._bot.database)
        return all(states.get(order.channel, "due") not in {"due", "sending"} for order in self._orders)

    def _end(self) -> None:
        """The last one may go in peace."""
        if (code := self._bot.has_ended()) is not None:
            self.outcome.unruly.append(f"the last one ended by itself with {code}")
            return
        self._bot.signal(signal.SIGTERM)
        if (code := self._bot.wait(GONE_WITHIN)) != 0:
            how = "did not end when told to" if code is None else f"ended with {code}"
            self.outcome.unruly.append(f"the last one {how}")

    def _correct(self, *, wait: bool = False) -> None:
        """Correct the story about towns, beside whatever happens; not while an earlier correction is being made."""
        if self._correcting and self._correcting.poll() is None:
            if not wait:
                return
            self._correcting.wait(60)
        self.outcome.corrections += 1
        file = self.folder / "correction.json"
        file.write_text(orders.corrected(self.outcome.corrections), encoding="utf-8")
        self._correcting = self._bot.begin("correct", self._ref, str(file))
        if wait:
            self._correcting.wait(60)

    # --------------------------------------------------------------------------------------------------- counting

    def _count(self, people: People) -> None:
        outcome = self.outcome
        found = checker.count(self._orders, self.chat.shown(), outcome.corrections)
        outcome.messages = found.messages
        outcome.lost += found.lost
        outcome.duplicated += found.duplicated
        outcome.outdated += found.outdated
        states = checker.states(self._bot.database)
        outcome.disputed += [
            f"{order.name} ({order.channel}): the ledger says {states.get(order.channel, 'nothing')}"
            for order in self._orders
            if states.get(order.channel) != "sent"
        ]
        outcome.asked = len(people.asked)
        outcome.answered = sum(one.is_answered for one in people.asked)
        outcome.neglected += people.neglected([*self._bot.ends, *self._silences], self._began)
        outcome.slowest = max((one.ack_after or 0 for one in people.asked), default=0)
        outcome.requests = self.chat.requests()
        outcome.seconds = time.monotonic() - self._began

    # ------------------------------------------------------------------------------------------------------ files

    def _import(self) -> None:
        self._write_config(gathers=False)
        file = self.folder / "stories.jsonl"
        file.write_text(orders.stories(), encoding="utf-8")
        done = self._bot.do("import", str(file), "--json")
        if done.returncode:
            raise RuntimeError(f"the stories could not be imported: {done.stderr}")
        self._ref = next(one["ref"] for one in json.loads(done.stdout) if one["title"] == orders.COUNTED)

    def _write_config(self, *, gathers: bool, amid: str = "") -> None:
        """The channels of all waves so far; the hour of the last one has just come. *amid* what there will be silence
        needs something that it can happen to.
        """
        shape = self.shape
        text = (
            f'[bot]\ndata_dir = "data"\ngather_every = "2s"\nadmins = ["{self.chat.admin}"]\n{self.chat.table()}'
            '[fetch]\nfull_text = false\nallow_hosts = ["127.0.0.1"]\n'
            f'[delivery]\nrequest_timeout = "{shape.request_timeout:g}s"\nsettle = "{shape.settle:g}s"\n'
            '[defaults]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n'
        )
        if amid == "feed":
            text += f'[[feeds]]\nurl = "{self._silent_feed.url}"\nname = "Norvik"\ntopics = ["other"]\n'
        elif gathers:
            file = self.folder / "feed.xml"
            file.write_text(orders.feed(self.outcome.endings), encoding="utf-8")
            text += f'[[feeds]]\nurl = "{file}"\nname = "Norvik"\ntopics = ["other"]\n'
        text += "".join(
            order.table(self.chat.name, self._hours[order.wave], self.chat.place(order.channel))
            for order in self._orders
        )
        if shape.silences:
            # Wave after wave there is something that an admin has to hear of.
            text += "".join(
                orders.gone(self.chat.name, wave, hour, self.chat.nowhere(wave))
                for wave, hour in enumerate(self._hours)
            )
        text += orders.quiet(self.chat.name, [self.chat.place(channel) for channel in self._quiet])
        (self.folder / "config.toml").write_text(text, encoding="utf-8")

    def _note(self, **values: Any) -> None:  # noqa: ANN401  # whatever is worth knowing later
        with (self.folder / "lives.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at_second": round(time.monotonic() - self._began, 2), **values}) + "\n")
