"""Reading what a client sent: JSON, or a form with files; and how large it may be."""

import json
from typing import Any

from aiohttp import web

from tests.fake_discord.model import Json, Refused

MOST_BYTES = 25 * 2**20
MOST_FILE = 10 * 2**20
TOO_LARGE = (413, 40005, "Request entity too large")


async def read_body(request: web.Request) -> tuple[Any, list[Json]]:
    """The body, and the files that came with it."""
    if (request.content_length or 0) > MOST_BYTES:
        raise Refused(*TOO_LARGE)
    if not request.can_read_body:
        return None, []
    try:
        if request.content_type == "multipart/form-data":
            return await _form(request)
        raw = await request.read()
    except web.HTTPRequestEntityTooLarge as problem:
        raise Refused(*TOO_LARGE) from problem
    return (_read(raw.decode("utf-8", "replace")) if raw else None), []


async def _form(request: web.Request) -> tuple[Any, list[Json]]:
    body: Any = None
    files: list[Json] = []
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            size = len(value.file.read())
            value.file.close()
            if size > MOST_FILE:
                raise Refused(*TOO_LARGE)
            url = f"https://cdn.discord.test/{value.filename}"
            files.append({"filename": value.filename, "size": size, "url": url, "proxy_url": url})
        elif name == "payload_json" and isinstance(value, str):
            body = _read(value)
    return body, files


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from problem
