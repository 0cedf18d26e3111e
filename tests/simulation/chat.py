"""A chat platform that lives outside the bot: what it has accepted stays, whoever dies meanwhile.

There are three kinds, under the names that the product knows: ``discord`` knows a key again for some minutes and can be
read back, ``slack`` can only be read back, ``terminal`` can do neither.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Fate, PostFailed, Reach
from bot.model import Channel, Edition, EditionStory, Notice, Receipt
from tests.simulation.faults import Fault, Weather
from tests.simulation.journal import Journal
from tests.simulation.loop import VirtualLoop
from tests.simulation.store import Held, Message, Told, parts_of

NAMES = ("slack", "discord", "terminal")
MEMORY = timedelta(minutes=5)
"""For how long ``discord`` knows a key again; it promises a minute less."""


@dataclass(kw_only=True)
class Surroundings:
    """What a platform needs of the world."""

    loop: VirtualLoop
    journal: Journal
    weather: Weather
    chance: random.Random
    begins: datetime
    settle: float
    """Seconds within which a lost message appears."""

    def moment(self, at: float) -> datetime:
        """The instant, by a right clock, that many seconds after the world began."""
        return self.begins + timedelta(seconds=at)


class Chat:
    """The platform's own side."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name = name
        self.around = around
        self.held = Held()
        self.remembers = MEMORY if name == "discord" else timedelta()

    def parts(self, edition: Edition) -> int:
        """How many messages carry *edition*."""
        return parts_of(edition.channel.id, len(edition.stories))

    def shows(self, edition: Edition, part: int) -> tuple[tuple[str, str, str], ...]:
        """The stories that *part* of *edition* carries."""
        return tuple(_shown(one) for one in edition.stories[part :: self.parts(edition)])

    def take(self, message: Message) -> str:
        """*message* arrives; its id. Raises PostFailed."""
        now = self.around.loop.time()
        self._let_in(message.workspace, message.channel)
        if self.around.weather.is_on(Fault.STORM, self.name, message.workspace, message.channel):
            raise PostFailed("too many requests", fate=Fate.NOT_SENT, retry_after=timedelta(seconds=30))
        for known in reversed(self.held.messages):
            if known.key == message.key and now - known.arrived_at < self.remembers.total_seconds():
                self.around.journal.note("known again", message=known.id)
                return known.id
        message.number = len(self.held.messages) + 1
        message.arrived_at = now
        self.held.messages.append(message)
        self.around.journal.note(
            "arrives", message=message.id, channel=message.channel, date=message.date, part=message.part
        )
        if self.around.weather.is_on(Fault.DELETES, self.name, message.workspace, message.channel):
            self.around.loop.outside(self.around.chance.uniform(1, 4000), self._delete, message)
        return message.id

    def look_for(self, channel: Channel, key: str, since: datetime) -> str | None:
        """The id of the message with *key*, if readers see it."""
        self._let_in(channel.workspace, channel.id)
        for one in self.held.messages:
            is_there = one.deleted_at is None and one.channel == channel.id and one.workspace == channel.workspace
            if one.key == key and is_there and self.around.moment(one.arrived_at) >= since:
                return one.id
        return None

    def change(self, receipt: Receipt, stories: tuple[tuple[str, str, str], ...]) -> None:
        """Let a message read otherwise."""
        message = self.held.messages[int(receipt.messages[0].rpartition("-")[2]) - 1]
        self._let_in(message.workspace, message.channel)
        if message.deleted_at is not None:
            raise PostFailed("the message is gone", fate=Fate.REFUSED, reach=Reach.POST)
        message.stories = stories
        self.around.journal.note("reads", message=message.id, stories=" ".join(f"{one[0]}:{one[2]}" for one in stories))

    def hear(self, person: str, notice: Notice) -> None:
        """*person* is told in private."""
        if self.around.weather.is_on(Fault.OUTAGE, self.name):
            raise PostFailed("the platform is down", fate=Fate.NOT_SENT)
        if self.around.weather.is_on(Fault.TELL_FAILS, self.name):
            raise PostFailed("no private message could be opened", fate=Fate.NOT_SENT)
        if self.around.weather.is_on(Fault.TELL_REFUSED, self.name):
            raise PostFailed("the person takes no private messages", fate=Fate.REFUSED)
        text = said(notice)
        self.held.told.append(Told(at=self.around.loop.time(), platform=self.name, person=person, text=text))
        self.around.journal.note("told", person=person, text=text)

    def tokens(self) -> dict[str, str]:
        """By workspace, why our token is not taken; empty: it is."""
        return {
            workspace: "the token was revoked"
            if self.around.weather.blows(Fault.TOKEN_LOST, self.name, workspace)
            else ""
            for workspace in sorted({one.workspace for one in self.held.messages})
        }

    def troubles(self, channel: Channel) -> tuple[str, ...]:
        """What keeps us from posting."""
        try:
            self._let_in(channel.workspace, channel.id)
        except PostFailed as failure:
            return (failure.reason,)
        return ()

    def _let_in(self, workspace: str, channel: str) -> None:
        weather, place = self.around.weather, (self.name, workspace, channel)
        if weather.is_on(Fault.OUTAGE, *place):
            raise PostFailed("the platform is down", fate=Fate.NOT_SENT)
        if weather.is_on(Fault.TOKEN_LOST, *place):
            raise PostFailed("the token was revoked", fate=Fate.REFUSED)
        if weather.is_on(Fault.KICKED, *place):
            raise PostFailed("the bot is not in the channel", fate=Fate.REFUSED)
        if weather.is_on(Fault.CLOSED, *place):
            raise PostFailed("the channel is archived", fate=Fate.REFUSED, reach=Reach.CHANNEL)

    def _delete(self, message: Message) -> None:
        message.deleted_at = self.around.loop.time()
        self.around.journal.note("deleted", message=message.id, channel=message.channel)


def said(notice: Notice) -> str:
    """All that *notice* says."""
    return " | ".join((notice.sentence, *notice.lines))


def _shown(story: EditionStory) -> tuple[str, str, str]:
    return story.ref, story.title, story.status.value
