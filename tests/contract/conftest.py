"""The keepers that must fulfil the contract: a new one is one line in ``KEEPERS``."""

import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.model import Subscription
from bot.ports import Store
from storage import open_store
from tests.contract.values import subscription
from tests.postgres import database

Opener = Callable[..., Awaitable[Store]]
"""Takes what is told of new deliveries, too."""


@contextlib.contextmanager
def in_sqlite(folder: Path) -> Iterator[Opener]:
    """Over a file."""
    yield functools.partial(open_store, folder / "daybrief.db")


@contextlib.contextmanager
def in_postgres(_: Path) -> Iterator[Opener]:
    """Over a database of its own."""
    from storage.postgres.opening import open_store as open_in_postgres

    with database() as url:
        yield functools.partial(open_in_postgres, url)


KEEPERS = {"sqlite": in_sqlite, "postgres": in_postgres}


@pytest.fixture(params=KEEPERS)
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens a store; a second time, as another process would."""
    with KEEPERS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
async def store(opener: Opener) -> AsyncIterator[Store]:
    """An empty one."""
    opened = await opener()
    yield opened
    await opened.close()


@pytest.fixture
async def other(opener: Opener, store: Store) -> AsyncIterator[Store]:
    """What another process sees of *store*."""
    opened = await opener()
    yield opened
    await opened.close()


@pytest.fixture
async def order(store: Store) -> Subscription:
    """A stored subscription."""
    return await store.subscriptions.subscribe(subscription())
