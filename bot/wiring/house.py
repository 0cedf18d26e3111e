"""The open house: the real parts, introduced to one another, opened and closed in order."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import RenderableType

from adapters.analyst.extractive import ExtractiveAnalyst
from adapters.clock import ReplayClock, SharedClock, SystemClock
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest
from adapters.disk import DataDisk
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.locks import Lock
from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from adapters.terminal.posting import TerminalPlatform
from adapters.terminal.prompt import Prompt
from adapters.workers import ProcessWorkers
from bot.config import Config
from bot.desk import Desk
from bot.errors import ConfigProblems
from bot.gather import Progress
from bot.model import Asker, GatherReport
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Clock, Platform, Watch
from bot.roles import Role
from bot.wiring.alone import delivery_lock
from bot.wiring.parts import (
    Learn,
    close_writer,
    discord_rest,
    knows_meaning,
    page_reader,
    slack_installed,
    slack_workspaces,
    writer_of,
    writer_trouble,
)
from bot.wiring.stores import agree, opened_store
from storage import Keeper

if TYPE_CHECKING:
    from storage.postgres.many import OneOfMany
    from storage.postgres.turns import SharedTurns

GATHERING = timedelta(minutes=10)
"""How long one process waits for another that gathers from the same data directory."""
Show = Callable[[RenderableType], None]


@dataclass(frozen=True, kw_only=True)
class House:
    """An open Daybrief: the desk for drivers, and the few things that only its operator may touch."""

    desk: Desk
    store: Keeper
    room: Newsroom
    slack: Workspaces
    discord: Rest
    many: "OneOfMany | None" = None
    """What this process has of the database beside the store, where it is one of many; None: it is alone."""
    turns: "SharedTurns | None" = None
    """Those of all who share the database, of which it may take some though it is alone; None: it has its own."""
    writer_trouble: ConfigProblems | None = None
    """Why the model that is configured cannot be asked; whoever delivers does not open a house with such a trouble."""


@contextlib.asynccontextmanager
async def open_house(
    config: Config,
    *,
    at: datetime | None = None,
    show: Show | None = None,
    platforms: Mapping[str, Platform] | None = None,
    delivers: bool = False,
    role: Role | None = None,
    has_prompt: bool = False,
    watch: Watch = UNWATCHED,
    learn: Learn = lambda _: None,
) -> AsyncIterator[House]:
    """A Daybrief made of the real parts, opened on the data of *config* and closed in the reverse order.

    Args:
        config: what to work by.
        at: replay this time instead of the present.
        show: where the terminal platform shows what it posts; None: nowhere.
        platforms: instead of this version's own, by name.
        delivers: this process holds the delivery lock, or is one of many that deliver together.
        role: its part in that; None: it has all of it, or none.
        has_prompt: whoever sees what the terminal shows can type commands below it.
        watch: counts what happens.
        learn: is told of the tokens that the store holds, before they are used.
    """
    part = role or Role.ALL
    shared = SharedClock() if config.postgres and not at else None
    clock: Clock = ReplayClock(at) if at else shared or SystemClock()
    trouble = writer_trouble(config)
    if trouble and delivers:
        raise trouble
    config.bot.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        workers = ProcessWorkers()
        stack.push_async_callback(workers.close)
        http = Http(allow_hosts=config.fetch.allow_hosts, proxy=config.fetch.proxy)
        stack.push_async_callback(http.close)
        store, many, turns = await opened_store(config, clock, watch, part)
        stack.push_async_callback(store.close)
        if turns:
            stack.push_async_callback(turns.close)
        if shared:
            await agree(shared, store)
        workspaces = slack_workspaces(config, clock, watch, slack_installed(config, store, learn))
        stack.push_async_callback(workspaces.close)
        discord = discord_rest(config, clock, watch, turns)
        stack.push_async_callback(discord.close)
        own: dict[str, Platform] = {
            "terminal": TerminalPlatform(config.bot.data_dir / "terminal", show, has_prompt=has_prompt),
            "slack": SlackPlatform(workspaces, Pace(clock, patience=config.delivery.request_timeout, turns=turns)),
            "discord": DiscordPlatform(
                discord,
                discord.pace,
                crosspost=config.discord.crosspost,
                patience=config.delivery.request_timeout,
            ),
        }
        if part is Role.WORKER:  # deliveries that it could not make are for others
            for name in lacking(workspaces, discord):
                del own[name]
        room = Newsroom(
            config=config,
            store=store,
            clock=clock,
            disk=DataDisk(config.bot.data_dir),
            workers=workers,
            reader=HttpFeedReader(http, workers, watch=watch),
            pages=page_reader(config, http, workers, clock),
            meaning=knows_meaning(workers),
            analyst=ExtractiveAnalyst(workers),
            platforms={**own, **(platforms or {})},
            watch=watch,
            replayed=at,
            carries=part.is_alone,
            heard=many.heard if many else None,
            writer=None if trouble or at else writer_of(config, store, clock, watch),
        )
        stack.push_async_callback(close_writer, room)
        stack.push_async_callback(room.errands.close)
        desk = Desk(room)
        if _is_to_declare(config, part, delivers=delivers):
            await desk.shift.open()
        house = House(
            desk=desk,
            store=store,
            room=room,
            slack=workspaces,
            discord=discord,
            many=many,
            turns=turns,
            writer_trouble=trouble,
        )
        if delivers:
            await settle(house)
        yield house


def lacking(slack: Workspaces, discord: Rest) -> set[str]:
    """Platforms whose token is not set."""
    return {name for name, has_token in (("slack", slack.has_token), ("discord", discord.has_token)) if not has_token}


def _is_to_declare(config: Config, part: Role, *, delivers: bool) -> bool:
    """Whether a house that is opened declares the channels of *config*. A bot that runs works by the configuration that
    it has loaded, until it is told to load another; and of several machines, one whose turn it is to ring does it.
    """
    if delivers or config.postgres:
        return delivers and part.is_alone  # who delivers from PostgreSQL may be on another machine, and nobody can see
    return not delivery_lock(config).is_taken()


async def settle(house: House) -> None:
    """Learn from Slack whose token we have, so that declared channels need not say it."""
    if not house.slack.has_token or house.slack.is_settled:
        return
    await house.slack.open()
    if home := house.slack.home():
        await house.store.subscriptions.settle_home("slack", home)
        await house.desk.places.returned("slack", tuple(house.slack.known))
        house.slack.is_settled = True


async def gather(house: House, *, only_due: bool = False, progress: Progress | None = None) -> GatherReport:
    """One round of gathering; two processes never gather into the same data at once."""
    lock = Lock(house.room.config.bot.data_dir / "gather.lock", doing="gathering")
    await lock.wait(within=GATHERING)
    try:
        return await house.desk.rounds.gather(only_due=only_due, progress=progress)
    finally:
        lock.release()


def prompt(house: House, asker: Asker, show: Show) -> Prompt:
    """The terminal's slash commands, for *asker*."""
    return Prompt(house.desk.stories, asker, show, house.room.clock)
