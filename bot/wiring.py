"""Introduces adapters and storage to the newsroom: the one file that knows all of them."""

import asyncio
import contextlib
import importlib.metadata
import logging
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import RenderableType

from adapters import extras
from adapters.alarm import Alarm
from adapters.analyst import prices
from adapters.analyst.configured import endpoint_of, key_named
from adapters.analyst.extractive import ExtractiveAnalyst, draft_all
from adapters.analyst.sentences import split
from adapters.analyst.writer import ModelWriter
from adapters.clock import ReplayClock, SystemClock
from adapters.discord import health as discord_health
from adapters.discord.gateway import Gateway
from adapters.discord.health import Standing as DiscordStanding
from adapters.discord.pace import Pace as DiscordPace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest, point_to
from adapters.disk import DataDisk
from adapters.feeds import opml
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.locks import Lock
from adapters.meaning.texts import TextMeaning
from adapters.pages import reader as pages
from adapters.signals import Leaving, on_signal
from adapters.slack import health as slack_health
from adapters.slack.manifest import manifest as slack_manifest
from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from adapters.terminal import looks
from adapters.terminal.posting import TerminalPlatform
from adapters.terminal.prompt import Prompt, typed_lines
from adapters.workers import ProcessWorkers
from bot import wording
from bot.config import Config, host_and_port
from bot.desk import Desk
from bot.errors import ConfigProblems, DaybriefError, WrongUsage
from bot.figures import Informer, Part
from bot.gather import Progress
from bot.model import Asker, Cause, GatherReport
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Clock, Meaning, PageReader, Platform, Store, Watch, Workers, Writer
from bot.redact import Redactor
from bot.rings import Ring, rings
from bot.schedule import last_night
from storage import SqliteStore, backup, backup_into, open_store, restore, set_aside

if TYPE_CHECKING:
    from adapters.logs.opening import Log
    from adapters.slack.connection import Connection
    from adapters.slack.door import Door
    from adapters.watching.station import Station

__all__ = [
    "House",
    "Operations",
    "SystemClock",
    "back_up",
    "database",
    "delivering",
    "delivery_lock",
    "discord_says",
    "discord_standing",
    "draft_all",
    "extras",
    "former_databases",
    "gather",
    "is_free",
    "key_named",
    "looks",
    "meaning_of",
    "open_house",
    "operated",
    "opml",
    "prompt",
    "restore_from",
    "run",
    "slack_manifest",
    "slack_says",
    "slack_troubles",
    "split",
    "typed_lines",
    "writer_trouble",
]

log = logging.getLogger(__name__)

DRAIN = timedelta(seconds=7)
"""How long a stopping bot finishes what it has begun: it is to be gone within ten seconds, its connections closed."""
CLOSING = timedelta(seconds=8)
"""After this it waits no more for those who let people in."""
GLANCING = timedelta(seconds=2)
"""How long whoever wants to deliver waits for others that only look whether somebody does."""
GATHERING = timedelta(minutes=10)
"""How long one process waits for another that gathers from the same data directory."""
ROOM = 500_000_000
"""Bytes that a nightly copy leaves free."""
_MANY = 1_000_000
"""Tokens that cost something, whatever a model costs."""
_HOLD = 0.0005
"""Seconds for which one of the store's threads may keep the event loop waiting; Python's own 5 ms add up, because the
loop lets go with every message that it sends.
"""

Show = Callable[[RenderableType], None]


@dataclass(frozen=True, kw_only=True)
class House:
    """An open Daybrief: the desk for drivers, and the few things that only its operator may touch."""

    desk: Desk
    store: SqliteStore
    room: Newsroom
    slack: Workspaces
    discord: Rest
    writer_trouble: ConfigProblems | None = None
    """Why the model that is configured cannot be asked; whoever delivers does not open a house with such a trouble."""


def database(config: Config) -> Path:
    """Where the SQLite file of *config* lies."""
    return config.bot.data_dir / "daybrief.db"


