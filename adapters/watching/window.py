"""The window for monitors: /healthz, /readyz, /status and /metrics, on a port that only this machine reaches."""

import asyncio
import contextlib
import ipaddress
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Protocol

from aiohttp import web

from adapters.listening import listening
from adapters.watching.metrics import CONTENT_TYPE, Metrics
from bot.errors import DaybriefError
from bot.ports import Figures

log = logging.getLogger(__name__)

TOO_LATE = timedelta(seconds=5)
"""An event loop that is later than this is not well."""
ANSWERED_WITHIN = timedelta(seconds=5)
"""The store is not waited for longer: a monitor asks again."""
KEPT = timedelta(seconds=3)
"""What the store said is told again for so long, whoever asks."""
REFUSAL = (
    "the port that [operations] listen names, {address}, cannot be opened ({reason}); end what holds it, or choose "
    'another, or "" for none'
)


class Informed(Protocol):
    """Knows how the bot is."""

    async def figures(self) -> Figures:
        """How things stand. Raises DaybriefError."""

    async def probe(self) -> None:
        """Try whether the store can be written. Raises DaybriefError."""

    async def parts(self) -> Mapping[str, object]:
        """How each part is, JSON-ready, for people who look for a fault. Raises DaybriefError."""


class Window:
    """Answers over HTTP. Nobody is asked who they are, so nothing secret is told.

    Args:
        metrics: what is counted.
        informed: who is asked about the rest.
        worst: how late the event loop has been lately.
        clean: takes out of a text what must not be shown.
        exposed: other machines may ask too.
    """

    def __init__(
        self,
        metrics: Metrics,
        informed: Informed,
        *,
        worst: Callable[[], timedelta],
        clean: Callable[[str], str],
        exposed: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self.not_ready = "it is starting"
        """Why nothing is delivered at this moment; empty: it is."""
        self._metrics = metrics
        self._informed = informed
        self._worst = worst
        self._clean = clean
        self._exposed = exposed
        self._runner: web.AppRunner | None = None
        self._probed = float("-inf"), ""
        self._asked_at = float("-inf")
        self._asking = asyncio.Lock()

    @property
    def is_open(self) -> bool:
        """Whether anybody who asks is answered."""
        return self._runner is not None

    async def open(self, host: str, port: int) -> str:
        """Answer from now on; the address, with the port that the system chose where 0 was named.

        Raises:
            WrongUsage: the address is taken, or is not this machine's.
        """
        app = web.Application(middlewares=[self._meant_for_us])
        app.add_routes(
            [
                web.get("/healthz", self._health),
                web.get("/readyz", self._readiness),
                web.get("/status", self._status),
                web.get("/metrics", self._numbers),
            ]
        )
        self._runner = runner = await listening(app, host, port, refusal=REFUSAL, ends_within=1)
        found, number, *_ = runner.addresses[0]
        return f"http://{f'[{found}]' if ':' in found else found}:{number}"

    async def close(self) -> None:
        """Answer no more."""
        if self._runner:
            await self._runner.cleanup()

    # ------------------------------------------------------------------------------------------------- what is asked

    async def _health(self, _: web.Request) -> web.Response:
        """Whether the process lives and gets around to its work; whoever hangs does not answer at all."""
        lag = self._worst()
        return self._said({"alive": lag < TOO_LATE, "lag_seconds": round(lag.total_seconds(), 3)}, fine=lag < TOO_LATE)

    async def _readiness(self, _: web.Request) -> web.Response:
        """Whether an edition that came due now would be worked on. Platforms and models that are down do not count."""
        reason = self.not_ready or await self._unwritable()
        return self._said({"ready": not reason, **({"reason": reason} if reason else {})}, fine=not reason)

    async def _status(self, _: web.Request) -> web.Response:
        parts, trouble = {}, ""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN.total_seconds()):
                parts = dict(await self._informed.parts())
        except (DaybriefError, TimeoutError) as error:
            trouble = _reason(error)
        lag = {"lag_seconds": round(self._worst().total_seconds(), 3)}
        ready = self.not_ready or await self._unwritable()
        said = {"ready": not ready, "reason": ready or trouble, "event_loop": lag, **parts}
        return self._said(said)

    async def _numbers(self, _: web.Request) -> web.Response:
        with contextlib.suppress(DaybriefError, TimeoutError):
            await self._ask()
        return web.Response(body=self._metrics.exposed(), headers={"Content-Type": CONTENT_TYPE})

    async def _ask(self) -> None:
        """Have fresh figures; where the store does not give any, none."""
        async with self._asking:
            if self._monotonic() - self._asked_at < KEPT.total_seconds():
                return
            self._metrics.figures = None
            async with asyncio.timeout(ANSWERED_WITHIN.total_seconds()):
                self._metrics.figures = await self._informed.figures()
            self._asked_at = self._monotonic()

    async def _unwritable(self) -> str:
        """Why the store cannot be written; empty: it can."""
        async with self._asking:
            at, reason = self._probed
            if self._monotonic() - at < KEPT.total_seconds():
                return reason
            try:
                async with asyncio.timeout(ANSWERED_WITHIN.total_seconds()):
                    await self._informed.probe()
                reason = ""
            except (DaybriefError, TimeoutError) as error:
                reason = _reason(error)
            self._probed = self._monotonic(), reason
            return reason

    def _said(self, values: Mapping[str, object], *, fine: bool = True) -> web.Response:
        text = self._clean(json.dumps(values, ensure_ascii=False, indent=2))
        return web.Response(text=text + "\n", content_type="application/json", status=200 if fine else 503)

    @web.middleware
    async def _meant_for_us(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Turn away pages of strangers, which a browser on this machine may be made to fetch under another name."""
        if not self._exposed and not _is_here(request.url.host or ""):
            return web.Response(status=403, text="only this machine may ask, by its own name\n")
        return await handler(request)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    return str(error) or f"the database did not answer within {ANSWERED_WITHIN.total_seconds():g} s"
