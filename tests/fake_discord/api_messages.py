"""Messages in channels: post, look, edit, delete, publish."""

from dataclasses import dataclass, field
from typing import Any

from tests.fake_discord.access import MISSING_ACCESS, may, message_in, need, postable, visible
from tests.fake_discord.forms import Form
from tests.fake_discord.mentions import pings
from tests.fake_discord.model import Channel, ChannelType, Flag, Interaction, Json, Message, Refused, walk
from tests.fake_discord.payloads import message_info
from tests.fake_discord.validate import EDIT, MESSAGE, SETTABLE, check_message
from tests.fake_discord.world import World

Answer = tuple[int, object]


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request, as a handler sees it."""

    match: dict[str, str]
    query: dict[str, str]
    body: Any
    files: list[Json] = field(default_factory=list)

    @property
    def data(self) -> Json:
        """The body, which must be an object."""
        if not isinstance(self.body, dict):
            raise Refused(400, 50109, "The request body contains invalid JSON.")
        return self.body


def build(  # noqa: PLR0917  # what a message is made of
    world: World,
    channel: Channel,
    body: Json,
    files: list[Json],
    interaction: Interaction | None = None,
    flags: int = 0,
) -> Message:
    """The bot's message that *body* describes; it is not accepted yet."""
    components = body.get("components") or []
    content = body.get("content") or ""
    guild = world.guilds.get(channel.guild)
    texts = [content, *(part["content"] for part in walk(components) if part["type"] == 10)]
    return Message(
        channel=channel.id,
        guild=channel.guild,
        id=world.next_id(),
        author=world.application,
        at=world.now(),
        content=content,
        embeds=list(body.get("embeds") or []),
        components=components,
        attachments=[dict(one, id=world.next_id()) for one in files],
        flags=int(body.get("flags") or 0) & SETTABLE | flags,
        nonce=body.get("nonce"),
        pings=pings(
            texts,
            body.get("allowed_mentions"),
            guild,
            mention_everyone=may(world, channel, "mention_everyone"),
        ),
        interaction=interaction.id if interaction else "",
        user=interaction.user if interaction else "",
        sent=body,
    )


def create_message(world: World, asked: Asked) -> Answer:
    channel = postable(world, asked.match["channel"])
    body = asked.data
    if asked.files:
        need(world, channel, "attach_files")
    check_message(body, MESSAGE, may_be_empty=bool(asked.files))
    check_form(channel, body)
    if body.get("embeds"):
        need(world, channel, "embed_links")
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        earlier = world.seen_nonce(channel.id, nonce)
        if earlier:
            return 200, message_info(world, message_in(world, channel, earlier))
    channel.archived = False
    message = world.accept(build(world, channel, body, asked.files))
    info = message_info(world, message)
    world.dispatch("MESSAGE_CREATE", place(message) | info, message.guild, intent(message))
    return 200, info


def check_form(channel: Channel, body: Json) -> None:
    """Refuse a layout in *channel*, if a test says so."""
    if not channel.takes_layouts and int(body.get("flags") or 0) & Flag.IS_COMPONENTS_V2:
        raise Refused(400, 50035, "Invalid Form Body")


def list_messages(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    form = Form()
    limit = _number(form, asked.query, "limit", 50)
    if not 1 <= limit <= 100:
        form.wrong(("limit",), "NUMBER_TYPE_MAX", message="int value should be between 1 and 100.")
    marks = [name for name in ("around", "before", "after") if name in asked.query]
    mark = _number(form, asked.query, marks[0], 0) if marks else 0
    form.finish()
    if not may(world, channel, "read_message_history"):
        return 200, []
    found = world.messages(channel.id)
    if marks == ["after"]:
        chosen = [one for one in found if int(one.id) > mark][:limit]
    elif marks == ["around"]:
        earlier = [one for one in found if int(one.id) <= mark][-(limit // 2 + 1) :]
        chosen = [*earlier, *[one for one in found if int(one.id) > mark]][:limit]
    elif marks:
        chosen = [one for one in found if int(one.id) < mark][-limit:]
    else:
        chosen = found[-limit:]
    return 200, [message_info(world, one) for one in reversed(chosen)]


def get_message(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    if not may(world, channel, "read_message_history"):
        raise Refused(*MISSING_ACCESS)
    return 200, message_info(world, message_in(world, channel, asked.match["message"]))


def edit_message(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    message = message_in(world, channel, asked.match["message"])
    if message.author != world.application:
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise Refused(400, 50083, "Thread is archived")
    change(world, message, asked.data)
    return 200, message_info(world, message)


def change(world: World, message: Message, body: Json, names: frozenset[str] = EDIT) -> None:
    """Edit *message* as *body* says."""
    is_v2 = bool(message.flags & Flag.IS_COMPONENTS_V2)
    known = ("content", "embeds", "components")
    would = {name: body[name] if name in body else getattr(message, name) for name in known}
    empty = not any(would.values()) and not message.attachments
    check_message(body, names, is_v2=is_v2, may_be_empty=not empty)
    changes: Json = {"content": would["content"] or ""}
    changes |= {name: would[name] or [] for name in ("embeds", "components")}
    if "flags" in body:
        kept = message.flags & ~(Flag.SUPPRESS_EMBEDS | Flag.LOADING)
        changes["flags"] = kept | int(body["flags"] or 0) & (Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2)
    world.edit(message, changes)
    if not message.ephemeral:
        data = place(message) | message_info(world, message)
        world.dispatch("MESSAGE_UPDATE", data, message.guild, intent(message))


def delete_message(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    message = message_in(world, channel, asked.match["message"])
    if message.author != world.application:
        need(world, channel, "manage_messages")
    remove(world, message)
    return 204, None


def remove(world: World, message: Message) -> None:
    """Delete *message*, and say so."""
    world.delete(message)
    if not message.ephemeral:
        data = place(message) | {"id": message.id, "channel_id": message.channel}
        world.dispatch("MESSAGE_DELETE", data, message.guild, intent(message))


def crosspost(world: World, asked: Asked) -> Answer:
    channel = visible(world, asked.match["channel"])
    if channel.type is not ChannelType.ANNOUNCEMENT:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    message = message_in(world, channel, asked.match["message"])
    need(world, channel, "send_messages")
    if message.author != world.application:
        need(world, channel, "manage_messages")
    if message.crossposted:
        raise Refused(400, 40033, "This message has already been crossposted")
    world.crosspost(message)
    return 200, message_info(world, message)


def place(message: Message) -> Json:
    """What the gateway adds to a message of a guild."""
    return {"guild_id": message.guild} if message.guild else {}


def intent(message: Message) -> int:
    """The intent that events about *message* need."""
    return 1 << 9 if message.guild else 1 << 12


def _number(form: Form, query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if text.isdecimal():
        return int(text)
    form.wrong((name,), "NUMBER_TYPE_COERCE", message=f'Value "{text}" is not snowflake or int.')
    return default or 1
