"""Running the bot, and keeping its data safe."""

import asyncio
import logging
from pathlib import Path

import click

from bot.cli.app import Session, command


@click.command()
@command
async def run(session: Session) -> None:
    """Deliver morning after morning, until SIGTERM or Ctrl-C. SIGHUP loads the configuration anew."""
    from bot import wiring

    logging.basicConfig(
        force=True, level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%Y-%m-%dT%H:%M:%S"
    )
    # The rest of what they say is for developers; what an operator can act on, we say ourselves.
    for chatty, level in (
        ("apscheduler", logging.WARNING),
        ("slack_bolt", logging.ERROR),
        ("slack_sdk", logging.ERROR),
        ("discord", logging.ERROR),
    ):
        logging.getLogger(chatty).setLevel(level)
    async with wiring.delivering(session.config()), session.house(show=True, delivers=True) as house:
        await wiring.run(house, reload=session.config)


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@command
async def backup(session: Session, path: Path) -> None:
    """Write a consistent copy of everything to PATH, while the bot runs."""
    from bot import wiring

    size = await asyncio.to_thread(wiring.back_up, session.config(), path)
    click.echo(f"{path} holds a sound copy ({size / 1_000_000:.1f} MB)")


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@command
async def restore(session: Session, path: Path) -> None:
    """Go back to the copy at PATH. Editions that were due before now are never posted again."""
    from bot import wiring

    config = session.config()
    async with wiring.delivering(config):
        await asyncio.to_thread(wiring.restore_from, config, path)
    click.echo(f"restored from {path}; nothing that was due before now will be posted again")
