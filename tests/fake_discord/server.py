"""The server: one loopback port for REST, the gateway and the control side."""

import asyncio
import functools
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fake_discord import control
from tests.fake_discord.api_interactions import TOKEN_LIFE
from tests.fake_discord.api_messages import Answer, Asked
from tests.fake_discord.bodies import MOST_BYTES, read_body
from tests.fake_discord.faults import ACCEPTED, FAILURES, LIMITED, PAGES, Fault, FaultPlan, Faults, key_of
from tests.fake_discord.happenings import Happening
from tests.fake_discord.limits import Limits, Verdict
from tests.fake_discord.model import Call, Refused
from tests.fake_discord.routes import ROUTES, Route, major
from tests.fake_discord.world import TOKEN

Later = Callable[[float, Callable[[], object]], object]
"""Arranges for something to happen after so many seconds."""

_BANNED = PAGES[Fault.CLOUDFLARE_429]
_INVALID = frozenset({401, 403, 429})


class FakeDiscord(Happening):
    """A local Discord. ``async with FakeDiscord(store) as discord`` serves it at ``discord.api``."""

    def __init__(
        self,
        store: Path | None = None,
        plan: FaultPlan | None = None,
        *,
        later: Later | None = None,
        limits: bool = True,
        per_second: int = 50,
        ack_timeout: float = 3.0,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        token: str = TOKEN,
    ) -> None:
        super().__init__(store, now=now, monotonic=monotonic, token=token, ack_timeout=ack_timeout)
        self.faults = Faults(plan or FaultPlan())
        self.limits = Limits(self.monotonic, on=limits, per_second=per_second)
        self.calls: list[Call] = []
        """Every request to REST, in the order of their answers."""
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often a route was answered how: ``("create_message", "ok")``, or status and code instead of ``ok``."""
        self.on_answer: Callable[[Call], object] = lambda _: None
        """Called with each request to REST when it has been decided, just before its answer leaves."""
        self.on_arrival: Callable[[Call], object] = lambda _: None
        """Called with each request as soon as it comes, before anything comes of it."""
        self.is_deaf = False
        """No request is answered or does anything; each is held until its client has gone."""
        self._later = later or (lambda seconds, do: asyncio.get_running_loop().call_later(seconds, do))
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    # ------------------------------------------------------------------------------------------------ serving

    @property
    def api(self) -> str:
        """For ``discord.http.Route.BASE``."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """For ``discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY``, as a ``yarl.URL``."""
        return f"{self.url.replace('http', 'ws', 1)}/gw"

    async def start(self, port: int = 0) -> int:
        """Serve on the loopback, on a free port unless given."""
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=4096).start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return port

    async def stop(self) -> None:
        self._closing.set()
        await self.gateway.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BYTES)
        bot = Route("gateway_bot", "GET", "/gateway/bot", lambda world, asked: self._gateway_bot(), "")
        for route in (bot, *ROUTES):
            app.router.add_route(route.method, f"/api/v10{route.path}", functools.partial(self._api, route))
        missing = Route("unknown", "*", "/{rest:.*}", _unknown, "", open=True)
        app.router.add_get("/gw", self.gateway.link)
        app.router.add_get("/gw/", self.gateway.link)
        app.router.add_post("/control/{name}", self._control)
        app.router.add_route("*", "/{rest:.*}", functools.partial(self._api, missing))
        return app

    async def _control(self, request: web.Request) -> web.Response:
        return await control.handle(self, request)

    def _gateway_bot(self) -> Answer:
        limit = self.gateway.start_limit()
        return 200, {"url": self.gateway_url, "shards": self.gateway.shards, "session_start_limit": limit}

    # ------------------------------------------------------------------------------------------------- faults

    def next_faults(self, method: str, faults: Iterable[Fault]) -> None:
        """The next requests of the route *method* meet these faults, one each."""
        self.faults.script(method, faults)

    def storm(self, seconds: float, retry_after: float = 1.0, *, channel: str = "") -> None:
        """For so long on the monotonic clock, *channel* (or everything but answers to people) gets nothing but 429."""
        self.faults.storms[channel] = (self.monotonic() + seconds, retry_after)

    def fall_silent(self) -> None:
        """From now on connections are taken and nothing is answered, not even a goodbye."""
        self.is_deaf = True
        self.gateway.fall_silent()

    def hear_again(self) -> None:
        """End that."""
        self.is_deaf = False
        self.gateway.hear_again()

    def forget(self) -> None:
        """Drop the records of calls and of interactions that are over, which a soak would pile up."""
        self.calls.clear()
        self.runs.clear()
        since = self.monotonic() - TOKEN_LIFE
        self.interactions = {token: run for token, run in self.interactions.items() if run.born >= since}

    def arrivals(self) -> list[tuple[str, float, str]]:
        """Channel, time on the monotonic clock and outcome of each request to post."""
        posts = (one for one in self.calls if one.route == "create_message")
        return [(one.channel, one.at, "ok" if one.status == 200 else str(one.status)) for one in posts]

    # ------------------------------------------------------------------------------------------------- REST

    async def _api(self, route: Route, request: web.Request) -> web.StreamResponse:
        match = dict(request.match_info)
        call = Call(
            route=route.name,
            method=request.method,
            path=request.path.removeprefix("/api/v10"),
            at=self.monotonic(),
            channel=match.get("channel", ""),
        )
        headers: dict[str, str] = {}
        self.on_arrival(call)
        if self.is_deaf:
            return await self._hold(request, call)
        try:
            if self.limits.banned:
                return self._page(call, *_BANNED)
            call.body, files = await read_body(request)
            asked = Asked(match=match, query=dict(request.query), body=call.body, files=files)
            if not route.exempt and not route.open:
                self._authenticate(request)
            verdict = self._verdict(route, match)
            if verdict.retry_after:
                return self._too_many(call, verdict)
            headers = verdict.headers
            fault = self.faults.next(route.name, call.path, call.body)
            call.fault = fault.value
            run = functools.partial(self._run, route, asked)
            if fault is Fault.NONE and not self.faults.plan.latency:
                return self._answer(call, run(), headers)
            return await self._with_fault(request, call, fault, run, headers)
        except Refused as problem:
            return self._answer(call, (problem.status, problem.body()), headers)

    def _verdict(self, route: Route, match: dict[str, str]) -> Verdict:
        """Whether the request is too much, by a storm or by the limits."""
        if not route.exempt:
            wait, scope = self.faults.storm(match.get("channel", ""), self.monotonic())
            if wait:
                return Verdict({}, wait, scope)
        return self.limits.check(route.bucket, major(match), exempt=route.exempt)

    def _authenticate(self, request: web.Request) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if self.token_error:
            raise Refused(401, *self.token_error)
        if kind != "Bot" or token != self.token:
            raise Refused(401, 0, "401: Unauthorized")

    def _run(self, route: Route, asked: Asked) -> Answer:
        """Do the route's work, or say why not."""
        try:
            return route.handler(self, asked)
        except Refused as problem:
            return problem.status, problem.body()

    def _answer(self, call: Call, answer: Answer, headers: dict[str, str]) -> web.Response:
        status, body = answer
        code = body.get("code", 0) if isinstance(body, dict) and status >= 400 else 0
        self._count(call, status, int(code), scope=headers.get("X-RateLimit-Scope", ""))
        sent = self._dated({"Via": "1.1 google", **headers})
        if status == 204:
            return web.Response(status=204, headers=sent)
        # Exactly so, without a charset: discord.py takes anything else for text.
        sent["Content-Type"] = "application/json"
        return web.Response(status=status, body=json.dumps(body).encode(), headers=sent)

    def _too_many(self, call: Call, verdict: Verdict) -> web.Response:
        headers = {
            **verdict.headers,
            "Retry-After": str(math.ceil(verdict.retry_after)),
            "X-RateLimit-Scope": verdict.scope,
        }
        is_global = verdict.scope == "global"
        if is_global:
            headers["X-RateLimit-Global"] = "true"
        body = {
            "message": "You are being rate limited.",
            "retry_after": round(verdict.retry_after, 3),
            "global": is_global,
        }
        if call.route == "crosspost" and not is_global:
            body["code"] = 20028
        return self._answer(call, (429, body), headers)

    def _dated(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Date": formatdate(self.now(), usegmt=True), **headers}

    def _page(self, call: Call, status: int, text: str) -> web.Response:
        """A page of Cloudflare's, not Discord's own answer."""
        self._count(call, status, 0)
        return web.Response(
            status=status, text=text, content_type="text/html", headers=self._dated({"Server": "cloudflare"})
        )

    def _count(self, call: Call, status: int, code: int, scope: str = "") -> None:
        call.status, call.code = status, code
        self.calls.append(call)
        self.counts[call.route, "ok" if 200 <= status < 300 else f"{status}/{code}"] += 1
        self.on_answer(call)
        if status in _INVALID and scope != "shared":
            self.limits.count_invalid()

    async def _with_fault(
        self, request: web.Request, call: Call, fault: Fault, run: Callable[[], Answer], headers: dict[str, str]
    ) -> web.StreamResponse:
        """The answer, or whatever happens instead of it."""
        if self.faults.plan.latency:
            await asyncio.sleep(self.faults.plan.latency)
        if fault in LIMITED:
            return self._too_many(call, Verdict({}, self.faults.plan.retry_after, LIMITED[fault]))
        answer = run() if fault in ACCEPTED else (0, None)
        if fault is Fault.NONE:
            return self._answer(call, answer, headers)
        if fault is Fault.LATE:
            self._later(self.faults.plan.lateness(key_of(call.path, call.body)), run)
        if fault in FAILURES:
            status, message = FAILURES[fault]
            return self._answer(call, (status, {"message": message, "code": 0}), headers)
        if fault in PAGES:
            return self._page(call, *PAGES[fault])
        self._count(call, 0, 0)
        if fault is Fault.HANG:
            await self._hang(request)
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _hold(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Do nothing until the client has gone."""
        self._count(call, 0, 0)
        await self._hang(request)
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _hang(self, request: web.Request) -> None:
        """Hold *request* until its client has gone, or the server ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self.faults.plan.hang):
                while request.transport is not None and not self._closing.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._closing.wait(), 0.05)


def _unknown(world: object, asked: Asked) -> Answer:
    return 404, {"message": "404: Not Found", "code": 0}
