"""What Discord must allow us before a post can arrive and be found again. Pure."""

import discord

_TALK = {"view_channel": "View Channel", "read_message_history": "Read Message History"}
_SEND = {"send_messages": "Send Messages"}
_SEND_IN_THREADS = {"send_messages_in_threads": "Send Messages in Threads"}
_CALLED = {
    **_TALK,
    **_SEND,
    **_SEND_IN_THREADS,
    "create_public_threads": "Create Public Threads",
    "embed_links": "Embed Links",
}
"""By discord.py's names: what Discord's settings call them."""

INVITED_WITH = discord.Permissions(**dict.fromkeys(_CALLED, True))
"""What the invite link asks for: all that any channel and layout needs."""


_THREADS = frozenset(
    {discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread}
)
_FORUMS = frozenset({discord.ChannelType.forum, discord.ChannelType.media})
_CLOSED = frozenset({discord.ChannelType.category, discord.ChannelType.stage_voice})
"""Kinds that Daybrief posts nothing to."""


def missing(place: object, allowed: discord.Permissions) -> tuple[str, ...]:
    """The permissions that we lack for posting to *place*, as Discord's settings call them.

    *place* is a channel or a thread, whole or as it comes with a command.
    """
    kind = getattr(place, "type", None)
    if kind in _THREADS:
        needed = {**_TALK, **_SEND_IN_THREADS}
    elif kind in _FORUMS:
        needed = {**_TALK, **_SEND, **_SEND_IN_THREADS}
    else:
        needed = {**_TALK, **_SEND}
    return tuple(called for name, called in needed.items() if not getattr(allowed, name))


def troubles_of(place: object, allowed: discord.Permissions) -> tuple[str, ...]:
    """What keeps us from posting to *place*, where we are *allowed* so much, each with the way to mend it."""
    where, kind = f"#{getattr(place, 'name', None) or ''}", getattr(place, "type", None)
    if kind in _CLOSED:
        return (f"{where} takes no messages. Choose a text channel, a forum or a thread.",)
    found = []
    if lacking := missing(place, allowed):
        found.append(f"Daybrief lacks {', '.join(lacking)} in {where}. Give its role these permissions there.")
    if kind in _THREADS and getattr(place, "locked", False) and not allowed.manage_threads:
        found.append(f"The thread {where} is locked. Unlock it, or choose another channel.")
    if kind in _FORUMS and getattr(getattr(place, "flags", None), "require_tag", False):
        found.append(
            f"{where} wants a tag for each post. Make that optional in its settings, or choose another channel."
        )
    return tuple(found)
