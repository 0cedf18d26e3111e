"""Running the bot, and keeping its data safe."""

import asyncio
import os
from pathlib import Path

import click

from bot.cli.app import Session, command
from bot.errors import AlreadyRunning, WrongUsage
from bot.roles import Role

_KEPT = 7
"""Copies that stay in a folder unless one says otherwise."""


@click.command()
@click.option(
    "--role",
    type=click.Choice([one.value for one in Role]),
    default=Role.ALL.value,
    help="The part of this process, where several share a PostgreSQL database [default: all].",
)
@command
async def run(session: Session, role: str) -> None:
    """Deliver morning after morning, until SIGTERM or Ctrl-C. SIGHUP loads the configuration anew.

    Several machines that share a PostgreSQL database each take a part: alarm rings (any number; one does, the others
    stand by), worker posts, slack and discord answer people.
    """
    from bot import wiring

    config = session.config()
    with wiring.operated(config, session.redactor) as operations:
        watch = operations.station.metrics
        part = Role(role)
        opened = session.house(show=True, role=part, watch=watch)
        async with wiring.delivering(config, part), opened as house:
            await wiring.run(house, reload=session.config, operations=operations, role=part)
        await asyncio.get_running_loop().shutdown_default_executor()  # the last that can hang
        operations.leaving.left()


@click.command()
@click.argument("path")
@click.option("--keep", type=click.IntRange(min=1), help="How many copies stay in a folder [default: 7].")
@command
async def backup(session: Session, path: str, keep: int | None) -> None:
    """Write a consistent copy of everything to PATH, while the bot runs.

    In a folder it gets a name with the time, and the newest seven stay.
    """
    from bot import wiring

    config, target = session.config(), Path(path)
    is_folder = target.is_dir() or path.endswith(os.sep)
    if keep and not is_folder:
        raise WrongUsage(f"--keep is for a folder of copies; {path} is none (write {path}{os.sep}, and it is made)")
    async with wiring.looks.for_work(f"Copying {wiring.database(config)} …"):
        copy = await asyncio.to_thread(wiring.back_up, config, target, keep=(keep or _KEPT) if is_folder else None)
    click.echo(
        f"{copy} holds a sound copy ({copy.stat().st_size / 1_000_000:.1f} MB); `daybrief restore` goes back to it"
    )


@click.command()
@click.argument("path", type=click.Path(path_type=Path))
@command
async def restore(session: Session, path: Path) -> None:
    """Go back to the copy at PATH. Editions that were due before now are never posted again."""
    from bot import wiring

    config = session.config()
    try:
        async with wiring.delivering(config), wiring.looks.for_work(f"Restoring {path} …"):
            former = wiring.former_databases(config)
            is_verified = await asyncio.to_thread(wiring.restore_from, config, path)
            kept = [one for one in wiring.former_databases(config) if one not in former]
    except AlreadyRunning as running:
        raise AlreadyRunning(running.fact, "stop it, then restore; nothing was changed") from None
    click.echo(f"{wiring.database(config)} was restored from {path}.")
    if not is_verified:
        click.echo("There was no checksum beside the copy: it is sound as far as SQLite can tell.")
    for one in kept:
        click.echo(f"What was there before is kept as {one}.")
    click.echo("Nothing that was due before now will be posted again; `daybrief run` goes on with what comes due.")


@click.command()
@command
async def restored(session: Session) -> None:
    """Say that PostgreSQL was brought back from a copy. Editions that were due before now are never posted again."""
    from bot.wiring import SystemClock, delivering

    config = session.config()
    if not config.postgres:
        raise WrongUsage("everything is in a SQLite file: `daybrief restore PATH` brings a copy back, with this")
    async with delivering(config), session.house() as house:
        await house.store.close_the_past(SystemClock().now())
    click.echo("Nothing that was due before now will be posted again; `daybrief run` goes on with what comes due.")
