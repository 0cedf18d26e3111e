"""Answers to commands and actions: what comes in the acknowledgement, or later over the response_url."""

from tests.fake_slack.api_chat import MESSAGE_TEXT, read_content
from tests.fake_slack.arguments import flag
from tests.fake_slack.model import Ephemeral, Hook, Json, Message, Refused, refused
from tests.fake_slack.world import HOOK_LIFE, HOOK_USES, World

_KNOWN = frozenset(
    {
        "attachments",
        "blocks",
        "delete_original",
        "link_names",
        "metadata",
        "mrkdwn",
        "parse",
        "replace_original",
        "response_type",
        "text",
        "thread_ts",
        "unfurl_links",
        "unfurl_media",
    }
)


def use(world: World, hook: Hook, body: Json) -> None:
    """One use of a response_url. It needs no membership and no permission to post."""
    if world.monotonic() - hook.born > HOOK_LIFE:
        raise Refused("expired_url")
    if hook.uses >= HOOK_USES:
        raise Refused("used_url")
    hook.uses += 1
    show(world, hook, body, via="response_url")
    hook.answers.append(body)
    hook.arrived.set()


def show(world: World, hook: Hook, body: Json, *, via: str) -> None:
    """Let the user, or the channel, see *body*."""
    _check(hook, body)
    original = hook.original
    if flag(body, "delete_original"):
        _remove(world, hook)
        return
    text, blocks = read_content({name: body[name] for name in ("text", "blocks", "attachments") if name in body})
    if len(text) > MESSAGE_TEXT:
        raise Refused("msg_too_long")
    if flag(body, "replace_original") and isinstance(original, Message):
        world.edit(original, text, blocks, original.metadata)
    elif flag(body, "replace_original") and isinstance(original, Ephemeral):
        original.text, original.blocks = text, blocks
    else:
        shown = _new(world, hook, body, via)
        shown.text, shown.blocks = text, blocks
        if isinstance(shown, Message):
            world.accept(shown)
        else:
            world.show(shown)
        hook.original = original or shown


def _check(hook: Hook, body: Json) -> None:
    """Refuse what no answer may say, or not together."""
    unknown = body.keys() - _KNOWN
    if unknown:
        raise refused("invalid_arg_name", [f"[ERROR] unknown argument: {name}" for name in sorted(unknown)])
    kind = body.get("response_type", "ephemeral")
    wrong = ""
    if kind not in {"ephemeral", "in_channel"}:
        wrong = "unknown response_type"
    elif hook.of_command and flag(body, "delete_original"):
        wrong = "a command has no original to delete"
    elif body.get("thread_ts") and (kind != "in_channel" or flag(body, "replace_original")):
        wrong = "thread_ts needs in_channel and replace_original: false"
    if wrong:
        raise refused("invalid_arguments", [f"[ERROR] {wrong}"])


def _new(world: World, hook: Hook, body: Json, via: str) -> Message | Ephemeral:
    if body.get("response_type") == "in_channel":
        return Message(
            channel=hook.channel,
            team=hook.team,
            ts=world.next_ts(),
            user=world.teams[hook.team].bot_user,
            metadata=body.get("metadata"),
            thread_ts=str(body.get("thread_ts") or ""),
            sent=body,
        )
    return Ephemeral(
        channel=hook.channel,
        team=hook.team,
        ts=world.next_ts(),
        user=hook.user,
        thread_ts=hook.original.thread_ts if hook.original else "",
        via=via,
    )


def _remove(world: World, hook: Hook) -> None:
    if isinstance(hook.original, Ephemeral):
        world.hide(hook.original)
    elif hook.original:
        world.delete(hook.original)
