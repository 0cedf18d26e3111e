"""Who did something on Discord, where, and what they may do there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord import app_commands

from adapters.discord.rights import troubles_of
from bot.model import Asker, Change, Channel, Subscription
from bot.text import clean

NO_SUBSCRIPTION = 0
"""No stored subscription has this number: a bare number then means no story, instead of one of another channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One interaction, as far as answers depend on it."""

    event: str
    """Discord's own id of it."""
    guild: str
    """Empty in direct messages."""
    channel: str
    channel_name: str
    user: str
    user_name: str
    is_admin: bool
    """May manage the server; what is missing means no."""
    may_speak: bool = False
    """May write for everybody where they are."""

    def asker(self, subscription: int) -> Asker:
        """As whom the person looks things up, in a channel with this subscription."""
        return Asker(workspace=f"discord:{self.guild}" if self.guild else "", subscription=subscription)

    @property
    def person(self) -> str:
        """Who it is, for the audit log: a name, which may change, and Discord's own id."""
        return f"{self.user_name} ({self.user})".strip()

    @property
    def may_amend(self) -> bool:
        """Whether the person may correct and withdraw stories: those may whose word reaches the whole server, as the
        changed posts do. Whoever has set up one channel has no say in the others.
        """
        return self.is_admin

    def may_change(self, subscription: Subscription) -> bool:
        """Whoever manages the server, and whoever set the channel up."""
        return self.is_admin or bool(self.user and self.user == subscription.owner)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A channel that somebody wants to set up."""

    channel: Channel
    troubles: tuple[str, ...] = ()
    """What keeps us from posting there, as far as Discord has said with the interaction."""


def change(visit: Visit, at: datetime, action: str, subject: str, detail: str = "") -> Change:
    """What somebody changes, for the audit log: the same interaction does it once."""
    return Change(
        at=at,
        workspace=f"discord:{visit.guild}",
        person=visit.person,
        action=action,
        subject=subject,
        detail=detail,
        event=f"{visit.event}:{action}:{subject}",
    )


def of(interaction: discord.Interaction[discord.Client]) -> Visit:
    """*interaction* as a visit. Permissions come with it, computed by Discord: no cache is asked."""
    channel = interaction.channel
    allowed = interaction.permissions
    in_thread = isinstance(channel, discord.Thread)
    return Visit(
        event=str(interaction.id),
        guild=str(interaction.guild_id or ""),
        channel=str(interaction.channel_id or ""),
        channel_name=str(getattr(channel, "name", None) or interaction.channel_id or ""),
        user=str(interaction.user.id),
        user_name=interaction.user.display_name,
        is_admin=interaction.guild_id is not None and allowed.manage_guild,
        may_speak=interaction.guild_id is None
        or (allowed.send_messages_in_threads if in_thread else allowed.send_messages),
    )


def target(
    interaction: discord.Interaction[discord.Client],
    chosen: app_commands.AppCommandChannel | app_commands.AppCommandThread | None = None,
) -> Target:
    """The channel *chosen* with a command, or the one that somebody is in.

    Discord says what we may do in either: https://docs.discord.com/developers/interactions/receiving-and-responding
    """
    here = of(interaction)
    identity, name = (str(chosen.id), chosen.name) if chosen else (here.channel, here.channel_name)
    if chosen:
        allowed = _allowed_in(interaction, identity)
    else:
        # Where Discord says nothing, discord.py says that nothing is allowed.
        allowed = interaction.app_permissions if interaction.app_permissions.value else None
    return Target(
        channel=Channel(platform="discord", workspace=here.guild, id=identity, name=clean(name) or identity),
        troubles=troubles_of(chosen or interaction.channel, allowed) if allowed is not None else (),
    )


def _allowed_in(interaction: discord.Interaction[discord.Client], channel: str) -> discord.Permissions | None:
    """What we may do in a *channel* that came with a command, if Discord says so; discord.py does not read that yet."""
    data: Mapping[str, Any] = interaction.data or {}
    found = ((data.get("resolved") or {}).get("channels") or {}).get(channel) or {}
    text = str(found.get("app_permissions") or "")
    return discord.Permissions(int(text)) if text.isdecimal() else None
