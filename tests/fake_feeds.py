"""A real web server on loopback that serves feeds, well or badly, and an internet that leads to it."""

import asyncio
import gzip
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from adapters.http import AddrInfo

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

PUBLIC = "93.184.215.14"
"""An address that anybody would take for public; nothing is ever sent there."""


def rss(*titles: str, extract: str = "What happened, told in a sentence or two for the readers of this feed.") -> bytes:
    """A well-made feed with an item for each of *titles*."""
    items = "".join(
        f"<item><title>{title}</title><link>https://news.test/{number}</link><guid>{number}</guid>"
        f"<pubDate>Tue, 03 Mar 2026 07:{number % 60:02}:00 GMT</pubDate><description>{extract}</description></item>"
        for number, title in enumerate(titles)
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Fake</title>{items}</channel></rss>".encode()


def page(
    body: bytes,
    *,
    status: int = 200,
    content_type: str = "application/rss+xml",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Answer with *body*, or with 304 to whoever has its ETag."""
    given = {"Content-Type": content_type} | dict(headers or {})

    async def answer(request: web.Request) -> web.StreamResponse:
        if given.get("ETag") and request.headers.get("If-None-Match") == given["ETag"]:
            return web.Response(status=304)
        return web.Response(status=status, body=body, headers=given)

    return answer


def redirect(to: str, status: int = 302) -> Answer:
    """Lead to *to*, exactly as written."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, headers={"Location": to})

    return answer


async def drop(request: web.Request) -> web.StreamResponse:
    """Hang up without a word."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def drip(request: web.Request) -> web.StreamResponse:
    """Send a byte from time to time, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"<")
        await asyncio.sleep(0.01)


async def pour(request: web.Request) -> web.StreamResponse:
    """Send as much as the other side takes, for ever."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"<item>" * 10_000)


async def break_off(request: web.Request) -> web.StreamResponse:
    """Promise more than is sent."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"<rss>")
    assert request.transport is not None
    request.transport.close()
    return response


def bomb(size: int, layers: int = 1) -> Answer:
    """Answer with *size* zeros, compressed *layers* times."""
    body = bytes(size)
    for _ in range(layers):
        body = gzip.compress(body, 9)
    return page(body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})


@dataclass
class FakeFeeds:
    """The server. What it serves is laid out by path, or by host and path: ``/feed.xml``, ``other.test/feed.xml``."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: list[web.Request] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    _open: int = 0
    _runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            answer = self.answers.get(f"{request.url.host}{request.path}") or self.answers.get(request.path)
            return await answer(request) if answer else web.Response(status=404)
        finally:
            self._open -= 1


class Internet(AbstractResolver):
    """All names and addresses there are; every connection ends at the same fake server.

    Give :meth:`open_socket` and the internet itself to ``Http``: what its guard lets through is noted in ``dialled``.
    """

    def __init__(self, port: int, names: Mapping[str, Sequence[str]] | None = None, *, elsewhere: str = "") -> None:
        """*names* lead to addresses, one for each time that they are asked for; other names lead *elsewhere*."""
        self._port = port
        self._names = {name: list(addresses) for name, addresses in (names or {}).items()}
        self._elsewhere = elsewhere
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._names.get(host)
        address = (answers.pop(0) if len(answers) > 1 else answers[0]) if answers else self._elsewhere
        if not address:
            raise OSError("no such name")
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [{"hostname": host, "host": address, "port": port, "family": kind, "proto": 0, "flags": 0}]

    async def close(self) -> None:
        pass

    def open_socket(self, address: AddrInfo) -> socket.socket:
        host, port, *_ = address[4]
        assert isinstance(host, str)
        assert isinstance(port, int)
        self.dialled.append((host, port))
        return _Rerouted(self._port)


class _Rerouted(socket.socket):
    """A socket that connects to the fake server, whatever it is told."""

    def __init__(self, port: int) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self._port = port

    def connect(self, address: Any) -> None:  # noqa: ANN401  # as socket has it
        super().connect(("127.0.0.1", self._port))
