"""The single acts of which posting to Discord is made: a message, a forum's post, publishing to followers."""

import asyncio
import logging

import discord

from adapters.discord import cards
from adapters.discord.components import Card
from adapters.discord.embeds import plain_of
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.pace import only_once
from adapters.discord.wire import buttons_of, embeds_of, view_of
from bot.model import Edition

log = logging.getLogger(__name__)

_BAD_REQUEST = 400
_BAD_BODY = frozenset({50035, 50006})
"""What Discord says of a message that is built as it does not like."""


async def sent(there: discord.PartialMessageable, card: Card, key: str) -> discord.Message:
    """*card* as a message; in the older form, with the same key, where Discord does not take the layout."""
    try:
        return await there.send(view=view_of(card), nonce=key)
    except discord.HTTPException as error:
        if not refuses_the_form(error):
            raise
        log.warning("Discord did not take a layout (code %d); the message is sent in the older form", error.code)
        plain = plain_of(card)
        return await there.send(embeds=embeds_of(plain), view=buttons_of(plain), nonce=key)


async def posted_in_forum(client: discord.Client, edition: Edition, card: Card) -> tuple[str, str]:
    """The post that *card* begins, and its first message. Forums take no nonce, so this is tried once."""
    forum = await client.fetch_channel(int(edition.channel.id))
    if not isinstance(forum, discord.ForumChannel):
        raise discord.ClientException("the channel was a forum a moment ago")
    name = cards.name_of_thread(edition)
    try:
        with only_once():
            made = await forum.create_thread(name=name, view=view_of(card))
    except discord.HTTPException as error:
        if not refuses_the_form(error):
            raise
        plain = plain_of(card)
        with only_once():
            made = await forum.create_thread(name=name, embeds=embeds_of(plain), view=buttons_of(plain))
    return str(made.thread.id), str(made.message.id)


async def publish(client: discord.Client, sent: discord.Message, *, within: float) -> None:
    """Publish *sent* to those who follow an announcement channel. It has arrived, whatever comes of this."""
    try:
        async with asyncio.timeout(within):
            place = await client.fetch_channel(sent.channel.id)
            if isinstance(place, discord.TextChannel) and place.is_news():
                await sent.publish()
    except FAILURES as error:
        log.warning("a message could not be published to followers: %s", post_failed(error).reason)


async def is_there(client: discord.Client, thread: int) -> bool:
    """Whether *thread* exists and we see it."""
    try:
        await client.fetch_channel(thread)
    except (discord.NotFound, discord.Forbidden):
        return False
    return True


def refuses_the_form(error: discord.HTTPException) -> bool:
    """Whether Discord dislikes how a message is built, whatever it says."""
    return error.status == _BAD_REQUEST and error.code in _BAD_BODY
