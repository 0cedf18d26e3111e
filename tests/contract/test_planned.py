"""Whoever is told of new deliveries is told in the transaction that enters them."""

from collections.abc import Sequence

import pytest

from bot.model import DeliveryState
from storage.planning import Planned
from storage.session import Session
from tests.contract.conftest import Opener
from tests.contract.values import DAY, MONDAY, due, subscription


async def test_what_is_entered_and_to_be_made_is_told_once_whoever_enters_it(opener: Opener) -> None:
    told: list[Planned] = []
    store = await opener(on_planned=lambda _, planned: told.extend(planned))
    order = await store.subscriptions.subscribe(subscription())

    await store.ledger.plan([due(order.id), due(order.id, MONDAY + DAY, state=DeliveryState.MISSED)])
    await store.ledger.plan([due(order.id)])
    await store.subscriptions.retire(order.id, closing=[due(order.id, MONDAY + 2 * DAY)])

    waiting = {one.id for one in await store.ledger.deliveries() if not one.state.final}
    assert {one.id for one in told} == waiting
    assert [(one.platform, one.workspace) for one in told] == [("slack", "T1")] * 2
    await store.close()


async def test_what_cannot_be_told_is_not_entered(opener: Opener) -> None:
    def fail(db: Session, planned: Sequence[Planned]) -> None:
        db.execute("INSERT INTO home (platform, workspace) VALUES ('slack', 'T9')")
        raise KeyError("no bell")

    store = await opener(on_planned=fail)
    order = await store.subscriptions.subscribe(subscription())

    with pytest.raises(KeyError):
        await store.ledger.plan([due(order.id)])

    assert await store.ledger.deliveries() == ()
    found = await store.subscriptions.by_place("slack", "", "C1")
    assert found is None, "nothing of what was told is kept either"
    await store.close()