def delivering(config: Config) -> contextlib.AbstractAsyncContextManager[None]:
    """Deliver as the only process that does. Raises AlreadyRunning."""
    return delivery_lock(config).held(within=GLANCING)


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
    has_prompt: bool = False,
    watch: Watch = UNWATCHED,
) -> AsyncIterator[House]:
    """A Daybrief made of the real parts, opened on the data of *config* and closed in the reverse order.

    Args:
        config: what to work by.
        at: replay this time instead of the present.
        show: where the terminal platform shows what it posts; None: nowhere.
        platforms: instead of this version's own, by name.
        delivers: this process holds the delivery lock.
        has_prompt: whoever sees what the terminal shows can type commands below it.
        watch: counts what happens.
    """
    clock: Clock = ReplayClock(at) if at else SystemClock()
    trouble = writer_trouble(config)
    if trouble and delivers:
        raise trouble
    config.bot.data_dir.mkdir(parents=True, exist_ok=True)
    async with contextlib.AsyncExitStack() as stack:
        workers = ProcessWorkers()
        stack.push_async_callback(workers.close)
        http = Http(allow_hosts=config.fetch.allow_hosts, proxy=config.fetch.proxy)
        stack.push_async_callback(http.close)
        store = await open_store(database(config), watch)
        stack.push_async_callback(store.close)
        workspaces = _workspaces(config, clock, watch)
        stack.push_async_callback(workspaces.close)
        discord = _discord(config, clock, watch)
        stack.push_async_callback(discord.close)
        own: dict[str, Platform] = {
            "terminal": TerminalPlatform(config.bot.data_dir / "terminal", show, has_prompt=has_prompt),
            "slack": SlackPlatform(workspaces, Pace(clock, patience=config.delivery.request_timeout)),
            "discord": DiscordPlatform(
                discord,
                discord.pace,
                crosspost=config.discord.crosspost,
                patience=config.delivery.request_timeout,
            ),
        }
        room = Newsroom(
            config=config,
            store=store,
            clock=clock,
            disk=DataDisk(config.bot.data_dir),
            workers=workers,
            reader=HttpFeedReader(http, workers, watch=watch),
            pages=_pages(config, http, workers, clock),
            meaning=_meaning(workers),
            analyst=ExtractiveAnalyst(workers),
            platforms={**own, **(platforms or {})},
            watch=watch,
            replayed=at,
            writer=None if trouble or at else _writer(config, store, clock, watch),
        )
        stack.push_async_callback(_close_writer, room)
        stack.push_async_callback(room.errands.close)
        desk = Desk(room)
        if delivers or not delivery_lock(config).is_taken():
            # A bot that runs works by the configuration that it has loaded, until it is told to load another.
            await desk.open()
        house = House(desk=desk, store=store, room=room, slack=workspaces, discord=discord, writer_trouble=trouble)
        if delivers:
            await _settle(house)
        yield house


def writer_trouble(config: Config) -> ConfigProblems | None:
    """Why the model in *config* cannot be asked: its key or the extra is not there. None: it can, or there is none."""
    try:
        endpoint_of(config)
    except ConfigProblems as problems:
        return problems
    return None


def _writer(config: Config, store: Store, clock: Clock, watch: Watch) -> ModelWriter | None:
    """The model in *config*, which is loaded when it is first asked; None: it names none. Raises ConfigProblems."""
    endpoint = endpoint_of(config)
    return ModelWriter(endpoint, store.spending, clock, watch) if endpoint else None


def is_free(config: Config) -> bool:
    """Whether the model in *config* costs nothing. Raises ConfigProblems."""
    endpoint = endpoint_of(config)
    return endpoint is not None and not prices.cost(endpoint, _MANY, _MANY, SystemClock().now())


async def _close_writer(room: Newsroom) -> None:
    if isinstance(room.writer, ModelWriter):
        await room.writer.close()


