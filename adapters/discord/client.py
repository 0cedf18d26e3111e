"""One life of discord.py's client on the gateway: slim, and without any privileged intent."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from adapters.discord.admin import Admin
from adapters.discord.commands import Commands, fingerprint
from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.openings import Openings
from adapters.discord.pace import Pace
from adapters.discord.presses import Presses, pressable
from adapters.discord.rest import LONGEST_RATELIMIT
from adapters.discord.sessions import Sessions, replace_text
from adapters.discord.talk import received
from adapters.discord.wire import view_of
from bot.desk import Channels, Places
from bot.ports import Clock, Watch
from bot.text import clean

log = logging.getLogger(__name__)

SYNCED_WITHIN = 5.0
"""Seconds that people wait for Discord to take the commands, before they are answered with those that it has."""
SYNCED_AGAIN = timedelta(hours=1)
"""After Discord did not take the commands."""
BETWEEN_SESSIONS = timedelta(seconds=5)
"""Discord takes one IDENTIFY in five seconds: https://docs.discord.com/developers/events/gateway"""
READY_AFTER = 0.5
"""Seconds without a further server after which all are taken to have come. Nothing waits for it but ``is_ready``."""


class Client(discord.Client):
    """Acts on what happens; whatever must outlive it is given to it."""

    def __init__(
        self,
        places: Places,
        channels: Channels,
        clock: Clock,
        admin: Admin,
        openings: Openings,
        *,
        sessions: Sessions,
        commands: Commands,
        presses: Presses,
        pace: Pace,
        synced: Path,
        watch: Watch,
        shards: int | None = None,
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
            guild_ready_timeout=READY_AFTER,
            http_trace=pace.trace(),
            shard_count=shards,
        )
        self._places = places
        self._channels = channels
        self._clock = clock
        self._admin = admin
        self._openings = openings
        self._sessions = sessions
        self._synced = synced
        self._watch = watch
        self._presses = presses
        self._tree = commands.tree(self)
        self._tree.error(_misunderstood)
        self._syncing: asyncio.Task[None] | None = None
        self.add_dynamic_items(pressable(presses.act))

    async def setup_hook(self) -> None:
        """Tell Discord of the commands, if they have changed. People are not kept waiting for it."""
        self._syncing = asyncio.create_task(self._sync())
        await asyncio.wait({self._syncing}, timeout=SYNCED_WITHIN)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count every IDENTIFY: discord.py asks for new sessions by itself. Raises TooManySessions, which ends us."""
        if not initial:
            await self._clock.wait(BETWEEN_SESSIONS)
        await self._sessions.begin()
        self._watch.introduced("discord")

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # as discord.py has it
        """Note when somebody's act has come: whatever it leads to begins later."""
        if event == "interaction":
            received(args[0])
        super().dispatch(event, *args, **kwargs)

    async def close(self) -> None:
        """Leave the gateway, and nothing behind."""
        if self._syncing:
            self._syncing.cancel()
            await asyncio.gather(self._syncing, return_exceptions=True)
        await super().close()

    async def on_interaction(self, interaction: discord.Interaction[discord.Client]) -> None:
        """What discord.py gives to nobody: forms, and buttons of other versions."""
        await self._presses.came(interaction)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Greet a new server once; channels that were closed to us are looked at again."""
        await self._places.returned("discord", [str(guild.id)])
        self._openings.notice(str(guild.id))
        card = await self._admin.greet(str(guild.id), f"greet:{guild.id}")
        place = _where_to_greet(guild)
        if card is None or place is None:
            return
        try:
            await self.get_partial_messageable(place.id).send(view=view_of(card))
        except FAILURES as error:
            log.info("a greeting did not arrive: %s", post_failed(error).reason)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Channels of a server that put us out wait for it. A server that is only out of order never comes here."""
        log.warning("Discord says that the server %s (%d) has removed Daybrief", clean(guild.name), guild.id)
        await self._places.left("discord", [str(guild.id)])
        await self._places.pause_gone([str(guild.id)])

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """An outage may have closed channels to us, or somebody may have invited us again while we were away."""
        self._openings.notice(str(guild.id))

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """As with a server."""
        if await self._channels.in_channel("discord", str(channel.guild.id), str(channel.id)):
            log.warning("Discord says that the channel %s (%d) was deleted", clean(channel.name), channel.id)

    async def on_guild_channel_update(self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        """Permissions may have come back, and the name may be another."""
        guild, channel = str(after.guild.id), str(after.id)
        self._openings.notice(guild, channel)
        if before.name == after.name:
            return
        if subscription := await self._channels.in_channel("discord", guild, channel):
            await self._places.move(subscription, replace(subscription.channel, name=clean(after.name) or channel))

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        """A thread that was put away may be open again."""
        self._openings.notice(str(payload.guild_id), str(payload.thread_id))

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Permissions of a role may have come back."""
        self._openings.notice(str(after.guild.id))

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """We may have got a role; without privileged intents nobody else is told of."""
        self._openings.notice(str(after.guild.id))

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """One event that went wrong is told, and no more."""
        log.exception("Discord's event %s could not be acted on", event_method)  # noqa: LOG004  # called from an except

    async def _sync(self) -> None:
        """Until Discord has taken the commands. Without that it still has the former ones."""
        name = f"{self.application_id} {fingerprint(self._tree)}"
        if await asyncio.to_thread(_read, self._synced) == name:
            return
        while True:
            try:
                await self._tree.sync()
            except FAILURES as error:
                log.warning(
                    "Discord did not take the commands, which stay as they were for an hour: %s",
                    post_failed(error).reason,
                )
            else:
                break
            await self._clock.wait(SYNCED_AGAIN)
        try:
            await asyncio.to_thread(replace_text, self._synced, name)
        except OSError as error:
            log.warning("that the commands are known could not be kept in %s: %s", self._synced, error.strerror)


class ShardedClient(Client, discord.AutoShardedClient):
    """The same on several connections, which discord.py opens one after the other, one in five seconds."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """As with one; but discord.py would try again at once, and for ever, where there is no room for a session."""
        while left := await self._sessions.room_in():
            log.error(
                "shard %s of Discord waits for %.1f hours: there were too many new sessions in one day, and Discord "
                "would reset the token",
                shard_id,
                left / timedelta(hours=1),
            )
            await self._clock.wait(left)
        await super().before_identify_hook(shard_id, initial=initial)


async def _misunderstood(interaction: discord.Interaction[discord.Client], error: app_commands.AppCommandError) -> None:
    """A command that is not ours any more, or not in that form: Discord still has an older one, or the person has."""
    log.warning("a command from Discord could not be acted on: %s", type(error).__name__)
    if interaction.type is discord.InteractionType.application_command and not interaction.response.is_done():
        try:
            await interaction.response.send_message(
                "This command has just changed. Please type it anew.", ephemeral=True
            )
        except FAILURES as failure:
            log.warning("an answer did not arrive: %s", post_failed(failure).reason)


def _where_to_greet(guild: discord.Guild) -> discord.TextChannel | None:
    """Where newcomers are greeted in *guild*; else the first channel that we may write in, from the top."""
    places = [*([guild.system_channel] if guild.system_channel else []), *guild.text_channels]
    for place in places:
        allowed = place.permissions_for(guild.me)
        if allowed.view_channel and allowed.send_messages:
            return place
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, ValueError):
        return ""
