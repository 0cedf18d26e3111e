"""What people could not be told for a day, told to them as one sentence once they can be reached."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.model import Notice
from bot.newsroom import Newsroom
from bot.tries import Outcome, Person
from bot.wording import counted, short_day

AGAIN = timedelta(hours=1)
"""Before somebody who could not be reached is tried again."""
FORGET = timedelta(days=7)
"""For how long: after that they have looked, or have left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """What one person was not told, by the clock that nobody can set."""

    count: int
    first_on: date
    first_at: timedelta
    next_at: timedelta


class Undelivered:
    """Kept in memory alone; the log has what the notices said."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._lost: dict[Person, _Lost] = {}
        self._busy = asyncio.Lock()

    def add(self, people: Iterable[Person], count: int = 1) -> None:
        """It is given up to tell *people* of *count* matters."""
        now, today = self._room.clock.elapsed(), self._room.clock.now().date()
        for one in people:
            lost = self._lost.get(one) or _Lost(count=0, first_on=today, first_at=now, next_at=now + AGAIN)
            self._lost[one] = replace(lost, count=lost.count + count)

    async def tell(self, tell_all: Callable[[Sequence[Person], Notice], Awaitable[Outcome]]) -> None:
        """Tell those whose time has come how much they were not told, the people of different places side by side."""
        if self._busy.locked():
            return
        async with self._busy:
            now = self._room.clock.elapsed()
            ready = [(one, lost) for one, lost in self._lost.items() if lost.next_at <= now]
            told = await asyncio.gather(*(tell_all((one,), _notice(lost)) for one, lost in ready))
            for (one, lost), outcome in zip(ready, told, strict=True):
                left = self._lost[one].count - (lost.count if outcome.reached else 0)  # more may have come meanwhile
                if not left or now - lost.first_at >= FORGET:
                    del self._lost[one]
                else:
                    self._lost[one] = replace(lost, count=left, next_at=now + AGAIN)


def _notice(lost: _Lost) -> Notice:
    """Names nothing: whom it concerned may be another by now, and what was so may be over."""
    return Notice(
        sentence=f"{counted(lost.count, 'notice')} could not be delivered to you within a day, the first by "
        f"{short_day(lost.first_on)}. Daybrief's log has what was to be said; /daybrief status shows how things are."
    )
