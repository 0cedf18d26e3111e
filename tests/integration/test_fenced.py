"""What workers do at once with deliveries beside one another is done once; with one and the same, by one of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import psycopg
import pytest

from bot.model import Claim, DeliveryState, Receipt
from storage import Keeper
from storage.postgres.database import PostgresDatabase
from storage.postgres.place import Place
from tests.contract.values import NOW, composition, due, subscription
from tests.postgres import database

LEASE = timedelta(minutes=1)
MANY = 120
_WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()
"""


@pytest.fixture
def url() -> Iterator[str]:
    with database() as address:
        yield address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Keeper]:
    opened = Keeper(PostgresDatabase(Place(url)))
    yield opened
    await opened.close()


async def claimed(store: Keeper, number: int) -> Claim:
    claim = await store.ledger.claim(number, NOW, LEASE)
    assert claim
    return claim


def asked(url: str, statement: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        [(answer,)] = connection.execute(statement.encode()).fetchall()
    return int(answer)


async def test_thousands_of_deliveries_are_carried_at_once_and_no_work_is_done_twice(url: str) -> None:
    store = Keeper(PostgresDatabase(Place(url)))
    orders = [await store.subscriptions.subscribe(subscription(f"C{number}")) for number in range(MANY)]
    await store.ledger.plan([due(one.id) for one in orders])
    numbers = [one.id for one in await store.ledger.deliveries(limit=MANY)]
    await store.close()
    before = asked(url, "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")

    store = Keeper(PostgresDatabase(Place(url)))

    async def carry(number: int) -> None:
        claim = await claimed(store, number)
        await store.ledger.intend(claim, 0, f"key-{number}", NOW)
        await store.ledger.part_sent(claim, Receipt(part=0, messages=("m1",)))
        await store.ledger.finish(claim, DeliveryState.SENT, at=NOW)

    await asyncio.gather(*map(carry, numbers))
    assert {one.state for one in await store.ledger.deliveries(limit=MANY)} == {DeliveryState.SENT}
    await store.close()

    # A connection that is closed has told the server all that it counts.
    after = asked(url, "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")
    assert after == before


async def test_who_keeps_an_edition_while_another_claims_the_delivery_keeps_nothing(store: Keeper, url: str) -> None:
    order = await store.subscriptions.subscribe(subscription())
    await store.ledger.plan([due(order.id)])
    [delivery] = await store.ledger.deliveries()
    claim = await claimed(store, delivery.id)

    with psycopg.connect(url) as other:
        # Another worker, for which the lease has run out.
        other.execute("UPDATE delivery SET token = token + 1")
        keeping = asyncio.create_task(store.ledger.compose(claim, composition(order, "K7Q4")))
        while not keeping.done() and not await asyncio.to_thread(asked, url, _WAITING):
            pass
        other.commit()

    assert not await keeping
    assert await store.ledger.edition(delivery.id) is None


async def test_one_delivery_is_claimed_by_one_of_many(store: Keeper, url: str) -> None:
    order = await store.subscriptions.subscribe(subscription())
    await store.ledger.plan([due(order.id)])
    [delivery] = await store.ledger.deliveries()
    other = Keeper(PostgresDatabase(Place(url)))

    claims = await asyncio.gather(
        *((store, other)[number % 2].ledger.claim(delivery.id, NOW, LEASE) for number in range(20))
    )
    await other.close()

    assert [one.token for one in claims if one] == [1]
