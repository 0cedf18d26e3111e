"""What a process does without being asked, by its role: it rings, stands by, or hears doorbells."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.alarm import Alarm
from adapters.clock import SharedClock, SystemClock
from bot.config import Config
from bot.rings import AGAIN, DRAIN, LISTENS, TIDY, Ring, rings
from bot.roles import Role
from bot.wiring.copies import back_up_nightly
from bot.wiring.house import House, gather, settle
from bot.wiring.standby import StandBy
from bot.wiring.stores import agree
from bot.wiring.watching import answer_monitors

if TYPE_CHECKING:
    from adapters.watching.station import Station
    from storage.postgres.hearing import Porter

log = logging.getLogger(__name__)


class Duties:
    """Those of one process, from :meth:`start` to :meth:`stop`."""

    def __init__(self, house: House, role: Role, station: "Station") -> None:
        self._house = house
        self._role = role
        self._own = _Bells(lambda: (*own_rings(house, station), *self._worker_rings()))
        self._main = _Bells(lambda: main_rings(house))
        self._stand_by: StandBy | None = None
        self._porter: Porter | None = None

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        if self._role is Role.WORKER:
            from storage.postgres.hearing import Porter  # noqa: PLC0415 - its driver is loaded only for this

            room, hear = self._house.room, self._house.desk.rounds.hear
            self._porter = Porter(_url(self._house), hear, room.clock, platforms=room.platforms, drain=DRAIN)
            self._porter.start()
        self._own.start()
        if self._role is Role.ALL:
            self._main.start()
        if self._role is Role.ALARM:
            from storage.postgres.alone import Turn  # noqa: PLC0415 - as above

            turn, house = Turn(_url(self._house)), self._house
            self._stand_by = StandBy(house.desk.shift, turn, self._main, house.room.clock)
            self._stand_by.start()

    def _worker_rings(self) -> tuple[Ring, ...]:
        return (Ring(name="listen", action=self._porter.say_so, every=LISTENS),) if self._porter else ()

    @property
    def is_ringing(self) -> bool:
        """Whether this process rings for all, now."""
        return self._main.is_ringing

    def renew(self) -> None:
        """Ring as the configuration wants it now."""
        self._own.renew()
        self._main.renew()

    async def stop(self) -> None:
        """Begin nothing more; what is under way has as long as a stopping bot has."""
        if self._stand_by:
            await self._stand_by.stop()
        ends = [self._own.stop(), self._main.stop()]
        if self._porter:
            ends.append(self._porter.stop())
        await asyncio.gather(*ends)
        if self._stand_by:
            await self._stand_by.give_back()


class _Bells:
    """An alarm that can be set anew, and begin again after it was stopped."""

    def __init__(self, wanted: Callable[[], tuple[Ring, ...]]) -> None:
        self._wanted = wanted
        self._alarm: Alarm | None = None

    @property
    def is_ringing(self) -> bool:
        return self._alarm is not None

    def start(self) -> None:
        # It waits for instants of the machine's clock, and notices when that is set.
        self._alarm = Alarm(SystemClock())
        self.renew()
        self._alarm.start()

    def renew(self) -> None:
        if self._alarm:
            for one in self._wanted():
                self._alarm.ring(one.name, one.action, every=one.every, may_overlap=one.may_overlap)

    async def stop(self) -> None:
        alarm, self._alarm = self._alarm, None
        if alarm:
            await alarm.stop(within=DRAIN)


def own_rings(house: House, station: "Station") -> tuple[Ring, ...]:
    """What every process does for itself. Slack may have been out of reach when it began; until it has told us where we
    are at home, nothing could be set up from chat there.
    """
    clock = house.room.clock
    minute = timedelta(minutes=1)
    own = (
        Ring(name="settle", action=lambda: settle(house), every=minute),
        Ring(name="watch", action=lambda: answer_monitors(house.desk.shift, station), every=minute),
    )
    if not isinstance(clock, SharedClock):
        return own
    return *own, Ring(name="clock", action=lambda: agree(clock, house.store), every=minute)


def main_rings(house: House) -> tuple[Ring, ...]:
    """What one process does for all."""
    every = house.room.config.bot.gather_every
    usual = rings(house.desk, every, settle=lambda: settle(house), gather=lambda: gather(house, only_due=True))
    copies = Ring(name="back up", action=lambda: back_up_nightly(house), every=timedelta(hours=1))
    return *usual, copies, *_rings_over_queue(house)


def _rings_over_queue(house: House) -> Iterator[Ring]:
    """What is rung for where machines share the work, or have: also by one that is alone and takes turns with them."""
    if house.many:
        yield Ring(name="ring again", action=house.many.ring_again, every=AGAIN)
        yield Ring(name="tidy", action=lambda: _tidy(house), every=TIDY)
    if house.turns:
        yield Ring(name="forget budgets", action=house.turns.forget, every=timedelta(hours=1))


async def trouble_with_queue(config: Config) -> str:
    """Why several machines could not share the work over the database of *config*, and what to do; empty: they could,
    or there is none to share.
    """
    if config.postgres is None:
        return ""
    from storage.postgres.place import Place  # noqa: PLC0415 - its driver is loaded only for this
    from storage.postgres.queue import queue_trouble  # noqa: PLC0415 - as above

    return await asyncio.to_thread(queue_trouble, Place(config.postgres.reveal()))


async def _tidy(house: House) -> None:
    from storage.postgres.hearing import end_jobs_of_the_dead  # noqa: PLC0415 - its driver is loaded only for this

    if ended := await end_jobs_of_the_dead(_url(house)):
        log.warning("%d doorbells were being answered by workers that are dead; they ring again", ended)


def _url(house: House) -> str:
    url = house.room.config.postgres
    if url is None:
        raise ValueError("only PostgreSQL has doorbells")
    return url.reveal()
