"""conversations.*: what channels there are, and what was said in them."""

import base64
import binascii
from collections.abc import Iterable

from tests.fake_slack.access import need, readable, scope_of, visible
from tests.fake_slack.arguments import flag, number, text
from tests.fake_slack.model import Channel, Json, Message, Refused, Team
from tests.fake_slack.payloads import channel_info, message_info
from tests.fake_slack.world import World

_READ = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}


def history(world: World, team: Team, arguments: Json) -> Json:
    """The newest messages first; replies in threads are not among them."""
    channel = readable(world, team, text(arguments, "channel"))
    said = [m for m in reversed(world.messages(channel.id)) if not m.is_reply or m.broadcast]
    return _page(world, _between(said, arguments), arguments, limit=100)


def replies(world: World, team: Team, arguments: Json) -> Json:
    """A message and the replies in its thread, in order."""
    channel = readable(world, team, text(arguments, "channel"))
    message = world.message(channel.id, str(arguments["ts"]))
    if message is None:
        raise Refused("thread_not_found")
    parent = message
    if message.is_reply:
        parent = world.message(channel.id, message.thread_ts) or message
    said = [parent, *_between(world.replies(channel.id, parent.ts), arguments)]
    return _page(world, said, arguments, limit=1000)


def info(world: World, team: Team, arguments: Json) -> Json:
    channel = visible(world, team, text(arguments, "channel"))
    need(team, scope_of(channel, "read"))
    shown = channel_info(channel, team)
    if flag(arguments, "include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"ok": True, "channel": shown}


def open_conversation(world: World, team: Team, arguments: Json) -> Json:
    """The direct conversation with one user."""
    if channel := text(arguments, "channel"):
        return {"ok": True, "channel": {"id": visible(world, team, channel).id}}
    users = text(arguments, "users").split(",")
    if users == [""]:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        raise Refused("method_not_supported_for_channel_type")
    user = team.users.get(users[0])
    if user is None:
        raise Refused("user_not_found")
    if user.deleted:
        raise Refused("user_disabled")
    return {"ok": True, "channel": {"id": world.open_im(team, user.id).id}}


def list_all(world: World, team: Team, arguments: Json) -> Json:
    """Every channel that the bot may know of."""
    channels = _of_types(world, team, arguments, "public_channel")
    return _channel_page([c for c in channels if not c.is_private or team.bot_user in c.members], team, arguments)


def list_of_user(world: World, team: Team, arguments: Json) -> Json:
    """The channels that a user, or the bot, is in."""
    user = text(arguments, "user") or team.bot_user
    channels = _of_types(world, team, arguments, "public_channel")
    return _channel_page(
        [c for c in channels if user in c.members and (not c.is_private or team.bot_user in c.members)],
        team,
        arguments,
    )


def join(world: World, team: Team, arguments: Json) -> Json:
    channel = visible(world, team, text(arguments, "channel"))
    if channel.is_private or channel.im_with:
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    channel.members.add(team.bot_user)
    return {"ok": True, "channel": channel_info(channel, team)}


# --------------------------------------------------------------------------------------------------------- paging


def _between(said: Iterable[Message], arguments: Json) -> list[Message]:
    """Those after ``oldest`` and before ``latest``."""
    oldest, latest = _moment(arguments, "oldest"), _moment(arguments, "latest")
    inclusive = flag(arguments, "inclusive")

    def fits(ts: tuple[int, int]) -> bool:
        if inclusive:
            return (oldest is None or ts >= oldest) and (latest is None or ts <= latest)
        return (oldest is None or ts > oldest) and (latest is None or ts < latest)

    return [message for message in said if fits(_parts(message.ts))]


def _moment(arguments: Json, name: str) -> tuple[int, int] | None:
    value = arguments.get(name)
    if value in {None, "", "now"}:
        return None
    try:
        return _parts(str(value)) if float(str(value)) else None
    except ValueError as problem:
        raise Refused(f"invalid_ts_{name}") from problem


def _parts(ts: str) -> tuple[int, int]:
    seconds, _, micros = ts.partition(".")
    return int(seconds), int((micros or "0").ljust(6, "0")[:6])


def _page(world: World, said: list[Message], arguments: Json, *, limit: int) -> Json:
    most = min(max(1, number(arguments, "limit", limit)), world.history_cap)
    start = _start(arguments)
    page = said[start : start + most]
    all_metadata = flag(arguments, "include_all_metadata")
    answer: Json = {
        "ok": True,
        "messages": [message_info(world, message, all_metadata=all_metadata) for message in page],
        "has_more": start + most < len(said),
        "pin_count": 0,
    }
    if answer["has_more"]:
        answer["response_metadata"] = {"next_cursor": _cursor(start + most)}
    return answer


def _channel_page(channels: list[Channel], team: Team, arguments: Json) -> Json:
    most = min(max(1, number(arguments, "limit", 100)), 999)
    start = _start(arguments)
    following = _cursor(start + most) if start + most < len(channels) else ""
    return {
        "ok": True,
        "channels": [channel_info(channel, team) for channel in channels[start : start + most]],
        "response_metadata": {"next_cursor": following},
    }


def _cursor(start: int) -> str:
    return base64.b64encode(f"next:{start}".encode()).decode()


def _start(arguments: Json) -> int:
    cursor = text(arguments, "cursor")
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("next:"))
    except (binascii.Error, ValueError) as problem:
        raise Refused("invalid_cursor") from problem


def _of_types(world: World, team: Team, arguments: Json, default: str) -> list[Channel]:
    types = (text(arguments, "types") or default).replace(" ", "").split(",")
    for kind in types:
        if kind not in _READ:
            raise Refused("invalid_types")
        need(team, _READ[kind])
    hidden = flag(arguments, "exclude_archived")
    return [
        channel
        for channel in world.channels.values()
        if channel.team == team.id and _type(channel) in types and not (hidden and channel.is_archived)
    ]


def _type(channel: Channel) -> str:
    if channel.im_with:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"
