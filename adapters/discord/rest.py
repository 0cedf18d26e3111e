"""Discord's REST side alone: one client that is logged in and never connects to the gateway."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import timedelta

import discord
import yarl

from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.pace import Pace
from bot.errors import Fate, PostFailed

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=5)
"""How long a login may take: less than anybody waits for a turn to post."""
AGAIN = timedelta(seconds=15)
"""Before the next login, after one that failed."""
LONGEST_RATELIMIT = 30.0
"""Seconds that discord.py may sleep for a limit before it says so; it knows no less."""


def point_to(api_url: str, gateway_url: str) -> None:
    """Send everything to another Discord than Discord's own. For the whole process: these two class attributes are the
    one way that discord.py offers.
    """
    discord.http.Route.BASE = api_url.rstrip("/")
    if gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


class Rest:
    """The client for posting. A gateway that is down loses no morning."""

    def __init__(self, token: str, pace: Pace, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._again_at = 0.0
        self._token = token
        self.pace = pace
        self._client: discord.Client | None = None
        self._refused: PostFailed | None = None
        self._standing: str | None = None
        self._refused_until = 0.0
        """Thousands of channels are examined at once; one of them may try the token again."""
        self._is_suspected = False
        self._former: list[discord.Client] = []
        self._logging_in = asyncio.Lock()
        self._opening = asyncio.Lock()

    @property
    def has_token(self) -> bool:
        """Whether there is anything to talk with."""
        return bool(self._token)

    async def client(self) -> discord.Client:
        """The client, logged in.

        Raises:
            PostFailed: there is no token, Discord does not take it, or Discord could not be reached.
        """
        if not self._token:
            raise PostFailed("no token of Discord is set; set DISCORD_TOKEN and start again", fate=Fate.NOT_SENT)
        async with self._logging_in:
            if self._refused:
                raise self._refused
            if self._client is None or self._is_suspected:
                client = await self._logged_in()
                if self._client:
                    self._former.append(self._client)  # others may be in the middle of something with it
                self._client, self._is_suspected, self._standing = client, False, ""
            return self._client

    @property
    def refusal(self) -> PostFailed | None:
        """Why Discord does not take the token, if it has said so."""
        return self._refused

    @property
    def standing(self) -> str | None:
        """Why Discord does not take the token, as the last login found; empty: it does; None: it has not said yet."""
        return self._standing

    async def open(self) -> timedelta:
        """Log in, if Discord can be reached. Nothing: done, or it will never be. More: to be tried again after that.

        A login that failed just now is not tried again for everybody who asks.
        """
        if self._is_settled():
            return timedelta()
        async with self._opening:
            left = self._again_at - self._monotonic()
            if self._is_settled() or left > 0:
                return timedelta() if self._is_settled() else timedelta(seconds=left)
            try:
                async with asyncio.timeout(PATIENCE.total_seconds()):
                    await self.client()
            except PostFailed as failure:
                reason = failure.reason
            except TimeoutError:
                reason = "Discord did not answer in time"
            if self._is_settled():
                return timedelta()
            self._again_at = self._monotonic() + AGAIN.total_seconds()
            log.warning("nothing is posted to Discord for the moment: %s", reason)
            return AGAIN

    def _is_settled(self) -> bool:
        """Whether another try to log in is needless, or pointless."""
        is_in = self._client is not None and not self._is_suspected
        return not self._token or self._refused is not None or is_in

    def forget_refusal(self) -> None:
        """Try the token again that Discord refused: somebody may have mended it."""
        if self._monotonic() >= self._refused_until:
            self._refused = None

    def suspect(self) -> None:
        """Somebody was told that the token is wrong. One such answer may be a mistake; the next login finds out."""
        self._is_suspected = True

    def _refuse(self, failure: PostFailed) -> None:
        self._standing = failure.reason
        self._refused, self._refused_until = failure, self._monotonic() + AGAIN.total_seconds()

    async def close(self) -> None:
        """Let go of all connections."""
        for client in (*self._former, *([self._client] if self._client else [])):
            await client.close()
        self._former.clear()
        self._client = None

    async def _logged_in(self) -> discord.Client:
        client = discord.Client(
            intents=discord.Intents(guilds=True),  # never asked for here, but without it discord.py warns
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=self.pace.trace(),
            max_ratelimit_timeout=LONGEST_RATELIMIT,
            max_messages=None,
        )
        try:
            await client.login(self._token)
        except BaseException as error:
            await client.close()
            if isinstance(error, discord.LoginFailure):
                self._refuse(post_failed(error))
            if isinstance(error, FAILURES):
                raise post_failed(error) from error
            if isinstance(error, Exception):
                # Whatever has answered, it was not Discord: a page that wants us to sign in somewhere first.
                raise PostFailed("what answered for Discord cannot be read", fate=Fate.NOT_SENT) from error
            raise
        return client
