"""One process's line to a simulated platform, with all that can happen on the way."""

import contextlib
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bot.errors import CannotReadBack, Fate, PostFailed, Reach
from bot.model import Channel, Edition, Notice, Receipt
from bot.ports import Rendering
from tests.simulation.chat import Chat, said
from tests.simulation.faults import Fault
from tests.simulation.loop import Life
from tests.simulation.store import Message

Result = TypeVar("Result")

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far before an intent the adapters read besides."""


class SimulatedBug(Exception):
    """An adapter stumbles over something that nobody foresaw."""


class Line:
    """One process's line to a platform: implements ``bot.ports.Platform``, with all that can happen on the way."""

    def __init__(self, chat: Chat, life: Life, ahead: Callable[[], timedelta]) -> None:
        self.name = chat.name
        self.paces_as_one = chat.name == "discord"
        self._chat = chat
        self._around = chat.around
        self._life = life
        self._ahead = ahead
        self._known_ahead = timedelta()
        """By how much our clock was ahead of the platform's when it last answered."""

    def parts(self, edition: Edition) -> int:
        if self._around.weather.is_on(Fault.BUGGY_PARTS, self.name, edition.channel.workspace, edition.channel.id):
            raise SimulatedBug
        return self._chat.parts(edition)

    def render(self, edition: Edition) -> Rendering:
        return Rendering(text=" ".join(one.ref for one in edition.stories), payloads=({},) * self.parts(edition))

    def remembers(self, channel: Channel) -> timedelta:
        return max(self._chat.remembers - timedelta(minutes=1), timedelta())

    async def turn(self, channel: Channel) -> timedelta:
        place = (self.name, channel.workspace, channel.id)
        if self._around.weather.is_on(Fault.SLOW_TURN, *place):
            await self._pause(self._around.chance.uniform(0.5, 20))
        if self._around.weather.is_on(Fault.LONG_TURN, *place):
            return timedelta(seconds=self._around.chance.choice((20, 300, 3600)))
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        channel, begun = edition.channel, self._around.loop.time()
        fault = self._around.weather.of_request(self.name, channel.workspace, channel.id)
        self._around.journal.note(
            "post",
            life=self._life.number,
            platform=self.name,
            workspace=channel.workspace,
            channel=channel.id,
            date=edition.date.isoformat(),
            part=part,
            fault=fault,
        )
        message = Message(
            number=0,
            platform=self.name,
            workspace=channel.workspace,
            channel=channel.id,
            key=key,
            date=edition.date.isoformat(),
            part=part,
            stories=self._chat.shows(edition, part),
            begun_at=begun,
            arrived_at=0.0,
            by=self._life.number,
        )
        return Receipt(part=part, messages=(await self._ask(lambda: self._chat.take(message), fault),))

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        weather, place = self._around.weather, (self.name, channel.workspace, channel.id)
        came = "failed"
        try:
            if self.name == "terminal" or weather.is_on(Fault.HISTORY_FORBIDDEN, *place):
                raise CannotReadBack("the channel cannot be searched")
            if weather.is_on(Fault.HISTORY_FAILS, *place):
                raise PostFailed("the history cannot be read", fate=Fate.UNKNOWN)
            # Adapters know how far this machine's clock is ahead of the platform's, as long as nobody sets it.
            before = self._known_ahead + CLOCKS_DIFFER
            found = await self._ask(lambda: self._chat.look_for(channel, key, since - before), None)
            came = "found" if found else "absent"
        finally:
            self._around.journal.note("read back", channel=channel.id, key=key, came=came)
        return Receipt(part=part, messages=(found,)) if found else None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        channel = edition.channel
        fault = self._around.weather.of_request(self.name, channel.workspace, channel.id)
        came = "failed"
        try:
            await self._ask(lambda: self._chat.change(receipt, self._chat.shows(edition, part)), fault)
            came = "changed"
        except PostFailed as failure:
            if failure.fate is Fate.REFUSED and failure.reach is Reach.POST:
                came = "refused for good"
            raise
        finally:
            self._around.journal.note("amend", message=receipt.messages[0], came=came)

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        fault = self._around.weather.of_request(self.name, workspace, "")
        came = "failed"
        try:
            await self._ask(lambda: self._chat.hear(person, notice), fault)
            came = "told"
        finally:
            self._around.journal.note("tell", person=person, came=came, text=said(notice))

    def tokens(self) -> Mapping[str, str]:
        return self._chat.tokens()

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        return await self._ask(lambda: self._chat.troubles(channel), None)

    async def _pause(self, seconds: float) -> None:
        await self._answered(seconds, int)

    async def _answered(self, later: float, act: Callable[[], Result]) -> Result:
        """What the platform answers to *act* after *later* seconds, if we still listen."""
        answer = self._around.loop.create_future()

        def arrive() -> None:
            if self._life.is_asleep and later < 1 and self._around.chance.random() < 0.5:
                # What was still on its way when the machine fell asleep leaves it when it wakes.
                self._life.delayed.append(arrive)
                return
            try:
                result = act()
            except PostFailed as failure:
                if not answer.done():
                    answer.set_exception(failure)
            else:
                if not answer.done():
                    answer.set_result(result)

        self._around.loop.outside(later, arrive)
        result: Result = await answer
        self._known_ahead = self._ahead()
        return result

    async def _ask(self, act: Callable[[], Result], fault: Fault | None) -> Result:
        """What the platform answers to *act*, unless *fault* comes between."""
        chance = self._around.chance
        if fault is Fault.BUG_BEFORE:
            raise SimulatedBug
        if fault is Fault.LATE_ACCEPT:
            self._around.loop.outside(chance.uniform(1, self._around.settle), _quietly, act)
        elif fault is not Fault.HANG_BEFORE and fault not in _NEVER_ARRIVES:
            result = await self._answered(chance.uniform(0.02, 0.4 if fault is None else 3.0), act)
            if fault is None:
                return result
        if fault is Fault.BUG_AFTER:
            raise SimulatedBug
        if fault in {Fault.HANG_BEFORE, Fault.HANG_AFTER}:
            await self._around.loop.create_future()
        await self._pause(chance.uniform(0.05, 10))
        raise _failure(fault, chance)


_NEVER_ARRIVES = frozenset({Fault.DROP_BEFORE, Fault.TOO_MANY, Fault.ABSURD_RETRY, Fault.NOT_SENT, Fault.REFUSED_POST})


def _failure(fault: Fault | None, chance: random.Random) -> PostFailed:
    """How the bot hears of *fault*."""
    match fault:
        case Fault.TOO_MANY:
            wait = timedelta(seconds=chance.choice((1, 7, 60)))
            return PostFailed("too many requests", fate=Fate.NOT_SENT, retry_after=wait)
        case Fault.ABSURD_RETRY:
            wait = timedelta(seconds=chance.choice((0, 86_400, 10_000_000)))
            return PostFailed("too many requests", fate=Fate.NOT_SENT, retry_after=wait)
        case Fault.NOT_SENT:
            return PostFailed("the platform was busy", fate=Fate.NOT_SENT)
        case Fault.REFUSED_POST:
            return PostFailed("the message is not well-formed", fate=Fate.REFUSED, reach=Reach.POST)
        case _:
            return PostFailed("the connection broke", fate=Fate.UNKNOWN)


def _quietly(act: Callable[[], object]) -> None:
    with contextlib.suppress(PostFailed):
        act()
