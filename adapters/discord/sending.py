"""The rarer acts of posting to Discord: a forum's post, publishing to followers, a look whether a thread is there."""

import asyncio
import logging
from typing import Any

import discord

from adapters.discord import cards
from adapters.discord.components import Card
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.pace import only_once
from adapters.discord.wire import in_either_form
from bot.model import Edition

log = logging.getLogger(__name__)


async def posted_in_forum(client: discord.Client, edition: Edition, card: Card) -> tuple[str, str]:
    """The post that *card* begins, and its first message. Forums take no nonce, so this is tried once."""
    forum = await client.fetch_channel(int(edition.channel.id))
    if not isinstance(forum, discord.ForumChannel):
        raise discord.ClientException("the channel was a forum a moment ago")
    name = cards.name_of_thread(edition)

    async def send(**form: Any) -> discord.channel.ThreadWithMessage:  # noqa: ANN401  # what discord.py takes
        with only_once():
            return await forum.create_thread(name=name, **form)

    made = await in_either_form(send, card)
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
