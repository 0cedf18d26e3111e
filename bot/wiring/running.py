"""Running: from the first ring of the alarm to the last line of the log."""

import asyncio
import contextlib
import importlib.metadata
import logging
import secrets
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.signals import Leaving, on_signal
from bot import wording
from bot.config import Config
from bot.desk import Shift
from bot.errors import DaybriefError
from bot.model import Cause
from bot.ports import Writer
from bot.redact import Redactor
from bot.rings import DRAIN
from bot.roles import Role
from bot.wiring.copies import warn_of_backups
from bot.wiring.doors import check_tokens, check_used, see_to_doors, way_in_of_discord, way_in_of_slack, ways_in
from bot.wiring.duties import Duties
from bot.wiring.house import House
from bot.wiring.parts import renewed_writer
from bot.wiring.watching import open_station

if TYPE_CHECKING:
    from adapters.logs.opening import Log
    from adapters.watching.station import Station

log = logging.getLogger(__name__)

CLOSING = timedelta(seconds=7)
"""After this it waits no more for those who let people in."""
_LEFT_TO_OTHERS = "; its channels are declared by the alarm whose turn it is to ring"
_HOLD = 0.0005
"""Seconds for which one of the store's threads may keep the event loop waiting; Python's own 5 ms add up, because the
loop lets go with every message that it sends.
"""


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


async def run(house: House, *, reload: Callable[[], Config], operations: Operations, role: Role = Role.ALL) -> None:
    """Deliver morning after morning, or have the part in it that *role* is, until SIGTERM or SIGINT; SIGHUP loads the
    configuration anew with *reload*.
    """
    leaving, station = operations.leaving, operations.station
    sys.setswitchinterval(_HOLD)
    desk = house.desk
    stop = asyncio.Event()
    leaving.listen(stop.set)
    reloads: set[asyncio.Task[None]] = set()

    duties = Duties(house, role, station)

    def renewed(config: Config) -> Writer | None:
        return renewed_writer(house.room, config)

    def on_hangup() -> None:
        task = asyncio.create_task(load_anew(desk.shift, reload, renewed, duties.renew))
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    on_signal(signal.SIGHUP, on_hangup)
    parts = await open_station(house, operations.station, operations.log, operations.redactor)
    await check_used(house, role)
    await house.discord.open()
    if role.reaches_channels:
        # Those that an alarm declares are stored only when its turn comes. Of tens of thousands none is kept here.
        served = {one.channel.platform for one in await desk.channels.subscriptions()}
        check_tokens(house, served | {one.channel.platform for one in house.room.config.channels}, role)
    slack = way_in_of_slack(house) if role.answers("slack") else None
    gateway = way_in_of_discord(house) if role.answers("discord") else None
    parts |= ways_in(house, slack[1] if slack else None, gateway)
    see_to_doors(house, slack, gateway)
    if role.is_alone:
        await desk.shift.take_over()
    if slack:
        await slack[1].start()
    if gateway:
        await gateway.start()
    await warn_of_backups(house)
    duties.start()
    station.ready()
    log.info(
        "Daybrief is running%s; %s",
        "" if role.is_alone else f" as {role}",
        wording.counted(len(await desk.channels.subscriptions()), "channel"),
    )
    await stop.wait()
    log.info("stopping: no new post is begun; a second signal ends it at once")
    station.stopping()
    desk.shift.stop()
    ends = [duties.stop()]
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


async def _all_end(ends: Sequence[Coroutine[object, object, None]]) -> None:
    """Wait for all of *ends* together, though not for ever; one that fails keeps none of the others from ending."""
    tasks = [asyncio.ensure_future(one) for one in ends]
    ended, hanging = await asyncio.wait(tasks, timeout=CLOSING.total_seconds())
    for task in ended:
        if not task.cancelled() and (error := task.exception()):
            log.error("something did not end well", exc_info=error)
    if hanging:
        log.warning("%d of those who let people in did not end in time", len(hanging))


async def load_anew(
    shift: Shift,
    reload: Callable[[], Config],
    renewed: Callable[[Config], Writer | None],
    loaded: Callable[[], None],
) -> None:
    """Work by what *reload* gives, or go on as before and say why; *loaded* is called where it worked."""
    try:
        config = await asyncio.to_thread(reload)
        await shift.reload(config, renewed(config))
    except DaybriefError as trouble:
        log.error("the new configuration is refused, and the old one stays. %s", trouble)  # noqa: TRY400
        shift.note(Cause.CONFIGURATION, str(trouble))
        return
    shift.note(Cause.CONFIGURATION, "")
    loaded()
    log.info("the configuration was loaded anew%s", "" if shift.declares else _LEFT_TO_OTHERS)
