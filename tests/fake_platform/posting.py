"""The adapter of the fake platform: what a chat platform's adapter does, against a server that we own."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.errors import CannotReadBack, Fate, PostFailed
from bot.model import Channel, Edition, Notice, Receipt
from bot.ports import Rendering

_BROKEN = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError)


class FakePlatform:
    """Implements ``bot.ports.Platform``. ``parts_of`` messages carry an edition."""

    paces_as_one = False

    def __init__(self, address: str, *, name: str = "terminal", parts_of: int = 1, can_read_back: bool = True) -> None:
        self.name = name
        self._address = address
        self._parts = parts_of
        self._can_read_back = can_read_back
        self._session: aiohttp.ClientSession | None = None
        self.amended: list[tuple[str, Edition]] = []
        self.notices: list[tuple[str, Notice]] = []
        self.pace: dict[str, timedelta] = {}
        """For how long it takes no post to a channel, by its id."""

    def parts(self, edition: Edition) -> int:
        return self._parts

    def render(self, edition: Edition) -> Rendering:
        payloads = tuple({"channel": edition.channel.id, "text": _text(edition, part)} for part in range(self._parts))
        return Rendering(text="\n".join(_text(edition, part) for part in range(self._parts)), payloads=payloads)

    async def turn(self, channel: Channel) -> timedelta:
        return self.pace.get(channel.id, timedelta())

    def remembers(self, channel: Channel) -> timedelta:
        return timedelta()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        body = {"channel": edition.channel.id, "key": key, "text": _text(edition, part)}
        try:
            # A request that never got a connection was surely not accepted; any other break leaves us in the dark.
            async with self._http().post(f"{self._address}/post", json=body) as answer:
                content: dict[str, Any] = await answer.json()
                status = answer.status
                retry_after = answer.headers.get("Retry-After", "")
        except aiohttp.ClientConnectorError as refused:
            raise PostFailed("the connection was refused", fate=Fate.NOT_SENT) from refused
        except _BROKEN as broken:
            raise PostFailed("the connection broke", fate=Fate.UNKNOWN) from broken
        if status == 429:
            wait = timedelta(seconds=float(retry_after or 1))
            raise PostFailed("too many requests", fate=Fate.NOT_SENT, retry_after=wait)
        if status == 404:
            raise PostFailed("the channel does not exist", fate=Fate.REFUSED)
        if status >= 500:
            raise PostFailed("the server failed", fate=Fate.UNKNOWN)
        return Receipt(part=part, messages=(content["id"],))

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt] = ()
    ) -> Receipt | None:
        if not self._can_read_back:
            raise CannotReadBack("the channel's history may not be read")
        try:
            async with self._http().get(f"{self._address}/messages", params={"channel": channel.id}) as answer:
                messages = await answer.json()
        except aiohttp.ClientError as broken:
            raise PostFailed("the connection broke", fate=Fate.UNKNOWN) from broken
        found = tuple(message["id"] for message in messages if message["key"] == key)
        return Receipt(part=part, messages=found[:1]) if found else None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        self.amended.append((receipt.messages[0], edition))

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        self.notices.append((person, notice))

    def tokens(self) -> Mapping[str, str]:
        return {}

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        return ()

    async def close(self) -> None:
        if self._session:
            await self._session.close()

    def _http(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64))
        return self._session


def _text(edition: Edition, part: int) -> str:
    refs = " ".join(story.ref for story in edition.stories) or "quiet"
    return f"{edition.date} part {part}: {refs}"
