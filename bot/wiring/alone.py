"""Being the one process that delivers, from a data directory and from a database."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from adapters.locks import Lock
from bot.config import Config
from bot.errors import WrongUsage
from bot.roles import Role
from bot.wiring.stores import check_driver

GLANCING = timedelta(seconds=2)
"""How long whoever wants to deliver waits for others that only look whether somebody does."""


@contextlib.asynccontextmanager
async def delivering(config: Config, role: Role = Role.ALL) -> AsyncIterator[None]:
    """Deliver as the only process that does, from the data directory and from the database; or in a *role* beside
    others, which share the database alone.

    Raises:
        AlreadyRunning: another process does.
        WrongUsage: there is no database to share.
    """
    if not role.is_alone:
        if config.postgres is None:
            raise WrongUsage(
                f"--role {role} is for machines that share a PostgreSQL database, and [storage] url names none; "
                "one process over a SQLite file does everything: `daybrief run`"
            )
        yield
        return
    async with delivery_lock(config).held(within=GLANCING):
        if config.postgres is None:
            yield
            return
        check_driver()
        from storage.postgres.alone import alone  # noqa: PLC0415 - its driver is loaded only for this

        async with alone(config.postgres.reveal(), within=GLANCING):
            yield


def delivery_lock(config: Config) -> Lock:
    """Held by the one process that delivers from a data directory."""
    return Lock(config.bot.data_dir / "daybrief.lock")
