"""Discord as a platform: posts editions, finds them again, changes them, tells admins."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import discord

from adapters.discord import answers, cards, reading, sending
from adapters.discord.components import Card
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.pace import Pace, watching
from adapters.discord.plain import plain_of
from adapters.discord.rest import Rest
from adapters.discord.rights import troubles_of
from adapters.discord.wire import in_either_form, view_of
from bot.errors import CannotReadBack, Fate, PostFailed, Reach
from bot.model import Channel, Edition, Layout, Notice, Receipt, delivery_key
from bot.ports import Rendering
from bot.wording import sentence_of

log = logging.getLogger(__name__)

NONCES = timedelta(minutes=2)
"""Discord says "the past few minutes" and gives no number: https://docs.discord.com/developers/resources/message"""
NOBODY = discord.AllowedMentions.none()
"""Said with every change of a message, for which discord.py leaves out what its client was told."""
_UNAUTHORIZED, _FORBIDDEN = 401, 403
_A_FORUM = 40058
_HAS_A_THREAD, _NO_THREADS_HERE = 160004, 50024


class DiscordPlatform:
    """Implements ``bot.ports.Platform``. A message is confirmed once Discord has answered with its id.

    A receipt holds two ids: of the channel, thread or forum post that the message is in, and its own.
    """

    name = "discord"
    paces_as_one = True

    def __init__(
        self, rest: Rest, pace: Pace, *, crosspost: bool = False, patience: timedelta = timedelta(seconds=15)
    ) -> None:
        """*patience* is how long whoever posts listens; what has not left us before that surely has not arrived."""
        self._rest = rest
        self._patience = 0.9 * patience.total_seconds()
        self._pace = pace
        self._crosspost = crosspost
        self._forums: set[str] = set()
        """Channels that have turned out to be one."""
        self._without_threads: set[str] = set()
        """Channels in which no thread could be opened: what follows does so in the channel."""

    def parts(self, edition: Edition) -> int:
        """One, and one more for each message that follows."""
        return len(cards.messages(edition))

    def render(self, edition: Edition) -> Rendering:
        """The payloads are the bodies of ``POST /channels/{id}/messages``."""
        shown = cards.messages(edition)
        return Rendering(
            text="\n\n".join(plain_of(one.components) for one in shown),
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
        """Wait for the pace of the whole bot. Until Discord has let us in, there are no turns: nothing is attempted."""
        return await self._rest.open() or await self._pace.turn()

    def remembers(self, channel: Channel) -> timedelta:
        """As long as Discord surely keeps nonces; a forum's posts have none."""
        return timedelta() if channel.id in self._forums else NONCES

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Post one part. In a thread layout all but the first go into the thread of the first, in a forum into its
        post.
        """
        client = await self._rest.client()
        card = cards.messages(edition)[part]
        with watching() as left:
            try:
                async with asyncio.timeout(self._patience):
                    return Receipt(part=part, messages=await self._posted(client, edition, card, key, earlier))
            except FAILURES as error:
                failure = self._failed(error)
                if isinstance(error, TimeoutError) and not left:
                    failure = PostFailed("Discord could not be reached", fate=Fate.NOT_SENT)
                elif left and failure.fate is not Fate.UNKNOWN:
                    # discord.py tries again what a server failed on: the last answer says nothing of the tries before.
                    failure = PostFailed(failure.reason, fate=Fate.UNKNOWN, retry_after=failure.retry_after)
                elif failure.fate is Fate.REFUSED and earlier and earlier[-1].messages[0] != edition.channel.id:
                    # Tomorrow's edition opens a thread of its own.
                    reason = f"the thread of the edition took no more: {failure.reason}"
                    failure = PostFailed(reason, fate=Fate.REFUSED, reach=Reach.POST)
                raise failure from error

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        """Read the channel back, then the thread of the first part, and look for *key* in what can be pressed."""
        client = await self._rest.client()
        try:
            found = await self._found(client, channel, part, key, since - self._pace.ahead, earlier)
        except FAILURES as error:
            raise self._failed(error) from error
        return Receipt(part=part, messages=found) if found else None

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Change the message; its stories stay where *posted* has them."""
        client = await self._rest.client()
        place, message = (int(one) for one in receipt.messages)
        there = client.get_partial_messageable(place).get_partial_message(message)
        card = cards.amended(posted, edition, part)
        try:
            await in_either_form(partial(there.edit, allowed_mentions=NOBODY), card)
        except FAILURES as error:
            raise self._failed(error) from error

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """A direct message from the bot."""
        client = await self._rest.client()
        try:
            user = await client.fetch_user(int(person))
            said = "\x1f".join((person, notice.sentence, *notice.lines, str(notice.resend)))
            # Said once more when the answer was lost, it arrives once while Discord remembers the nonce.
            nonce = hashlib.sha256(said.encode()).hexdigest()[:25]
            await user.send(view=view_of(answers.notice(notice)), nonce=nonce)
        except FAILURES as error:
            raise self._failed(error) from error

    def tokens(self) -> Mapping[str, str]:
        """One for all servers."""
        standing = self._rest.standing
        return {} if standing is None else {"": standing}

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """Token, and the permissions in the channel."""
        self._rest.forget_refusal()
        try:
            client = await self._rest.client()
            place = await reading.look(client, channel)
        except PostFailed as failure:
            return (sentence_of(failure.reason),)
        except discord.InvalidData:
            return (f"#{channel.name} is not in the server {channel.workspace}; look at the ids once more.",)
        except FAILURES as error:
            return (sentence_of(self._failed(error).reason),)
        return troubles_of(place.channel, place.allowed)

    async def close(self) -> None:
        """Let go of all connections."""
        await self._rest.close()

    # ------------------------------------------------------------------------------------------------- posting

    async def _posted(
        self, client: discord.Client, edition: Edition, card: Card, key: str, earlier: Sequence[Receipt]
    ) -> tuple[str, str]:
        """Where the message went, and its id."""
        channel = edition.channel.id
        if not earlier and channel in self._forums:
            return await sending.posted_in_forum(client, edition, card)
        place = await self._place(client, edition, earlier)
        try:
            there = client.get_partial_messageable(int(place))
            sent = await in_either_form(partial(there.send, nonce=key), card)
        except discord.HTTPException as error:
            if error.code != _A_FORUM or earlier:
                raise
            self._forums.add(channel)
            return await sending.posted_in_forum(client, edition, card)
        if self._crosspost and place == channel:
            await sending.publish(client, sent, within=0.25 * self._patience)
        return place, str(sent.id)

    async def _place(self, client: discord.Client, edition: Edition, earlier: Sequence[Receipt]) -> str:
        """Where the next part goes."""
        channel = edition.channel.id
        if not earlier:
            return channel
        began, first = earlier[0].messages
        if began != channel or edition.layout is not Layout.THREAD:
            return began
        if len(earlier) > 1:
            return earlier[-1].messages[0]
        return first if await self._has_thread(client, edition, int(first)) else channel

    async def _has_thread(self, client: discord.Client, edition: Edition, message: int) -> bool:
        """Whether *message* has a thread, which has the message's own id: opened now, or there already."""
        channel = edition.channel.id
        if channel in self._without_threads:
            return False
        try:
            # The channel itself is asked for: discord.py opens no thread in one of which it knows the id alone.
            place = await client.fetch_channel(int(channel))
            if isinstance(place, discord.TextChannel):
                await place.get_partial_message(message).create_thread(name=cards.name_of_thread(edition))
                return True
        except discord.HTTPException as error:
            if error.code == _HAS_A_THREAD:
                return True
            if error.status != _FORBIDDEN and error.code != _NO_THREADS_HERE:
                raise
            if await sending.is_there(client, message):
                return True  # opened by an earlier try, and the right to do so was lost since
            log.warning("no thread could be opened in %s; the rest follows in the channel", edition.channel.name)
        self._without_threads.add(channel)
        return False

    # ------------------------------------------------------------------------------------------------- reading

    async def _found(  # noqa: PLR0917  # private, and each is needed
        self,
        client: discord.Client,
        channel: Channel,
        part: int,
        key: str,
        since: datetime,
        earlier: Sequence[Receipt],
    ) -> tuple[str, str] | None:
        """Where the message is and its id; None: surely nowhere. Raises CannotReadBack."""
        try:
            place = await client.fetch_channel(int(channel.id))
        except (discord.Forbidden, discord.NotFound) as error:
            raise CannotReadBack("the channel is gone, or Daybrief may not see it any more") from error
        if isinstance(place, discord.ForumChannel) and not earlier:
            found = await reading.in_forum(client, place, key, since)
        else:
            found = await _found_in(client, _places(channel, part, earlier), key, since)
        if found:
            return found
        await reading.ensure_readable(client, channel)
        return None

    def _failed(self, error: Exception) -> PostFailed:
        failure = post_failed(error)
        if isinstance(error, discord.HTTPException) and error.status == _UNAUTHORIZED:
            self._rest.suspect()
            return PostFailed(failure.reason, fate=Fate.NOT_SENT)
        return failure


async def _found_in(client: discord.Client, places: Sequence[str], key: str, since: datetime) -> tuple[str, str] | None:
    """In which of *places*, a channel and perhaps its thread, the message is, and its id."""
    for number, where in enumerate(places):
        if message := await reading.in_channel(client, int(where), key, since, is_thread=number > 0):
            return where, message
    return None


def _places(channel: Channel, part: int, earlier: Sequence[Receipt]) -> list[str]:
    """Where a part can be: in the channel, or in the thread of the first one, which has the first message's id."""
    if not part or not earlier:
        return [channel.id]
    began, first = earlier[0].messages
    return [began] if began != channel.id else [channel.id, first]
