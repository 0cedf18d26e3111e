"""Introduces adapters and storage to the newsroom: the one file that knows all of them."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import RenderableType

from adapters.alarm import Alarm
from adapters.analyst.extractive import ExtractiveAnalyst
from adapters.clock import ReplayClock, SystemClock
from adapters.feeds import opml
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.locks import Lock
from adapters.terminal import looks
from adapters.terminal.posting import TerminalPlatform
from adapters.terminal.prompt import Prompt, typed_lines
from adapters.workers import ProcessWorkers
from bot.config import Config
from bot.desk import Desk
from bot.errors import AlreadyRunning, WrongUsage
from bot.gather import Progress
from bot.model import Asker, GatherReport
from bot.newsroom import Newsroom
from bot.ports import Clock, Platform
from storage import SqliteStore, backup, open_store, restore

__all__ = [
    "House",
    "back_up",
    "delivery_lock",
    "gather",
    "looks",
    "open_house",
    "opml",
    "prompt",
    "restore_from",
    "run",
    "typed_lines",
]

log = logging.getLogger(__name__)

DRAIN = timedelta(seconds=9)
"""How long a stopping bot finishes what it has begun: it is to be gone within ten seconds."""
GATHERING = timedelta(minutes=10)
"""How long one process waits for another that gathers from the same data directory."""

Show = Callable[[RenderableType], None]


@dataclass(frozen=True, kw_only=True)
class House:
    """An open Daybrief: the desk for drivers, and the few things that only its operator may touch."""

    desk: Desk
    store: SqliteStore
    room: Newsroom


def database(config: Config) -> Path:
    """Where the SQLite file of *config* lies."""
    return config.bot.data_dir / "daybrief.db"


def delivery_lock(config: Config) -> Lock:
    """Held by the one process that delivers from a data directory."""
    return Lock(config.bot.data_dir / "daybrief.lock")


@contextlib.asynccontextmanager
async def open_house(
    config: Config,
    *,
    at: datetime | None = None,
    show: Show | None = None,
    platforms: Mapping[str, Platform] | None = None,
    delivers: bool = False,
) -> AsyncIterator[House]:
    """A Daybrief made of the real parts, opened on the data of *config* and closed in the reverse order.

    Args:
        config: what to work by.
        at: replay this time instead of the present.
        show: where the terminal platform shows what it posts; None: nowhere.
        platforms: instead of this version's own, by name.
        delivers: this process holds the delivery lock.
    """
    clock: Clock = ReplayClock(at) if at else SystemClock()
    config.bot.data_dir.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        workers = ProcessWorkers()
        stack.push_async_callback(workers.close)
        http = Http(allow_hosts=config.fetch.allow_hosts, proxy=config.fetch.proxy)
        stack.push_async_callback(http.close)
        store = await open_store(database(config))
        stack.push_async_callback(store.close)
        own: dict[str, Platform] = {"terminal": TerminalPlatform(config.bot.data_dir / "terminal", show)}
        room = Newsroom(
            config=config,
            store=store,
            clock=clock,
            workers=workers,
            reader=HttpFeedReader(http, workers),
            analyst=ExtractiveAnalyst(workers),
            platforms={**own, **(platforms or {})},
            replayed=at,
        )
        desk = Desk(room)
        with contextlib.suppress(AlreadyRunning), contextlib.nullcontext() if delivers else delivery_lock(config):
            # A bot that runs works by the configuration that it has loaded, until it is told to load another.
            await desk.open()
        yield House(desk=desk, store=store, room=room)


async def gather(house: House, *, only_due: bool = False, progress: Progress | None = None) -> GatherReport:
    """One round of gathering; two processes never gather into the same data at once."""
    lock = Lock(house.room.config.bot.data_dir / "gather.lock", doing="gathering")
    await lock.wait(within=GATHERING)
    try:
        return await house.desk.gather(only_due=only_due, progress=progress)
    finally:
        lock.release()


def prompt(house: House, asker: Asker, show: Show) -> Prompt:
    """The terminal's slash commands, for *asker*."""
    return Prompt(house.desk, asker, show, house.room.clock)


def back_up(config: Config, copy: Path) -> int:
    """Write a consistent copy of the database of *config*; its size in bytes."""
    backup(database(config), copy)
    return copy.stat().st_size


def restore_from(config: Config, copy: Path) -> None:
    """Put *copy* in the place of the database of *config*; what was due before the present will not be sent."""
    config.bot.data_dir.mkdir(parents=True, exist_ok=True)
    restore(copy, database(config), SystemClock().now())


async def run(house: House, *, reload: Callable[[], Config]) -> None:
    """Deliver morning after morning until SIGTERM or SIGINT; SIGHUP loads the configuration anew with *reload*."""
    desk, config = house.desk, house.room.config
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    reloads: set[asyncio.Task[None]] = set()

    def on_hangup() -> None:
        task = loop.create_task(_reload(desk, reload))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    loop.add_signal_handler(signal.SIGHUP, on_hangup)
    await desk.take_over()
    alarm = Alarm(house.room.clock)
    alarm.ring("publish", lambda: desk.publish_until_done(patience=timedelta(seconds=50)), every=timedelta(minutes=1))
    alarm.ring("gather", lambda: gather(house, only_due=True), every=config.bot.gather_every)
    alarm.ring("forget", desk.forget_old, every=timedelta(days=1))
    alarm.start()
    log.info("Daybrief is running; %d channels", len(await desk.subscriptions()))
    await stop.wait()
    log.info("stopping: no new post is begun")
    desk.stop()
    await alarm.stop(within=DRAIN)


async def _reload(desk: Desk, reload: Callable[[], Config]) -> None:
    try:
        config = await asyncio.to_thread(reload)
    except WrongUsage as problems:
        log.error("the new configuration is refused, and the old one stays. %s", problems)  # noqa: TRY400
        return
    await desk.reload(config)
    log.info("the configuration was loaded anew")
