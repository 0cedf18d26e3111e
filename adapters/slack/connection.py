"""How Slack reaches us: over two sockets that we open, or over HTTP where it knocks."""

import asyncio
import hashlib
import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Protocol

import aiohttp
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.listening import listening
from bot.errors import WrongUsage
from bot.ports import UNWATCHED, Clock, Watch

log = logging.getLogger(__name__)
_chatter = logging.getLogger(f"{__name__}.sdk")
"""What the SDK says of every single try, with the socket's secret ticket in it; we say it once, in a sentence."""
_chatter.setLevel(_chatter.level or logging.CRITICAL)

SOCKETS = 2
"""Slack closes each after some hours; while one is renewed, the other listens."""
PING = timedelta(seconds=5)
"""Between two pings: a half-open socket is noticed after about twice as many."""
CONNECT_WITHIN = timedelta(seconds=15)
"""The SDK tries for ever without a word; after this we say that it does not work, and try again."""
LOST_AFTER = timedelta(seconds=60)
"""A socket that is down for so long is thrown away for a new one."""
WATCH_EVERY = timedelta(seconds=5)
PATH = "/slack/events"
_REFUSAL = "nothing can be received at {address} ({reason}); choose another [slack] listen"
_ENVELOPE = re.compile(r'"envelope_id"\s*:\s*"([^"]{1,80})"')
_DIGITS = 12
_OLDEST = 300
"""Seconds that a signed request may be old: https://docs.slack.dev/authentication/verifying-requests-from-slack"""


class _Handler(AsyncSocketModeHandler):
    """bolt's, and how long each acknowledgement takes from the moment at which the socket has brought its cause."""

    def __init__(self, app: AsyncApp, app_token: str, *, ping: float, watch: Watch) -> None:
        super().__init__(app, app_token, logger=_chatter, ping_interval=ping)
        self._watch = watch
        self._came: dict[str, float] = {}
        self.client.on_message_listeners.append(self._note)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # bolt's own form
        """Act on it, as bolt does, which acknowledges in the end."""
        came = self._came.pop(req.envelope_id, None)
        await super().handle(client, req)
        if came is not None:
            self._watch.acknowledged(timedelta(seconds=time.monotonic() - came))

    async def _note(self, message: aiohttp.WSMessage) -> None:
        found = _ENVELOPE.search(message.data) if isinstance(message.data, str) else None
        if found:
            self._came[found[1]] = time.monotonic()


class Connection(Protocol):
    """A way in."""

    async def start(self) -> None:
        """Let people in from now on."""

    async def stop(self) -> None:
        """Let nobody in any more."""

    async def is_up(self) -> bool:
        """Whether Slack can reach us, as far as we can know."""


class Sockets:
    """Socket Mode. A bad token or a network that is down costs the look-ups only: posting needs no socket."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        clock: Clock,
        *,
        watch: Watch = UNWATCHED,
        monotonic: Callable[[], float] = time.monotonic,
        ping: timedelta = PING,
        connect_within: timedelta = CONNECT_WITHIN,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._clock = clock
        self._watched_by = watch
        self._monotonic = monotonic
        self._ping = ping
        self._connect_within = connect_within
        self._handlers: list[AsyncSocketModeHandler | None] = [None] * SOCKETS
        self._up_at = [monotonic()] * SOCKETS
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to open both sockets, and keep them open from then on."""
        self._watch = asyncio.get_running_loop().create_task(self._watching())

    async def stop(self) -> None:
        """Close both."""
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await asyncio.gather(*(self._close(place) for place in range(SOCKETS)))

    async def is_up(self) -> bool:
        """Whether Slack can reach us."""
        return any([await self._is_up(place) for place in range(SOCKETS)])

    async def _watching(self) -> None:
        await asyncio.gather(*(self._open(place) for place in range(SOCKETS)))
        while True:
            await self._clock.wait(WATCH_EVERY)
            for place in range(SOCKETS):
                try:
                    await self._look_at(place)
                except Exception:
                    # Whoever watches must not fall over what is watched.
                    log.exception("a connection to Slack could not be looked at")

    async def _look_at(self, place: int) -> None:
        if await self._is_up(place):
            self._up_at[place] = self._monotonic()
        elif self._monotonic() - self._up_at[place] > LOST_AFTER.total_seconds():
            log.warning("a connection to Slack has been down for a minute; opening a new one")
            await self._close(place)
            await self._open(place)

    async def _is_up(self, place: int) -> bool:
        handler = self._handlers[place]
        return handler is not None and await handler.client.is_connected()

    async def _open(self, place: int) -> None:
        handler = _Handler(self._app, self._app_token, ping=self._ping.total_seconds(), watch=self._watched_by)
        self._handlers[place] = handler
        self._up_at[place] = self._monotonic()
        try:
            async with asyncio.timeout(self._connect_within.total_seconds()):
                await handler.connect_async()  # type: ignore[no-untyped-call]
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.warning(
                "Slack lets no connection in (%s); look at SLACK_APP_TOKEN, which begins with xapp- and needs the "
                "permission connections:write. Posts go out all the same; trying again.",
                type(error).__name__,
            )
            self._up_at[place] = self._monotonic() - LOST_AFTER.total_seconds() / 2

    async def _close(self, place: int) -> None:
        handler, self._handlers[place] = self._handlers[place], None
        if handler:
            await _quietly(handler.close_async())  # type: ignore[no-untyped-call]


