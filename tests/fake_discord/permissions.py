"""What may be done where: Discord's permission bits, and how overwrites change them."""

from collections.abc import Iterable

from tests.fake_discord.model import Channel, Guild, User

_NAMES = (
    "create_instant_invite kick_members ban_members administrator manage_channels manage_guild add_reactions "
    "view_audit_log priority_speaker stream view_channel send_messages send_tts_messages manage_messages embed_links "
    "attach_files read_message_history mention_everyone use_external_emojis view_guild_insights connect speak "
    "mute_members deafen_members move_members use_vad change_nickname manage_nicknames manage_roles manage_webhooks "
    "manage_guild_expressions use_application_commands request_to_speak manage_events manage_threads "
    "create_public_threads create_private_threads use_external_stickers send_messages_in_threads "
    "use_embedded_activities moderate_members"
)
BITS = {name: 1 << number for number, name in enumerate(_NAMES.split())}
ALL = sum(BITS.values())


def bits(names: Iterable[str]) -> int:
    """The number that stands for these permissions."""
    return sum({BITS[name] for name in names})


EVERYONE = bits(
    [
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "add_reactions",
        "read_message_history",
        "use_application_commands",
        "use_external_emojis",
        "create_public_threads",
        "send_messages_in_threads",
        "change_nickname",
    ]
)
"""What everybody may in a new guild."""
BOT = bits(
    [
        "view_channel",
        "send_messages",
        "embed_links",
        "attach_files",
        "read_message_history",
        "create_public_threads",
        "send_messages_in_threads",
    ]
)
"""What the bot's own role grants."""


def in_guild(guild: Guild, role_ids: Iterable[str], extra: int = 0) -> int:
    """What somebody with these roles may where no overwrite says otherwise."""
    allowed = guild.roles[guild.id].permissions | extra
    for role in role_ids:
        if role in guild.roles:
            allowed |= guild.roles[role].permissions
    return ALL if allowed & BITS["administrator"] else allowed


def in_channel(guild: Guild, channel: Channel, member: str, role_ids: Iterable[str], extra: int = 0) -> int:
    """What somebody may in *channel*; of a thread, the channel is its parent."""
    roles = list(role_ids)
    allowed = in_guild(guild, roles, extra)
    if allowed == ALL:
        return ALL
    written = {entry["id"]: (int(entry["allow"]), int(entry["deny"])) for entry in channel.overwrites}
    if guild.id in written:
        allow, deny = written[guild.id]
        allowed = allowed & ~deny | allow
    of_roles = [written[role] for role in roles if role in written and role != guild.id]
    allow = deny = 0
    for granted, denied in of_roles:
        allow, deny = allow | granted, deny | denied
    allowed = allowed & ~deny | allow
    if member in written:
        allow, deny = written[member]
        allowed = allowed & ~deny | allow
    if not allowed & BITS["view_channel"]:
        return 0
    return allowed


def of_person(guild: Guild, channel: Channel, user: User) -> int:
    """What a person may in *channel*."""
    if guild.owner == user.id:
        return ALL
    return in_channel(guild, channel, user.id, user.roles, bits(user.permissions))
