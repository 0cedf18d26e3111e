"""What workers do at once with deliveries beside one another is done once; with one and the same, by one of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from bot.model import Claim, DeliveryState, Receipt, Story, StoryStatus
from storage import Keeper
from storage.postgres.database import PostgresDatabase
from storage.postgres.place import Place
from tests.contract.values import NOW, article, composition, due, intake, story, subscription
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


async def test_what_leaves_while_its_story_is_being_withdrawn_owes_the_withdrawal(store: Keeper, url: str) -> None:
    [kept] = await store.archive.admit(intake(story("Orrery opens a lab", article("a"))))
    orders = [await store.subscriptions.subscribe(subscription(f"C{number}")) for number in range(3)]
    await store.ledger.plan([due(one.id) for one in orders])
    waits, leaves, arrives = [
        await claimed(store, delivery.id)
        for one in orders
        for delivery in await store.ledger.deliveries(subscription=one.id)
    ]
    for claim, order in zip((waits, leaves, arrives), orders, strict=True):
        await store.ledger.compose(claim, composition(order, kept.ref))
    texts = []

    async def post() -> None:
        assert await store.ledger.intend(leaves, 0, "key", NOW)
        assert await store.ledger.intend(arrives, 0, "key", NOW)
        texts.append(await store.archive.restated([kept.ref]))
        assert await store.ledger.part_sent(arrives, Receipt(part=0, messages=("m1",)))
        assert await store.ledger.finish(arrives, DeliveryState.SENT, at=NOW)

    loop = asyncio.get_running_loop()

    def withdrawn(held: Story) -> Story:
        """On a thread of the other one, which has begun to read and has not committed."""
        asyncio.run_coroutine_threadsafe(post(), loop).result(30)
        return replace(held, status=StoryStatus.WITHDRAWN, status_reason="a hoax", status_at=NOW)

    other = Keeper(PostgresDatabase(Place(url)))
    told = await other.archive.restate(kept.ref, withdrawn, reason="withdrawn", at=NOW)
    await other.close()

    assert texts == [{}], "they left with the former text"
    assert told
    owing = {arrives.delivery.id, leaves.delivery.id}
    assert {one.id for one in told.owing} == owing
    assert {one.delivery.id for one in (waits, leaves, arrives) if await store.errata.is_owed(one.delivery.id)} == owing
