"""The way in: discord.py's client on the gateway, under a supervisor that outlives it.

An event that it cannot parse, or a gateway that is unreachable at the start, ends discord.py's client for good. Posting
needs none of this.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import discord

from adapters.discord.admin import Admin
from adapters.discord.commands import Commands, fingerprint
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.lookups import LookUps
from adapters.discord.pace import Pace
from adapters.discord.presses import Presses, pressable
from adapters.discord.rest import LONGEST_RATELIMIT
from adapters.discord.talk import Talk
from adapters.discord.wire import view_of
from bot.desk import Desk
from bot.ports import Clock

log = logging.getLogger(__name__)

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300))
"""Waits after the first, second … client that ended."""
CALM = timedelta(minutes=10)
"""A client that lived so long begins the waits anew."""
IDENTIFIES = 200
"""New sessions in a day at the most: Discord resets a token that asks for more than 1,000."""
_DAY = timedelta(days=1)
_FINAL = frozenset({4004, 4010, 4011, 4012, 4013, 4014})
"""Close codes after which trying again is pointless: https://docs.discord.com/developers/topics/opcodes-and-status-codes"""


class Client(discord.Client):
    """One life of the client: slim, without any privileged intent."""

    def __init__(
        self, desk: Desk, admin: Admin, *, commands: Commands, presses: Presses, pace: Pace, synced: Path
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_RATELIMIT,
            http_trace=pace.trace(),
        )
        self._desk = desk
        self._admin = admin
        self._synced = synced
        self._tree = commands.tree(self)
        self.add_dynamic_items(pressable(presses.act))

    async def setup_hook(self) -> None:
        """Tell Discord of the commands, if they have changed since it was told last."""
        name = fingerprint(self._tree)
        told = await asyncio.to_thread(_read, self._synced)
        if told != f"{self.application_id} {name}":
            await self._tree.sync()
            await asyncio.to_thread(_write, self._synced, f"{self.application_id} {name}")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a new server once; channels that were closed to us are looked at again."""
        await self._desk.revive("discord", str(guild.id))
        card = await self._admin.greet(str(guild.id), f"greet:{guild.id}")
        place = guild.system_channel
        if card is None or place is None:
            return
        try:
            await self.get_partial_messageable(place.id).send(view=view_of(card))
        except FAILURES as error:
            log.info("a greeting did not arrive: %s", post_failed(error).reason)

    async def on_guild_channel_update(self, before: object, after: discord.abc.GuildChannel) -> None:
        """Permissions may have come back."""
        await self._desk.revive("discord", str(after.guild.id), str(after.id))

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """One event that went wrong is told, and no more."""
        log.exception("Discord's event %s could not be acted on", event_method)  # noqa: LOG004  # called from an except


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
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._token = token
        self._pace = pace
        self._clock = clock
        self._synced = synced
        self._monotonic = monotonic
        self._talk = Talk()
        self._admin = Admin(desk, clock)
        lookups = LookUps(desk, clock)
        self._commands = Commands(lookups, self._admin, self._talk)
        self._presses = Presses(lookups, self._admin, self._talk)
        self._client: Client | None = None
        self._lives: asyncio.Task[None] | None = None
        self._identified: deque[float] = deque()

    async def start(self) -> None:
        """Begin; returns at once, whether or not Discord can be reached."""
        self._lives = asyncio.get_running_loop().create_task(self._live())

    async def stop(self, within: timedelta) -> None:
        """Finish the answers under way, and leave."""
        await self._talk.drain(within)
        if self._lives:
            self._lives.cancel()
            await asyncio.gather(self._lives, return_exceptions=True)
        await self._end()

    @property
    def is_ready(self) -> bool:
        """Whether people can reach us."""
        return self._client is not None and self._client.is_ready()

    async def _live(self) -> None:
        failures = 0
        while True:
            await self._allowed_to_identify()
            began = self._monotonic()
            try:
                self._client = Client(
                    self._desk,
                    self._admin,
                    commands=self._commands,
                    presses=self._presses,
                    pace=self._pace,
                    synced=self._synced,
                )
                await self._client.start(self._token)
            except (discord.LoginFailure, discord.PrivilegedIntentsRequired) as error:
                log.error("Discord does not let us in: %s; commands are not answered", post_failed(error).reason)  # noqa: TRY400
                return
            except discord.ConnectionClosed as error:
                if error.code in _FINAL:
                    log.error("Discord closed the gateway with code %d; commands are not answered", error.code)  # noqa: TRY400
                    return
                log.warning("the gateway was closed with code %s", error.code)
            except Exception as error:  # noqa: BLE001  # whatever ends a client, the next one must still come
                log.warning("Discord's client ended (%s); a new one follows", type(error).__name__)
            finally:
                await self._end()
            lived = timedelta(seconds=self._monotonic() - began)
            failures = 0 if lived > CALM else failures + 1
            await self._clock.wait(BACKOFF[min(failures, len(BACKOFF)) - 1] if failures else BACKOFF[0])

    async def _allowed_to_identify(self) -> None:
        """Return once a new session fits into the day's number."""
        while self._identified and self._monotonic() - self._identified[0] > _DAY.total_seconds():
            self._identified.popleft()
        if len(self._identified) >= IDENTIFIES:
            left = self._identified[0] + _DAY.total_seconds() - self._monotonic()
            log.error(
                "too many new sessions with Discord today; commands are answered again in %.0f minutes", left / 60
            )
            await self._clock.wait(timedelta(seconds=left))
        self._identified.append(self._monotonic())

    async def _end(self) -> None:
        client, self._client = self._client, None
        if client and not client.is_closed():
            await client.close()


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        return ""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
