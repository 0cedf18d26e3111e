"""What a person types after a command, as Discord's client would send it: by the options that the bot registered."""

from collections.abc import Mapping

from tests.fake_discord.model import Channel, Json, User
from tests.fake_discord.payloads import bot_permissions, member_info, permissions, role_info, user_info
from tests.fake_discord.permissions import ALL, BITS
from tests.fake_discord.world import World

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
_TYPES: dict[int, tuple[type, ...]] = {STRING: (str,), INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}


def find_command(world: World, name: str, guild: str) -> tuple[Json, list[Json], Json]:
    """The registered command, the subcommands on the way, and where the options stand, for ``brief story``."""
    first, *rest = name.split()
    offered = [*world.commands.get(guild, []), *world.commands.get("", [])] if guild else world.commands.get("", [])
    command = next((one for one in offered if one["name"] == first and one.get("type", 1) == 1), None)
    if command is None:
        raise ValueError(f"Discord offers no /{first}; there are {sorted(one['name'] for one in offered)}")
    last, way = command, []
    for word in rest:
        below = [one for one in last.get("options") or [] if one["type"] in {SUBCOMMAND, GROUP}]
        found = next((one for one in below if one["name"] == word), None)
        if found is None:
            raise ValueError(f"/{name}: there are {sorted(one['name'] for one in below)}")
        way.append(found)
        last = found
    if any(one["type"] in {SUBCOMMAND, GROUP} for one in last.get("options") or []):
        raise ValueError(f"/{name} needs a subcommand")
    return command, way, last


def check_offered(world: World, command: Json, user: User, channel: Channel) -> None:
    """Raise unless Discord shows *command* to *user* in *channel*."""
    contexts = command.get("contexts")
    if contexts and (0 if channel.guild else 1) not in contexts:
        raise ValueError(f"Discord does not offer /{command['name']} here")
    needed = command.get("default_member_permissions")
    if needed is None or not channel.guild:
        return
    has = permissions(world, channel, user.id)
    if has != ALL and (int(needed) == 0 or int(needed) & ~has):
        raise ValueError(f"Discord does not offer /{command['name']} to {user.name}")
    if not has & BITS["use_application_commands"]:
        raise ValueError(f"{user.name} may use no commands here")


def command_data(  # noqa: PLR0917  # what was typed, by whom and where
    world: World, name: str, values: Mapping[str, object], user: User, channel: Channel, focused: str = ""
) -> Json:
    """The ``data`` of the interaction; *focused* names the option that is still being typed."""
    command, way, last = find_command(world, name, channel.guild)
    check_offered(world, command, user, channel)
    known = {one["name"]: one for one in last.get("options") or []}
    unknown = values.keys() - known.keys()
    missing = [one for one, option in known.items() if option.get("required") and one not in values]
    if unknown or (missing and not focused):
        raise ValueError(f"/{name}: unknown options {sorted(unknown)}, missing {missing}")
    resolved: Json = {}
    options: list[Json] = []
    for one, value in values.items():
        option = known[one]
        given: Json = {"name": one, "type": option["type"]}
        if one == focused:
            given |= {"value": value, "focused": True}
        else:
            given["value"] = _value(world, name, option, value)
            _resolve(world, resolved, option["type"], str(given["value"]), user=user, channel=channel)
        options.append(given)
    for step in reversed(way):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
    if command.get("guild_id"):
        data["guild_id"] = command["guild_id"]
    return data | {"resolved": resolved} if resolved else data


def _value(world: World, name: str, option: Json, value: object) -> object:
    """*value*, if Discord's client would let it be sent."""
    kind = option["type"]
    wrong = f"/{name} {option['name']}: Discord does not let anybody enter {value!r}"
    fits = _TYPES.get(kind, (str, int))
    if not isinstance(value, fits) or (isinstance(value, bool) and kind != BOOLEAN):
        raise ValueError(wrong)
    choices = option.get("choices")
    if choices and value not in {one["value"] for one in choices}:
        raise ValueError(f"{wrong}; there are {[one['value'] for one in choices]}")
    if kind == STRING:
        if not option.get("min_length", 0) <= len(str(value)) <= option.get("max_length", 6000):
            raise ValueError(wrong)
    elif kind in {INTEGER, NUMBER} and isinstance(value, int | float):
        if not option.get("min_value", value) <= value <= option.get("max_value", value):
            raise ValueError(wrong)
    elif kind == CHANNEL:
        kinds = option.get("channel_types")
        if kinds and world.channels[str(value)].type not in kinds:
            raise ValueError(wrong)
    return value if kind in {STRING, INTEGER, BOOLEAN, NUMBER} else str(value)


def _resolve(world: World, resolved: Json, kind: int, value: str, *, user: User, channel: Channel) -> None:
    """Add what the id *value* means."""
    guild = world.guilds.get(channel.guild)
    if kind == CHANNEL:
        resolved.setdefault("channels", {})[value] = resolved_channel(world, world.channels[value], user)
    elif kind == ROLE and guild:
        resolved.setdefault("roles", {})[value] = role_info(guild.roles[value])
    elif kind in {USER, MENTIONABLE} and value in world.users:
        someone = world.users[value]
        resolved.setdefault("users", {})[value] = user_info(someone)
        if guild:
            member = member_info(someone, list(someone.roles)) | {
                "permissions": str(permissions(world, channel, value))
            }
            member.pop("user")
            resolved.setdefault("members", {})[value] = member
    elif kind == MENTIONABLE and guild and value in guild.roles:
        resolved.setdefault("roles", {})[value] = role_info(guild.roles[value])


def resolved_channel(world: World, channel: Channel, user: User) -> Json:
    """A channel that *user* has chosen, with what they and the bot may there."""
    made: Json = {
        "id": channel.id,
        "name": channel.name,
        "type": int(channel.type),
        "guild_id": channel.guild,
        "parent_id": channel.parent or None,
        "permissions": str(permissions(world, channel, user.id)),
        "app_permissions": str(bot_permissions(world, channel)),
    }
    if channel.is_thread:
        made |= {"owner_id": user.id, "member_count": 1, "message_count": 0, "total_message_sent": 0}
        made["thread_metadata"] = {
            "archived": channel.archived,
            "locked": channel.locked,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2024-01-01T00:00:00+00:00",
        }
    return made
