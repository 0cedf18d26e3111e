"""A database that fails: the n-th write of a morning fails, for every n, and the morning comes right all the same.

A morning is gathering, publishing, a correction, a restart, and one more channel. Writes fail in ways of SQLite: what
SQLite says is raised in place of the statement; another connection holds the lock; the file may grow no more; or the
commit is done and said to have failed, as after a failing ``fsync``. It fails once, or for three minutes.
"""

import asyncio
import contextlib
import functools
import logging
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any

from adapters.analyst.extractive import ExtractiveAnalyst
from bot.config import read
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.manuscript import Manuscript
from bot.model import DeliveryState
from bot.newsroom import Newsroom
from bot.ports import Search
from bot.rings import rings
from storage import Keeper
from storage.sqlite.connection import connect
from storage.sqlite.database import SqliteDatabase
from storage.sqlite.upgrade import prepare
from tests.clock import VirtualClock
from tests.newsroom import GivenFeeds, InlineWorkers, entry
from tests.promises.board import Board
from tests.promises.table import Extent, Measured

_BEGIN = datetime(2026, 3, 3, 7, 58, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_CORRECTED, _RESTARTED, _END = 4, 5, 20
"""Minutes after the beginning; the five-hundredth write comes long enough before the end for all to come right."""
_OUTAGE = 3 * _MINUTE
_START_AGAIN = timedelta(seconds=5)
"""After which a service manager starts what has ended."""
RECOVERY = timedelta(seconds=60)
_BEFORE = (2, 6, 8)
"""Writes before the first post."""
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE", "COMMIT")
_CHANNELS = {"late": "08:05", **{f"c{number}": "08:00" for number in range(9)}}
_TITLES = (
    "Norvik opens a laboratory for quiet motors",
    "Halden halves the price of its smallest model",
    "Orrery publishes the weights of its planner",
    "A court in Lund forbids one kind of scraping",
    "Fjord Robotics buys a maker of grippers",
)
_FEEDS = tuple(f"https://{name}.test/feed" for name in ("wire", "post", "herald", "courier", "gazette"))
_TRUE = "What Norvik really opened"


class Fault(Enum):
    """How a write fails."""

    FULL = auto()
    """SQLite says that the disk is full."""
    IOERR = auto()
    """SQLite says that the disk failed."""
    LOCKED = auto()
    """Another connection holds the lock."""
    CAPPED = auto()
    """The file may really grow no more; what fits into it is still written."""
    LATE = auto()
    """What was asked for is done, commits above all, and said to have failed."""


@dataclass(slots=True)
class Faults:
    """What happens to the writes of one morning."""

    path: Path
    clock: VirtualClock
    at: int
    """The write that fails, from 1; 0: none does."""
    fault: Fault
    lasting: timedelta
    writes: int = 0
    until: datetime | None = None
    """When all is well again; None: it has not begun, or is one write only."""
    began: datetime | None = None
    recovered: datetime | None = None
    """The first commit after that."""
    holder: sqlite3.Connection | None = None

    def opened(self, path: Path, *, reads_only: bool) -> Any:  # noqa: ANN401 - as the store has it
        """A connection whose writes fail."""
        if reads_only:
            return connect(path, reads_only=True)
        return connect(path, patience=0.001, factory=functools.partial(_Faulty, self))  # type: ignore[arg-type]

    def strikes(self, sql: str) -> bool:
        """Whether the write that is about to be done fails."""
        self.end_if_over()
        self.writes += 1
        if self.writes == self.at:
            self.began = self.clock.now()
            self.until = self.began + self.lasting
            return True
        return self.until is not None and self.clock.now() < self.until

    def end_if_over(self) -> None:
        """Let go of what was in the way."""
        if self.holder and self.until and self.clock.now() >= self.until:
            self.holder.close()
            self.holder = None

    def hold(self) -> None:
        """Take the lock in another connection."""
        if self.holder is None:
            self.holder = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=0.001)
            with contextlib.suppress(sqlite3.OperationalError):  # the write under way has it
                self.holder.execute("BEGIN IMMEDIATE")

    def committed(self) -> None:
        """Something is on disk."""
        if self.until and self.recovered is None and self.clock.now() >= self.until:
            self.recovered = self.clock.now()


