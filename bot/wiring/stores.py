"""The store of a configuration: opened in the file or in PostgreSQL, and the time that it goes by."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import extras
from adapters.clock import SLOW, SharedClock
from bot.config import Config
from bot.errors import WrongUsage
from bot.ports import UNWATCHED, Clock, Watch
from bot.roles import Role
from storage import Keeper, open_store

if TYPE_CHECKING:
    from storage.postgres.many import OneOfMany
    from storage.postgres.turns import SharedTurns

log = logging.getLogger(__name__)

LOOKS = 3
"""How often the database's clock is asked at a time; the quickest answer counts."""
OF_PATIENCE = 8
"""A part of what a post may take, in which the database says whose turn it is: it is asked twice, around the wait."""


def database(config: Config) -> Path:
    """Where the SQLite file of *config* lies."""
    return config.bot.data_dir / "daybrief.db"


async def opened_store(
    config: Config, clock: Clock, watch: Watch = UNWATCHED, role: Role = Role.ALL
) -> "tuple[Keeper, OneOfMany | None, SharedTurns | None]":
    """The store of *config*, in the file or in PostgreSQL, whose driver is loaded only for that; what else there is of
    the database where *role* is one of many; and the turns of all who share it, if any do.

    Raises:
        WrongUsage: it is to be PostgreSQL, and the extra for it is not installed.
        StoreTrouble: it cannot be opened.
    """
    if config.postgres is None:
        return await open_store(database(config), watch), None, None
    check_driver()
    url, within = config.postgres.reveal(), config.delivery.request_timeout / OF_PATIENCE
    if not role.is_alone:
        from storage.postgres.many import open_for_many  # noqa: PLC0415 - as below, and the queue

        many = await open_for_many(url, clock, watch, within=within)
        return many.store, many, many.turns
    from storage.postgres.opening import open_store as open_in_postgres  # noqa: PLC0415 - see above
    from storage.postgres.turns import turns_of_others  # noqa: PLC0415 - as above

    store = await open_in_postgres(url, watch)
    try:
        return store, None, await turns_of_others(url, watch, within=within)
    except BaseException:
        await store.close()
        raise


def check_driver() -> None:
    """Raise WrongUsage if the extra for PostgreSQL is not installed."""
    if "scale" not in extras.installed():
        raise WrongUsage("storage.url names PostgreSQL, which needs the extra: pip install 'daybrief[scale]'")


async def agree(clock: SharedClock, store: Keeper) -> None:
    """Let *clock* show the time of the database, by which leases of several machines are compared; a database that is
    slow to tell it changes nothing, unless nothing better is known.
    """
    looks = []
    for _ in range(LOOKS):
        asked = clock.elapsed()
        if shown := await store.time():
            looks.append((clock.elapsed() - asked, asked, shown))
    if looks:
        took, asked, shown = min(looks)
        clock.tell(shown, asked=asked, answered=asked + took)
        if took > SLOW:
            log.warning("the database took %.1f s to tell its time; it is asked again soon", took.total_seconds())
