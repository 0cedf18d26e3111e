"""Discord: the token, the invite link, and where a channel is."""

import json
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.app import Session, command, fail
from bot.cli.discreet import without_log
from bot.errors import WrongUsage

TOKEN = "DISCORD_TOKEN"  # noqa: S105  # its name
_STEPS = """Daybrief needs an application of its own at Discord:

  1. Open discord.com/developers/applications, press New Application, and give it a name.
  2. Under Bot, press Reset Token, and copy the token. Daybrief needs none of the privileged intents there.
"""
_LINK = re.compile(r"(?:https?://)?(?:\w+\.)?discord(?:app)?\.com/channels/(\d{1,19})/(\d{1,19})/?", re.ASCII)


@click.command("discord-invite")
@command
async def discord_invite(session: Session) -> None:
    """Print the address at which an admin lets Daybrief into a server, with the permissions that it needs."""
    from bot.wiring import discord_says

    with without_log("adapters.discord"):
        found = await discord_says(session.config())
    if found.troubles:
        fail(" ".join(found.troubles))
    click.echo(found.invite)


async def take_token(api_url: str, *, may_ask: bool) -> dict[str, str]:
    """Tell how to get a token, take it (from the environment, or typed unseen) and print the invite link.

    Returns:
        The token by its name, if it belongs into a file of secrets; one that has a file of its own does not.

    Raises:
        DaybriefError: Discord does not take it; the sentence says why.
        WrongUsage: it is not set, and nobody may be asked.
    """
    from bot.config import read, secrets
    from bot.wiring import discord_says

    click.echo(_STEPS)
    given = secrets(os.environ)
    if TOKEN not in given and not may_ask:
        raise WrongUsage(f"{TOKEN} is not set; with --yes the token comes from the environment")
    token = given[TOKEN].reveal() if TOKEN in given else _typed()
    with without_log("adapters.discord"):
        found = await discord_says(read(discord_table(api_url), folder=Path.cwd(), environ={TOKEN: token}))
    if found.troubles:
        fail(f"no configuration was written. {' '.join(found.troubles)}")
    click.echo(f"Discord takes the token: {found.name}.\n")
    click.echo(f"  3. Open this address and choose the server that Daybrief is to join:\n\n     {found.invite}\n")
    return {} if os.environ.get(f"{TOKEN}_FILE") else {TOKEN: token}


def place_of(text: str) -> Mapping[str, str]:
    """The keys ``workspace`` and ``channel`` that *text* means, a channel's link. Raises click.UsageError."""
    found = _LINK.fullmatch(text.strip())
    if not found:
        raise click.UsageError(
            "expected the link of a channel, which a right click on the channel offers as Copy Link, such as "
            "https://discord.com/channels/123456789012345678/234567890123456789"
        )
    return {"workspace": found[1], "channel": found[2]}


def discord_table(api_url: str) -> str:
    """The configuration's ``[discord]``, where it is not as by default."""
    return f"\n[discord]\napi_url = {json.dumps(api_url)}\n" if api_url else ""


def _typed() -> str:
    while not (token := str(click.prompt("Token of the bot", hide_input=sys.stdin.isatty())).strip()):
        click.echo("Nothing was typed; look once more.")
    return token
