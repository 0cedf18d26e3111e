"""Whether Discord takes us: the token, and the servers that Daybrief is in."""

from dataclasses import dataclass

import discord

from adapters.discord.failures import FAILURES, post_failed
from adapters.discord.rest import Rest
from adapters.discord.rights import INVITED_WITH
from bot.errors import PostFailed
from bot.wording import sentence_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How we stand with Discord."""

    name: str = ""
    """The bot's."""
    servers: int = 0
    invite: str = ""
    """The address at which an admin lets the bot into a server."""
    troubles: tuple[str, ...] = ()
    """What is wrong, a sentence each with the way to mend it; empty: nothing."""


async def standing(rest: Rest) -> Standing:
    """Ask Discord who we are and where we are."""
    if not rest.has_token:
        return Standing(troubles=("DISCORD_TOKEN is not set; docs/discord.md tells where to find it.",))
    try:
        client = await rest.client()
        servers = [one async for one in client.fetch_guilds(limit=None, with_counts=False)]
    except PostFailed as failure:
        return Standing(troubles=(sentence_of(failure.reason),))
    except FAILURES as error:
        return Standing(troubles=(sentence_of(post_failed(error).reason),))
    return Standing(
        name=client.user.name if client.user else "", servers=len(servers), invite=invite(client.application_id)
    )


def invite(application: int | None) -> str:
    """The address at which an admin of a server lets *application* in, with the permissions that it needs."""
    return discord.utils.oauth_url(application or 0, permissions=INVITED_WITH, scopes=("bot", "applications.commands"))
