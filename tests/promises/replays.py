"""What a platform says twice acts once: everything that can come in, four times in random order, over restarts.

A day is lived on each platform with everything in it that people can do and that can happen to a workspace. Then what
came in comes again, three times more, old and new mixed, to a process that has been started anew. What the platform
holds and what the database file holds must be what they were after the first time: a pause that was taken back, a text
that was corrected again, a name that has changed since would otherwise come back.

Answers that only the asker sees are no effect: they are counted. Nothing remembers them over a restart.
"""

import asyncio
import contextlib
import logging
import os
import random
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from bot.newsroom import Newsroom
from tests.promises.replays_discord import discord_day
from tests.promises.replays_slack import slack_day
from tests.promises.table import Extent, Measured

TIMES = 4
"""How often everything comes in."""
_SEEDS = {Extent.SMALL: 1, Extent.FULL: 25}
_RESTARTS = {Extent.SMALL: 1, Extent.FULL: 3}

Spoil = Callable[[Newsroom], None]
"""Breaks something in a process that has just started; for the test that shows that it would be seen."""


class _Life(Protocol):
    """A process of the bot, on the platform."""

    room: Newsroom


Life = TypeVar("Life", bound=_Life)
What = TypeVar("What")
"""Something that comes in."""


class Day(Protocol[Life, What]):
    """A platform with people on it."""

    name: str

    def life(self, folder: Path, spoil: Spoil) -> AbstractAsyncContextManager[Life]:
        """Start the bot over what is stored in *folder*, after *spoil*."""

    async def live(self, life: Life) -> None:
        """Do everything once; what somebody does is undone, or done otherwise, by something later."""

    def came(self) -> Sequence[What]:
        """What has come in so far."""

    def kind(self, what: What) -> str:
        """Of which kind it is."""

    def all_kinds(self) -> frozenset[str]:
        """Everything that the product listens for."""

    async def again(self, life: Life, what: What) -> None:
        """Let *what* come in once more, and be acted on."""

    def shown(self) -> Iterable[tuple[str, object]]:
        """What everybody sees, message by message, with its place."""

    def answers(self) -> int:
        """How many answers only the asker has seen."""


@dataclass(slots=True)
class Seen:
    """What came of one day."""

    kinds: int = 0
    deliveries: int = 0
    answers: int = 0
    """Given anew after a restart."""
    broken: list[str] = field(default_factory=list)


def measure(extent: Extent) -> Measured:
    """All of it, on both platforms."""
    days = [(name, seed) for name in ("slack", "discord") for seed in range(_SEEDS[extent])]
    seen = [asyncio.run(played(name, seed, _RESTARTS[extent])) for name, seed in days]
    kinds, restarts = sum(one.kinds for one in seen) // _SEEDS[extent], _RESTARTS[extent] * len(seen)
    deliveries, answers = sum(one.deliveries for one in seen), sum(one.answers for one in seen)
    broken = tuple(line for one in seen for line in one.broken)
    orders = f"{deliveries:,} deliveries in {len(seen)} random orders over {restarts} restarts"
    anew = f"{answers:,} answers to the asker alone were given anew after a restart"
    return Measured(
        figures=f"{kinds} kinds of events and interactions, {orders}: {len(broken)} further effects; {anew}",
        broken=broken,
    )


async def played(platform: str, seed: int, restarts: int, spoil: Spoil = lambda _: None) -> Seen:
    """One day on *platform*, and all of it again."""
    with _undisturbed(), tempfile.TemporaryDirectory() as folder:
        chance, place = random.Random(f"{platform} {seed}"), Path(folder)
        if platform == "slack":
            async with slack_day(place) as slack:
                return await _played(slack, place, chance, restarts, spoil)
        async with discord_day(place) as discord:
            return await _played(discord, place, chance, restarts, spoil)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing goes through a proxy, and nothing is logged: private answers to what is over cannot arrive any more."""
    proxies = {name: os.environ.pop(name) for name in [*os.environ] if name.casefold().endswith("_proxy")}
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
        os.environ.update(proxies)


async def _played(day: Day[Life, What], folder: Path, chance: random.Random, restarts: int, spoil: Spoil) -> Seen:
    seen = Seen()
    async with day.life(folder, spoil) as life:
        await day.live(life)
        first, world = list(day.came()), _World(day, folder)
        again = first * (TIMES - 1)
        chance.shuffle(again)
        lives = [again[number :: restarts + 1] for number in range(restarts + 1)]
        answers = day.answers()
        seen.broken += [line for one in lives[0] for line in await world.after(day.again(life, one), day.kind(one))]
        if day.answers() > answers:
            seen.broken.append(f"{day.name}: {day.answers() - answers} answers were given twice by one process")
    answers = day.answers()
    for replays in lives[1:]:
        async with day.life(folder, spoil) as life:
            seen.broken += [line for one in replays for line in await world.after(day.again(life, one), day.kind(one))]
    kinds = frozenset(map(day.kind, first))
    seen.broken += [f"{day.name}: nobody has tried {kind}" for kind in sorted(day.all_kinds() - kinds)]
    seen.kinds, seen.deliveries, seen.answers = len(kinds), len(first) * TIMES, day.answers() - answers
    return seen


class _World:
    """What the platform and the database file hold."""

    def __init__(self, day: Day[Life, What], folder: Path) -> None:
        self._name, self._shown, self._folder = day.name, day.shown, folder
        self._was = self._rows()

    async def after(self, coming: Awaitable[None], kind: str) -> list[str]:
        """What has changed once something of this *kind* has come in; nothing may."""
        await coming
        was, self._was = self._was, self._rows()
        changes = [f"+ {row}" for row in self._was - was] + [f"- {row}" for row in was - self._was]
        return [f"{self._name}: {kind}: {change}"[:300] for change in changes]

    def _rows(self) -> frozenset[tuple[str, object]]:
        with sqlite3.connect(f"file:{self._folder / 'daybrief.db'}?mode=ro", uri=True) as db:
            # SQLite's own tables say which numbers come next.
            names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            tables = [name for (name,) in names]
            stored = [(f"table {name}", row) for name in tables for row in db.execute(f'SELECT * FROM "{name}"')]  # noqa: S608  # its own
        return frozenset([*stored, *((f"channel {channel}", message) for channel, message in self._shown())])
