"""What a simulated world is set in: which processes there are, and what they keep the ledger in."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.ports import Clock
from bot.roles import Role
from bot.wiring.standby import Turn
from storage import Keeper
from storage.sqlite.database import GROUP, Connection, condition
from storage.sqlite.upgrade import prepare
from tests.simulation.disk import Disk, LoopDatabase, opened, opened_on
from tests.simulation.faults import Weather
from tests.simulation.ledgers import InAFile, LedgerView
from tests.simulation.loop import Life, VirtualLoop

if TYPE_CHECKING:
    from storage.postgres.hearing import Connected


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What a process has of a database beside the store, where several share it."""

    url: str
    turn: Turn
    """To ring."""
    ring_again: Callable[[], Awaitable[int]]
    """As the product's doorbell has it, and so the next two."""
    connected: "Connected"
    tidy: Callable[[], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What one process has open; it is gone with it."""

    database: LoopDatabase
    store: Keeper
    shared: Shared | None = None
    """None: it is alone."""


class Engine(Protocol):
    """Where the ledger of a world is."""

    @property
    def ledger(self) -> LedgerView:
        """For whoever looks in from outside."""

    def open(self, life: Life, clock: Clock) -> Opened:
        """For a process. Raises StoreTrouble if it cannot."""


@dataclass(frozen=True, kw_only=True)
class Here:
    """What an engine needs of the world."""

    loop: VirtualLoop
    weather: Weather
    chance: random.Random
    begins: datetime


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Which processes there are, and where their ledger is."""

    roles: tuple[Role, ...]
    engine: Callable[[Here], Engine]
    hides: tuple[str, ...] = ()
    """What is called otherwise each time that a seed is run."""


def alone(folder: Path, *, has_disk: bool) -> Setting:
    """One process that does everything, over a SQLite file in *folder*; *has_disk*: on a disk that may fail."""

    def engine(here: Here) -> Engine:
        return File(database_in(folder), Disk(here.weather) if has_disk else None, here.chance)

    return Setting(roles=(Role.ALL,), engine=engine)


def database_in(folder: Path) -> Path:
    """The SQLite file there."""
    return folder / "daybrief.db"


class File:
    """A SQLite file; copies of it can be made and brought back."""

    def __init__(self, path: Path, disk: Disk | None, chance: random.Random) -> None:
        self.path = path
        self.ledger: LedgerView = InAFile(path)
        self._disk = disk
        self._chance = chance

    def open(self, life: Life, clock: Clock) -> Opened:
        """Make the tables, where they are not there, and open the file."""
        prepare(self.path)
        database = LoopDatabase(
            f"the database {self.path}",
            reader=Connection(self.path, reads_only=True, opened=opened),
            writer=Connection(self.path, reads_only=False, opened=opened_on(self._disk) if self._disk else opened),
            group=GROUP,
            chance=self._chance,
            condition=lambda: condition(self.path),
        )
        return Opened(database=database, store=Keeper(database))
