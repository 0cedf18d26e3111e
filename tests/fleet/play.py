"""A fleet and its accidents: whoever delivers is killed or frozen again and again, until all that was ordered is there.

Half of the kills strike at the very moment when a platform has taken a post and not yet answered.
"""

import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.roles import Role
from tests.chaos.campaign import PER_FAULT, chat_of
from tests.chaos.chat import Chat
from tests.fleet.member import Member, Place
from tests.fleet.morning import Morning
from tests.fleet.shape import Outcome, Shape

PLATFORMS = ("slack", "discord")
WORKERS = 0.8
"""In how many accidents a worker is struck; otherwise anybody else."""
BETTER = 1.2
"""A platform's own time may be missed by so much."""
GONE_WITHIN = 10.0
"""Seconds from SIGTERM within which everybody has ended."""
_LEFT = 0.5
"""Which part of a wave is left when the next one comes."""
_READY_IN = timedelta(seconds=60)
_READY_EACH = timedelta(milliseconds=10)
"""How long a fleet has at least until the minute in which all comes due at once, and more for each channel."""
_SETTLED_WITHIN = 240.0
"""Seconds after the last accident in which all has to be final, and as many more as platforms need."""
_MOST_UNRULY = 20
"""After so many ends that nobody wanted it is not played on."""
_LOOK_EVERY = 0.05
_GLANCE = 1.0