def _meaning(workers: Workers) -> Meaning | None:
    """Whoever knows which titles mean alike; None without the extra ``semantic``."""
    return TextMeaning(workers) if "semantic" in extras.installed() else None


async def meaning_of(texts: Sequence[str]) -> Mapping[str, bytes]:
    """What each of *texts* means, as ``bot.group.group`` takes it; nothing without the extra ``semantic``.

    Raises:
        DaybriefError: the model is not the one that we know.
    """
    workers = ProcessWorkers()
    try:
        meaning = _meaning(workers)
        return dict(zip(texts, await meaning.of(texts), strict=True)) if meaning else {}
    finally:
        await workers.close()


def _pages(config: Config, http: Http, workers: Workers, clock: Clock) -> PageReader | None:
    """Whoever reads full texts, through the client that reads feeds; None without the extra ``fulltext``."""
    is_wanted = config.fetch.full_text and pages.is_installed()
    return pages.HttpPageReader(http, workers, clock) if is_wanted else None


def _workspaces(config: Config, clock: Clock, watch: Watch = UNWATCHED) -> Workspaces:
    """The Slack workspaces whose tokens the environment holds; several are set apart by commas or blanks."""
    secret = config.secrets.get("SLACK_BOT_TOKEN")
    tokens = secret.reveal().replace(",", " ").split() if secret else []
    return Workspaces(tokens, config.slack.api_url, config.delivery.request_timeout, clock, watch=watch)


def _discord(config: Config, clock: Clock, watch: Watch = UNWATCHED) -> Rest:
    """Discord's REST side, with the token that the environment holds."""
    point_to(config.discord.api_url, config.discord.gateway_url)
    secret = config.secrets.get("DISCORD_TOKEN")
    pace = DiscordPace(
        clock, per_second=config.discord.per_second, patience=config.delivery.request_timeout, watch=watch
    )
    return Rest(secret.reveal() if secret else "", pace)


async def _settle(house: House) -> None:
    """Learn from Slack whose token we have, so that declared channels need not say it."""
    if not house.slack.has_token or house.slack.is_settled:
        return
    await house.slack.open()
    if home := house.slack.home():
        await house.store.subscriptions.settle_home("slack", home)
        house.slack.is_settled = True


def _rings(house: House) -> tuple[Ring, ...]:
    """What the alarm rings for. Slack may have been out of reach when we began; until it has told us where we are at
    home, nothing could be set up from chat there.
    """
    every = house.room.config.bot.gather_every
    usual = rings(house.desk, every, settle=lambda: _settle(house), gather=lambda: gather(house, only_due=True))
    return (*usual, Ring(name="back up", action=lambda: back_up_nightly(house), every=timedelta(hours=1)))


async def slack_says(config: Config) -> tuple[str, tuple[str, ...]]:
    """Whose tokens *config* has, and what is wrong with them; nothing is stored."""
    workspaces = _workspaces(config, SystemClock())
    try:
        troubles = await slack_health.troubles(workspaces, _app_token(config))
        return ", ".join(one.name for one in workspaces.known.values()), troubles
    finally:
        await workspaces.close()


async def slack_troubles(house: House) -> tuple[str, ...]:
    """What is wrong with the tokens, the permissions or the clock, a sentence each."""
    return await slack_health.troubles(house.slack, _app_token(house.room.config))


async def discord_says(config: Config) -> DiscordStanding:
    """Whose token *config* has, in how many servers, and what is wrong with it; nothing is stored."""
    rest = _discord(config, SystemClock())
    try:
        return await discord_health.standing(rest)
    finally:
        await rest.close()


async def discord_standing(house: House) -> DiscordStanding:
    """How we stand with Discord: the token, the servers, what is wrong."""
    return await discord_health.standing(house.discord)


def _app_token(config: Config) -> str:
    """The token that opens sockets; empty where there is none, or none is used."""
    secret = config.secrets.get("SLACK_APP_TOKEN")
    return secret.reveal() if secret and config.slack.mode == "socket" else ""


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


