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
            if self._client is None:
                self._client = await self._logged_in()
            return self._client

    @property
    def refusal(self) -> PostFailed | None:
        """Why Discord does not take the token, if it has said so."""
        return self._refused

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
        return not self._token or self._refused is not None or self._client is not None

    def forget_refusal(self) -> None:
        """Try the token again that Discord refused: somebody may have mended it."""
        self._refused = None

    def note(self, failure: PostFailed, status: int) -> None:
        """One answer that the token is wrong is enough: each more would count towards a ban."""
        if status == 401:  # noqa: PLR2004
            self._refused = failure

    async def close(self) -> None:
        """Let go of all connections."""
        if self._client:
            await self._client.close()
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
        except FAILURES as error:
            await client.close()
            failure = post_failed(error)
            if isinstance(error, discord.LoginFailure):
                self._refused = failure
            raise failure from error
        return client
