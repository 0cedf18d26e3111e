"""The control side of a server in a process of its own: one POST with JSON for each method of ``FakeDiscord``."""

import inspect
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fake_discord.model import to_json

if TYPE_CHECKING:
    from tests.fake_discord.server import FakeDiscord

COMMANDS = frozenset(
    {
        "add_channel",
        "add_guild",
        "add_role",
        "add_user",
        "archive",
        "arrivals",
        "autocomplete",
        "change_bot_roles",
        "change_role",
        "command",
        "delete_channel",
        "delete_message",
        "direct_messages",
        "ephemerals",
        "forget",
        "grant",
        "invite",
        "kick",
        "messages",
        "next_faults",
        "outage",
        "press",
        "recover",
        "rename",
        "restore_token",
        "revoke",
        "revoke_token",
        "run",
        "say",
        "select",
        "storm",
        "submit_modal",
        "threads",
    }
)
OF_GATEWAY = frozenset({"close", "connected", "drop", "forget", "freeze", "invalidate", "reconnect"})
"""Methods of the gateway, called ``gateway_drop`` and so on."""
SETTINGS = {
    "limits_on": ("limits", "on"),
    "per_second": ("limits", "per_second"),
    "sliding": ("limits", "sliding"),
    "most_invalid": ("limits", "most_invalid"),
    "ack_timeout": ("", "ack_timeout"),
    "nonce_life": ("", "nonce_life"),
    "refuse_gateway": ("gateway", "refuse"),
    "privileged": ("gateway", "privileged"),
    "heartbeat": ("gateway", "heartbeat"),
    "shards": ("gateway", "shards"),
}


async def handle(discord: "FakeDiscord", request: web.Request) -> web.Response:
    """``POST /control/<method>`` with the arguments as a JSON object; ``{"result": ...}``, or 400 and why.

    Besides the methods: ``each`` (of many ``arguments`` for one ``of``), ``configure`` (see ``SETTINGS``), ``calls``,
    ``counts``, ``runs``, ``status``, ``wait_answers`` (``interaction``, ``count``), ``posting_error`` (``channel``,
    ``error``), and ``gateway_drop`` and the like.
    """
    name = request.match_info["name"]
    arguments = await request.json() if request.can_read_body else {}
    try:
        result = await _do(discord, name, arguments)
    except (KeyError, StopIteration, TimeoutError, TypeError, ValueError) as problem:
        return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=400)
    return web.json_response({"result": to_json(result)})


async def _do(discord: "FakeDiscord", name: str, arguments: dict[str, Any]) -> object:
    if name == "each":
        for one in arguments["arguments"]:
            await _do(discord, arguments["of"], one)
        return None
    holder: object = discord
    if name in COMMANDS:
        method = name
    elif name.removeprefix("gateway_") in OF_GATEWAY:
        holder, method = discord.gateway, name.removeprefix("gateway_")
    else:
        return await _more(discord, name, arguments)
    result = getattr(holder, method)(**arguments)
    return await result if inspect.isawaitable(result) else result


async def _more(discord: "FakeDiscord", name: str, arguments: dict[str, Any]) -> object:
    if name == "configure":
        for setting, value in arguments.items():
            part, attribute = SETTINGS[setting]
            setattr(getattr(discord, part) if part else discord, attribute, value)
        return None
    if name == "counts":
        return [[route, outcome, count] for (route, outcome), count in discord.counts.items()]
    if name == "wait_answers":
        run = discord.run(arguments.pop("interaction"))
        return await run.wait_answers(**arguments)
    if name == "posting_error":
        error = arguments["error"]
        discord.channels[arguments["channel"]].posting_error = tuple(error) if error else None
        return None
    if name == "status":
        return {
            "posted": discord.posted,
            "invalid": discord.limits.invalid,
            "banned": discord.limits.banned,
            "busiest_second": discord.limits.busiest_second,
            "connections": len(discord.gateway.connections),
            "identifies": discord.gateway.identifies,
            "resumes": discord.gateway.resumes,
        }
    if name in {"calls", "runs"}:
        return getattr(discord, name)
    raise ValueError(f"there is no {name}")
