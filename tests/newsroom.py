"""A newsroom made of real parts, except for the clock, the feeds and the platform, which are given."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TypeVar

from adapters.analyst.extractive import ExtractiveAnalyst
from bot.config import Config, read
from bot.desk import Desk
from bot.errors import FeedFailed
from bot.model import Channel, Entry, Feed, FeedState, Reading, Subscription
from bot.newsroom import Newsroom
from bot.ports import Clock, FeedReader, Platform, Store
from storage import open_store
from tests.clock import VirtualClock

Result = TypeVar("Result")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


class InlineWorkers:
    """Implements ``bot.ports.Workers`` in this process."""

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        return function(*arguments)


class GivenFeeds:
    """Implements ``bot.ports.FeedReader`` with what a test lays out."""

    def __init__(self) -> None:
        self.entries: dict[str, list[Entry]] = {}
        self.broken: dict[str, str] = {}
        self.visits: list[str] = []

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        self.visits.append(feed.url)
        if feed.url in self.broken:
            raise FeedFailed(self.broken[feed.url])
        return Reading(entries=tuple(self.entries.get(feed.url, ())))


def order(name: str = "ai-news", *, at: time = time(8), timezone: str = "UTC", stories: int = 5) -> Subscription:
    channel = Channel(platform="terminal", workspace="local", id=name, name=name)
    return Subscription(id=0, channel=channel, at=at, timezone=timezone, days=EVERY_DAY, stories=stories)


def configuration(
    folder: Path, *, channels: int = 1, feeds: tuple[str, ...] = (), environ: Mapping[str, str] | None = None
) -> Config:
    names = ["ai-news", *(f"c{number}" for number in range(1, channels))][:channels]
    text = '[delivery]\nrequest_timeout = "2s"\nsettle = "60s"\n'
    text += '[defaults]\ndays = ["mon","tue","wed","thu","fri","sat","sun"]\n'
    text += "".join(f'[[channels]]\nname = "{name}"\nplatform = "terminal"\nchannel = "{name}"\n' for name in names)
    text += "".join(f'[[feeds]]\nurl = "{url}"\nname = "{url.split("/")[2]}"\n' for url in feeds)
    return read(text, folder=folder, environ=environ or {})


@contextlib.asynccontextmanager
async def newsroom(
    folder: Path,
    platforms: Mapping[str, Platform],
    *,
    channels: int = 1,
    feeds: tuple[str, ...] = (),
    clock: Clock | None = None,
    reader: FeedReader | None = None,
    opened: Callable[[], Awaitable[Store]] | None = None,
) -> AsyncIterator[Newsroom]:
    """A newsroom over the store that is *opened*, else over the SQLite file in *folder*, with its channels declared."""
    store: Store = await (opened() if opened else open_store(folder / "daybrief.db"))
    workers = InlineWorkers()
    room = Newsroom(
        config=configuration(folder, channels=channels, feeds=feeds),
        store=store,
        clock=clock or VirtualClock(),
        workers=workers,
        reader=reader or GivenFeeds(),
        analyst=ExtractiveAnalyst(workers),
        platforms=platforms,
    )
    try:
        await Desk(room).shift.open()
        yield room
    finally:
        await store.close()


def entry(title: str, url: str, *, extract: str = "", published: datetime | None = None) -> Entry:
    return Entry(title=title, url=url, guid=url, published=published, extract=extract)


SOON = timedelta(minutes=3)


def impatient(room: Newsroom, request_timeout: timedelta = timedelta(milliseconds=50)) -> None:
    """Let *room* wait for a platform's answer for no longer than a test may last, or for as long as one needs."""
    delivery = room.config.delivery.model_copy(update={"request_timeout": request_timeout})
    room.config = replace(room.config, delivery=delivery)


async def states(room: Newsroom) -> list[tuple[str, str]]:
    """The state and reason of every delivery, newest date first."""
    return [(one.state.value, one.reason) for one in await room.store.ledger.deliveries(limit=10_000)]
