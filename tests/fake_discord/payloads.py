"""Guilds, channels, people and messages as Discord writes them."""

from copy import deepcopy
from datetime import UTC, datetime

from tests.fake_discord.components import CONTAINER, SEPARATOR
from tests.fake_discord.model import FORUMS, Channel, ChannelType, Guild, Json, Message, Role, User, walk
from tests.fake_discord.permissions import in_channel, of_person
from tests.fake_discord.world import World, born

OWNER = "1"
"""Who owns what belongs to nobody that a test knows."""


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user_info(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.name,
        "global_name": None if user.is_bot else user.name,
        "discriminator": "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "clan": None,
        "primary_guild": None,
        "bot": user.is_bot,
        "public_flags": 0,
        "flags": 0,
    }


def member_info(user: User, roles: list[str]) -> Json:
    return {
        "user": user_info(user),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": roles,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def bot_member(world: World, guild: Guild) -> Json:
    return member_info(world.users[world.application], list(guild.bot_roles))


def role_info(role: Role) -> Json:
    return {
        "id": role.id,
        "name": role.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": role.managed,
        "mentionable": role.mentionable,
        "flags": 0,
    }


def channel_info(world: World, channel: Channel) -> Json:
    """A channel, thread or direct conversation."""
    made: Json = {"id": channel.id, "type": int(channel.type), "last_message_id": None, "flags": 0}
    if channel.type is ChannelType.DM:
        return made | {"recipients": [user_info(world.person(channel.recipient))]}
    made |= {"guild_id": channel.guild, "name": channel.name, "parent_id": channel.parent or None}
    if channel.is_thread:
        return made | _thread_info(world, channel)
    made |= {
        "position": 0,
        "permission_overwrites": channel.overwrites,
        "nsfw": False,
        "topic": None,
        "rate_limit_per_user": 0,
    }
    if channel.type in FORUMS:
        made |= {
            "available_tags": [{"emoji_id": None, "emoji_name": None, **tag} for tag in channel.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "default_thread_rate_limit_per_user": 0,
            "flags": 16 if channel.tag_required else 0,
        }
    elif channel.type is ChannelType.VOICE:
        made |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return made


def _thread_info(world: World, thread: Channel) -> Json:
    return {
        "owner_id": world.application,
        "message_count": len(world.messages(thread.id)),
        "member_count": 1,
        "total_message_sent": len(world.messages(thread.id)),
        "rate_limit_per_user": 0,
        "applied_tags": thread.applied_tags,
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": 1440,
            "archive_timestamp": stamp(world.now() if thread.archived_at is None else thread.archived_at),
            "create_timestamp": stamp(born(thread.id)),
            "locked": thread.locked,
        },
    }


def emoji_info(guild: Guild, number: int) -> Json:
    """One of the emojis that *guild* has of its own."""
    return {
        "id": str(int(guild.id) + number + 1),
        "name": f"emoji_{number}",
        "roles": [],
        "user": user_info(User(id=guild.owner or OWNER, name="owner")),
        "require_colons": True,
        "managed": False,
        "animated": False,
        "available": True,
    }


def guild_info(world: World, guild: Guild) -> Json:
    """A guild as REST gives it."""
    return {
        "id": guild.id,
        "name": guild.name,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "home_header": None,
        "description": None,
        "region": "deprecated",
        "widget_enabled": False,
        "widget_channel_id": None,
        "owner_id": guild.owner or OWNER,
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "roles": [role_info(role) for role in guild.roles.values()],
        "emojis": [emoji_info(guild, number) for number in range(guild.emojis)],
        "stickers": [],
        "features": ["NEWS"],
        "mfa_level": 0,
        "nsfw": False,
        "nsfw_level": 0,
        "application_id": None,
        "system_channel_id": guild.system_channel,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": False,
        "preferred_locale": guild.locale,
        "max_members": 500000,
        "max_presences": None,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "incidents_data": None,
        "approximate_member_count": len(guild.users) + 1,
        "approximate_presence_count": 1,
    }


def guild_create(world: World, guild: Guild) -> Json:
    """A guild as the gateway gives it."""
    inside = [one for one in world.channels.values() if one.guild == guild.id]
    return guild_info(world, guild) | {
        "joined_at": "2024-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "member_count": len(guild.users) + 1,
        "members": [bot_member(world, guild)],
        "channels": [channel_info(world, one) for one in inside if not one.is_thread],
        "threads": [channel_info(world, one) for one in inside if one.is_thread and not one.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def message_info(world: World, message: Message) -> Json:
    author = world.person(message.author)
    mentioned = [world.users[one] for one in message.pings.users if one in world.users]
    made: Json = {
        "id": message.id,
        "channel_id": message.channel,
        "type": 20 if message.interaction else 0,
        "author": user_info(author),
        "content": message.content,
        "timestamp": stamp(message.at),
        "edited_timestamp": stamp(message.edited) if message.edited else None,
        "tts": False,
        "mention_everyone": message.pings.everyone,
        "mentions": [user_info(one) for one in mentioned],
        "mention_roles": message.pings.roles,
        "mention_channels": [],
        "attachments": message.attachments,
        "embeds": [{"type": "rich", **one} for one in message.embeds],
        "components": numbered(message.components),
        "pinned": False,
        "flags": message.flags,
    }
    if message.nonce is not None:
        made["nonce"] = message.nonce
    if message.bot:
        made["application_id"] = world.application
    if message.interaction:
        made["webhook_id"] = world.application
    return made


def numbered(components: list[Json]) -> list[Json]:
    """*components* with the number that Discord gives to each that has none."""
    made = deepcopy(components)
    taken = {part["id"] for part in walk(made) if part.get("id")}
    free = (number for number in range(1, 10_000) if number not in taken)
    for part in walk(made):
        if not part.get("id"):
            part["id"] = next(free)
        if part["type"] == CONTAINER:
            part.setdefault("accent_color", None)
            part.setdefault("spoiler", False)
        elif part["type"] == SEPARATOR:
            part.setdefault("divider", True)
            part.setdefault("spacing", 1)
    return made


def home(world: World, channel: Channel) -> Channel:
    """The channel whose overwrites count: of a thread, its parent."""
    return world.channels.get(channel.parent, channel) if channel.is_thread else channel


def bot_permissions(world: World, channel: Channel) -> int:
    """What the bot may in *channel* of a guild."""
    guild = world.guilds[channel.guild]
    return in_channel(guild, home(world, channel), world.application, guild.bot_roles)


def permissions(world: World, channel: Channel, user: str) -> int:
    """What *user* may in *channel* of a guild."""
    return of_person(world.guilds[channel.guild], home(world, channel), world.users[user])


def application_info(world: World) -> Json:
    return {
        "id": world.application,
        "name": "daybrief",
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00" * 32,
        "flags": 0,
        "flags_new": "0",
        "hook": True,
        "bot": user_info(world.users[world.application]),
        "owner": user_info(User(id=OWNER, name="owner")),
        "team": None,
        "rpc_origins": [],
        "tags": [],
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
    }
