"""The control side of a server in a process of its own: one POST with JSON for each method of ``FakeSlack``."""

import inspect
from typing import TYPE_CHECKING, cast

from aiohttp import web

from tests.fake_slack.model import to_json

if TYPE_CHECKING:
    from tests.fake_slack.server import FakeSlack

COMMANDS = frozenset(
    {
        "add_channel",
        "add_team",
        "add_user",
        "archive",
        "arrivals",
        "change_channel_id",
        "close",
        "command",
        "delete_channel",
        "direct_messages",
        "ephemerals",
        "event",
        "forget",
        "home",
        "invite",
        "kick",
        "mention",
        "messages",
        "next_faults",
        "open_home",
        "press",
        "reinstall",
        "revoke_token",
        "revoke_tokens",
        "say",
        "select",
        "storm",
        "submit",
        "suggest",
        "unarchive",
        "uninstall",
        "use_http",
        "use_sockets",
        "views",
    }
)
SETTINGS = {
    "limits_on": ("limits", "on"),
    "per_channel": ("limits", "per_channel"),
    "burst": ("limits", "burst"),
    "per_workspace": ("limits", "per_workspace"),
    "history_cap": ("", "history_cap"),
    "ack_timeout": ("", "ack_timeout"),
    "refuse_connections": ("sockets", "refuse"),
}


async def handle(slack: "FakeSlack", request: web.Request) -> web.Response:
    """``POST /control/<method>`` with the arguments as a JSON object; ``{"result": ...}``, or 400 and why.

    Besides the methods: ``each`` (of many ``arguments`` for one ``of``), ``configure`` (see ``SETTINGS``), ``calls``,
    ``counts``, ``deliveries``, and of the sockets ``connected``, ``drop``, ``freeze``, ``refresh``, ``warn``.
    """
    name = request.match_info["name"]
    arguments = await request.json() if request.can_read_body else {}
    try:
        result = await _do(slack, name, arguments)
    except (KeyError, TypeError, ValueError) as problem:
        return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=400)
    return web.json_response({"result": to_json(result)})


async def _do(slack: "FakeSlack", name: str, arguments: dict[str, object]) -> object:
    if name in COMMANDS:
        result = getattr(slack, name)(**arguments)
        return await result if inspect.isawaitable(result) else result
    if name == "each":
        for one in cast(list[dict[str, object]], arguments["arguments"]):
            await _do(slack, str(arguments["of"]), one)
        return None
    if name == "configure":
        for setting, value in arguments.items():
            part, attribute = SETTINGS[setting]
            setattr(getattr(slack, part) if part else slack, attribute, value)
        return None
    if name == "counts":
        return [[method, outcome, count] for (method, outcome), count in slack.counts.items()]
    if name in {"calls", "deliveries"}:
        return getattr(slack, name)
    if name not in {"connected", "drop", "freeze", "refresh", "warn"}:
        raise ValueError(f"there is no {name}")
    ended = getattr(slack.sockets, name)(**arguments)
    return await ended if inspect.isawaitable(ended) else ended
