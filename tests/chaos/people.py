"""People who go on asking while the bot is killed under them."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.slack.plain import plain_of
from tests.fake_slack import Delivery, FakeSlack

LINES = ("/keypoints lab", "/brief search lab", "/effects 1", "/brief", "/daybrief status")
PATIENCE = 3.0
"""Seconds within which a bot that lives has acknowledged and answered."""
_LOST_SIGHT = 0.5
"""Seconds that a connection may outlive its bot: what was sent then reached nobody."""
_APOLOGIES = ("went wrong", "install this app")
"""Ours for a failure of our own, and bolt's for a token that it misses."""


@dataclass(slots=True, kw_only=True)
class Question:
    """One command that was delivered over a socket."""

    line: str
    asked_at: float
    """On the monotonic clock."""
    delivery: Delivery | None = None
    answer: str = ""
    waited: float = 0.0
    """Seconds until the answer."""

    @property
    def is_answered(self) -> bool:
        """Whether somebody got something sensible."""
        return bool(self.answer) and not any(apology in self.answer for apology in _APOLOGIES)


@dataclass(kw_only=True)
class People:
    """One person in each of *places* (user and channel), who take turns to ask."""

    fake: FakeSlack
    places: Sequence[tuple[str, str]]
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

    def neglected(self, kills: Sequence[float]) -> list[str]:
        """What a bot was asked that lived for long enough after it, and did not answer."""
        return [
            f"{one.line}: {one.answer or (one.delivery and one.delivery.error) or 'acknowledged, and not answered'}"
            for one in self.asked
            if not one.is_answered and not any(-_LOST_SIGHT < kill - one.asked_at < PATIENCE for kill in kills)
        ]

    async def _ask(self) -> None:
        """Take turns for ever; while there is no connection, Slack itself tells people so."""
        for (user, channel), line in zip(itertools.cycle(self.places), itertools.cycle(LINES), strict=False):
            await asyncio.sleep(self.every)
            if self.fake.sockets.connections:
                task = asyncio.get_running_loop().create_task(self._one(user, channel, line))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _one(self, user: str, channel: str, line: str) -> None:
        command, _, text = line.partition(" ")
        question = Question(line=line, asked_at=time.monotonic())
        self.asked.append(question)
        question.delivery = await self.fake.command(command, text, user=user, channel=channel)
        if not question.delivery.acknowledged:
            return
        try:
            answers = await question.delivery.wait_answers(1, timeout=PATIENCE)
        except TimeoutError:
            return
        question.waited = time.monotonic() - question.asked_at
        question.answer = "\n".join(plain_of(one["blocks"]) if "blocks" in one else one["text"] for one in answers)
