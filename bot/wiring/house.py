"""The open house: the real parts, introduced to one another, opened and closed in order."""

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType

from adapters import extras
from adapters.analyst.extractive import ExtractiveAnalyst
from adapters.clock import SLOW, ReplayClock, SharedClock, SystemClock
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
from bot.errors import ConfigProblems, WrongUsage
from bot.gather import Progress
from bot.model import Asker, GatherReport
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Clock, Platform, Watch
from bot.roles import Role
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
from storage import Keeper, open_store

if TYPE_CHECKING:
    from storage.postgres.many import OneOfMany
    from storage.postgres.turns import SharedTurns

log = logging.getLogger(__name__)

GLANCING = timedelta(seconds=2)
"""How long whoever wants to deliver waits for others that only look whether somebody does."""
LOOKS = 3
"""How often the database's clock is asked at a time; the quickest answer counts."""
OF_PATIENCE = 8
"""A part of what a post may take, in which the database says whose turn it is: it is asked twice, around the wait."""
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
    writer_trouble: ConfigProblems | None = None
    """Why the model that is configured cannot be asked; whoever delivers does not open a house with such a trouble."""


def database(config: Config) -> Path:
    """Where the SQLite file of *config* lies."""
    return config.bot.data_dir / "daybrief.db"


async def opened_store(
    config: Config, clock: Clock, watch: Watch = UNWATCHED, role: Role = Role.ALL
) -> "tuple[Keeper, OneOfMany | None, SharedTurns | None]":
    """The store of *config*, in the file or in PostgreSQL, whose driver is loaded only for that; what else there is of
    the database where *role* is one of many; and the turns of all who share it, if any do.

    Raises:
        WrongUsage: it is to be PostgreSQL, and the extra for it is not installed.
        StoreTrouble: it cannot be opened.
    """
    if config.postgres is None:
        return await open_store(database(config), watch), None, None
    check_driver()
    url, within = config.postgres.reveal(), config.delivery.request_timeout / OF_PATIENCE
    if not role.is_alone:
        from storage.postgres.many import open_for_many  # noqa: PLC0415 - as below, and the queue

        many = await open_for_many(url, clock, watch, within=within)
        return many.store, many, many.turns
    from storage.postgres.opening import open_store as open_in_postgres  # noqa: PLC0415 - see above
    from storage.postgres.turns import turns_of_others  # noqa: PLC0415 - as above

    return await open_in_postgres(url, watch), None, await turns_of_others(url, watch, within=within)


def check_driver() -> None:
    """Raise WrongUsage if the extra for PostgreSQL is not installed."""
    if "scale" not in extras.installed():
        raise WrongUsage("storage.url names PostgreSQL, which needs the extra: pip install 'daybrief[scale]'")


@contextlib.asynccontextmanager
async def delivering(config: Config, role: Role = Role.ALL) -> AsyncIterator[None]:
    """Deliver as the only process that does, from the data directory and from the database; or in a *role* beside
    others, which share the database alone.

    Raises:
        AlreadyRunning: another process does.
        WrongUsage: there is no database to share.
    """
    if not role.is_alone:
        if config.postgres is None:
            raise WrongUsage(
                f"--role {role} is for machines that share a PostgreSQL database, and [storage] url names none; "
                "one process over a SQLite file does everything: `daybrief run`"
            )
        yield
        return
    async with delivery_lock(config).held(within=GLANCING):
        if config.postgres is None:
            yield
            return
        check_driver()
        from storage.postgres.alone import alone  # noqa: PLC0415 - its driver is loaded only for this

        async with alone(config.postgres.reveal(), within=GLANCING):
            yield


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


async def agree(clock: SharedClock, store: Keeper) -> None:
    """Let *clock* show the time of the database, by which leases of several machines are compared; a database that is
    slow to tell it changes nothing, unless nothing better is known.
    """
    looks = []
    for _ in range(LOOKS):
        asked = clock.elapsed()
        if shown := await store.time():
            looks.append((clock.elapsed() - asked, asked, shown))
    if looks:
        took, asked, shown = min(looks)
        clock.tell(shown, asked=asked, answered=asked + took)
        if took > SLOW:
            log.warning("the database took %.1f s to tell its time; it is asked again soon", took.total_seconds())


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