class Knocks:
    """HTTP: Slack sends signed requests to a public address that leads here."""

    def __init__(
        self,
        app: AsyncApp,
        signing_secret: str,
        host: str,
        port: int,
        now: Callable[[], float] = time.time,
        *,
        pages: Sequence[web.RouteDef] = (),
        watch: Watch = UNWATCHED,
    ) -> None:
        """*pages* are for people's browsers: nobody signs what those ask for."""
        if not signing_secret.strip():
            raise WrongUsage("SLACK_SIGNING_SECRET is empty; without it nobody could prove to be Slack")
        self._secret = signing_secret.encode()
        self._bolt = app.server(port=port, path=PATH, host=host)
        self._bolt.web_app.add_routes(pages)
        self._pages = frozenset(one.path for one in pages)
        self._host, self._port = host, port
        self._now = now
        self._watch = watch
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen.

        Raises:
            WrongUsage: the address is taken, or is not this machine's.
        """
        self._bolt.web_app.middlewares.append(self._checked)
        self._runner = await listening(self._bolt.web_app, self._host, self._port, refusal=_REFUSAL)

    async def stop(self) -> None:
        """Listen no more."""
        if self._runner:
            await self._runner.cleanup()

    async def is_up(self) -> bool:
        """Whether we listen; what lies between Slack and us is not ours to see."""
        return self._runner is not None

    @property
    def port(self) -> int:
        """Where we listen; the port that the system chose, where none was named."""
        address = self._runner.addresses[0] if self._runner else (self._host, self._port)
        return int(address[1])

    @web.middleware
    async def _checked(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Let only through what Slack has signed lately."""
        began = time.monotonic()
        if request.path in self._pages:
            return await handler(request)
        if "X-Slack-Signature" not in request.headers and b"ssl_check=1" in await request.read():
            # Slack's own look at our certificate bears no signature; nothing is done for it.
            return web.Response()
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        is_recent = stamp.isascii() and stamp.isdecimal() and len(stamp) <= _DIGITS
        if not is_recent or abs(self._now() - int(stamp)) > _OLDEST:
            return web.Response(status=401, text="the request is not signed, or too old")
        # bolt looks at the signature as well, but only at the text that the bytes make, and that after reading it.
        signed = hmac.new(self._secret, f"v0:{stamp}:".encode() + await request.read(), hashlib.sha256).hexdigest()
        given = request.headers.get("X-Slack-Signature", "")
        if not hmac.compare_digest(f"v0={signed}".encode(), given.encode(errors="replace")):
            return web.Response(status=401, text="the request is not signed by Slack")
        response = await handler(request)
        self._watch.acknowledged(timedelta(seconds=time.monotonic() - began))
        return response


class Porch:
    """The pages of *Add to Slack* alone, beside another way in: Slack sends people's browsers there, not itself."""

    def __init__(self, inner: Connection, pages: Sequence[web.RouteDef], host: str, port: int) -> None:
        self._inner = inner
        self._app = web.Application()
        self._app.add_routes(pages)
        self._host, self._port = host, port
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen, and let people in the other way. Raises WrongUsage."""
        self._runner = await listening(self._app, self._host, self._port, refusal=_REFUSAL)
        await self._inner.start()

    async def stop(self) -> None:
        """Neither any more."""
        if self._runner:
            await self._runner.cleanup()
        await self._inner.stop()

    async def is_up(self) -> bool:
        """Whether Slack can reach us the other way."""
        return await self._inner.is_up()

    @property
    def port(self) -> int:
        """Where the pages are."""
        return int(self._runner.addresses[0][1]) if self._runner else self._port


async def _quietly(closing: Awaitable[object]) -> None:
    try:
        async with asyncio.timeout(5):
            await closing
    except (TimeoutError, aiohttp.ClientError, OSError, RuntimeError) as error:
        log.info("a connection to Slack did not close well (%s)", type(error).__name__)
