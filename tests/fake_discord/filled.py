"""What a person chooses in a menu or fills into a modal, as Discord's client would send it."""

from collections.abc import Mapping

from tests.fake_discord.components import INPUT, LABEL, ROW, SELECT, SELECTS
from tests.fake_discord.model import Channel, Json, User, walk
from tests.fake_discord.payloads import member_info, numbered, permissions, role_info, user_info
from tests.fake_discord.typed import resolved_channel
from tests.fake_discord.world import World

_USERS, _ROLES, _MENTIONABLE, _CHANNELS = 5, 6, 7, 8


def picked(world: World, part: Json, values: list[str], user: User, channel: Channel) -> Json:
    """The ``data`` of a choice in the menu *part*."""
    if part["type"] not in SELECTS or part.get("disabled"):
        raise ValueError(f"{part.get('custom_id')!r} offers nothing to choose")
    least, most = part.get("min_values", 1), part.get("max_values", 1)
    if not (least if least is not None else 1) <= len(values) <= (most or 1):
        raise ValueError(f"between {least} and {most} values may be chosen")
    data: Json = {"custom_id": part["custom_id"], "component_type": part["type"], "values": values}
    if part["type"] == SELECT:
        unknown = set(values) - {one["value"] for one in part["options"]}
        if unknown:
            raise ValueError(f"there is no option {sorted(unknown)}")
        return data
    return data | {"resolved": _resolved(world, part["type"], values, user, channel)}


def _resolved(world: World, kind: int, values: list[str], user: User, channel: Channel) -> Json:
    guild = world.guilds.get(channel.guild)
    resolved: Json = {}
    for value in values:
        if kind == _CHANNELS:
            resolved.setdefault("channels", {})[value] = resolved_channel(world, world.channels[value], user)
        elif kind in {_ROLES, _MENTIONABLE} and guild and value in guild.roles:
            resolved.setdefault("roles", {})[value] = role_info(guild.roles[value])
        else:
            someone = world.users[value]
            resolved.setdefault("users", {})[value] = user_info(someone)
            if guild:
                member = member_info(someone, list(someone.roles))
                member.pop("user")
                member["permissions"] = str(permissions(world, channel, value))
                resolved.setdefault("members", {})[value] = member
    return resolved


def filled_modal(world: World, modal: Json, values: Mapping[str, object], user: User, channel: Channel) -> Json:
    """The ``data`` of the submitted *modal*; what is not filled in keeps what the bot had put there."""
    parts = numbered(modal["components"])
    unknown = values.keys() - {part.get("custom_id") for part in walk(parts)}
    if unknown:
        raise ValueError(f"the modal has no {sorted(unknown)}")
    made: list[Json] = []
    resolved: Json = {}
    for part in parts:
        if part["type"] == ROW:
            inner = [_filled(one, values) for one in part["components"]]
            made.append({"type": ROW, "id": part["id"], "components": inner})
        elif part["type"] == LABEL:
            one = part["component"]
            made.append({"type": LABEL, "id": part["id"], "component": _filled(one, values)})
            if one["type"] in SELECTS - {SELECT}:
                chosen = made[-1]["component"]["values"]
                for name, found in _resolved(world, one["type"], chosen, user, channel).items():
                    resolved.setdefault(name, {}).update(found)
        else:
            made.append({"type": part["type"], "id": part["id"]})
    data: Json = {"custom_id": modal["custom_id"], "components": made}
    return data | {"resolved": resolved} if resolved else data


def _filled(part: Json, values: Mapping[str, object]) -> Json:
    name = part["custom_id"]
    made: Json = {"type": part["type"], "id": part["id"], "custom_id": name}
    required = part.get("required", True)
    if part["type"] == INPUT:
        text = str(values.get(name, part.get("value") or ""))
        most = part.get("max_length") or 4000
        least = part.get("min_length") or (1 if required else 0)
        if (required or text) and not least <= len(text) <= most:
            raise ValueError(f"{name}: Discord wants between {least} and {most} characters")
        return made | {"value": text}
    chosen = values.get(name)
    if chosen is None:
        chosen = [one["value"] for one in part.get("options") or [] if one.get("default")]
    chosen = [chosen] if isinstance(chosen, str) else list(chosen) if isinstance(chosen, list | tuple) else [chosen]
    if part["type"] not in SELECTS:
        key = "values" if part["type"] in {19, 22} else "value"
        return made | {key: chosen if key == "values" else (chosen or [None])[0]}
    if required and not chosen:
        raise ValueError(f"{name}: Discord lets nobody submit without it")
    if part["type"] == SELECT and set(chosen) - {one["value"] for one in part["options"]}:
        raise ValueError(f"{name}: there is no option {chosen}")
    return made | {"values": chosen}
