"""The server: one loopback port for the Web API, Socket Mode, response_urls and the control side."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from email.utils import formatdate
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fake_slack import answers, control
from tests.fake_slack.access import need
from tests.fake_slack.arguments import check_names, read_arguments
from tests.fake_slack.faults import ACCEPTED, FAILURES, Fault, FaultPlan, Faults, key_of
from tests.fake_slack.happenings import Happening
from tests.fake_slack.installing import addressed
from tests.fake_slack.limits import Limits
from tests.fake_slack.methods import Method, find_method
from tests.fake_slack.model import Call, Json, Refused, Team
from tests.fake_slack.world import APP_TOKEN, SIGNING_SECRET

Later = Callable[[float, Callable[[], object]], object]
"""Arranges for something to happen after so many seconds."""

_HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


class FakeSlack(Happening):
    """A local Slack. ``async with FakeSlack(store) as slack`` serves it at ``slack.api``."""

    def __init__(
        self,
        store: Path | None = None,
        plan: FaultPlan | None = None,
        *,
        later: Later | None = None,
        limits: bool = True,
        per_channel: float = 1.0,
        burst: int = 3,
        per_workspace: int = 240,
        ack_timeout: float = 3.0,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        app_token: str = APP_TOKEN,
        signing_secret: str = SIGNING_SECRET,
    ) -> None:
        super().__init__(
            store,
            now=now,
            monotonic=monotonic,
            app_token=app_token,
            signing_secret=signing_secret,
            ack_timeout=ack_timeout,
        )
        self.faults = Faults(plan or FaultPlan())
        self.limits = Limits(
            self.monotonic, on=limits, per_channel=per_channel, burst=burst, per_workspace=per_workspace
        )
        self.calls: list[Call] = []
        """Every request to the Web API, in the order of their answers."""
        self.counts: Counter[tuple[str, str]] = Counter()
        """How often a method was answered how: ``("chat.postMessage", "ok")``, or an error instead of ``ok``."""
        self.on_answer: Callable[[Call], object] = lambda _: None
        """Called with each request to the Web API when it has been decided, just before its answer leaves."""
        self.on_arrival: Callable[[Call], object] = lambda _: None
        """Called with each request as soon as it has been read, before anything comes of it."""
        self.is_deaf = False
        """No request is answered or does anything; each is held until its client has gone."""
        self._later = later or (lambda seconds, do: asyncio.get_running_loop().call_later(seconds, do))
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    # ------------------------------------------------------------------------------------------------ serving

    @property
    def api(self) -> str:
        """The base_url for a client of the Web API."""
        return f"{self.url}/api/"

    async def start(self, port: int = 0) -> int:
        """Serve on the loopback, on a free port unless given."""
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"
        return port

    async def stop(self) -> None:
        self._closing.set()
        await self.sockets.close()
        await self.use_sockets()
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
        app = web.Application(client_max_size=2**22)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_get("/link/", self.sockets.link)
        app.router.add_post("/commands/{team}/{number}/{secret}", self._response_url)
        app.router.add_post("/actions/{team}/{number}/{secret}", self._response_url)
        app.router.add_post("/control/{name}", self._control)
        return app

    async def _authorize(self, request: web.Request) -> web.Response:
        """The consent page; whoever ``oauth.consent`` names answers it at once."""
        try:
            there = self.oauth.authorize(dict(request.query))
        except Refused as problem:
            return web.Response(text=f"Something went wrong: {problem.error}", status=200)
        return web.Response(status=302, headers={"Location": there})

    async def _control(self, request: web.Request) -> web.Response:
        return await control.handle(self, request)

    # ------------------------------------------------------------------------------------------------- faults

    def next_faults(self, method: str, faults: Iterable[Fault]) -> None:
        """The next requests of *method* (or ``response_url``) meet these faults, one each."""
        self.faults.script(method, faults)

    def storm(self, team: str, seconds: float, retry_after: int = 1) -> None:
        """For so long on the monotonic clock, *team* gets nothing but 429."""
        self.faults.storms[team] = (self.monotonic() + seconds, retry_after)

    def fall_silent(self) -> None:
        """From now on connections are taken and nothing is answered, not even a goodbye."""
        self.is_deaf = True
        self.sockets.fall_silent()

    def hear_again(self) -> None:
        """End that."""
        self.is_deaf = False
        self.sockets.hear_again()

    def forget(self) -> None:
        """Drop the records of calls, deliveries, triggers and response_urls, which a soak would pile up."""
        for record in (self.calls, self.deliveries, self.triggers, self.hooks):
            record.clear()

    def arrivals(self) -> list[tuple[str, float, str]]:
        """Channel, time on the monotonic clock and outcome of each request to post."""
        return [(one.channel, one.at, one.error or "ok") for one in self.calls if one.method == "chat.postMessage"]

    # ------------------------------------------------------------------------------------------------ Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = Call(method=name, team="", channel="", at=self.monotonic(), arguments={})
        headers: dict[str, str] = {}
        try:
            call.arguments = await read_arguments(request)
            call.channel = str(call.arguments.get("channel", ""))
            self.on_arrival(call)
            if self.is_deaf:
                return await self._hold(request, call)
            call.authorization = request.headers.get("Authorization", "")
            run = self._prepare(call, _token(request, call.arguments), headers)
            wait = self.faults.storm(call.team, call.at) or self.limits.refuse(name, call.team, call.channel)
            if wait:
                return self._too_many(call, wait, headers)
            fault = self.faults.next(name, call.arguments)
            call.fault = fault.value
            if fault is Fault.NONE and not self.faults.plan.latency:
                return self._answer(call, run(), headers)
            return await self._with_fault(request, call, fault, run, headers)
        except Refused as problem:
            return self._answer(call, problem.body(), headers)

    def _prepare(self, call: Call, token: str, headers: dict[str, str]) -> Callable[[], Json]:
        """What the method will do, for the token's workspace."""
        if call.method == "apps.connections.open":
            self._check_app_token(token)
            return self._connect
        if call.method in {"oauth.v2.access", "apps.uninstall"}:
            headers["Date"] = formatdate(self.now(), usegmt=True)
            return lambda: self._of_the_app(call, token)
        method = find_method(call.method)
        team = self._authenticate(token)
        if token in self.org_tokens:
            team = addressed(self, self.org_tokens[token], call.arguments)
        call.team = team.id
        headers["x-oauth-scopes"] = ",".join(sorted(team.scopes))
        return lambda: self._run(method, team, call)

    def _of_the_app(self, call: Call, token: str) -> Json:
        """What an app asks for by its secret."""
        try:
            if call.method == "oauth.v2.access":
                return self.oauth.access(call.arguments, call.authorization)
            self.oauth.check_client(call.arguments, "")
            team = self._authenticate(token)
        except Refused as problem:
            return problem.body()
        self._later(0, lambda: asyncio.get_running_loop().create_task(self.uninstall(team.id)))
        return {"ok": True}

    def _run(self, method: Method, team: Team, call: Call) -> Json:
        """Do the method's work, or say why not."""
        try:
            if method.scopes:
                need(team, *method.scopes)
            check_names(call.arguments, method.allowed, method.required)
            return method.handler(self, team, call.arguments)
        except Refused as problem:
            return problem.body()

    def _authenticate(self, token: str) -> Team:
        if not token:
            raise Refused("not_authed")
        team = self.tokens.get(token)
        if team is None:
            raise Refused("not_allowed_token_type" if token == self.app_token else "invalid_auth")
        if team.token_error:
            raise Refused(team.token_error)
        return team

    def _check_app_token(self, token: str) -> None:
        if token != self.app_token:
            wrong = "not_allowed_token_type" if token in self.tokens else "invalid_auth"
            raise Refused(wrong if token else "not_authed")

    def _connect(self) -> Json:
        return {"ok": True, "url": f"{self.url.replace('http', 'ws', 1)}/link/?ticket={self.sockets.ticket()}"}

    def _answer(self, call: Call, body: Json, headers: dict[str, str], status: int = 200) -> web.Response:
        self._count_call(call, body, status)
        return web.json_response(body, status=status, headers=headers)

    def _too_many(self, call: Call, wait: int, headers: dict[str, str]) -> web.Response:
        headers["Retry-After"] = str(wait)
        return self._answer(call, {"ok": False, "error": "ratelimited"}, headers, 429)

    def _count_call(self, call: Call, body: Json, status: int) -> None:
        call.status = status
        call.error = "" if body.get("ok") else str(body.get("error", call.fault))
        self.calls.append(call)
        self.counts[call.method, call.error or "ok"] += 1
        self.on_answer(call)

    async def _with_fault(
        self,
        request: web.Request,
        call: Call,
        fault: Fault,
        run: Callable[[], Json],
        headers: dict[str, str],
    ) -> web.StreamResponse:
        """The answer, or whatever happens instead of it."""
        if self.faults.plan.latency:
            await asyncio.sleep(self.faults.plan.latency)
        if fault is Fault.TOO_MANY:
            return self._too_many(call, self.faults.plan.retry_after, headers)
        body = run() if fault in ACCEPTED else {}
        if fault is Fault.NONE:
            return self._answer(call, body, headers)
        if fault is Fault.LATE:
            self._later(self.faults.plan.lateness(key_of(call.arguments)), run)
        if fault in FAILURES:
            status, error = FAILURES[fault]
            return self._answer(call, {"ok": False, "error": error}, headers, status)
        if fault in {Fault.HTML_BEFORE, Fault.HTML_AFTER}:
            self._count_call(call, {}, 502)
            return web.Response(status=502, text=_HTML, content_type="text/html")
        self._count_call(call, {}, 0)
        if fault is Fault.HANG:
            await self._hang(request)
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _hold(self, request: web.Request, call: Call) -> web.StreamResponse:
        """Do nothing until the client has gone."""
        call.fault = "deaf"
        self._count_call(call, {}, 0)
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

    # -------------------------------------------------------------------------------------------- response_url

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        hook = self.hooks.get(request.path)
        call = Call(method="response_url", team="", channel="", at=self.monotonic(), arguments={})
        if hook is None:
            return self._answer(call, {"ok": False, "error": "invalid_url"}, {}, 404)
        call.team, call.channel = hook.team, hook.channel
        try:
            call.arguments = body = await read_arguments(request)
        except Refused as problem:
            return self._answer(call, problem.body(), {}, 400)
        self.on_arrival(call)
        if self.is_deaf:
            return await self._hold(request, call)

        def run() -> Json:
            try:
                answers.use(self, hook, body)
            except Refused as problem:
                return problem.body()
            return {"ok": True}

        fault = self.faults.next("response_url", body)
        call.fault = fault.value
        if fault is not Fault.NONE:
            return await self._with_fault(request, call, fault, run, {})
        result = run()
        status = 200 if result["ok"] else 404 if result["error"] in {"used_url", "expired_url"} else 400
        return self._answer(call, result, {}, status)


def _token(request: web.Request, arguments: Json) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or str(arguments.get("token", ""))