def back_up(config: Config, target: Path, *, keep: int | None = None) -> Path:
    """Write a consistent copy of the database of *config* to *target*; with *keep*, under a dated name in that folder,
    where so many stay. Where the copy is.
    """
    now = SystemClock().now()
    if keep:
        return backup_into(database(config), target, at=now, keep=keep)
    backup(database(config), target, at=now)
    return target


async def back_up_nightly(house: House) -> None:
    """Make a copy, unless there is one of last night."""
    config = house.room.config
    folder, now = config.storage.backups, house.room.clock.now()
    if folder is None:
        return
    health = await house.store.health()
    if health.backed_up_at and last_night(now, config.bot.timezone) <= health.backed_up_at <= now:
        return
    keep = config.storage.keep_backups
    try:
        copy = await asyncio.to_thread(backup_into, database(config), folder, at=now, keep=keep, spare=ROOM)
    except DaybriefError as trouble:
        log.error("there is no copy of last night: %s", trouble)  # noqa: TRY400 - it is a sentence
        house.desk.note(Cause.BACKUP, str(trouble))
    else:
        house.desk.note(Cause.BACKUP, "")
        log.info("a copy of last night is in %s", copy)


def restore_from(config: Config, copy: Path) -> bool:
    """Put *copy* in the place of the database of *config*; what was due before the present will not be sent.

    Whether its checksum was there, and is right.
    """
    config.bot.data_dir.mkdir(parents=True, exist_ok=True)
    return restore(copy, database(config), SystemClock().now())


def former_databases(config: Config) -> list[Path]:
    """What stands beside the database of *config* as it was before an upgrade or a restore, oldest first."""
    return set_aside(database(config))


@dataclass(frozen=True, kw_only=True)
class Operations:
    """What whoever keeps a bot running has of it, beside the desk."""

    redactor: Redactor
    log: "Log"
    station: "Station"
    leaving: Leaving


@contextlib.contextmanager
def operated(config: Config, redactor: Redactor) -> Iterator[Operations]:
    """The log of a running bot, as *config* wants it, on standard error; its counters; and its end."""
    # A few megabytes, which no other command needs.
    from adapters.logs.opening import Log  # noqa: PLC0415
    from adapters.watching.metrics import Metrics  # noqa: PLC0415
    from adapters.watching.station import Station  # noqa: PLC0415

    wanted, stream = config.log, sys.stderr
    is_for_programs = wanted.format == "json" or (wanted.format == "auto" and not stream.isatty())
    with Log(
        redactor,
        level=wanted.level,
        as_json=is_for_programs,
        libraries=wanted.libraries,
        stream=stream,
        run_id=secrets.token_hex(4),
    ) as opened:
        station = Station(Metrics(importlib.metadata.version("daybrief")))
        yield Operations(redactor=redactor, log=opened, station=station, leaving=Leaving(opened.close))


async def _open_station(house: House, operations: Operations) -> dict[str, Part]:
    """Begin to watch; the parts about which the ways into the house can be told later. Raises WrongUsage."""
    wanted = house.room.config.operations

    async def lines() -> object:
        operations.station.metrics.dropped = operations.log.dropped
        return {"lines_dropped": operations.log.dropped}

    more: dict[str, Part] = {"log": lines}
    await operations.station.open(
        Informer(house.room, house.store, more),
        clean=operations.redactor.clean,
        address=host_and_port(wanted.listen) if wanted.listen else None,
        exposed=wanted.expose,
    )
    return more


