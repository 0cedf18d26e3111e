"""The keys with which the tokens of workspaces are encrypted in the database."""

import click

from bot.cli.app import DEGRADED, Session, command
from bot.wording import counted


@click.group()
def tokens() -> None:
    """The keys that encrypt the tokens of workspaces, in DAYBRIEF_ENCRYPTION_KEYS."""


@tokens.command("new-key")
@command
async def new_key(_: Session) -> None:
    """Print a new key. Put it in front of those in DAYBRIEF_ENCRYPTION_KEYS, and keep a copy elsewhere."""
    from bot.wiring.tokens import new_key as drawn

    click.echo(drawn())


@tokens.command()
@command
async def rotate(session: Session) -> int:
    """Encrypt every token with the first key; after that, and after a restart of every process, the others may go."""
    from bot.wiring.tokens import rotate as rotated

    async with session.house() as house:
        result = await rotated(house.store, house.room.config)
    for sentence in result.trouble:
        click.echo(session.redactor.clean(sentence), err=True)
    click.echo(f"{counted(result.done, 'token is', 'tokens are')} encrypted with the first key now")
    return DEGRADED if result.trouble else 0
