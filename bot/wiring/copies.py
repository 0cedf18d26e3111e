"""Copies of the database, asked for and of every night, and going back to one."""

import asyncio
import logging
from pathlib import Path

from adapters.clock import SystemClock
from bot.belief import clock_trouble
from bot.config import Config
from bot.errors import DaybriefError, WrongUsage
from bot.model import Cause
from bot.schedule import last_night
from bot.wiring.house import House
from bot.wiring.stores import database
from storage import backup, backup_into, refusal_of, restore, set_aside

log = logging.getLogger(__name__)

ROOM = 500_000_000
"""Bytes that a nightly copy leaves free."""


def back_up(config: Config, target: Path, *, keep: int | None = None) -> Path:
    """Write a consistent copy of the database of *config* to *target*; with *keep*, under a dated name in that folder,
    where so many stay. Where the copy is.
    """
    if config.postgres:
        raise WrongUsage(
            "PostgreSQL makes its own copies: `pg_dump --format=custom --file=PATH …`; when one was brought back with "
            "`pg_restore`, `daybrief restored` closes its past before the bot runs again"
        )
    now = SystemClock().now()
    if keep:
        return backup_into(database(config), target, at=now, keep=keep)
    backup(database(config), target, at=now)
    return target


def trouble_with_backups(config: Config) -> str:
    """Why no copy could be made where *config* wants them, and what to do; empty: one could, or none is to be."""
    folder = config.storage.backups
    if folder is None or not (refusal := refusal_of(folder)):
        return ""
    return f"storage.backups: {refusal}; let Daybrief write there, or name another folder"


async def warn_of_backups(house: House) -> None:
    """Say at the start what would else be found out in the night."""
    if trouble := await asyncio.to_thread(trouble_with_backups, house.room.config):
        log.warning("the bot runs, but cannot copy its database at night. %s", trouble)


async def back_up_nightly(house: House) -> None:
    """Make a copy, unless there is one of last night."""
    config = house.room.config
    folder, now = config.storage.backups, house.room.clock.now()
    if folder is None:
        return
    if doubted := await clock_trouble(house.room):
        log.warning("no copy is made, because it would be of a wrong night: %s", doubted)
        return
    health = await house.store.health()
    if health.backed_up_at and last_night(now, config.bot.timezone) <= health.backed_up_at <= now:
        return
    keep = config.storage.keep_backups
    try:
        copy = await asyncio.to_thread(backup_into, database(config), folder, at=now, keep=keep, spare=ROOM)
    except DaybriefError as trouble:
        log.error("there is no copy of last night: %s", trouble)  # noqa: TRY400 - it is a sentence
        house.desk.shift.note(Cause.BACKUP, str(trouble))
    else:
        house.desk.shift.note(Cause.BACKUP, "")
        log.info("a copy of last night is in %s", copy)


def restore_from(config: Config, copy: Path) -> bool:
    """Put *copy* in the place of the database of *config*; what was due before the present will not be sent.

    Whether its checksum was there, and is right.
    """
    if config.postgres:
        raise WrongUsage(
            "PostgreSQL brings its own copies back: stop every bot, `pg_restore --clean --if-exists --dbname=… PATH`, "
            "then `daybrief restored`, which closes the past of the copy"
        )
    config.bot.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return restore(copy, database(config), SystemClock().now())


def former_databases(config: Config) -> list[Path]:
    """What stands beside the database of *config* as it was before an upgrade or a restore, oldest first."""
    return set_aside(database(config))