async def run(house: House, *, reload: Callable[[], Config], operations: Operations) -> None:
    """Deliver morning after morning until SIGTERM or SIGINT; SIGHUP loads the configuration anew with *reload*."""
    leaving, station = operations.leaving, operations.station
    sys.setswitchinterval(_HOLD)
    desk = house.desk
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    leaving.listen(stop.set)
    reloads: set[asyncio.Task[None]] = set()

    alarm = Alarm(house.room.clock)

    def set_alarm() -> None:
        for one in _rings(house):
            alarm.ring(one.name, one.action, every=one.every, may_overlap=one.may_overlap)

    def renewed(config: Config) -> Writer | None:
        return _renewed(house.room, config)

    def on_hangup() -> None:
        task = loop.create_task(_reload(desk, reload, renewed, set_alarm))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    on_signal(signal.SIGHUP, on_hangup)
    parts = await _open_station(house, operations)
    await _check_any_to_serve(house)
    await house.discord.open()
    _check_tokens(house, {one.channel.platform for one in await desk.subscriptions()})
    slack = _slack(house)
    gateway = _gateway(house)
    parts |= _ways_in(house, slack[1] if slack else None, gateway)
    _see_to_doors(house, slack, gateway)
    await desk.take_over()
    set_alarm()
    if slack:
        await slack[1].start()
    if gateway:
        await gateway.start()
    alarm.start()
    station.ready()
    log.info("Daybrief is running; %s", wording.counted(len(await desk.subscriptions()), "channel"))
    await stop.wait()
    log.info("stopping: no new post is begun; a second signal ends it at once")
    station.stopping()
    desk.stop()
    ends = [alarm.stop(within=DRAIN)]
    if slack:
        door, connection = slack
        ends += [connection.stop(), door.drain(DRAIN)]
    if gateway:
        ends.append(gateway.stop(DRAIN))
    await _all_end(ends)
    await station.close()
    left = await house.store.ledger.unsettled()
    going_on = f"{wording.counted(left, 'delivery', 'deliveries')} will go on after the next start"
    how = leaving.told.name if leaving.told else "itself"
    log.info("stopped by %s within %.1f s; %s", how, leaving.after(), going_on if left else "all is done")


def _ways_in(house: House, connection: "Connection | None", gateway: Gateway | None) -> dict[str, Part]:
    """What can be told of the platforms; those that are not used are left out."""

    async def slack() -> object:
        return {
            "workspaces": len(house.slack.known),
            "refused": len(house.slack.refusals),
            "reaches_us": await connection.is_up() if connection else False,
        }

    async def discord() -> object:
        return {
            "refused": house.discord.refusal is not None,
            "reaches_us": gateway.is_ready if gateway else False,
            "trouble": gateway.trouble if gateway else "",
        }

    return {**({"slack": slack} if connection else {}), **({"discord": discord} if gateway else {})}


async def _all_end(ends: Sequence[Coroutine[object, object, None]]) -> None:
    """Wait for all of *ends* together, though not for ever; one that fails keeps none of the others from ending."""
    tasks = [asyncio.ensure_future(one) for one in ends]
    ended, hanging = await asyncio.wait(tasks, timeout=CLOSING.total_seconds())
    for task in ended:
        if not task.cancelled() and (error := task.exception()):
            log.error("something did not end well", exc_info=error)
    if hanging:
        log.warning("%d of those who let people in did not end in time", len(hanging))


def _see_to_doors(house: House, slack: "tuple[Door, Connection] | None", gateway: Gateway | None) -> None:
    """Have it known when nobody on a platform is answered."""
    if slack:
        connection = slack[1]

        async def of_slack() -> str:
            return "" if await connection.is_up() else "there is no connection"

        house.room.doors["slack"] = of_slack
    if gateway:

        async def of_discord() -> str:
            return gateway.trouble.partition(": ")[2]

        house.room.doors["discord"] = of_discord


async def _check_any_to_serve(house: House) -> None:
    """Raise WrongUsage if there is no channel, and nobody could set one up from a chat."""
    if not house.slack.has_token and not house.discord.has_token and not await house.desk.subscriptions():
        raise WrongUsage(
            "there is no channel to serve: declare one in the configuration (`daybrief init` writes one with "
            "[[channels]]), or set SLACK_BOT_TOKEN or DISCORD_TOKEN, with which one can be set up from chat"
        )


