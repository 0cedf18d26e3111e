"""Reading what a client sent: JSON, form or query, and values that came as text."""

import json
import re

from aiohttp import web

from tests.fake_slack.model import Json, Refused, refused

_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_STRUCTURED = ("attachments", "blocks", "metadata", "view")


async def read_arguments(request: web.Request) -> Json:
    """What the request says, in one dictionary; structured values that came as text are read."""
    arguments: Json = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        kind = request.content_type
        if kind == "application/json":
            try:
                body = json.loads(await request.read())
            except ValueError as problem:
                raise Refused("invalid_json") from problem
            if not isinstance(body, dict):
                raise Refused("json_not_object")
            arguments |= body
        elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        else:
            raise Refused("invalid_post_type")
    for name in _STRUCTURED:
        if isinstance(arguments.get(name), str):
            arguments[name] = _structured(name, arguments[name])
    return arguments


def _structured(name: str, text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as problem:
        codes = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
        raise Refused(codes.get(name, "invalid_arguments")) from problem


def check_names(arguments: Json, allowed: frozenset[str], required: tuple[str, ...]) -> None:
    """Only known names, and every needed one."""
    for name in arguments:
        if not _NAME.fullmatch(name) or name not in allowed:
            raise refused("invalid_arg_name", [f"[ERROR] unknown argument: {name}"])
    missing = [name for name in required if arguments.get(name) is None or arguments[name] == ""]
    if missing:
        raise refused("invalid_arguments", [f"[ERROR] missing required field: {name}" for name in missing])


def flag(arguments: Json, name: str, *, default: bool = False) -> bool:
    """A yes or no, in any of the ways that clients write it."""
    value = arguments.get(name, default)
    return value if isinstance(value, bool) else str(value).lower() in {"1", "true"}


def number(arguments: Json, name: str, default: int) -> int:
    try:
        return int(arguments.get(name, default))
    except (TypeError, ValueError) as problem:
        raise refused("invalid_arguments", [f"[ERROR] must provide a number [json-pointer:/{name}]"]) from problem


def text(arguments: Json, name: str) -> str:
    value = arguments.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise refused("invalid_arguments", [f"[ERROR] must provide a string [json-pointer:/{name}]"])
    return value
