"""The shift: how one process begins to serve, by which configuration, and how it ends."""

import asyncio

from bot import orders
from bot.config import Config
from bot.errors import WrongUsage
from bot.model import Cause
from bot.newsroom import Newsroom
from bot.ports import Writer


class Shift:
    """For whoever runs the bot."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._declaring = asyncio.Lock()

    async def open(self) -> None:
        """Bring the store in line with the configuration, and with every one that is loaded from now on: declared
        channels are there, and only those.
        """
        async with self._declaring:
            await orders.declare(self._room, self._room.config)
            self._room.declares = True

    def stand_by(self) -> None:
        """Leave it to another process which channels are declared."""
        self._room.declares = False

    @property
    def declares(self) -> bool:
        """Whether the declared channels are those of this configuration."""
        return self._room.declares

    async def reload(self, config: Config, writer: Writer | None = None) -> None:
        """Work by *config* and with *writer* from now on; if the store cannot take it, as before. Its channels are
        declared where this process declares them.

        Raises:
            WrongUsage: it names another data directory.
        """
        if config.bot.data_dir != self._room.config.bot.data_dir:
            raise WrongUsage(
                "bot.data_dir cannot change while Daybrief runs; stop it, move the folder, and start it again"
            )
        async with self._declaring:
            if self._room.declares:
                await orders.declare(self._room, config)
            self._room.config = config
            self._room.writer = writer

    async def take_over(self) -> None:
        """Called by the one delivering process: whatever a dead one was working on is free again.

        In PostgreSQL it becomes so when its lease ends: a server that was started anew has forgotten who was the one,
        and who seems dead may go on in the next moment.
        """
        self._room.looked_at = None  # the one before may have gone by other rules of time zones
        if self._room.config.postgres is None:
            await self._room.store.ledger.release_all()

    def stop(self) -> None:
        """Begin no new delivery, those under way are finished; what is being written is dropped."""
        self._room.is_stopping = True
        self._room.errands.drop()

    def note(self, cause: Cause, reason: str) -> bool:
        """Why a new configuration was refused, a copy could not be made or a port not opened; empty: it went well.
        Whether that is news.
        """
        is_news = self._room.noted.get(cause) != reason
        self._room.noted[cause] = reason
        return is_news

    def note_fault(self, part: str, bug: Exception | None) -> None:
        """A *part* of Daybrief was at work, and ended with a *bug* or with none."""
        self._room.faults[part] = type(bug).__name__ if bug else ""
