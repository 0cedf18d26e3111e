"""Moving from the SQLite file to PostgreSQL."""

from typing import TYPE_CHECKING

import click

from bot.cli.app import Session, command, json_option
from bot.errors import AlreadyRunning
from bot.wording import counted

if TYPE_CHECKING:
    from bot.config import Config, Secret


@click.command()
@click.option("--to", metavar="URL", help="The PostgreSQL database [default: the one that the configuration names].")
@json_option
@command
async def migrate(session: Session, to: str | None) -> None:
    """Move everything from the SQLite file to PostgreSQL, compare it row for row, and close the file.

    The bot has to be stopped. Broken off, it goes on where it stopped when it is called again.
    """
    from bot import wiring
    from bot.redact import secrets_in

    config = session.config()
    target = wiring.named_target(config, to)
    session.redactor.know(secrets_in(target.reveal()))
    try:
        async with wiring.looks.for_many("copying and comparing rows") as progress:
            moved = await wiring.move_to(target, config, progress)
    except AlreadyRunning as running:
        raise AlreadyRunning(running.fact, "stop every one, then migrate; the file is as it was") from None
    if session.as_json:
        session.values(
            {
                "file": str(moved.file),
                "database": moved.target,
                "moved_at": moved.at.isoformat().replace("+00:00", "Z"),
                "rows": dict(moved.rows),
            }
        )
        return
    if not moved.rows:
        when = f"{moved.at:%Y-%m-%d at %H:%M} UTC"
        click.echo(f"{moved.file} was moved to {moved.target} on {when}; nothing is left to do.")
    for table, count in moved.rows:
        click.echo(f"{table:<16}{count:>14,}")
    if moved.rows:
        total = counted(sum(count for _, count in moved.rows), "row")
        click.echo(f"{total} are in {moved.target}, and each was compared with the file's.")
        click.echo(f"{moved.file} stays as it is, and no bot opens it any more.")
    click.echo(_next_step(target, config))


def _next_step(target: "Secret", config: "Config") -> str:
    """What is to be written where, so that the bot goes on from *target*."""
    from bot.config.values import postgres_address

    address = target.reveal()
    if config.postgres and config.postgres.reveal() == address:
        return "The configuration names that database: `daybrief check`, then `daybrief run`."
    where = f"[storage] in {config.path}" if config.path else "[storage] in the configuration"
    try:
        postgres_address(address)
    except ValueError:  # it has a password, which the file may not hold
        return "Now put that address into DAYBRIEF_DATABASE_URL; then `daybrief check`, and `daybrief run`."
    return f'Now write url = "{address}" under {where}; then `daybrief check`, and `daybrief run`.'