def _check_tokens(house: House, platforms: set[str]) -> None:
    """Raise WrongUsage if channels on one of *platforms* could not be served for want of a token."""
    if not house.slack.has_token and "slack" in platforms:
        raise WrongUsage(
            "there are Slack channels, but SLACK_BOT_TOKEN is not set; docs/slack.md tells where to find it"
        )
    if not house.discord.has_token and "discord" in platforms:
        raise WrongUsage(
            "there are Discord channels, but DISCORD_TOKEN is not set; docs/discord.md tells where to find it"
        )
    # With other platforms to serve, theirs go on, and the channels of this one say what is wrong.
    if house.slack.is_refused and platforms <= {"slack"}:
        raise WrongUsage(f"Slack does not take SLACK_BOT_TOKEN: {house.slack.refusals[0].reason}")
    if house.discord.refusal and platforms <= {"discord"} and not house.slack.has_token:
        raise WrongUsage(f"Discord does not take DISCORD_TOKEN: {house.discord.refusal.reason}")


def _gateway(house: House) -> Gateway | None:
    """Where Discord comes in, if there is a token; else nothing."""
    secret = house.room.config.secrets.get("DISCORD_TOKEN")
    if secret is None:
        return None
    synced = house.room.config.bot.data_dir / "discord-commands"
    return Gateway(house.desk, secret.reveal(), house.discord.pace, house.room.clock, synced, watch=house.room.watch)


def _slack(house: House) -> "tuple[Door, Connection] | None":
    """Where Slack comes in, if there is a token; else nothing.

    Raises:
        WrongUsage: a channel needs a token, or a connection needs a secret, that is not there.
    """
    config = house.room.config
    if not house.slack.has_token:
        return None
    # Five megabytes, which nobody needs who has no Slack.
    from adapters.slack.connection import Knocks, Sockets  # noqa: PLC0415
    from adapters.slack.door import Door  # noqa: PLC0415

    signing = config.secrets.get("SLACK_SIGNING_SECRET")
    door = Door(house.desk, house.slack, house.room.clock, signing.reveal() if signing else "")
    if config.slack.mode == "http":
        if signing is None:
            raise WrongUsage(
                "[slack] mode is http, so SLACK_SIGNING_SECRET must be set: nobody else could prove to be Slack"
            )
        host, port = host_and_port(config.slack.listen)
        return door, Knocks(door.app, door.signing_secret, host, port, watch=house.room.watch)
    app_token = config.secrets.get("SLACK_APP_TOKEN")
    if app_token is None:
        raise WrongUsage(
            "SLACK_APP_TOKEN is not set, so no command could be answered; docs/slack.md tells where to find it "
            '(or write mode = "http" under [slack])'
        )
    return door, Sockets(door.app, app_token.reveal(), house.room.clock, watch=house.room.watch)


def _renewed(room: Newsroom, config: Config) -> Writer | None:
    """The model that *config* names: the one at work, if nothing about it has changed. Raises ConfigProblems.

    A former one is left to those who wait for it; it holds nothing but an idle connection.
    """
    if endpoint_of(config) == endpoint_of(room.config):
        return room.writer
    return _writer(config, room.store, room.clock, room.watch)


async def _reload(
    desk: Desk,
    reload: Callable[[], Config],
    renewed: Callable[[Config], Writer | None],
    loaded: Callable[[], None],
) -> None:
    try:
        config = await asyncio.to_thread(reload)
        await desk.reload(config, renewed(config))
    except DaybriefError as trouble:
        log.error("the new configuration is refused, and the old one stays. %s", trouble)  # noqa: TRY400
        desk.note(Cause.CONFIGURATION, str(trouble))
        return
    desk.note(Cause.CONFIGURATION, "")
    loaded()
    log.info("the configuration was loaded anew")
