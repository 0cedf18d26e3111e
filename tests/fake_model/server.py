"""The endpoint: one path, as OpenAI-compatible servers have it."""

import asyncio
import json
from typing import Any, Self

from aiohttp import web
from aiohttp.typedefs import Handler

from tests.fake_model.replies import Prompt, Reply, Script


class FakeModel:
    """Serves ``/v1/chat/completions`` on this machine while it is entered."""

    def __init__(self, script: Script, *, modes: tuple[str, ...] = ("native", "tool", "prompted")) -> None:
        self.script = script
        self.modes = modes
        """The forms of answer that it knows; it refuses the others."""
        self.prompts: list[Prompt] = []
        """All that it was asked, refused ones too."""
        self.requests = 0
        """To whatever path, by whatever method."""
        self.url = ""
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._count])
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests += 1
        return await handler(request)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        prompt = Prompt(await request.json(), dict(request.headers))
        self.prompts.append(prompt)
        if prompt.mode not in self.modes:
            return _error(400, f"'{_PARAMETER[prompt.mode]}' is not supported by this model")
        reply = self.script(prompt)
        if reply.hangs:
            await self._closing.wait()
        if reply.packed:
            return web.Response(
                body=reply.packed, headers={"Content-Encoding": "gzip"}, content_type="application/json"
            )
        if reply.status != 200 and reply.body is None:
            return _error(reply.status, "no", reply)
        body = json.dumps(_completion(prompt, reply)) if reply.body is None else reply.body
        if reply.cut is not None:
            return await self._cut(request, body, reply.cut)
        kind = "application/json" if body.lstrip().startswith("{") else "text/html"
        return web.Response(text=body, status=reply.status, headers=reply.headers, content_type=kind)

    async def _cut(self, request: web.Request, body: str, after: int) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
        await response.prepare(request)
        await response.write(body.encode()[:after])
        assert request.transport
        request.transport.close()
        return response


_PARAMETER = {"native": "response_format.json_schema", "tool": "tools", "prompted": "messages"}


def _error(status: int, message: str, reply: Reply | None = None) -> web.Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
    return web.json_response({"error": error}, status=status, headers=reply.headers if reply else None)


def _completion(prompt: Prompt, reply: Reply) -> dict[str, Any]:
    """A completion in the form of https://platform.openai.com/docs/api-reference/chat/object."""
    message: dict[str, Any] = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    finish = "stop"
    offered = [tool["function"]["name"] for tool in prompt.body.get("tools", ())]
    if (name := reply.calls or (offered[0] if offered and not reply.is_prose else "")) and reply.content is not None:
        call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": reply.content}}
        message |= {"content": None, "tool_calls": [call]}
        finish = "tool_calls"
    found: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_772_524_800,
        "model": prompt.body["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish or finish, "logprobs": None}],
    }
    return found | ({"usage": reply.usage} if reply.usage is not None else {})
