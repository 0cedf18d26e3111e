"""chat.postMessage, chat.postEphemeral, chat.update."""

from tests.fake_slack import validate
from tests.fake_slack.access import postable, thread, visible
from tests.fake_slack.arguments import flag, text
from tests.fake_slack.model import Ephemeral, Json, Message, Refused, Team, refused
from tests.fake_slack.payloads import message_info
from tests.fake_slack.world import World

MESSAGE_TEXT = 40_000
UPDATE_TEXT = 4_000
METADATA_JSON = 16_000
"""Slack names no number; this one only keeps a runaway payload from passing."""


def post_message(world: World, team: Team, arguments: Json) -> Json:
    content, blocks = read_content(arguments)
    metadata = _metadata(arguments)
    channel = postable(world, team, text(arguments, "channel"))
    parent = thread(world, channel, arguments)
    message = world.accept(
        Message(
            channel=channel.id,
            team=team.id,
            ts=world.next_ts(),
            user=team.bot_user,
            text=content[:MESSAGE_TEXT],
            blocks=blocks,
            metadata=metadata,
            thread_ts=parent.ts if parent else "",
            broadcast=bool(parent) and flag(arguments, "reply_broadcast"),
            sent=arguments,
        )
    )
    answer: Json = {"ok": True, "channel": channel.id, "ts": message.ts, "message": message_info(world, message)}
    if len(content) > MESSAGE_TEXT:
        answer |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return answer


def post_ephemeral(world: World, team: Team, arguments: Json) -> Json:
    content, blocks = read_content(arguments)
    if len(content) > MESSAGE_TEXT:
        raise Refused("msg_too_long")
    channel = visible(world, team, text(arguments, "channel"))
    if channel.is_archived:
        raise Refused("is_archived")
    if team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    user = text(arguments, "user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    parent = thread(world, channel, arguments)
    shown = world.show(
        Ephemeral(
            channel=channel.id,
            team=team.id,
            ts=world.next_ts(),
            user=user,
            text=content,
            blocks=blocks,
            thread_ts=parent.ts if parent else "",
        )
    )
    return {"ok": True, "message_ts": shown.ts}


def update(world: World, team: Team, arguments: Json) -> Json:
    content, blocks = read_content(arguments)
    if len(content) > UPDATE_TEXT:
        raise Refused("msg_too_long")
    metadata = _metadata(arguments)
    channel = visible(world, team, text(arguments, "channel"))
    if channel.is_archived:
        raise Refused("is_inactive")
    message = world.message(channel.id, str(arguments["ts"]))
    if message is None:
        raise Refused("message_not_found")
    if message.user != team.bot_user:
        raise Refused("cant_update_message")
    kept = message.metadata if "metadata" not in arguments else metadata
    world.edit(message, content if "text" in arguments else message.text, blocks, kept)
    return {
        "ok": True,
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_info(world, message),
    }


def read_content(arguments: Json) -> tuple[str, list[Json]]:
    """Text and blocks, if a message may look like that."""
    content = text(arguments, "text")
    blocks = arguments.get("blocks") or []
    attachments = arguments.get("attachments") or []
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    if "markdown_text" in arguments and (blocks or content):
        raise Refused("markdown_text_conflict")
    content = content or text(arguments, "markdown_text")
    if not content and not blocks and not attachments:
        raise Refused("no_text")
    check_blocks(blocks)
    return content, blocks


def check_blocks(blocks: object) -> None:
    """Refuse *blocks* that no message may have."""
    problems = validate.problems_of_blocks(blocks)
    if problems:
        raise refused("invalid_blocks", problems)
    if validate.text_length(blocks) > validate.ALL_BLOCK_TEXT:
        raise Refused("msg_blocks_too_long")


def _metadata(arguments: Json) -> Json | None:
    metadata = arguments.get("metadata")
    if metadata is None or metadata == {}:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict) or len(metadata) > 2:
        raise Refused("invalid_metadata_schema")
    if len(str(payload)) > METADATA_JSON:
        raise Refused("metadata_too_large")
    return metadata
