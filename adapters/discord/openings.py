"""Channels that may have opened to us again: looked at once, however many events say so."""

import asyncio
import logging
from datetime import timedelta

from bot.desk import Places
from bot.ports import Clock

log = logging.getLogger(__name__)

SETTLES = timedelta(seconds=5)
"""How long events are gathered: whoever edits a server changes many channels in a row."""


class Openings:
    """One look at a time. Only channels that Discord had refused are read, and nothing is where there is none."""

    def __init__(self, places: Places, clock: Clock) -> None:
        self._places = places
        self._clock = clock
        self._noticed: dict[str, set[str]] = {}
        self._looking: asyncio.Task[None] | None = None

    def notice(self, guild: str, channel: str = "") -> None:
        """Something changed in *channel*, or in all of *guild*."""
        self._noticed.setdefault(guild, set()).add(channel)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def stop(self) -> None:
        """Look no more."""
        if self._looking:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look(self) -> None:
        while self._noticed:
            await self._clock.wait(SETTLES)
            noticed, self._noticed = self._noticed, {}
            places = [
                (guild, next(iter(channels)) if len(channels) == 1 else "") for guild, channels in noticed.items()
            ]
            try:
                await self._places.returned("discord", noticed)
                await self._places.revive("discord", places)
            except Exception as error:  # noqa: BLE001  # the next event, or the hour, looks again
                log.warning("what changed in a server could not be looked at: %s", type(error).__name__)
