"""How fast we talk to Discord: one strict budget for the whole bot, whatever it says and to whom.

Discord allows 50 requests a second and bans an address for 10,000 invalid requests in ten minutes
(https://docs.discord.com/developers/topics/rate-limits). discord.py keeps neither; so every attempt, its own retries
too, passes through here: ``aiohttp.TraceConfig`` is the one public place where all of them can be seen and held.
Answers to people are exempt, here as there.
"""

import asyncio
import contextlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp

from adapters.turns import OwnTurns
from bot.ports import UNWATCHED, Budget, Clock, Turns, Watch

PER_SECOND = 45
"""Below Discord's 50, which leaves room for other calls of the same bot."""
CLOSEST = 45 / 48
"""Of the spacing of turns: what is left between two requests whose turns came long before, because a login or a disk
has held them up. At 45 a second these follow one another at 48.
"""
LONGEST_WAIT = timedelta(seconds=10)
"""A turn that would come later is not waited for, nor one for which nobody would listen long enough."""
EARLY = timedelta(seconds=0.25)
"""So long before its turn whoever asked for one may go on: it writes down what it is about to do, and reads once more
what it says. The request itself leaves when the turn has come.
"""
MOST_TRIES = 3
"""Turns in a row for which a machine that is busy may be too late; then it goes all the same."""
BLOCKED_FOR = timedelta(minutes=1)
"""How long nothing is sent after a refusal that is not Discord's own and names no time: Cloudflare has had enough."""
LONGEST_BLOCK = timedelta(minutes=10)
"""No limit is believed that is longer than those for which Discord counts."""
TOO_MANY_INVALID = 3_000
"""From so many within ten minutes on, each closes Discord to us for a minute: well before the 10,000 of the ban."""
_ONCE: ContextVar[list[str] | None] = ContextVar("_ONCE", default=None)
"""The requests that were made where none may be repeated."""
_LEFT: ContextVar[list[str] | None] = ContextVar("_LEFT", default=None)
_API = re.compile(r"^.*?/api/v\d+")
_ID = re.compile(r"/\d+(?=/|$)")
_RIGHT = re.compile(r"(?<=/interactions/\{id\})/[^/]+|(?<=/webhooks/\{id\})/[^/]+")
_MOMENT = 0.001
"""Seconds that are nothing, in sums of seconds."""
_FIRST_ERROR = 400
_TOO_MANY_REQUESTS = 429
_FORBIDDEN = 403
_INVALID = frozenset({401, _FORBIDDEN, _TOO_MANY_REQUESTS})
_EXEMPT = re.compile(r"/(interactions|webhooks)/")
_POST = re.compile(r"/channels/\d+/(messages|threads)$")


