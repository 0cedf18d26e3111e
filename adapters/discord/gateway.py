"""The way in: discord.py's client on the gateway, under a supervisor that outlives it.

An event that it cannot parse, or a gateway that is unreachable at the start, ends discord.py's client for good. Posting
needs none of this.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import aiohttp
import discord

from adapters.discord.admin import Admin
from adapters.discord.client import Client, ShardedClient
from adapters.discord.commands import Commands
from adapters.discord.corrections import Corrections
from adapters.discord.failures import post_failed
from adapters.discord.lookups import LookUps
from adapters.discord.openings import Openings
from adapters.discord.pace import HeldBack, Pace
from adapters.discord.presses import Presses
from adapters.discord.sessions import Sessions, TooManySessions
from adapters.discord.talk import Talk
from bot.desk import Desk
from bot.ports import UNWATCHED, Clock, Watch

log = logging.getLogger(__name__)

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
"""Waits after the first, second … client that ended."""
CALM = timedelta(minutes=10)
"""A client that lived so long begins the waits anew."""
LOGIN_WITHIN = 60.0
"""Seconds after which a login is given up."""
CLOSED_WITHIN = 3.0
"""Seconds after which a connection that does not end is dropped."""
_PLEASE = "please report it, and update Daybrief"
_FINAL: Mapping[int, str] = MappingProxyType(
    {
        4004: "the token is wrong; set DISCORD_TOKEN to the bot's present token and start again",
        4010: f"Discord does not take the shard; {_PLEASE}",
        4011: "the bot is in more servers than a connection may serve (2,500); set [discord] shards to a higher number",
        4012: f"Discord does not speak this version of its gateway any more; {_PLEASE}",
        4013: f"Discord does not know what was asked for (intents); {_PLEASE}",
        4014: f"Discord refuses a privileged intent, of which Daybrief needs none; {_PLEASE}",
    }
)
"""Codes after which trying again is pointless: https://docs.discord.com/developers/topics/opcodes-and-status-codes"""


class _Shortly(logging.Filter):
    """discord.py tells of every break with a traceback and the header of an error; we need the line alone."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
        record.exc_info = record.exc_text = None
        return True


_SHORTLY = _Shortly()


class Gateway:
    """Keeps a client on the gateway, one life after the other."""

    def __init__(
        self,
        desk: Desk,
        token: str,
        pace: Pace,
        clock: Clock,
        synced: Path,
        *,
        shards: int = 1,
        own_shards: Sequence[int] = (),
        watch: Watch = UNWATCHED,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """*synced* is where it is kept which commands Discord knows; the times of sessions are kept beside it. Servers
        are spread over so many *shards*, of which *own_shards* are ours; all where none is named.
        """
        self._token = token
        self._clock = clock
        self._monotonic = monotonic
        self._talk = Talk(watch)
        self._openings = Openings(desk.places, clock)
        self._sessions = Sessions(synced.with_name("discord-sessions"), clock)
        admin = Admin(desk.channels, desk.office, desk.audit, clock)
        lookups = LookUps(desk.channels, desk.stories, clock)
        corrections = Corrections(desk.channels, desk.stories, desk.editing, clock)
        presses = Presses(lookups, admin, corrections, self._talk)
        commands = Commands(lookups, admin, presses, self._talk)

        def new_client() -> Client:
            kind = Client if shards == 1 else ShardedClient
            made = kind(
                desk.places,
                desk.channels,
                clock,
                admin,
                self._openings,
                sessions=self._sessions,
                commands=commands,
                presses=presses,
                pace=pace,
                synced=synced,
                watch=watch,
                shards=None if shards == 1 else shards,
            )
            if isinstance(made, ShardedClient) and own_shards:
                made.shard_ids = list(own_shards)
            return made

        self._new_client = new_client
        self._client: Client | None = None
        self._lives: asyncio.Task[None] | None = None
        self._trouble = ""

    async def start(self) -> None:
        """Begin; returns at once, whether or not Discord can be reached."""
        for name in ("discord.client", "discord.gateway"):  # the parser logs whole messages, the client tracebacks
            theirs = logging.getLogger(name)
            theirs.addFilter(_SHORTLY)
            theirs.setLevel(theirs.level or max(theirs.getEffectiveLevel(), logging.WARNING))
        self._lives = asyncio.create_task(self._live())

    async def stop(self, within: timedelta) -> None:
        """Finish the answers under way, and leave."""
        await self._talk.drain(within)
        if self._lives:
            self._lives.cancel()
            await asyncio.gather(self._lives, return_exceptions=True)
        await self._openings.stop()
        await self._end()

    @property
    def is_ready(self) -> bool:
        """Whether people can reach us."""
        return self._client is not None and self._client.is_ready()

    @property
    def trouble(self) -> str:
        """Why people are not answered, and the next step; empty: nothing is known to be wrong."""
        return "" if self.is_ready else self._trouble

    async def _live(self) -> None:
        failures = 0
        while True:
            if left := await self._sessions.room_in():
                await self._wait_for_room(left)
            began = self._monotonic()
            try:
                await self._one_life()
                reason = "the gateway was left"
            except _FINAL_ERRORS as error:
                if final := _final(error):
                    self._trouble = f"commands on Discord are not answered: {final}"
                    log.error("%s", self._trouble)  # noqa: TRY400
                    return
                reason = "the gateway was closed"
            except TooManySessions:
                continue
            except Exception as error:  # noqa: BLE001  # whatever ends a client, the next one must still come
                reason = _reason(error)
            if self._monotonic() - began > CALM.total_seconds():
                failures = 0
            wait = BACKOFF[min(failures, len(BACKOFF) - 1)]
            failures += 1
            self._trouble = f"commands on Discord are not answered for the moment: {reason}"
            log.warning("%s; the next try is in %.0f s", self._trouble, wait.total_seconds())
            await self._clock.wait(wait)

    async def _one_life(self) -> None:
        """One client, until it ends; whatever ended it is raised."""
        self._client = client = self._new_client()
        try:
            async with asyncio.timeout(LOGIN_WITHIN):
                await client.login(self._token)
            await client.connect()
        finally:
            await self._end()

    async def _wait_for_room(self, left: timedelta) -> None:
        hours = left / timedelta(hours=1)
        self._trouble = (
            f"commands on Discord are not answered for {hours:.1f} hours: there were too many new sessions in one day, "
            "and Discord would reset the token; look in the log for what ended them"
        )
        log.error("%s", self._trouble)
        await self._clock.wait(left)

    async def _end(self) -> None:
        client, self._client = self._client, None
        if client is None or client.is_closed():
            return
        try:
            async with asyncio.timeout(CLOSED_WITHIN):
                await client.close()
        except Exception as error:  # noqa: BLE001  # it is being thrown away
            log.warning("a connection to Discord was dropped (%s)", type(error).__name__)
            await client.http.close()


_FINAL_ERRORS = (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.ConnectionClosed)


def _final(error: Exception) -> str:
    """Why trying again after *error* is pointless, and the next step; empty: it is not."""
    match error:
        case discord.LoginFailure():
            return _FINAL[4004]
        case discord.PrivilegedIntentsRequired():
            return _FINAL[4014]
        case discord.ConnectionClosed():
            return _FINAL.get(error.code, "")
    return ""


def _reason(error: Exception) -> str:
    match error:
        case HeldBack():
            return str(error)
        case discord.HTTPException() | aiohttp.ClientError() | TimeoutError() | OSError():
            return post_failed(error).reason
        case _:
            return f"Discord's client ended ({type(error).__name__})"