class _Faulty(sqlite3.Connection):
    """A connection that asks first."""

    def __init__(self, faults: Faults, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **named)
        self._faults = faults

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401
        return self._unless_it_fails(sql, lambda: super(_Faulty, self).execute(sql, *parameters))

    def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401
        return self._unless_it_fails(sql, lambda: super(_Faulty, self).executemany(sql, *parameters))

    def _unless_it_fails(self, sql: str, do: Any) -> sqlite3.Cursor:  # noqa: ANN401
        word = sql.strip().upper()
        if not word.startswith(_WRITES):
            return do()  # type: ignore[no-any-return]
        faults = self._faults
        fails = faults.strikes(sql)
        if faults.fault is Fault.CAPPED:
            [(pages,)] = super().execute("PRAGMA page_count").fetchall()
            super().execute(f"PRAGMA max_page_count = {pages if fails else 1_000_000}")
        elif fails and faults.fault is Fault.LOCKED and word.startswith("BEGIN"):
            faults.hold()
        elif fails and faults.fault is Fault.LATE:
            do()
            raise _error(Fault.IOERR)
        elif fails and faults.fault is not Fault.LOCKED:
            raise _error(faults.fault)
        done = do()
        if word.startswith("COMMIT"):
            faults.committed()
        return done  # type: ignore[no-any-return]


def _error(fault: Fault) -> sqlite3.OperationalError:
    codes = {Fault.FULL: sqlite3.SQLITE_FULL, Fault.IOERR: sqlite3.SQLITE_IOERR_FSYNC}
    error = sqlite3.OperationalError("database or disk is full" if fault is Fault.FULL else "disk I/O error")
    error.sqlite_errorcode = codes[fault]
    return error


@dataclass(slots=True)
class Morning:
    """What came of one."""

    faults: Faults
    board: Board
    broken: list[str] = field(default_factory=list)
    failed_starts: int = 0
    is_corrected: bool = False
    looks: int = 0


def measure(extent: Extent, made: Callable[[], Board] = Board) -> Measured:
    """Every write, or every twenty-fifth and some just before a post, fails in one of the ways. *made* makes the
    platform.
    """
    logging.disable(logging.CRITICAL)
    try:
        return asyncio.run(_measure(extent, made))
    finally:
        logging.disable(logging.NOTSET)


async def _measure(extent: Extent, made: Callable[[], Board]) -> Measured:
    broken: list[str] = []
    slowest, struck, looks, twice = timedelta(), 0, 0, 0
    mornings = await _mornings(extent, made)
    for number, fault, lasting in mornings:
        seen = await play(number, fault, lasting, made())
        broken += [f"write {number}, {fault.name.lower()}, {lasting}: {one}" for one in seen.broken]
        struck += seen.faults.began is not None
        looks += seen.looks
        twice += sum(count - 1 for count in seen.board.posts().values())
        if seen.faults.until and seen.faults.recovered:
            slowest = max(slowest, seen.faults.recovered - seen.faults.until)
    if struck < len(mornings):
        broken.append(f"only {struck} of {len(mornings)} mornings have so many writes")
    figures = (
        f"{struck} mornings with a failing write (full, failing, locked, capped, late; once or for 3 minutes): {twice} "
        f"duplicates, writing again {slowest.total_seconds():.0f} s after it could at the latest, {looks:,} look-ups "
        f"meanwhile; {len(broken)} mornings or look-ups went wrong"
    )
    return Measured(figures=figures, broken=tuple(broken))