class HeldBack(OSError):
    """A request that was not made: it would have counted towards a ban, or Discord has asked for patience."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


class Repeated(OSError):
    """A request that was not made a second time: nobody knows what became of the first."""


@contextlib.contextmanager
def only_once() -> Iterator[None]:
    """Let no request that writes be made twice in here. discord.py repeats those that a server failed on, and Discord
    knows again only messages, by their nonce; a repeated post in a forum would be a second one.
    """
    token = _ONCE.set([])
    try:
        yield
    finally:
        _ONCE.reset(token)


@contextlib.contextmanager
def watching() -> Iterator[list[str]]:
    """The paths of the posts that have left us in here and may have been carried out: their headers are out, and
    Discord has not said no.
    """
    left: list[str] = []
    token = _LEFT.set(left)
    try:
        yield left
    finally:
        _LEFT.reset(token)


@dataclass(frozen=True, slots=True)
class _Place:
    """A turn that is ours. Seconds of the monotonic clock."""

    at: float
    until: float
    """Whoever is later takes another."""


class Pace:
    """Turns to post, and a gate for every request."""

    def __init__(
        self,
        clock: Clock,
        *,
        per_second: float = PER_SECOND,
        patience: timedelta = 2 * LONGEST_WAIT,
        watch: Watch = UNWATCHED,
        turns: Turns | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """*patience* is for how long whoever asks for a turn listens; *watch* hears of every answer; *turns* are those
        of all who are the same bot, None: that is this process alone.
        """
        self._watch = watch
        self._clock = clock
        spacing = timedelta(seconds=1 / per_second)
        self._budget = Budget(name="discord", spacing=spacing, slowest=spacing, most_errors=TOO_MANY_INVALID)
        self._closest = CLOSEST / per_second
        self._longest = min(LONGEST_WAIT, patience / 2)
        self._turns = turns or OwnTurns(monotonic)
        self._monotonic = monotonic
        self._ahead = timedelta()
        self._paid: deque[_Place] = deque()
        """Turns that were given and not yet used."""
        self._leaving = asyncio.Lock()
        self._left_at = 0.0

    async def turn(self) -> timedelta:
        """Wait for the next turn; nothing: it has come, or is about to. More: none comes for that long."""
        try:
            self._paid.append(await self._come(early=EARLY.total_seconds()))
        except HeldBack as held:
            return held.wait
        return timedelta()

    def trace(self) -> aiohttp.TraceConfig:
        """What ``discord.Client(http_trace=…)`` takes."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._started)
        config.on_request_headers_sent.append(self._left)
        config.on_request_end.append(self._ended)
        config.on_request_exception.append(self._broke)
        return config

    @property
    def ahead(self) -> timedelta:
        """By how much this machine's clock is ahead of Discord's, which dates messages by its own."""
        return self._ahead

    async def _started(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestStartParams
    ) -> None:
        path = request.url.path
        made = _ONCE.get()
        if made is not None and request.method == "POST":
            if path in made:
                raise Repeated("the first request may have been carried out")
            made.append(path)
        if _EXEMPT.search(path):
            return
        is_post = request.method == "POST" and _POST.search(path)
        place = (self._spent() if is_post else None) or await self._come()
        for _ in range(MOST_TRIES - 1):
            if await self._leave(place, lasts=True):
                return
            place = await self._come()
        await self._leave(place, lasts=False)

    async def _left(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        left = _LEFT.get()
        if left is not None and request.method == "POST" and _POST.search(request.url.path):
            left.append(request.url.path)

    async def _ended(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestEndParams
    ) -> None:
        response = request.response
        code = "ok" if response.status < _FIRST_ERROR else str(response.status)
        self._watch.asked("discord", _method(request.method, request.url.path), code)
        if response.status == _TOO_MANY_REQUESTS:
            self._watch.put_off("discord")
        with contextlib.suppress(KeyError, ValueError):
            self._ahead = self._clock.now() - parsedate_to_datetime(response.headers["Date"])
        made = _ONCE.get()
        if made and response.status == _TOO_MANY_REQUESTS:
            made.clear()  # surely not carried out
        if (left := _LEFT.get()) and request.url.path in left and _said_no(response.status):
            left.remove(request.url.path)  # surely not carried out; the tries before it may have been
        # A 429 whose limit is shared by many bots is nobody's mistake and is not counted by Discord.
        if response.status in _INVALID and response.headers.get("X-RateLimit-Scope") != "shared":
            self._turns.erred(self._budget)
        if _is_for_all(response.status, response.headers):
            wait = _seconds(response.headers.get("Retry-After", ""))
            self._turns.refused(self._budget, wait)
            if not _EXEMPT.search(request.url.path) and "X-RateLimit-Global" in response.headers:
                # discord.py would sleep, and a sleep that is cancelled holds up all its requests for ever.
                response.close()
                raise HeldBack("Discord asked for patience", wait)

    async def _broke(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, request: aiohttp.TraceRequestExceptionParams
    ) -> None:
        if not isinstance(request.exception, HeldBack | Repeated | asyncio.CancelledError):
            code = "timeout" if isinstance(request.exception, TimeoutError) else "connection"
            self._watch.asked("discord", _method(request.method, request.url.path), code)

    async def _come(self, *, early: float = 0.0) -> _Place:
        """The next place, *early* seconds before it comes.

        Raises:
            HeldBack: none comes soon enough.
        """
        turn = await self._turns.take(self._budget, longest=self._longest)
        if not turn.is_ours:
            raise _held_back(turn.wait)
        at = self._monotonic() + turn.wait.total_seconds()
        if (left := turn.wait.total_seconds() - early) > 0:
            await self._clock.wait(timedelta(seconds=left))
            # While we waited, Discord may have closed, for longer than until our turn.
            ahead = max(at - self._monotonic(), 0.0) + _MOMENT
            wait = await self._turns.closed(self._budget)
            if wait.total_seconds() > ahead:
                raise _held_back(wait)
        return _Place(at, at + turn.lasts.total_seconds())

    def _spent(self) -> _Place | None:
        """A turn that was given and can still be used."""
        while self._paid:
            place = self._paid.popleft()
            if self._monotonic() <= place.until:
                return place
        return None

    async def _leave(self, place: _Place, *, lasts: bool) -> bool:
        """Return once *place* has come and the request before is far enough away: places come evenly, but may be used
        late, and whoever waits for theirs may be woken late, together with others. False: it *lasts* no longer.
        """
        await self._until(place.at)
        async with self._leaving:
            await self._until(self._left_at + self._closest)
            now = self._monotonic()
            if lasts and now > place.until:
                return False
            self._left_at = now
            return True

    async def _until(self, at: float) -> None:
        if (left := at - self._monotonic()) > 0:
            await self._clock.wait(timedelta(seconds=left))


def _held_back(wait: timedelta) -> HeldBack:
    return HeldBack(f"nothing is sent to Discord for {wait.total_seconds():.0f} s", wait)


def _method(verb: str, path: str) -> str:
    """``POST /channels/{id}/messages``: what was asked for, without of whom."""
    plain = _ID.sub("/{id}", _API.sub("", path))
    return f"{verb} {_RIGHT.sub('/{token}', plain)}"


def _said_no(status: int) -> bool:
    return 400 <= status < 500  # noqa: PLR2004  # what HTTP calls the client's errors


def _is_for_all(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer closes Discord to the whole bot: Discord says so, or it is Cloudflare's, without ``Via``."""
    is_cloudflares = "Via" not in headers and "json" not in headers.get("Content-Type", "")
    return (status == _TOO_MANY_REQUESTS and "X-RateLimit-Global" in headers) or (
        status in {_FORBIDDEN, _TOO_MANY_REQUESTS} and is_cloudflares
    )


def _seconds(said: str) -> timedelta:
    try:
        return timedelta(seconds=min(max(float(said), 0.0), LONGEST_BLOCK.total_seconds()))
    except ValueError:
        return BLOCKED_FOR
