"""The server of the fake platform: keeps every accepted message in a file of its own, and misbehaves as planned."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from aiohttp import web


class Fault(StrEnum):
    """What the server does with one post."""

    NONE = "none"
    TOO_MANY = "too_many"
    """429: surely not accepted."""
    DROP_BEFORE = "drop_before"
    """The connection breaks before the message is accepted."""
    DROP_AFTER = "drop_after"
    """The message is accepted, then the connection breaks."""
    LATE = "late"
    """The connection breaks at once, and the message is accepted a while later."""
    ERROR_BEFORE = "error_before"
    """500, not accepted."""
    ERROR_AFTER = "error_after"
    """500, although accepted."""
    GONE = "gone"
    """The channel does not exist: it never works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """How often which fault happens, by seed, so that a run can be repeated."""

    seed: int = 0
    chance: float = 0.0
    """Of any fault, for one post."""
    late_by: float = 1.0
    """Seconds after which a late message is accepted, at the most."""
    latency: float = 0.004
    """Seconds until an answer."""

    def fault(self, key: str, attempt: int) -> Fault:
        """What happens to the *attempt*-th post with *key*."""
        chance = random.Random(f"{self.seed}/{key}/{attempt}")
        if chance.random() >= self.chance:
            return Fault.NONE
        return chance.choice([fault for fault in Fault if fault not in {Fault.NONE, Fault.GONE}])


class Standstill:
    """A platform that answers ``answered`` posts, accepts ``unanswered`` more without a word, and no others."""

    def __init__(self, answered: int, unanswered: int) -> None:
        self._answered = answered
        self._unanswered = unanswered
        self._came = 0
        self.is_reached = asyncio.Event()
        """Everything that it was going to accept has been accepted."""
        self.is_over = asyncio.Event()

    async def holds(self, accept: Callable[[], object]) -> bool:
        """Whether it keeps a post from its answer; that one is over when this returns, and was accepted or never is."""
        self._came += 1
        if self._came <= self._answered:
            return False
        last = self._answered + self._unanswered
        if self._came <= last:
            accept()
        if self._came >= last:
            self.is_reached.set()
        await self.is_over.wait()
        return True


Later = Callable[[timedelta, Callable[[], object]], object]
"""Arranges for something to happen after a while."""


class FakeServer:
    """Accepts messages, shows a channel's messages, and remembers both in ``store``."""

    def __init__(self, store: Path, plan: FaultPlan, *, later: Later | None = None) -> None:
        self.store = store
        self.plan = plan
        self._later = later or self._after_real_time
        self.gone: set[str] = set()
        self.messages: list[dict[str, str]] = read_store(store)
        self._attempts: dict[str, int] = {}
        self._standstill: Standstill | None = None

    @contextlib.asynccontextmanager
    async def standing_still(self, *, answered: int, unanswered: int) -> AsyncIterator[Standstill]:
        """Answer no more than so many posts in here; the connections of all others break when it ends."""
        self._standstill = Standstill(answered, unanswered)
        try:
            yield self._standstill
        finally:
            self._standstill.is_over.set()
            self._standstill = None

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/post", self.post)
        app.router.add_get("/messages", self.show)
        return app

    async def post(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        attempt = self._attempts[body["key"]] = self._attempts.get(body["key"], 0) + 1
        fault = Fault.GONE if body["channel"] in self.gone else self.plan.fault(body["key"], attempt)
        await asyncio.sleep(self.plan.latency)
        if self._standstill and await self._standstill.holds(lambda: self.accept(body)):
            return broken(request)
        return self._answer(request, body, fault)

    def _answer(self, request: web.Request, body: dict[str, str], fault: Fault) -> web.StreamResponse:
        if fault is Fault.TOO_MANY:
            return web.json_response({"error": "rate_limited"}, status=429, headers={"Retry-After": "1"})
        if fault is Fault.GONE:
            return web.json_response({"error": "channel_not_found"}, status=404)
        if fault is Fault.ERROR_BEFORE:
            return web.json_response({"error": "internal"}, status=500)
        if fault is Fault.LATE:
            by = random.Random(body["key"]).uniform(0, self.plan.late_by)
            self._later(timedelta(seconds=by), lambda: self.accept(body))
        elif fault is not Fault.DROP_BEFORE:
            number = self.accept(body)
        if fault in {Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.LATE}:
            return broken(request)
        if fault is Fault.ERROR_AFTER:
            return web.json_response({"error": "internal"}, status=500)
        return web.json_response({"id": number})

    async def show(self, request: web.Request) -> web.Response:
        channel = request.query["channel"]
        return web.json_response([message for message in self.messages if message["channel"] == channel])

    def accept(self, body: dict[str, str]) -> str:
        number = str(len(self.messages) + 1)
        message = {"id": number, "channel": body["channel"], "key": body["key"], "text": body["text"]}
        self.messages.append(message)
        with self.store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(message) + "\n")
        return number

    def _after_real_time(self, delay: timedelta, accept: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_later(delay.total_seconds(), accept)


def broken(request: web.Request) -> web.Response:
    """Instead of an answer: the connection breaks."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def read_store(store: Path) -> list[dict[str, str]]:
    """Every message that a server has accepted into *store*, in order."""
    if not store.exists():
        return []
    return [json.loads(line) for line in store.read_text(encoding="utf-8").splitlines()]


async def serve(server: FakeServer) -> tuple[web.AppRunner, int]:
    """Serve on a free port of the loopback; the runner to clean up, and the port."""
    runner = web.AppRunner(server.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]
