"""Carrying one delivery that somebody rang for: what a worker does, one doorbell after the other."""

import asyncio
from datetime import datetime, timedelta

from bot.carrying import Tidings, carry_all, held_back_by
from bot.editor import Editor
from bot.model import Delivery
from bot.newsroom import Newsroom

FRESH = timedelta(seconds=15)
"""For how long what editions are chosen from is not read anew, but for whoever was rung for since."""
APART = timedelta(seconds=1)
"""By so much the clocks of two machines may differ that have asked the database for its time."""


class Hearer:
    """Carries what it hears of. Most of what editions have in common is read once for all that come due together."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._editor: Editor | None = None
        self._made: timedelta | None = None
        self._since: datetime | None = None
        """Whoever was rung for until then is served by that editor."""
        self._making = asyncio.Lock()

    async def hear(self, number: int, rung_at: datetime) -> bool:
        """Work once on delivery *number*, for which somebody rang at *rung_at*, if it is on its way, nobody has it in
        hand, and its time has come.

        False: that was not done, and perhaps somebody else can.
        """
        room = self._room
        delivery = await room.store.ledger.by_id(number)
        if delivery is None or delivery.state.final:
            return True
        if delivery.channel.platform not in room.platforms:
            return False
        editor = None if room.is_stopping else await self._editor_for(delivery, rung_at)
        if editor is None or not room.lanes.take([number]):
            return False
        lanes = {self._lane_of(delivery): [number]}
        return number in await carry_all(room, editor, lanes, Tidings([], None, room.watch))

    def _lane_of(self, delivery: Delivery) -> str:
        """As the ledger names them for a round."""
        name = delivery.channel.platform
        platform = self._room.platforms.get(name)
        return name if platform and platform.paces_as_one else f"{name}:{delivery.channel.workspace}"

    async def _editor_for(self, delivery: Delivery, rung_at: datetime) -> Editor | None:
        """One that composes as of a moment ago, but not of one before *rung_at* or the hour of *delivery*: what was
        there when it rang is in the edition. None: this machine's time is not believed.
        """
        room = self._room
        if timedelta() < (behind := rung_at - room.instant()) <= APART:
            await room.clock.wait(behind)
        async with self._making:
            elapsed = room.clock.elapsed()
            is_old = self._made is None or elapsed - self._made >= FRESH
            is_before = self._since is None or self._since < rung_at
            if is_old or is_before or (self._editor and self._editor.now < delivery.due_at):
                now = room.instant()
                self._editor = None if await held_back_by(room, now) else Editor(room, now)
                # Where its clock is far behind all the same, one is made after each ring, and not for each doorbell.
                self._made, self._since = elapsed, max(now, rung_at)
            return self._editor
