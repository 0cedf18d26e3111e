"""How we stand with Slack and Discord: the tokens, and what is wrong with them."""

from adapters.clock import SystemClock
from adapters.discord import health as discord_health
from adapters.discord.health import Standing as DiscordStanding
from adapters.slack import health as slack_health
from bot.config import Config
from bot.wiring.house import House
from bot.wiring.parts import discord_rest, slack_workspaces


async def slack_says(config: Config) -> tuple[str, tuple[str, ...]]:
    """Whose tokens *config* has, and what is wrong with them; nothing is stored."""
    workspaces = slack_workspaces(config, SystemClock())
    try:
        troubles = await slack_health.troubles(workspaces, _app_token(config))
        return ", ".join(one.name for one in workspaces.known.values()), troubles
    finally:
        await workspaces.close()


async def slack_troubles(house: House) -> tuple[str, ...]:
    """What is wrong with the tokens, the permissions or the clock, a sentence each."""
    return await slack_health.troubles(house.slack, _app_token(house.room.config))


async def discord_says(config: Config) -> DiscordStanding:
    """Whose token *config* has, in how many servers, and what is wrong with it; nothing is stored."""
    rest = discord_rest(config, SystemClock())
    try:
        return await discord_health.standing(rest)
    finally:
        await rest.close()


async def discord_standing(house: House) -> DiscordStanding:
    """How we stand with Discord: the token, the servers, what is wrong."""
    return await discord_health.standing(house.discord)


def _app_token(config: Config) -> str:
    """The token that opens sockets; empty where there is none, or none is used."""
    secret = config.secrets.get("SLACK_APP_TOKEN")
    return secret.reveal() if secret and config.slack.mode == "socket" else ""
