"""The rounds: what the bot does by itself, again and again."""

import asyncio
from datetime import datetime, timedelta

from bot import carrying
from bot import gather as gathering
from bot import publish as publishing
from bot.forget import forget_old
from bot.heard import Hearer
from bot.lookout import Lookout
from bot.messenger import Messenger
from bot.model import GatherReport, Subscription
from bot.newsroom import Newsroom
from bot.notify import Notifier
from bot.prepare import prepare_ahead
from bot.sweep import sweep


class Rounds:
    """For the alarm and whoever rings by hand. Rounds of publishing may overlap; one of gathering waits for another."""

    def __init__(self, room: Newsroom, messenger: Messenger, notifier: Notifier, lookout: Lookout) -> None:
        self._room = room
        self._messenger = messenger
        self._notifier = notifier
        self._lookout = lookout
        self._hearer = Hearer(room)
        self._gathering = asyncio.Lock()

    async def prepare(self) -> None:
        """Have written what the editions of the next minutes are going to show."""
        await prepare_ahead(self._room)

    async def publish(self, *, progress: carrying.Progress | None = None) -> publishing.Round:
        """One round of publishing, beside those that still run; then admins are told of what went wrong."""
        done = await publishing.publish(self._room, progress=progress)
        await self.tell()
        return done

    async def publish_until_done(
        self, *, patience: timedelta, only: Subscription | None = None, progress: carrying.Progress | None = None
    ) -> publishing.Round:
        """Rounds of publishing, for *only* or all, while anything can be done within *patience*; then as above."""
        number = only.id if only else None
        done = await publishing.publish_until_done(self._room, patience=patience, only=number, progress=progress)
        await self.tell()
        return done

    async def publish_for(self, duration: timedelta) -> publishing.Round:
        """Rounds of publishing, for no longer than *duration* unless one of them takes longer; nobody is told."""
        return await publishing.publish_until_done(self._room, patience=duration, at_most=duration)

    async def hear(self, delivery: int, rung_at: datetime) -> bool:
        """Somebody rang for *delivery*, then: carry it as far as it gets. False: perhaps somebody else can."""
        return await self._hearer.hear(delivery, rung_at)

    async def tell(self) -> None:
        """Tell admins of editions that ended badly, and of what is wrong or well again, neither waiting for the other.
        Never raises.
        """
        await asyncio.gather(self._notifier.tell_bad_news(), self._lookout.look(), self._messenger.tell_latecomers())

    async def sweep(self) -> int:
        """Change the messages that corrections have left for later; how many deliveries."""
        return await sweep(self._room, self._messenger)

    async def gather(self, *, only_due: bool = False, progress: gathering.Progress | None = None) -> GatherReport:
        """One round of gathering."""
        async with self._gathering:
            return await gathering.gather(self._room, only_due=only_due, progress=progress)

    async def forget_old(self) -> int:
        """Drop what is older than the configuration keeps, and what is kept of workspaces that left a month ago; how
        many stories went.
        """
        return await forget_old(self._room)
