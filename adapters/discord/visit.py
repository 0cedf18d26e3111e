"""Who did something on Discord, where, and what they may do there."""

from dataclasses import dataclass

import discord

from bot.model import Asker, Subscription

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

    def asker(self, subscription: int) -> Asker:
        """As whom the person looks things up, in a channel with this subscription."""
        return Asker(workspace=f"discord:{self.guild}" if self.guild else "", subscription=subscription)

    def may_change(self, subscription: Subscription) -> bool:
        """Whoever manages the server, and whoever set the channel up."""
        return self.is_admin or bool(self.user and self.user == subscription.owner)


def of(interaction: discord.Interaction[discord.Client]) -> Visit:
    """*interaction* as a visit. Permissions come with it, computed by Discord: no cache is asked."""
    channel = interaction.channel
    return Visit(
        event=str(interaction.id),
        guild=str(interaction.guild_id or ""),
        channel=str(interaction.channel_id or ""),
        channel_name=str(getattr(channel, "name", None) or interaction.channel_id or ""),
        user=str(interaction.user.id),
        user_name=interaction.user.display_name,
        is_admin=interaction.guild_id is not None and interaction.permissions.manage_guild,
    )
