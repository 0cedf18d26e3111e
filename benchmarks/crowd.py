"""What the measurements of thousands of channels stand on: a store on either engine that has them and a past of theirs.

PostgreSQL is the server of the tests: its files need not survive a power cut, so its commits wait for no disk.
"""

import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path

from adapters.analyst.extractive import ExtractiveAnalyst
from benchmarks.rig import processor_seconds
from bot.config import read
from bot.model import Channel, Coverage, Edition, Subscription
from bot.newsroom import Newsroom
from bot.ports import Clock
from storage import Keeper, codec
from storage.planning import OnPlanned, nobody
from storage.session import Database, Session
from tests import postgres
from tests.clock import VirtualClock
from tests.newsroom import GivenFeeds, InlineWorkers
from tests.scripted import ScriptedPlatform

ENGINES = ("SQLite", "PostgreSQL")
HOUR = datetime(2026, 3, 3, 8, tzinfo=UTC)
"""When all channels are due, every day."""
IN_A_WORKSPACE = 20
"""Channels; one workspace has as many as a tenth of all."""
_BATCH = 5_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """A store with many channels, and the newsroom over it."""

    engine: str
    database: Database
    room: Newsroom
    clock: VirtualClock
    folder: Path
    url: str
    """Of PostgreSQL; empty: it is SQLite, in the folder."""

    def servers_seconds(self) -> float:
        """What the server has used of the processor; 0: it is in our own process."""
        return sum(map(processor_seconds, _backends())) if self.url else 0.0


@contextlib.asynccontextmanager
async def crowd(engine: str, channels: int, *, days: int = 0, on_planned: OnPlanned = nobody) -> AsyncIterator[Crowd]:
    """So many *channels*, which have had their editions on so many *days* until the hour that comes next."""
    clock = VirtualClock(HOUR)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="daybrief-crowd-")))
        url = ""
        if engine == "PostgreSQL":
            stack.enter_context(postgres.room())
            url = stack.enter_context(postgres.database(has_queue=True))
        database = await opened(folder, url)
        try:
            for first in range(0, channels, _BATCH):
                some = [_order(number, channels) for number in range(first, min(first + _BATCH, channels))]
                await database.write(partial(_keep, orders=some))
            for back in range(days):
                await database.write(partial(_lived, at=HOUR - (back + 1) * _DAY, is_last=not back))
            await database.write(counted)
            room = newsroom(Keeper(database, on_planned), clock, folder)
            yield Crowd(engine=engine, database=database, room=room, clock=clock, folder=folder, url=url)
        finally:
            await database.close()


async def opened(folder: Path, url: str) -> Database:
    """The database at *url*, or in *folder*, with its tables."""
    if url:
        from storage.postgres.database import PostgresDatabase  # noqa: PLC0415 - its driver is loaded only for this
        from storage.postgres.place import Place  # noqa: PLC0415 - as above

        return PostgresDatabase(Place(url))
    from storage.sqlite.database import SqliteDatabase  # noqa: PLC0415 - where it is wanted
    from storage.sqlite.upgrade import prepare  # noqa: PLC0415 - as above

    prepare(folder / "daybrief.db")
    return SqliteDatabase(folder / "daybrief.db")


def newsroom(store: Keeper, clock: Clock, folder: Path) -> Newsroom:
    """One that posts nowhere, over *store*."""
    workers = InlineWorkers()
    return Newsroom(
        config=read("", folder=folder, environ={}),
        store=store,
        clock=clock,
        workers=workers,
        reader=GivenFeeds(),
        analyst=ExtractiveAnalyst(workers),
        platforms={"terminal": ScriptedPlatform()},
    )


def _order(number: int, channels: int) -> Subscription:
    workspace = "W" if number < channels // 10 else f"W{number // IN_A_WORKSPACE}"
    channel = Channel(platform="terminal", workspace=workspace, id=f"C{number}", name=f"news-{number}")
    # Of zones that keep the hour of UTC in winter, so that all are due at once.
    zone = ("UTC", "Europe/London", "Europe/Lisbon", "Africa/Accra")[number % 4]
    return Subscription(id=0, channel=channel, at=time(8), timezone=zone, days=(1, 2, 3, 4, 5, 6, 7), declared=False)


def _keep(db: Session, *, orders: Sequence[Subscription]) -> None:
    db.executemany(_KEEP, [codec.subscription_row(one) for one in orders])


def _lived(db: Session, *, at: datetime, is_last: bool) -> None:
    """All were sent an edition at *at*; what it held is on record of the last day alone."""
    micros = codec.micros(at)
    db.execute(_SENT, {"date": at.date().isoformat(), "at": micros})
    if is_last:
        db.execute("INSERT INTO reasons (digest, verdicts) VALUES ('', :none)", {"none": b""})
        db.execute(_EDITION, {"date": at.date().isoformat(), "at": micros, "content": _edition(at)})


def _edition(at: datetime) -> str:
    channel = Channel(platform="terminal", workspace="W", id="C0", name="news-0")
    coverage = Coverage(sources=3, articles=30, newest_at=at)
    shown = Edition(
        subscription=1,
        channel=channel,
        date=at.date(),
        timezone="UTC",
        due_at=at,
        composed_at=at,
        window_start=at - _DAY,
        stories=(),
        coverage=coverage,
    )
    return codec.edition_json(shown)


def counted(db: Session) -> None:
    """As the engine comes to do by itself when many rows have changed."""
    db.execute("ANALYZE")


def _backends() -> list[int]:
    """The processes of the server."""
    folder = Path(os.environ["DAYBRIEF_TEST_POSTGRES"]) / "data" / "postmaster.pid"
    first = int(folder.read_text().splitlines()[0])
    listed = Path(f"/proc/{first}/task/{first}/children").read_text().split()
    return [first, *map(int, listed)]


_KEEP = """
    INSERT INTO subscription (platform, workspace, channel, name, at, timezone, days, stories, topics, layout,
        declared, since, ordered_at, standing, reason, paused_by_platform, owner)
    VALUES (:platform, :workspace, :channel, :name, :at, :timezone, :days, :stories, :topics, :layout,
        :declared, :since, :ordered_at, :standing, :reason, :paused_by_platform, :owner)
"""

_SENT = """
    INSERT INTO delivery (platform, workspace, subscription, date, due_at, state, reason, sent_at)
    SELECT platform, workspace, id, :date, :at, 'sent', '', :at + id FROM subscription
"""

_EDITION = """
    INSERT INTO edition (delivery, workspace, subscription, composed_at, refs, content, reasons)
    SELECT id, workspace, subscription, :at, '["B7K4"]', :content, '' FROM delivery WHERE date = :date
"""
