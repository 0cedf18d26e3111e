"""A platform in memory that does as a test says, call by call; no network, no waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import PostFailed
from bot.model import Channel, Edition, Notice, Receipt
from bot.ports import Rendering

Happens = Exception | Callable[[], Awaitable[object]]
"""What a call meets before it does its work: an error, or something to wait for."""


class ScriptedPlatform:
    """Implements ``bot.ports.Platform``. The lists of what happens are used up from the front; then all is well."""

    def __init__(self, *, parts_of: int = 1, name: str = "terminal", paces_as_one: bool = False) -> None:
        self.name = name
        self.paces_as_one = paces_as_one
        self.parts_of = parts_of
        self.posts: list[tuple[str, int, Edition]] = []
        """Channel, part and edition of every message that arrived."""
        self.keys: list[str] = []
        self.on_post: list[Happens | None] = []
        self.on_find: list[Happens | None] = []
        self.on_turn: list[Happens | None] = []
        self.on_tell: list[Happens | None] = []
        self.on_amend: list[Happens | None] = []
        self.refused: dict[str, str] = {}
        """By the name of a channel: why no post is ever taken there."""
        self.loses_answers = 0
        """How many of the next posts arrive although the answer is lost."""
        self.on_parts: dict[str, Exception] = {}
        """By the name of a channel: what asking for the number of parts ends with, each time."""
        self.pace: dict[str, timedelta] = {}
        """For how long it takes no post to a channel, by name."""
        self.memory = timedelta()
        """For how long it knows a key again."""
        self.turns: list[str] = []
        self.amended: list[tuple[str, Edition]] = []
        self.told: list[tuple[str, str, Notice]] = []
        self.troubles: dict[str, tuple[str, ...]] = {}
        """What examining a channel finds, by name."""
        self.says_of_tokens: dict[str, str] = {}
        """By workspace: why its token is not taken, or nothing."""
        self._arrived = asyncio.Event()

    def parts(self, edition: Edition) -> int:
        if edition.channel.name in self.on_parts:
            raise self.on_parts[edition.channel.name]
        return self.parts_of

    def render(self, edition: Edition) -> Rendering:
        return Rendering(text=" ".join(story.ref for story in edition.stories), payloads=({},) * self.parts_of)

    async def turn(self, channel: Channel) -> timedelta:
        await _meet(self.on_turn)
        self.turns.append(channel.name)
        return self.pace.get(channel.name, timedelta())

    def remembers(self, channel: Channel) -> timedelta:
        return self.memory

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        await _meet(self.on_post)
        if edition.channel.name in self.refused:
            raise fails("refused", self.refused[edition.channel.name])
        receipt = self.arrives(edition, part, key)
        if self.loses_answers:
            self.loses_answers -= 1
            raise fails("unknown", "the connection broke")
        return receipt

    def arrives(self, edition: Edition, part: int, key: str) -> Receipt:
        self.posts.append((edition.channel.name, part, edition))
        self.keys.append(key)
        self._arrived.set()
        return Receipt(part=part, messages=(str(len(self.posts)),))

    async def has_posted(self, name: str, times: int = 1) -> None:
        """Return once the channel called *name* has got that many messages."""
        async with asyncio.timeout(20):
            while sum(channel == name for channel, _, _ in self.posts) < times:
                self._arrived.clear()
                await self._arrived.wait()

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        await _meet(self.on_find)
        return Receipt(part=part, messages=(str(self.keys.index(key) + 1),)) if key in self.keys else None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        await _meet(self.on_amend)
        self.amended.append((receipt.messages[0], edition))

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        await _meet(self.on_tell)
        self.told.append((workspace, person, notice))

    def tokens(self) -> Mapping[str, str]:
        return self.says_of_tokens

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        return self.troubles.get(channel.name, ())


async def hang() -> None:
    """Never ends by itself."""
    await asyncio.Event().wait()


def fails(fate: str, reason: str = "the reason") -> PostFailed:
    """A post, or another call, that fails with *fate*."""
    from bot.errors import Fate

    return PostFailed(reason, fate=Fate(fate))


async def _meet(happenings: list[Happens | None]) -> None:
    happens = happenings.pop(0) if happenings else None
    if isinstance(happens, Exception):
        raise happens
    if happens is not None:
        await happens()
