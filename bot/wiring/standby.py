"""Standing by: of several machines that could ring, each looks every few seconds whether it is its turn."""

import asyncio
import logging
from typing import Protocol

from bot.desk import Shift
from bot.errors import DaybriefError
from bot.ports import Clock
from bot.rings import LOOK

log = logging.getLogger(__name__)


class Turn(Protocol):
    """The turn to ring, which one process at a time has."""

    async def is_ours(self) -> bool:
        """Take it if it is free, and keep it. Raises StoreTrouble if nobody can tell whose it is."""

    async def end(self) -> None:
        """Give it to others."""


class Bells(Protocol):
    """What rings for all, while it is our turn."""

    @property
    def is_ringing(self) -> bool:
        """It does."""

    def start(self) -> None:
        """Begin to."""

    async def stop(self) -> None:
        """Begin nothing more; what is under way has as long as a stopping bot has."""


class StandBy:
    """Rings for as long as it is our turn, from :meth:`start` to :meth:`stop`."""

    def __init__(self, shift: Shift, turn: Turn, bells: Bells, clock: Clock) -> None:
        self._shift = shift
        self._turn = turn
        self._bells = bells
        self._clock = clock
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look; must be called on the event loop."""
        self._looking = asyncio.get_running_loop().create_task(self._look_again_and_again())

    async def stop(self) -> None:
        """Look no more; the turn is kept until :meth:`give_back`, for whoever takes it begins at once."""
        if self._looking:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def give_back(self) -> None:
        """Let others have the turn."""
        await self._turn.end()

    async def _look_again_and_again(self) -> None:
        reason = ""
        while True:
            try:
                await self._look()
                reason = ""
            except Exception as trouble:
                self._shift.stand_by()
                said = str(trouble) if isinstance(trouble, DaybriefError) else f"{type(trouble).__name__}"
                if not isinstance(trouble, DaybriefError):
                    log.exception("standing by failed in a way that was not foreseen")
                if self._bells.is_ringing:
                    await self._give_up(said)
                elif reason != said:
                    log.warning("this machine stands by, and cannot ring: %s", said)
                reason = said
                await self._turn.end()  # another machine may be well
            await self._clock.wait(LOOK)

    async def _look(self) -> None:
        """Begin to ring if it is our turn now, and end if it is not any more."""
        is_ours = await self._turn.is_ours()
        if is_ours and not self._bells.is_ringing:
            await self._shift.open()
            await self._shift.take_over()
            self._bells.start()
            log.info("this machine rings from now on")
        elif not is_ours and self._bells.is_ringing:
            await self._give_up("another one rings")

    async def _give_up(self, reason: str) -> None:
        self._shift.stand_by()
        log.warning("this machine rings no more: %s", reason)
        await self._bells.stop()
