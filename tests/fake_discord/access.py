"""Which channel a request means, and whether the bot may do that there."""

from tests.fake_discord.model import FORUMS, Channel, ChannelType, Guild, Message, Refused
from tests.fake_discord.payloads import bot_permissions
from tests.fake_discord.permissions import BITS
from tests.fake_discord.world import World

MISSING_ACCESS = (403, 50001, "Missing Access")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
_POSTABLE = frozenset(set(ChannelType) - FORUMS - {ChannelType.CATEGORY})


def guild_of(world: World, name: str) -> Guild:
    """A guild that the bot is in."""
    guild = world.guilds.get(name)
    if guild is None or not guild.is_member:
        raise Refused(404, 10004, "Unknown Guild")
    return guild


def visible(world: World, name: str) -> Channel:
    """A channel that the bot sees."""
    channel = world.channels.get(name)
    if channel is None:
        raise Refused(404, 10003, "Unknown Channel")
    if channel.guild:
        guild = world.guilds[channel.guild]
        if not guild.is_member or not bot_permissions(world, channel) & BITS["view_channel"]:
            raise Refused(*MISSING_ACCESS)
    return channel


def may(world: World, channel: Channel, permission: str) -> bool:
    """Whether the bot has *permission* in *channel*; in direct conversations it has all."""
    return not channel.guild or bool(bot_permissions(world, channel) & BITS[permission])


def need(world: World, channel: Channel, *permissions: str) -> None:
    """Refuse unless the bot has all of *permissions*."""
    if not all(may(world, channel, one) for one in permissions):
        raise Refused(*MISSING_PERMISSIONS)


def postable(world: World, name: str) -> Channel:
    """A channel that the bot may post to."""
    channel = visible(world, name)
    if channel.type in FORUMS:
        raise Refused(400, 40058, "Cannot message this thread until after the post author has sent an initial message.")
    if channel.type not in _POSTABLE:
        raise Refused(400, 50008, "Cannot send messages in a non-text channel")
    need(world, channel, "send_messages_in_threads" if channel.is_thread else "send_messages")
    if channel.recipient and not world.person(channel.recipient).takes_dms:
        raise Refused(403, 50007, "Cannot send messages to this user")
    if channel.locked:
        raise Refused(400, 160005, "Thread is locked")
    if channel.posting_error:
        raise Refused(*channel.posting_error)
    return channel


def message_in(world: World, channel: Channel, name: str) -> Message:
    """A message that is there."""
    message = world.message(channel.id, name)
    if message is None:
        raise Refused(404, 10008, "Unknown Message")
    return message
