"""What a simulated process does without being asked, by its role, as ``bot.wiring.duties`` has it; without monitors."""

from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.clock import SharedClock
from bot.desk import Desk
from bot.newsroom import Newsroom
from bot.ports import Clock
from bot.rings import AGAIN, DRAIN, TIDY, Ring, rings
from bot.roles import Role
from bot.wiring.standby import StandBy
from bot.wiring.stores import agree
from tests.simulation.alarm import Alarm
from tests.simulation.engines import Opened
from tests.simulation.loop import VirtualLoop

if TYPE_CHECKING:
    from storage.postgres.hearing import Porter


class Duties:
    """Those of one process, from :meth:`start` to :meth:`stop`."""

    def __init__(
        self, loop: VirtualLoop, wall: Clock, role: Role, desk: Desk, room: Newsroom, *, opened: Opened
    ) -> None:
        """*wall* is the machine's own clock, by which it rings."""
        self._role = role
        self._room = room
        self._desk = desk
        self._opened = opened
        self._own = Bells(loop, wall, self._own_rings())
        self._main = Bells(loop, wall, self._main_rings())
        self._stand_by: StandBy | None = None
        self._porter: Porter | None = None

    async def start(self) -> None:
        """Begin."""
        shared, desk, clock = self._opened.shared, self._desk, self._room.clock
        if self._role is Role.ALL:
            await desk.shift.open()
            await desk.shift.take_over()
            self._main.start()
        self._own.start()
        if shared and self._role is Role.ALARM:
            self._stand_by = StandBy(desk.shift, shared.turn, self._main, clock)
            self._stand_by.start()
        if shared and self._role is Role.WORKER:
            # Its driver is needed only for this.
            from storage.postgres.hearing import Porter

            self._porter = Porter(
                shared.url,
                desk.rounds.hear,
                clock,
                platforms=self._room.platforms,
                drain=DRAIN,
                connected=shared.connected,
            )
            self._porter.start()

    def clock_was_set(self) -> None:
        """It was noticed."""
        for bells in (self._own, self._main):
            bells.clock_was_set()

    async def stop(self) -> None:
        """Begin nothing more; what is under way has as long as a stopping bot has."""
        if self._stand_by:
            await self._stand_by.stop()
        await self._own.stop()
        await self._main.stop()
        if self._porter:
            await self._porter.stop()
        if self._stand_by:
            await self._stand_by.give_back()

    def _own_rings(self) -> tuple[Ring, ...]:
        clock, store = self._room.clock, self._opened.store
        if not isinstance(clock, SharedClock):
            return ()
        return (Ring(name="clock", action=lambda: agree(clock, store), every=timedelta(minutes=1)),)

    def _main_rings(self) -> tuple[Ring, ...]:
        desk, shared = self._desk, self._opened.shared
        every = self._room.config.bot.gather_every
        usual = rings(desk, every, settle=_nothing, gather=lambda: desk.rounds.gather(only_due=True))
        if shared is None:
            return usual
        again = Ring(name="ring again", action=shared.ring_again, every=AGAIN)
        return *usual, again, Ring(name="tidy", action=shared.tidy, every=TIDY)


class Bells:
    """An alarm that can begin again after it was stopped; implements ``bot.wiring.standby.Bells``."""

    def __init__(self, loop: VirtualLoop, wall: Clock, wanted: tuple[Ring, ...]) -> None:
        self._loop = loop
        self._wall = wall
        self._wanted = wanted
        self._alarm: Alarm | None = None

    @property
    def is_ringing(self) -> bool:
        """Whether it does."""
        return self._alarm is not None

    def start(self) -> None:
        """Begin."""
        self._alarm = Alarm(self._wall, self._loop)
        for one in self._wanted:
            self._alarm.ring(one)
        self._alarm.begin()

    def clock_was_set(self) -> None:
        """All times are others now."""
        if self._alarm:
            self._alarm.begin()

    async def stop(self) -> None:
        """End."""
        alarm, self._alarm = self._alarm, None
        if alarm:
            await alarm.stop()


async def _nothing() -> None:
    """There is nothing to be settled with platforms here."""
