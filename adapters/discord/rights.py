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


def missing(place: object, allowed: discord.Permissions) -> tuple[str, ...]:
    """The permissions that we lack for posting to *place*, as Discord's settings call them."""
    match place:
        case discord.Thread():
            needed = {**_TALK, **_SEND_IN_THREADS}
        case discord.ForumChannel():
            needed = {**_TALK, **_SEND, **_SEND_IN_THREADS}
        case _:
            needed = {**_TALK, **_SEND}
    return tuple(called for name, called in needed.items() if not getattr(allowed, name))


def troubles_of(place: object, allowed: discord.Permissions) -> tuple[str, ...]:
    """What keeps us from posting to *place*, where we are *allowed* so much, each with the way to mend it."""
    where = f"#{getattr(place, 'name', '')}"
    match place:
        case discord.TextChannel() | discord.VoiceChannel() | discord.ForumChannel() | discord.Thread():
            pass
        case _:
            return (f"{where} takes no messages. Choose a text channel, a forum or a thread.",)
    found = []
    if lacking := missing(place, allowed):
        found.append(f"Daybrief lacks {', '.join(lacking)} in {where}. Give its role these permissions there.")
    if isinstance(place, discord.Thread) and place.locked and not allowed.manage_threads:
        found.append(f"The thread {where} is locked. Unlock it, or choose another channel.")
    if isinstance(place, discord.ForumChannel) and place.flags.require_tag:
        found.append(
            f"{where} wants a tag for each post. Make that optional in its settings, or choose another channel."
        )
    return tuple(found)
