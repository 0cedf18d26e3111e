"""Which channel a call means, and whether the bot may do that there."""

from tests.fake_slack.model import Channel, Json, Message, Refused, Team
from tests.fake_slack.world import World


def need(team: Team, *scopes: str) -> None:
    """Refuse unless the token has one of *scopes*."""
    if not team.scopes.intersection(scopes):
        raise Refused("missing_scope", needed=",".join(scopes), provided=",".join(sorted(team.scopes)))


def scope_of(channel: Channel, verb: str) -> str:
    """The scope for *verb* (``read``, ``history``) on this kind of channel."""
    kind = "im" if channel.im_with else "groups" if channel.is_private else "channels"
    return f"{kind}:{verb}"


def visible(world: World, team: Team, name: str) -> Channel:
    """The channel that the bot may know of: its private ones, and all public ones."""
    channel = world.channels.get(name)
    if channel is None or channel.team != team.id:
        raise Refused("channel_not_found")
    if channel.is_private and team.bot_user not in channel.members:
        raise Refused("channel_not_found")
    return channel


def readable(world: World, team: Team, name: str) -> Channel:
    """The channel whose messages the bot may read: it must be in there."""
    channel = visible(world, team, name)
    need(team, scope_of(channel, "history"))
    if team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def postable(world: World, team: Team, name: str) -> Channel:
    """The channel that the bot may post to; a user's id means the direct conversation, a name the channel so called."""
    if name in team.users:
        return world.open_im(team, name)
    if name not in world.channels:
        plain = name.removeprefix("#")
        name = next((c.id for c in world.channels.values() if c.name == plain and c.team == team.id), name)
    channel = visible(world, team, name)
    if channel.posting_error:
        raise Refused(channel.posting_error)
    if channel.is_archived:
        raise Refused("is_archived")
    if team.bot_user not in channel.members and "chat:write.public" not in team.scopes:
        raise Refused("not_in_channel")
    if channel.read_only:
        raise Refused("restricted_action_read_only_channel")
    return channel


def thread(world: World, channel: Channel, arguments: Json) -> Message | None:
    """The message whose thread the call means."""
    ts = arguments.get("thread_ts")
    if not ts:
        return None
    parent = world.message(channel.id, str(ts))
    if parent is None:
        raise Refused("thread_not_found")
    if parent.is_reply:
        raise Refused("cannot_reply_to_message")
    return parent
