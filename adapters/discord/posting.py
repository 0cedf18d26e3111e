"""Discord as a platform: posts editions, finds them again, changes them, tells admins."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from adapters.discord import cards
from adapters.discord.answers import sentence
from adapters.discord.components import Card, button, texts
from adapters.discord.custom_ids import RESEND, custom_id, pressed
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.pace import Pace
from adapters.discord.rest import Rest
from adapters.discord.wire import custom_ids_of, view_of
from bot.errors import CannotReadBack, PostFailed
from bot.model import Channel, Edition, Layout, Notice, Receipt, delivery_key
from bot.ports import Rendering

log = logging.getLogger(__name__)

_CLOCKS_DIFFER = timedelta(minutes=10)
"""How far before an intent a channel is read: Discord dates messages by its own clock."""
_MOST_MESSAGES = 1_000
_NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}
"""Permissions without which something goes wrong, as Discord's settings call them."""
_HAS_A_THREAD = 160004


class DiscordPlatform:
    """Implements ``bot.ports.Platform``. A message is confirmed once Discord has answered with its id."""

    name = "discord"
    paces_as_one = True

    def __init__(self, rest: Rest, pace: Pace) -> None:
        self._rest = rest
        self._pace = pace

    def parts(self, edition: Edition) -> int:
        """One, and one more for each message that follows."""
        return len(cards.messages(edition))

    def render(self, edition: Edition) -> Rendering:
        """The payloads are the bodies of ``POST /channels/{id}/messages``."""
        shown = cards.messages(edition)
        return Rendering(
            text="\n\n".join("\n".join(texts(one.components)) for one in shown),
            payloads=tuple(
                {
                    **one.payload(),
                    "nonce": delivery_key(edition.channel, edition.date, part),
                    "enforce_nonce": True,
                }
                for part, one in enumerate(shown)
            ),
        )

    async def turn(self, channel: Channel) -> timedelta:
        """Wait for the pace of the whole bot."""
        return await self._pace.turn()

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Post one part. In a thread layout all but the first go into the thread of the first."""
        client = await self._rest.client()
        card = cards.messages(edition)[part]
        try:
            return Receipt(part=part, messages=await self._posted(client, edition, part, key, card, earlier))
        except FAILURES as error:
            raise self._failed(error) from error

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        """Read the channel back, then the thread of the first part, and look for *key* in what can be pressed."""
        client = await self._rest.client()
        places = [channel.id, *([earlier[0].messages[0]] if part and earlier else [])]
        for number, place in enumerate(places):
            found = await self._found(client, place, key, since, is_thread=number > 0)
            if found:
                return Receipt(part=part, messages=(place, found) if number else (channel.id, found))
        return None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Change the message; its stories stay where *posted* has them."""
        client = await self._rest.client()
        place, message = _place_of(receipt)
        try:
            there = client.get_partial_messageable(place).get_partial_message(message)
            await there.edit(view=view_of(cards.amended(posted, edition, part)))
        except FAILURES as error:
            raise self._failed(error) from error

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """A direct message from the bot."""
        client = await self._rest.client()
        resend = notice.resend
        lever = [button("Send it once more", custom_id(RESEND, str(resend)), style="danger")] if resend else []
        try:
            user = await client.fetch_user(int(person))
            await user.send(view=view_of(sentence(notice.sentence, *lever)))
        except FAILURES as error:
            raise self._failed(error) from error

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """Token, and the permissions in the channel."""
        self._rest.forget_refusal()
        try:
            client = await self._rest.client()
            guild = await client.fetch_guild(int(channel.workspace))
            place = await guild.fetch_channel(int(channel.id))
            me = await guild.fetch_member(client.user.id if client.user else 0)
        except PostFailed as failure:
            return (f"{failure.reason[0].upper()}{failure.reason[1:]}.",)
        except FAILURES as error:
            reason = post_failed(error).reason
            return (f"{reason[0].upper()}{reason[1:]}.",)
        return troubles_of(place, place.permissions_for(me))

    async def close(self) -> None:
        """Let go of all connections."""
        await self._rest.close()

    async def _posted(  # noqa: PLR0917  # private, and each is needed
        self, client: discord.Client, edition: Edition, part: int, key: str, card: Card, earlier: Sequence[Receipt]
    ) -> tuple[str, ...]:
        """Where the message went, and its id."""
        place = edition.channel.id
        if part and edition.layout is Layout.THREAD and earlier:
            place = await self._thread(client, edition, earlier[0])
        sent = await client.get_partial_messageable(int(place)).send(view=view_of(card), nonce=key)
        return (place, str(sent.id))

    async def _thread(self, client: discord.Client, edition: Edition, first: Receipt) -> str:
        """The thread of the first message: it has the message's own id. One that is there already is used."""
        place, message = _place_of(first)
        try:
            partial = client.get_partial_messageable(place).get_partial_message(message)
            await partial.create_thread(name=cards.name_of_thread(edition))
        except discord.HTTPException as error:
            if error.code != _HAS_A_THREAD:
                raise
        return str(message)

    async def _found(
        self, client: discord.Client, place: str, key: str, since: datetime, *, is_thread: bool
    ) -> str | None:
        there = client.get_partial_messageable(int(place))
        try:
            async for message in there.history(limit=_MOST_MESSAGES, after=since - _CLOCKS_DIFFER, oldest_first=True):
                known = (pressed(name) for name in custom_ids_of(message.components))
                if any(name and name.key == key for name in known):
                    return str(message.id)
        except discord.Forbidden as error:
            raise CannotReadBack(
                "Daybrief may not read the channel back to see whether the post arrived; give it View Channel and "
                "Read Message History there"
            ) from error
        except discord.NotFound as error:
            if is_thread:
                return None
            raise CannotReadBack("the channel is gone") from error
        except FAILURES as error:
            raise self._failed(error) from error
        return None

    def _failed(self, error: Exception) -> PostFailed:
        failure = post_failed(error)
        if isinstance(error, discord.HTTPException):
            self._rest.note(failure, error.status)
        return failure


def troubles_of(place: Any, allowed: discord.Permissions) -> tuple[str, ...]:  # noqa: ANN401  # any kind of channel
    """What keeps us from posting to *place*, where we are *allowed* so much. Pure."""
    where = f"#{place.name}"
    if not isinstance(place, discord.TextChannel | discord.Thread | discord.VoiceChannel):
        return (f"{where} takes no plain messages. Choose a text channel.",)
    missing = [called for name, called in _NEEDED.items() if not getattr(allowed, name)]
    if missing:
        return (f"Daybrief lacks {', '.join(missing)} in {where}. Give its role these permissions there.",)
    return ()


def _place_of(receipt: Receipt) -> tuple[int, int]:
    """The channel or thread, and the message in it."""
    place, message = receipt.messages
    return int(place), int(message)
