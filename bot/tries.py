"""Whom telling has reached, and when whoever it has not is told again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.model import Notice
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=1)
"""Before people who could not be told are told again; doubled each time."""
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(hours=24)
"""For how long it is tried to tell of one matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on a platform."""

    platform: str
    workspace: str
    """Empty: the one that the bot is at home in."""
    id: str

    def __str__(self) -> str:
        return f"{self.platform}:{self.workspace}:{self.id}"


def person_of(text: str) -> Person:
    """What ``str`` of a person gave."""
    platform, _, rest = text.partition(":")
    workspace, _, number = rest.rpartition(":")
    return Person(platform=platform, workspace=workspace, id=number)


Groups = tuple[tuple[Person, ...], ...]
"""Whom to tell: everybody in the first group in which anybody can be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of telling of one matter."""

    reached: tuple[Person, ...] = ()
    left: tuple[Person, ...] = ()
    """Who was to hear of it with them, and may be reached later."""
    reason: str = ""
    """Why nobody was reached."""
    is_refused: bool = False
    """Asking these people again soon would count towards a ban."""
    is_put_off: bool = False
    """They have not been asked, for others took the whole round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """How telling of one matter has gone so far, by the clock that nobody can set."""

    first_at: timedelta
    next_at: timedelta
    pause: timedelta


@dataclass(slots=True)
class Tries:
    """When whoever could not be told is told again."""

    room: Newsroom
    _tried: dict[Hashable, _Tried] = field(default_factory=dict)

    def keep_only(self, matters: Iterable[Hashable]) -> None:
        """Forget all but *matters*."""
        self._tried = {one: self._tried[one] for one in matters if one in self._tried}

    def is_ready(self, matter: Hashable) -> bool:
        """Whether its time has come."""
        return matter not in self._tried or self._tried[matter].next_at <= self.room.clock.elapsed()

    def has(self, matter: Hashable) -> bool:
        """Whether it was tried before, in vain."""
        return matter in self._tried

    def again(self, matter: Hashable, outcome: Outcome) -> bool:
        """Plan the next try, after one that came to *outcome*. False: it has been tried for long enough, and is worth
        another try only while it is so that somebody must know.
        """
        if outcome.is_put_off:
            return True
        now, pause = self.room.clock.elapsed(), LONGEST_PAUSE if outcome.is_refused else PAUSE
        tried = self._tried.get(matter)
        if tried is None:
            self._tried[matter] = _Tried(first_at=now, next_at=now + pause, pause=pause)
        else:
            longer = max(pause, min(2 * tried.pause, LONGEST_PAUSE))
            self._tried[matter] = replace(tried, next_at=now + longer, pause=longer)
            return now - tried.first_at < GIVE_UP
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """What one person is still to hear, of which others have heard."""

    person: Person
    notice: Notice
    is_news: Callable[[], bool]
    """Whether it is still so."""
    heard: Callable[[], Awaitable[None]]
    """What is done when they have heard it."""


class Latecomers:
    """Those who could not be told when others of their group were. Kept in memory alone: after a restart they hear no
    more of it, but somebody has.
    """

    def __init__(self, room: Newsroom, given_up: Callable[[Sequence[Person]], None]) -> None:
        self._tries = Tries(room)
        self._given_up = given_up
        self._late: list[Late] = []
        self._busy = asyncio.Lock()

    def add(self, late: Late) -> None:
        """*late* was tried in vain just now."""
        self._late.append(late)
        self._tries.again(id(late), Outcome())

    async def tell(self, tell_all: Callable[[Sequence[Person], Notice], Awaitable[Outcome]]) -> None:
        """Tell those whose time has come, the people of different places side by side."""
        if self._busy.locked():
            return
        async with self._busy:
            self._late = [one for one in self._late if one.is_news()]
            ready = [one for one in self._late if self._tries.is_ready(id(one))]
            settled = await asyncio.gather(*(self._is_settled(one, tell_all) for one in ready))
            done = {id(one) for one, is_settled in zip(ready, settled, strict=True) if is_settled}
            self._late = [one for one in self._late if id(one) not in done]
            self._tries.keep_only(map(id, self._late))

    async def _is_settled(self, late: Late, tell_all: Callable[[Sequence[Person], Notice], Awaitable[Outcome]]) -> bool:
        try:
            outcome = await tell_all((late.person,), late.notice)
        except Exception:
            log.exception("telling admins failed in a way that was not foreseen")
            return True
        if outcome.reached:
            await late.heard()
            return True
        if self._tries.again(id(late), outcome):
            return False
        log.error("%s could not be told what others were, and it is given up: %s", late.person, outcome.reason)
        self._given_up((late.person,))
        return True
