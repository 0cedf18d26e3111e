"""The application's commands: global ones, and those of one guild."""

import json
from typing import Any

from tests.fake_discord.access import guild_of
from tests.fake_discord.api_messages import Answer, Asked
from tests.fake_discord.command_forms import check_commands
from tests.fake_discord.model import Json, Refused
from tests.fake_discord.world import World

_ADDED = frozenset({"id", "application_id", "guild_id", "version"})


def get_commands(world: World, asked: Asked) -> Answer:
    return 200, world.commands.get(_where(world, asked), [])


def put_commands(world: World, asked: Asked) -> Answer:
    """Take the whole list in place of what there was; what has not changed counts towards no limit."""
    where = _where(world, asked)
    wanted = asked.body
    if not isinstance(wanted, list):
        raise Refused(400, 50109, "The request body contains invalid JSON.")
    check_commands(wanted)
    known = {_key(one): one for one in world.commands.get(where, [])}
    made = [_kept(world, known.get(_key(one)), one, where) for one in wanted]
    fresh = sum(one["id"] not in {old["id"] for old in known.values()} for one in made)
    count = world.commands_made.get(where, 0) + fresh
    if count > world.most_commands_a_day:
        raise Refused(400, 30034, f"Max number of daily application command creates has been reached ({count})")
    world.commands_made[where] = count
    world.commands[where] = made
    return 200, made


def post_command(world: World, asked: Asked) -> Answer:
    """Add one, or change the one that is so called."""
    where = _where(world, asked)
    present = [_bare(one) for one in world.commands.get(where, []) if _key(one) != _key(asked.data)]
    is_new = len(present) == len(world.commands.get(where, []))
    _, made = put_commands(world, Asked(match=asked.match, query={}, body=[*present, asked.data]))
    if not isinstance(made, list):
        raise TypeError("a list of commands was expected")
    return 201 if is_new else 200, made[-1]


def delete_command(world: World, asked: Asked) -> Answer:
    where = _where(world, asked)
    present = world.commands.get(where, [])
    left = [one for one in present if one["id"] != asked.match["command"]]
    if len(left) == len(present):
        raise Refused(404, 10063, "Unknown application command")
    world.commands[where] = left
    return 204, None


def _where(world: World, asked: Asked) -> str:
    if asked.match["application"] != world.application:
        raise Refused(403, 20012, "You are not authorized to perform this action on this application")
    guild = asked.match.get("guild", "")
    return guild_of(world, guild).id if guild else ""


def _key(command: Json) -> tuple[Any, Any]:
    return command.get("type", 1), command["name"]


def _bare(command: Json) -> Json:
    return {name: value for name, value in command.items() if name not in _ADDED}


def _kept(world: World, old: Json | None, new: Json, guild: str) -> Json:
    filled = {"type": 1, "description": "", "options": [], "default_member_permissions": None, "nsfw": False, **new}
    if not guild:
        filled = {"contexts": None, "integration_types": [0], "dm_permission": True, **filled}
    if filled.get("dm_permission") is False and not filled.get("contexts"):
        filled["contexts"] = [0]
    if old and json.dumps(_bare(old), sort_keys=True) == json.dumps(filled, sort_keys=True):
        return old
    made = filled | {"id": old["id"] if old else world.next_id(), "application_id": world.application}
    made["version"] = world.next_id()
    return made | {"guild_id": guild} if guild else made
