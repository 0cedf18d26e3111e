"""From the SQLite file to PostgreSQL, once."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from adapters.clock import SystemClock
from bot.config import Config, Secret
from bot.config.values import IN_A_PASSWORD, postgres_address
from bot.errors import WrongUsage
from bot.wiring.alone import GLANCING, delivery_lock
from bot.wiring.stores import check_driver, database

if TYPE_CHECKING:
    from storage.moving.move import Moved

Progress = Callable[[int, int], None]


class _Stopped(Exception):
    """Nobody waits for it any more."""


def named_target(config: Config, to: str | None) -> Secret:
    """The address of the database that everything is moved to: *to*, else the one that *config* names.

    Raises:
        WrongUsage: there is none, or it is not one.
    """
    if to is None:
        if config.postgres:
            return config.postgres
        raise WrongUsage(
            "name the database: --to postgresql://host/database, or in [storage] url or, with a password, in "
            "DAYBRIEF_DATABASE_URL"
        )
    try:
        return Secret(postgres_address(to, is_secret=True))
    except ValueError:
        raise WrongUsage(
            f"--to takes the address of a database: postgresql://user@host/database; {IN_A_PASSWORD}"
        ) from None


async def move_to(target: Secret, config: Config, progress: Progress) -> "Moved":
    """Move what is in the SQLite file of *config* to *target*; *progress* is told of rows.

    Raises:
        WrongUsage: the extra for PostgreSQL is not installed.
        AlreadyRunning: a bot works with the one or the other.
        StoreTrouble: it could not be done; nothing is lost, and it can be called again.
    """
    check_driver()
    from storage.moving.move import move, moved_before  # noqa: PLC0415 - PostgreSQL's driver is loaded only for this

    if before := await asyncio.to_thread(moved_before, database(config), target.reveal()):
        return before  # and a bot may well be delivering from there
    loop, stop = asyncio.get_running_loop(), threading.Event()

    def told(done: int, of: int) -> None:
        if stop.is_set():
            raise _Stopped
        loop.call_soon_threadsafe(progress, done, of)

    def work() -> "Moved":
        return move(database(config), target.reveal(), at=SystemClock().now(), within=GLANCING, told=told)

    async with delivery_lock(config).held(within=GLANCING):
        moving = asyncio.ensure_future(asyncio.to_thread(work))
        try:
            await asyncio.wait([moving])
        except asyncio.CancelledError:
            stop.set()
            while not moving.done():  # however often it is asked for: a thread ends by itself alone
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait([moving])  # the next call finds both as the last row has left them
            moving.exception()  # it was asked for
            raise
        return moving.result()
