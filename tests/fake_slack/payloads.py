"""The shapes in which Slack shows things to the bot: users, channels, messages, views and what people did."""

from collections.abc import Iterator

from tests.fake_slack import validate
from tests.fake_slack.model import Channel, Ephemeral, Json, Message, Team, Trigger, User, View
from tests.fake_slack.world import World

MULTIPLE = {
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "multi_users_select": "selected_users",
}
SINGLE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "users_select": "selected_user",
    "timepicker": "selected_time",
    "datepicker": "selected_date",
    "plain_text_input": "value",
    "number_input": "value",
    "button": "value",
}
INITIAL = {"value": "initial_value"} | {
    f"selected_{name}": f"initial_{name}"
    for name in (
        "option",
        "options",
        "conversation",
        "conversations",
        "channel",
        "channels",
        "user",
        "users",
        "time",
        "date",
    )
}


def with_ids(blocks: list[Json]) -> list[Json]:
    """*blocks* with the ids that Slack makes up where the bot gave none."""
    return [_with_id(block, number) for number, block in enumerate(blocks)]


def _with_id(block: Json, number: int) -> Json:
    made: Json = {"block_id": f"b{number}"} | block
    if block["type"] == "actions":
        made["elements"] = [{"action_id": f"a{n}"} | element for n, element in enumerate(block["elements"])]
    elif block["type"] == "input":
        made["element"] = {"action_id": "a0"} | block["element"]
    elif block["type"] == "section" and "accessory" in block and block["accessory"]["type"] != "image":
        made["accessory"] = {"action_id": "a0"} | block["accessory"]
    return made


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every block that something can be done with, and the element to do it with."""
    for block in with_ids(blocks):
        if block["type"] == "actions":
            for element in block["elements"]:
                yield block, element
        elif block["type"] == "input":
            yield block, block["element"]
        elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
            yield block, block["accessory"]


def person(team: Team, user: str) -> Json:
    """The user as interactions name them."""
    known = team.users[user]
    return {"id": user, "username": known.name, "name": known.name, "team_id": known.team_id}


def user_info(user: User, team: Team) -> Json:
    """The user object of users.info; a stranger shows no flags."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.name,
        "deleted": user.deleted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": {"real_name": user.name, "display_name": user.name},
    }
    if user.tz is not None:
        shown |= {"tz": user.tz, "tz_label": user.tz, "tz_offset": user.tz_offset}
    if user.team_id != team.id:
        return shown | {"is_stranger": True}
    return shown | {
        "is_admin": user.is_admin or user.is_owner or user.is_primary_owner,
        "is_owner": user.is_owner or user.is_primary_owner,
        "is_primary_owner": user.is_primary_owner,
        "is_restricted": user.is_restricted or user.is_ultra_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
    }


def channel_info(channel: Channel, team: Team) -> Json:
    if channel.im_with:
        return {"id": channel.id, "created": channel.created, "is_im": True, "user": channel.im_with, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "created": channel.created,
        "context_team_id": team.id,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": False,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_read_only": channel.read_only,
        "is_member": team.bot_user in channel.members,
    }


def message_info(world: World, message: Message, *, all_metadata: bool = True) -> Json:
    """The message object of history and interactions."""
    team = world.teams[message.team]
    shown: Json = {"type": "message", "user": message.user, "text": message.text, "ts": message.ts, "team": team.id}
    if message.bot:
        shown |= {"bot_id": team.bot_id, "app_id": world.app_id}
    if message.blocks:
        shown["blocks"] = with_ids(message.blocks)
    if message.metadata:
        shown["metadata"] = message.metadata if all_metadata else {"event_type": message.metadata["event_type"]}
    if message.edited:
        shown["edited"] = {"user": message.user, "ts": message.edited}
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    elif replies := world.replies(message.channel, message.ts):
        shown |= {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    return shown


def view_info(world: World, view: View) -> Json:
    team = world.teams[view.team]
    optional = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None, "submit": None}
    return (
        optional
        | {"clear_on_close": False, "notify_on_close": False, "close": None}
        | view.body
        | {
            "id": view.id,
            "team_id": view.team,
            "blocks": with_ids(view.body["blocks"]),
            "state": {"values": view.values},
            "hash": view.hash,
            "root_view_id": view.root,
            "previous_view_id": view.previous or None,
            "app_id": world.app_id,
            "app_installed_team_id": team.enterprise if team.is_org_install else view.team,
            "bot_id": team.bot_id,
        }
    )


