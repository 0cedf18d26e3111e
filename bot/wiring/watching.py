"""Having the bot watched: its pulse, what systemd is told, and the port at which monitors ask."""

import logging
from typing import TYPE_CHECKING

from adapters.listening import try_listening
from bot.config import Config, host_and_port
from bot.desk import Shift
from bot.errors import WrongUsage
from bot.figures import Informer, Part
from bot.model import Cause
from bot.redact import Redactor
from bot.wiring.house import House

if TYPE_CHECKING:
    from adapters.logs.opening import Log
    from adapters.watching.station import Station

log = logging.getLogger(__name__)


async def open_station(house: House, station: "Station", opened: "Log", redactor: Redactor) -> dict[str, Part]:
    """Begin to watch; the parts about which the ways into the house can be told later."""
    wanted = house.room.config.operations

    async def lines() -> object:
        station.metrics.dropped = opened.dropped
        return {"lines_dropped": opened.dropped}

    more: dict[str, Part] = {"log": lines}
    station.begin(
        Informer(house.room, house.store, more),
        clean=redactor.clean,
        address=host_and_port(wanted.listen) if wanted.listen else None,
        exposed=wanted.expose,
    )
    await answer_monitors(house.desk.shift, station)
    return more


async def answer_monitors(shift: Shift, station: "Station") -> None:
    """Open the port for monitors, unless it is open or none is wanted. Where it cannot be opened, admins are told: who
    takes that port must not take the mornings as well.
    """
    try:
        await station.open_window()
    except WrongUsage as trouble:
        if shift.note(Cause.MONITORS, str(trouble)):  # it is tried every minute
            log.error("the bot runs, but cannot be watched: %s", trouble)  # noqa: TRY400 - it is a sentence
    else:
        shift.note(Cause.MONITORS, "")


async def trouble_with_monitors(config: Config) -> str:
    """Why nobody could listen where *config* wants monitors answered, and what to do; empty: it can be done, or is not
    wanted. A bot that runs there is in the way as well.
    """
    from adapters.watching.window import REFUSAL  # noqa: PLC0415  # the libraries of a server, for `check` alone

    wanted = config.operations.listen
    if not wanted:
        return ""
    host, port = host_and_port(wanted)
    try:
        await try_listening(host, port, refusal=REFUSAL)
    except WrongUsage as trouble:
        return str(trouble)
    return ""