class Fleet:
    """One play, in *folder*, over the empty database at *url*."""

    def __init__(self, folder: Path, url: str, shape: Shape, seed: int, progress: Callable[[str], object]) -> None:
        self._shape = shape
        self._chance = random.Random(f"fleet {seed}")
        self._progress = progress
        self._chats: list[Chat] = [
            chat_of(
                name,
                folder / name,
                seed,
                per_fault=PER_FAULT if shape.faults else 0.0,
                workspaces=shape.workspaces,
            )
            for name in PLATFORMS
        ]
        secrets = {name: value for chat in self._chats for name, value in chat.secrets().items()}
        self._place = Place(folder=folder, secrets=secrets)
        self._morning = Morning(folder=folder, url=url, chats=self._chats, shape=shape)
        roles = [Role.ALARM] * shape.alarms + [Role.WORKER] * shape.workers + [Role.SLACK, Role.DISCORD]
        self._members = [Member(place=self._place, role=role, number=number) for number, role in enumerate(roles)]
        self._outcome = Outcome()
        self._doomed: Member | None = None
        """Is killed with the next post that is taken."""
        self._accident_at = 0.0
        self._last_post: dict[str, float] = {}
        """By platform, on the monotonic clock."""

    def run(self) -> Outcome:
        """Play it to its end, and count."""
        began = time.monotonic()
        try:
            for chat in self._chats:
                chat.furnish()
            self._play()
            self._end()
        finally:
            for one in self._members:
                one.kill(0.0)
            for chat in self._chats:
                chat.close()
        self._count()
        self._outcome.seconds = time.monotonic() - began
        return self._outcome

    # ---------------------------------------------------------------------------------------------------- playing

    def _play(self) -> None:
        self._morning.write()
        stories = self._place.folder / "stories.jsonl"
        stories.write_text(self._morning.stories(), encoding="utf-8")
        self._place.do("import", str(stories), "--yes")
        due = self._next_wave()
        for one in self._members:
            one.start()
        while due - datetime.now(UTC) > timedelta():
            self._look_after()
        minute = time.monotonic()
        for chat in self._chats:
            chat.on_answer = self._heard(chat.name)
        self._accident_at = time.monotonic() + self._shape.pause
        while not self._is_enough():
            self._look_after()
            self._befall()
            self._go_on()
        self._settle()
        self._outcome.took = {name: at - minute for name, at in self._last_post.items() if self._shape.at_once}

    def _next_wave(self) -> datetime:
        """More channels are due; when they are."""
        now = datetime.now(UTC)
        due = max(now - timedelta(minutes=2), now.replace(hour=0, minute=0))
        if self._shape.at_once:
            ready = now + _READY_IN + _READY_EACH * self._shape.channels
            due = ready.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self._morning.add_wave(due)
        self._morning.write()
        self._outcome.waves += 1
        return due

    def _heard(self, platform: str) -> Callable[[str], object]:
        """What is done in the platform's thread whenever it has decided about something."""

        def on_answer(kind: str) -> None:
            if kind != "post":
                return
            self._last_post[platform] = time.monotonic()
            doomed, self._doomed = self._doomed, None
            if doomed:
                self._kill(doomed)

        return on_answer

    def _is_enough(self) -> bool:
        """All that was to befall has; or all is delivered, and nothing more can be made due."""
        outcome, shape = self._outcome, self._shape
        has_all = outcome.kills.total() >= shape.kills and outcome.freezes >= shape.freezes
        return has_all or (shape.at_once and self._morning.accepted() >= self._morning.ordered)

    def _go_on(self) -> None:
        """Another wave, where little is left of this one."""
        left = self._morning.ordered - self._morning.accepted()
        if not self._shape.at_once and left < _LEFT * self._shape.channels * len(self._chats):
            self._next_wave()
            for one in self._members:
                if one.role is Role.ALARM and one.lives:
                    one.tell(signal.SIGHUP)

    def _befall(self) -> None:
        """An accident, if it is time for one."""
        if time.monotonic() < self._accident_at:
            return
        self._accident_at = time.monotonic() + self._chance.uniform(0, 2 * self._shape.pause)
        if self._doomed:
            self._kill(self._doomed)  # nothing was posted meanwhile
            self._doomed = None
        workers = self._chance.random() < WORKERS
        them = [one for one in self._members if one.lives and (one.role is Role.WORKER) is workers]
        if not them:
            return
        one = self._chance.choice(them)
        outcome, shape = self._outcome, self._shape
        share = outcome.freezes / shape.freezes if shape.freezes else 1.0
        if share <= outcome.kills.total() / max(shape.kills, 1) and outcome.freezes < shape.freezes:
            one.freeze(shape.frozen_for)
            outcome.freezes += 1
        elif outcome.kills.total() >= shape.kills:
            return
        elif self._chance.random() < 0.5:
            self._doomed = one
        else:
            self._kill(one)

    def _kill(self, one: Member) -> None:
        if one.kill(self._chance.uniform(0.0, self._shape.pause)):
            self._outcome.kills[one.role] += 1

    def _look_after(self) -> None:
        """See to everybody, and tell how far it is."""
        time.sleep(_LOOK_EVERY)
        for one in self._members:
            if wrong := one.see_to():
                self._outcome.unruly.append(wrong)
        if len(self._outcome.unruly) > _MOST_UNRULY:
            raise RuntimeError(self._outcome.unruly[-1])
        outcome = self._outcome
        self._progress(
            f"{outcome.kills.total()} of {self._shape.kills} killed, {outcome.freezes} frozen, wave {outcome.waves}, "
            f"{self._morning.accepted():,} of {self._morning.ordered:,} messages"
        )

    def _settle(self) -> None:
        """Nothing befalls anybody any more; in the end all is final."""
        needed = sum(self._morning.bound(chat.name) for chat in self._chats)
        deadline = time.monotonic() + _SETTLED_WITHIN + 2 * needed
        look_at = 0.0
        while time.monotonic() < deadline:
            self._look_after()
            if time.monotonic() >= look_at:
                if self._morning.is_over():
                    return
                look_at = time.monotonic() + _GLANCE

    def _end(self) -> None:
        """All may go in peace."""
        self._doomed = None
        for one in self._members:
            one.tell(signal.SIGCONT)
            one.tell(signal.SIGTERM)
        until = time.monotonic() + GONE_WITHIN
        self._outcome.unruly += [
            wrong for one in self._members if (wrong := one.ends_within(max(0.1, until - time.monotonic())))
        ]

    # --------------------------------------------------------------------------------------------------- counting

    def _count(self) -> None:
        outcome, morning = self._outcome, self._morning
        outcome.ordered = morning.ordered
        for what, wanted, came in (
            ("kills", self._shape.kills, outcome.kills.total()),
            ("freezes", self._shape.freezes, outcome.freezes),
        ):
            if came < wanted:
                outcome.spared.append(f"{came} of {wanted} {what}")
        for platform, found in morning.counts():
            outcome.messages += found.messages
            outcome.lost += [f"{platform}: {one}" for one in found.lost]
            outcome.duplicated += [f"{platform}: {one}" for one in found.duplicated]
        states = morning.states()
        outcome.disputed = [
            f"{platform}: {one.name} ({one.channel}): the ledger says {states.get(one.channel, 'nothing')}"
            for platform, made in morning.orders.items()
            for one in made
            if states.get(one.channel) != "sent"
        ]
        outcome.requests = {chat.name: dict(chat.requests()) for chat in self._chats}
        for platform, took in outcome.took.items():
            outcome.bound[platform] = bound = morning.bound(platform)
            if took > BETTER * bound:
                outcome.late.append(f"{platform} took {took:.1f} s, {took / bound:.2f} × the {bound:.1f} s it needs")