def choice(element: Json, value: object) -> Json:
    """What *element* holds when *value* is chosen in it: the ``state`` of a view, or part of an action."""
    kind = element["type"]
    if kind in MULTIPLE:
        name = MULTIPLE[kind]
        if not isinstance(value, list | tuple):
            raise TypeError(f"{element['action_id']} takes a list")
        options = [_option(element, part) for part in value] if name == "selected_options" else list(value)
        return {"type": kind, name: options}
    name = SINGLE[kind]
    if kind == "plain_text_input" and not _fits(element, value):
        raise ValueError(f"{element['action_id']}: Slack lets nobody type so much, or so little")
    return {"type": kind, name: _option(element, value) if name == "selected_option" else value}


def _fits(element: Json, value: object) -> bool:
    """Whether Slack's client would let *value* stand in a text input; an empty one is none at all."""
    length = len(str(value or ""))
    return not length or int(element.get("min_length", 0)) <= length <= int(element.get("max_length", 3000))


def initial_choice(element: Json) -> Json:
    """What *element* holds before anybody touches it."""
    kind = element["type"]
    name = MULTIPLE.get(kind) or SINGLE[kind]
    value = element.get(INITIAL[name])
    return {"type": kind, name: ([] if value is None else value) if kind in MULTIPLE else value}


def is_empty(view: View, block: Json, element: Json) -> bool:
    """Whether nothing stands in *element* of *view*."""
    held = view.values.get(block["block_id"], {}).get(element["action_id"], {})
    return all(value in (None, "", []) for name, value in held.items() if name != "type")


def _option(element: Json, value: object) -> object:
    if isinstance(value, dict) or value is None:
        return value
    for option in validate.offered(element):
        if option["value"] == value:
            return option
    raise ValueError(f"{element['action_id']} offers no {value!r}")


def about(world: World, team: Team, user: str, kind: str) -> Json:
    """What every interaction says."""
    return {
        "type": kind,
        "user": person(team, user),
        "api_app_id": world.app_id,
        "token": world.verification_token,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": {"id": team.enterprise, "name": team.enterprise} if team.enterprise else None,
        "is_enterprise_install": team.is_org_install,
    }


def place(world: World, surface: Message | Ephemeral | View) -> Json:
    """Where an interaction happened."""
    if isinstance(surface, View):
        return {"container": {"type": "view", "view_id": surface.id}, "view": view_info(world, surface)}
    hidden = isinstance(surface, Ephemeral)
    container: Json = {
        "type": "message",
        "message_ts": surface.ts,
        "channel_id": surface.channel,
        "is_ephemeral": hidden,
    }
    if surface.thread_ts:
        container["thread_ts"] = surface.thread_ts
    channel = world.channels[surface.channel]
    shown: Json = {"container": container, "channel": {"id": channel.id, "name": shown_name(channel)}}
    if isinstance(surface, Message):
        shown["message"] = message_info(world, surface)
    return shown | {"state": {"values": {}}}


def shown_name(channel: Channel) -> str:
    """The name of *channel* in commands and interactions, which keep private names to themselves."""
    if channel.im_with:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def command(
    world: World, team: Team, trigger: Trigger, channel: Channel, *, name: str, text: str, response_url: str
) -> Json:
    return {
        "token": world.verification_token,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": shown_name(channel),
        "user_id": trigger.user,
        "user_name": team.users[trigger.user].name,
        "command": name,
        "text": text,
        "api_app_id": world.app_id,
        "is_enterprise_install": "true" if team.is_org_install else "false",
        **({"enterprise_id": team.enterprise} if team.enterprise else {}),
        "response_url": response_url,
        "trigger_id": trigger.id,
    }


def event(world: World, team: Team, content: Json) -> Json:
    return {
        "token": world.verification_token,
        "team_id": team.id,
        "context_team_id": team.id,
        "api_app_id": world.app_id,
        "event": {"event_ts": world.next_ts()} | content,
        "type": "event_callback",
        "event_id": world.next_id("Ev"),
        "event_time": int(world.now()),
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": team.enterprise or None,
                "team_id": None if team.is_org_install else team.id,
                "user_id": team.bot_user,
                "is_bot": True,
                "is_enterprise_install": team.is_org_install,
            }
        ],
        **({"enterprise_id": team.enterprise} if team.enterprise else {}),
    }
