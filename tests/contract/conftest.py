"""The keepers that must fulfil the contract: a new one is one line in ``KEEPERS``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.model import Subscription
from bot.ports import Store
from storage import open_store
from tests.contract.values import subscription


async def open_sqlite(folder: Path) -> Store:
    """The same store each time for the same folder."""
    return await open_store(folder / "daybrief.db")


Opener = Callable[[Path], Awaitable[Store]]
KEEPERS: dict[str, Opener] = {"sqlite": open_sqlite}


@pytest.fixture(params=KEEPERS)
def opener(request: pytest.FixtureRequest) -> Opener:
    """Opens a store; a second time, as another process would."""
    return KEEPERS[request.param]


@pytest.fixture
async def store(opener: Opener, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty one."""
    opened = await opener(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def other(opener: Opener, store: Store, tmp_path: Path) -> AsyncIterator[Store]:
    """What another process sees of *store*."""
    opened = await opener(tmp_path)
    yield opened
    await opened.close()


@pytest.fixture
async def order(store: Store) -> Subscription:
    """A stored subscription."""
    return await store.subscriptions.subscribe(subscription())