async def _mornings(extent: Extent, made: Callable[[], Board]) -> list[tuple[int, Fault, timedelta]]:
    """Which write fails, how, and for how long.

    A post is most easily doubled by what fails just before it, where it is announced; few in twenty-five are there.
    """
    step = 1 if extent is Extent.FULL else 25
    numbers = range(1, 501, step)
    mornings = [
        (number, list(Fault)[number // step % len(Fault)], (timedelta(), _OUTAGE)[number // step // len(Fault) % 2])
        for number in numbers
    ]
    first = await _write_of_first_post(made())
    return mornings + [(first - before, fault, _OUTAGE) for before in _BEFORE for fault in (Fault.FULL, Fault.LATE)]


async def _write_of_first_post(board: Board) -> int:
    """How many writes a morning has behind it when it posts for the first time."""
    at: list[int] = []
    await play(0, Fault.FULL, _OUTAGE, board, on_post=lambda faults: at.append(faults.writes))
    return at[0]


async def play(
    number: int,
    fault: Fault,
    lasting: timedelta,
    board: Board,
    *,
    on_post: Callable[[Faults], object] = lambda _: None,
) -> Morning:
    """One morning in which write *number* fails, and those of *lasting* after it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "daybrief.db"
        clock = VirtualClock(_BEGIN)
        morning = Morning(Faults(path, clock, number, fault, lasting), board)
        board.on_post = lambda: on_post(morning.faults)
        prepare(path)
        async with _running(morning) as desk:
            await _live(desk, morning, 0, _RESTARTED)
        async with _running(morning) as desk:
            await _live(desk, morning, _RESTARTED, _END)
            await _judge(desk, morning)
        return morning


@contextlib.asynccontextmanager
async def _running(morning: Morning) -> AsyncIterator[Desk]:
    """A bot that has started; a start that fails is tried again, as a service manager would."""
    faults = morning.faults
    while True:
        store = Keeper(SqliteDatabase(faults.path, opened=faults.opened))
        workers = InlineWorkers()
        room = Newsroom(
            config=_configuration(faults.path.parent),
            store=store,
            clock=faults.clock,
            workers=workers,
            reader=_feeds(),
            analyst=ExtractiveAnalyst(workers),
            platforms={"terminal": morning.board},
        )
        desk = Desk(room)
        try:
            await desk.shift.open()
            await desk.shift.take_over()
            break
        except DaybriefError as trouble:
            await store.close()
            morning.failed_starts += 1
            if faults.until is None or (faults.clock.now() > faults.until and faults.recovered):
                morning.broken.append(f"it does not start, though all is well: {trouble}")
            if morning.failed_starts > 2 * _OUTAGE / _START_AGAIN:
                raise
            await faults.clock.wait(_START_AGAIN)
    try:
        yield desk
    finally:
        await store.close()


async def _live(desk: Desk, morning: Morning, first: int, last: int) -> None:
    """Minute by minute, everything that the alarm rings for, and the people."""
    clock = morning.faults.clock
    again: dict[str, tuple[int, int]] = {}
    """For what has failed: the minute in which the alarm rings for it once more, and after how many."""

    async def nothing() -> None: ...

    for minute in range(first, last):
        clock.move_to(max(clock.now(), _BEGIN + minute * _MINUTE))
        for ring in rings(desk, 30 * _MINUTE, settle=nothing, gather=desk.rounds.gather):
            at, pause = again.get(ring.name, (minute, 0))
            if minute == first or (pause and at == minute) or minute * _MINUTE % ring.every == timedelta():
                again.pop(ring.name, None)
                if not await _try(morning, ring.name, ring.action()):
                    again[ring.name] = minute + (pause * 2 or 1), pause * 2 or 1
        if minute > first:
            await _look_up(desk, morning)
        if minute >= _CORRECTED and not morning.is_corrected:
            morning.is_corrected = await _try(morning, "correcting", _correct(desk))


async def _try(morning: Morning, what: str, action: Any) -> bool:  # noqa: ANN401 - whatever rings
    """Whether *action* came to its end. A sentence for people is no bug; anything else is."""
    try:
        await action
    except DaybriefError:
        return False
    except Exception as bug:  # noqa: BLE001 - that is what is looked for
        morning.broken.append(f"{what} failed in a way that was not foreseen: {bug!r}")
        return False
    return True


async def _look_up(desk: Desk, morning: Morning) -> None:
    """People ask, whatever the disk does."""
    try:
        await desk.stories.search(Search(words="laboratory"))
        await desk.channels.deliveries()
        morning.looks += 1
    except Exception as trouble:  # noqa: BLE001 - whatever it is, nobody got an answer
        morning.broken.append(f"a look-up failed: {trouble!r}")


async def _correct(desk: Desk) -> None:
    [story] = await desk.stories.search(Search(words="Norvik"))
    if story.title != _TRUE:
        await desk.editing.correct(story, Manuscript(title=_TRUE, takeaway="Norvik moved."))


async def _judge(desk: Desk, morning: Morning) -> None:
    """What everybody has in the end, by the platform's own messages."""
    board, faults, broken = morning.board, morning.faults, morning.broken
    broken += [f"posted {count} times" for count in board.posts().values() if count > 1]
    broken += [f"{one} has no edition" for one in _CHANNELS if all(one != got.channel for got in board.messages)]
    broken += [f"{got.channel} reads what was corrected" for got in board.messages if _TITLES[0] in got.text]
    broken += [
        f"{one.channel.id} is recorded as {one.state}: {one.reason}"
        for one in await desk.channels.deliveries()
        if one.state is not DeliveryState.SENT
    ]
    if faults.until and (faults.recovered is None or faults.recovered - faults.until > RECOVERY):
        broken.append(f"nothing was written within {RECOVERY} after it could; first at {faults.recovered}")


def _feeds() -> GivenFeeds:
    given = GivenFeeds()
    at = _BEGIN - 10 * _MINUTE
    for url, title in zip(_FEEDS, _TITLES, strict=True):
        given.entries[url] = [entry(title, f"{url}/1", published=at)]
    return given


def _configuration(folder: Path) -> Any:  # noqa: ANN401
    text = '[defaults]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    text += "".join(f'[[feeds]]\nurl = "{url}"\n' for url in _FEEDS)
    text += "".join(
        f'[[channels]]\nname = "{name}"\nplatform = "terminal"\nchannel = "{name}"\ntime = "{at}"\n'
        for name, at in _CHANNELS.items()
    )
    return read(text, folder=folder, environ={})
