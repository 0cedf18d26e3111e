"""People who go on asking while the bot is killed under them."""

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

LINES = (
    "/keypoints lab",
    "/daybrief pause",
    "/brief search lab",
    "/effects 1",
    "/daybrief status",
    "/brief",
    "/daybrief resume",
)
_ASKED_OF_THE_PLATFORM = ("/daybrief status", "/daybrief resume")
"""Of these the bot answers what the platform says of the channel, and waits for that as long as for anything of it."""
PATIENCE = 3.0
"""Seconds within which a bot that lives has acknowledged, and has answered unless the platform makes it wait."""
GIVES_UP = 15.0
"""Seconds after which a person waits for an answer no more. The platforms wait for minutes; an answer that the bot has
to ask the platform for comes late amid a storm of 429, or while a correction takes all that the platform allows."""
_LOST_SIGHT = 0.5
"""Seconds that a connection may outlive its bot: what was sent then reached nobody."""
_APOLOGIES = ("went wrong", "install this app")
"""Ours for a failure of our own, and bolt's for a token that it misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of one question."""

    ack_after: float | None = None
    """Seconds until the acknowledgement, if there was one."""
    answer: str = ""
    error: str = ""
    """What the platform showed instead of an answer."""


Asks = Callable[[str, str, str], Awaitable[Heard]]
"""A person, by id, types a line in a channel."""


@dataclass(slots=True, kw_only=True)
class Question:
    """One line that a person typed."""

    line: str
    asked_at: float
    """On the monotonic clock."""
    heard: Heard = field(default_factory=Heard)

    @property
    def ack_after(self) -> float | None:
        return self.heard.ack_after

    @property
    def is_answered(self) -> bool:
        """Whether somebody got something sensible."""
        return bool(self.heard.answer) and not any(apology in self.heard.answer for apology in _APOLOGIES)


@dataclass(kw_only=True)
class People:
    """One person in each of *places* (user and channel), who take turns to ask."""

    asks: Asks
    is_reached: Callable[[], bool]
    """Whether there is anybody to ask."""
    places: Sequence[tuple[str, str]]
    request_timeout: float
    """Seconds that the bot waits for the platform."""
    every: float = 0.1
    asked: list[Question] = field(default_factory=list)
    _asking: asyncio.Task[None] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def begin(self) -> None:
        """Ask from now on."""
        self._asking = asyncio.get_running_loop().create_task(self._ask())

    async def end(self) -> None:
        """Ask no more; return once nobody waits any more."""
        if self._asking:
            self._asking.cancel()
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    def neglected(self, gaps: Sequence[tuple[float, float]], since: float = 0.0) -> list[str]:
        """What a bot was asked that lived for long enough after it, and did not answer. *gaps* are from when to when
        lives were ending or the platform was silent, on the monotonic clock, as *since*, from when we count.
        """
        return [
            f"{one.line}, asked at {one.asked_at - since:.0f} s: {one.heard.answer or one.heard.error}"
            for one in self.asked
            if not one.is_answered
            and not any(begun - self._within(one) < one.asked_at < over + _LOST_SIGHT for begun, over in gaps)
        ]

    def _within(self, question: Question) -> float:
        """Seconds within which it is answered, if nothing comes between."""
        return PATIENCE + (self.request_timeout if question.line in _ASKED_OF_THE_PLATFORM else 0)

    async def _ask(self) -> None:
        """Take turns for ever; while there is no connection, the platform itself tells people so."""
        for (user, channel), line in zip(itertools.cycle(self.places), itertools.cycle(LINES), strict=False):
            await asyncio.sleep(self.every)
            if self.is_reached():
                task = asyncio.get_running_loop().create_task(self._one(user, channel, line))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _one(self, user: str, channel: str, line: str) -> None:
        question = Question(line=line, asked_at=time.monotonic())
        self.asked.append(question)
        question.heard = await self.asks(user, channel, line)
