"""Reading channels back: whether a message of ours is there, and what we may do where it should be."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from adapters.discord.custom_ids import pressed
from adapters.discord.wire import custom_ids_of
from bot.errors import CannotReadBack
from bot.model import Channel

CLOCKS_DIFFER = timedelta(minutes=10)
"""How far before an intent a channel is read: Discord dates messages by its own clock."""
MOST_MESSAGES = 1_000
MOST_POSTS = 100
"""Archived posts of a forum that are looked at, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel as Discord shows it."""

    channel: discord.abc.GuildChannel | discord.Thread
    allowed: discord.Permissions
    """What we may do there."""


async def look(client: discord.Client, channel: Channel) -> Place:
    """*channel*, asked for anew: nothing is cached.

    Raises:
        discord.HTTPException: it is gone, or closed to us.
        discord.InvalidData: it is in another server.
    """
    guild = await client.fetch_guild(int(channel.workspace), with_counts=False)
    place = await guild.fetch_channel(int(channel.id))
    me = await guild.fetch_member(client.user.id if client.user else 0)
    # A thread has the permissions of the channel that it hangs on, and knows that one only if it is cached.
    rules = await guild.fetch_channel(place.parent_id) if isinstance(place, discord.Thread) else place
    return Place(channel=place, allowed=rules.permissions_for(me))


async def in_channel(
    client: discord.Client, place: int, key: str, since: datetime, *, is_thread: bool = False
) -> str | None:
    """The id of our message with *key* in *place*; None: it is not among those written since *since*.

    Raises:
        CannotReadBack: too much has been written there since, or we may not look.
    """
    there = client.get_partial_messageable(place)
    seen = 0
    try:
        async for message in there.history(limit=MOST_MESSAGES, after=since - CLOCKS_DIFFER, oldest_first=True):
            seen += 1
            if _is_ours(client, message, key):
                return str(message.id)
    except discord.Forbidden as error:
        raise _closed() from error
    except discord.NotFound as error:
        if is_thread:
            return None
        raise CannotReadBack("the channel is gone") from error
    if seen >= MOST_MESSAGES:
        raise CannotReadBack(f"more than {MOST_MESSAGES} messages have been written there since")
    return None


async def in_forum(
    client: discord.Client, forum: discord.ForumChannel, key: str, since: datetime
) -> tuple[str, str] | None:
    """The ids of our post with *key* in *forum* and of its first message, which are the same number."""
    try:
        async for thread in _posts(forum, since - CLOCKS_DIFFER):
            try:
                first = await thread.fetch_message(thread.id)
            except discord.NotFound:
                continue
            if _is_ours(client, first, key):
                return str(thread.id), str(first.id)
    except discord.Forbidden as error:
        raise _closed() from error
    return None


async def ensure_readable(client: discord.Client, channel: Channel) -> None:
    """Raise CannotReadBack where Discord would show us an empty channel, whatever is in it.

    Then nothing proves that a message is not there: https://docs.discord.com/developers/resources/message
    """
    try:
        place = await look(client, channel)
    except (discord.Forbidden, discord.NotFound, discord.InvalidData) as error:
        raise _closed() from error
    if not (place.allowed.view_channel and place.allowed.read_message_history):
        raise _closed()


async def _posts(forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """Our posts in *forum* that are not older than *since*, archived ones too."""
    for thread in await forum.guild.active_threads():
        if thread.parent_id == forum.id and discord.utils.snowflake_time(thread.id) >= since:
            yield thread
    seen, archived_at = 0, None
    async for thread in forum.archived_threads(limit=MOST_POSTS):
        seen, archived_at = seen + 1, thread.archive_timestamp
        if discord.utils.snowflake_time(thread.id) >= since:
            yield thread
    # They come in the order in which they were archived, which for ours was after it was posted.
    if seen >= MOST_POSTS and archived_at and archived_at >= since:
        raise CannotReadBack(f"more than {MOST_POSTS} posts have been archived there since")


def _is_ours(client: discord.Client, message: discord.Message, key: str) -> bool:
    if client.user is None or message.author.id != client.user.id:
        return False
    known = (pressed(name) for name in custom_ids_of(message.components))
    return any(name and name.key == key for name in known)


def _closed() -> CannotReadBack:
    return CannotReadBack(
        "Daybrief may not read the channel back to see whether the post arrived; give it View Channel and Read "
        "Message History there"
    )
