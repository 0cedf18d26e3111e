"""Guilds, channels, threads, people, and the bot itself."""

from tests.fake_discord.access import guild_of, message_in, need, postable, visible
from tests.fake_discord.api_messages import Answer, Asked, build, check_form
from tests.fake_discord.forms import Form, one_wrong
from tests.fake_discord.model import FORUMS, Channel, ChannelType, Flag, Json, Refused
from tests.fake_discord.payloads import (
    application_info,
    bot_member,
    channel_info,
    guild_info,
    member_info,
    message_info,
    role_info,
    user_info,
)
from tests.fake_discord.permissions import in_guild
from tests.fake_discord.validate import MESSAGE, check_message
from tests.fake_discord.world import World

GUILDS = 1
"""The intent for guilds, channels, roles and threads."""


def gateway(world: World, asked: Asked) -> Answer:
    return 200, {"url": world.url.replace("http", "ws", 1) + "/gw"}


def get_me(world: World, asked: Asked) -> Answer:
    return 200, user_info(world.users[world.application]) | {
        "verified": True,
        "email": None,
        "locale": "en-US",
        "mfa_enabled": True,
    }


def get_application(world: World, asked: Asked) -> Answer:
    return 200, application_info(world)


def get_user(world: World, asked: Asked) -> Answer:
    user = world.users.get(asked.match["user"])
    if user is None:
        raise Refused(404, 10013, "Unknown User")
    return 200, user_info(user)


def my_guilds(world: World, asked: Asked) -> Answer:
    found = [guild for guild in world.guilds.values() if guild.is_member]
    after, limit = int(asked.query.get("after", 0)), int(asked.query.get("limit", 200))
    chosen = sorted((one for one in found if int(one.id) > after), key=lambda one: int(one.id))[:limit]
    return 200, [
        {
            "id": one.id,
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(in_guild(one, one.bot_roles)),
            "features": [],
        }
        for one in chosen
    ]


def get_guild(world: World, asked: Asked) -> Answer:
    return 200, guild_info(world, guild_of(world, asked.match["guild"]))


def get_roles(world: World, asked: Asked) -> Answer:
    return 200, [role_info(role) for role in guild_of(world, asked.match["guild"]).roles.values()]


def get_channels(world: World, asked: Asked) -> Answer:
    guild = guild_of(world, asked.match["guild"])
    inside = [one for one in world.channels.values() if one.guild == guild.id and not one.is_thread]
    return 200, [channel_info(world, one) for one in inside]


def get_member(world: World, asked: Asked) -> Answer:
    guild = guild_of(world, asked.match["guild"])
    name = asked.match["user"]
    if name in {"@me", world.application}:
        return 200, bot_member(world, guild)
    user = guild.users.get(name)
    if user is None:
        raise Refused(404, 10007, "Unknown Member")
    return 200, member_info(user, list(user.roles))


def leave_guild(world: World, asked: Asked) -> Answer:
    guild = guild_of(world, asked.match["guild"])
    guild.is_member = False
    world.dispatch("GUILD_DELETE", {"id": guild.id}, guild.id, GUILDS)
    return 204, None


def get_channel(world: World, asked: Asked) -> Answer:
    return 200, channel_info(world, visible(world, asked.match["channel"]))


def edit_channel(world: World, asked: Asked) -> Answer:
    """Of a thread: its name, and whether it is archived or locked. Of another channel: its name."""
    channel = visible(world, asked.match["channel"])
    mine = channel.is_thread and not {"locked"} & asked.data.keys()
    if not mine:
        need(world, channel, "manage_threads" if channel.is_thread else "manage_channels")
    form = Form()
    name = form.text(asked.data, "name", (), 100, 1)
    form.names(asked.data, frozenset({"name", "archived", "locked", "applied_tags", "auto_archive_duration"}))
    form.finish()
    channel.name = name or channel.name
    channel.archived = bool(asked.data.get("archived", channel.archived))
    channel.locked = bool(asked.data.get("locked", channel.locked))
    event = "THREAD_UPDATE" if channel.is_thread else "CHANNEL_UPDATE"
    world.dispatch(event, channel_info(world, channel), channel.guild, GUILDS)
    return 200, channel_info(world, channel)


def typing(world: World, asked: Asked) -> Answer:
    postable(world, asked.match["channel"])
    return 204, None


def open_dm(world: World, asked: Asked) -> Answer:
    user = world.users.get(str(asked.data.get("recipient_id")))
    if user is None or user.is_bot:
        raise Refused(400, 50033, "Invalid Recipient(s)")
    return 200, channel_info(world, world.open_dm(user.id))


# ---------------------------------------------------------------------------------------------------------- threads


def start_thread_from_message(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    message = message_in(world, channel, asked.match["message"])
    if channel.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT}:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    need(world, channel, "create_public_threads")
    name = _name(asked.data)
    if message.flags & Flag.HAS_THREAD or message.id in world.channels:
        raise Refused(400, 160004, "A thread has already been created for this message")
    thread = _thread(channel, name, message.id)
    world.add_thread(thread)
    message.flags |= Flag.HAS_THREAD
    _tell(world, thread)
    return 201, channel_info(world, thread)


def start_thread(world: World, asked: Asked) -> Answer:
    """In a forum, a post with its first message; elsewhere an empty thread."""
    channel = visible(world, asked.match["channel"])
    name = _name(asked.data)
    if channel.type not in FORUMS:
        need(world, channel, "create_public_threads")
        thread = _thread(channel, name, world.next_id())
        if asked.data.get("type") == ChannelType.PRIVATE_THREAD:
            thread.type = ChannelType.PRIVATE_THREAD
        _tell(world, world.add_thread(thread))
        return 201, channel_info(world, thread)
    need(world, channel, "send_messages")
    body = asked.data.get("message")
    if not isinstance(body, dict):
        raise one_wrong(("message",), "BASE_TYPE_REQUIRED")
    check_message(body, MESSAGE, path=("message",), may_be_empty=bool(asked.files))
    check_form(channel, body)
    tags = [str(one) for one in asked.data.get("applied_tags") or []]
    if channel.tag_required and not tags:
        raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
    if not set(tags) <= {one["id"] for one in channel.tags}:
        raise Refused(404, 10087, "Unknown Tag")
    if channel.posting_error:
        raise Refused(*channel.posting_error)
    message = build(world, channel, body, asked.files)
    thread = _thread(channel, name, message.id)
    thread.applied_tags = tags
    world.add_thread(thread)
    message.channel = thread.id
    world.accept(message)
    _tell(world, thread)
    return 201, channel_info(world, thread) | {"message": message_info(world, message)}


def _name(data: Json) -> str:
    form = Form()
    name = form.text(data, "name", (), 100, 1, required=True)
    form.finish()
    return name


def _thread(channel: Channel, name: str, made: str) -> Channel:
    is_news = channel.type is ChannelType.ANNOUNCEMENT
    kind = ChannelType.ANNOUNCEMENT_THREAD if is_news else ChannelType.PUBLIC_THREAD
    return Channel(id=made, guild=channel.guild, name=name, type=kind, parent=channel.id)


def _tell(world: World, thread: Channel) -> None:
    data = channel_info(world, thread) | {"newly_created": True}
    world.dispatch("THREAD_CREATE", data, thread.guild, GUILDS)
