"""How the bot answers people: callbacks, and afterwards the interaction's webhook."""

import time

from tests.fake_discord.api_messages import Answer, Asked, build, change, check_form, remove
from tests.fake_discord.command_forms import check_choices
from tests.fake_discord.components import check_modal
from tests.fake_discord.forms import Form, one_wrong
from tests.fake_discord.model import Flag, Interaction, Json, Message, Refused
from tests.fake_discord.payloads import message_info
from tests.fake_discord.validate import EDIT, WEBHOOK, check_message
from tests.fake_discord.world import World

TOKEN_LIFE = 15 * 60.0
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
_ALLOWED = {
    "command": {MESSAGE, DEFERRED, MODAL},
    "component": {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, MODAL},
    "modal": {MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE},
    "autocomplete": {CHOICES},
}
_CALLBACK = WEBHOOK | {"nonce", "enforce_nonce"}


def callback(world: World, asked: Asked) -> Answer:
    """The first answer, which must come within three seconds, and only once."""
    run = world.interactions.get(asked.match["token"])
    if run is None or run.id != asked.match["interaction"]:
        raise Refused(404, 10062, "Unknown interaction")
    run.callbacks += 1
    if run.ack_after is None:
        run.ack_after = time.monotonic() - run.sent
    if run.acknowledged:
        raise Refused(400, 40060, "Interaction has already been acknowledged.")
    if run.over:
        raise Refused(404, 10062, "Unknown interaction")
    kind = asked.data.get("type")
    if (
        not isinstance(kind, int)
        or kind not in _ALLOWED[run.kind]
        or (run.message is None and kind in {DEFERRED_UPDATE, UPDATE})
    ):
        raise one_wrong(("type",), "BASE_TYPE_CHOICES", sorted(_ALLOWED[run.kind]))
    data = asked.data.get("data")
    _take(world, run, kind, data if isinstance(data, dict) else {}, asked.files)
    run.acknowledged = True
    run.callback = asked.data
    run.arrived.set()
    if asked.query.get("with_response", "").lower() not in {"1", "true"}:
        return 204, None
    return 200, _response(world, run, kind)


def _take(world: World, run: Interaction, kind: int, data: Json, files: list[Json]) -> None:
    if kind == MESSAGE:
        check_message(data, _CALLBACK, path=("data",), may_be_empty=bool(files))
        run.original = _new(world, run, data, files, _ephemeral(data))
        world.accept(run.original)
    elif kind == DEFERRED:
        run.deferred = True
        run.original = _new(world, run, {}, [], _ephemeral(data) | Flag.LOADING)
    elif kind == UPDATE and run.message:
        change(world, run.message, data, _CALLBACK)
        run.original = run.message
    elif kind == DEFERRED_UPDATE:
        run.deferred = True
        run.original = run.message
    elif kind == CHOICES:
        check_choices(data)
    elif kind == MODAL:
        form = Form()
        check_modal(form, data)
        form.finish()
        run.modal = data


def _response(world: World, run: Interaction, kind: int) -> Json:
    told: Json = {"id": run.id, "type": run.payload["type"]}
    resource: Json = {"type": kind}
    if run.original:
        told |= {
            "response_message_id": run.original.id,
            "response_message_loading": run.original.loading,
            "response_message_ephemeral": run.original.ephemeral,
        }
        if kind in {MESSAGE, UPDATE, DEFERRED}:
            resource["message"] = message_info(world, run.original)
    return {"interaction": told, "resource": resource}


def follow_up(world: World, asked: Asked) -> Answer:
    """A further message; after a deferral the first one takes the place of "is thinking"."""
    run = _run(world, asked)
    body = asked.data
    check_message(body, WEBHOOK, may_be_empty=bool(asked.files))
    check_form(world.channels[run.channel], body)
    if run.original and run.original.loading:
        message = run.original
        _fill(world, message, _new(world, run, body, asked.files, 0))
    else:
        message = world.accept(_new(world, run, body, asked.files, _ephemeral(body)))
        run.follow_ups.append(message)
    run.arrived.set()
    return 200, message_info(world, message)


def get_answer(world: World, asked: Asked) -> Answer:
    return 200, message_info(world, _message(_run(world, asked), asked.match["message"]))


def edit_answer(world: World, asked: Asked) -> Answer:
    run = _run(world, asked)
    message = _message(run, asked.match["message"])
    if message.loading:
        check_message(asked.data, EDIT | {"attachments"}, may_be_empty=bool(asked.files))
        _fill(world, message, _new(world, run, asked.data, asked.files, 0))
    else:
        change(world, message, asked.data)
    run.arrived.set()
    return 200, message_info(world, message)


def delete_answer(world: World, asked: Asked) -> Answer:
    run = _run(world, asked)
    message = _message(run, asked.match["message"])
    if message is run.original:
        run.original = None
    else:
        run.follow_ups.remove(message)
    if not message.loading:
        remove(world, message)
    return 204, None


def _run(world: World, asked: Asked) -> Interaction:
    run = world.interactions.get(asked.match["token"])
    if run is None or asked.match["application"] != world.application or not run.acknowledged:
        raise Refused(404, 10015, "Unknown Webhook")
    if world.monotonic() - run.born > TOKEN_LIFE:
        raise Refused(401, 50027, "Invalid Webhook Token")
    return run


def _message(run: Interaction, name: str) -> Message:
    if name == "@original" and run.original:
        return run.original
    for message in (run.original, *run.follow_ups):
        if message and message.id == name:
            return message
    raise Refused(404, 10008, "Unknown Message")


def _new(world: World, run: Interaction, body: Json, files: list[Json], flags: int) -> Message:
    return build(world, world.channels[run.channel], body, files, run, flags)


def _fill(world: World, message: Message, content: Message) -> None:
    """Let the deferred *message* say what *content* says; whether it is ephemeral was decided by the deferral."""
    message.flags = message.flags & Flag.EPHEMERAL | content.flags
    for name in ("content", "embeds", "components", "attachments", "pings", "sent"):
        setattr(message, name, getattr(content, name))
    world.accept(message)


def _ephemeral(body: Json) -> int:
    return int(body.get("flags") or 0) & Flag.EPHEMERAL
