"""What admins wish and are told: the part of the ledger that people write to."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import DeliveryState, Subscription, Wish
from bot.ports import Store
from tests.contract.test_ledger import TUESDAY, claimed, sent
from tests.contract.values import DAY, HOUR, MONDAY, NOW, due


async def test_a_wish_holds_for_one_subscription_and_one_date(store: Store, order: Subscription) -> None:
    await store.ledger.wish(order.id, MONDAY, "K7Q4", Wish.PIN)
    await store.ledger.wish(order.id, MONDAY, "B2C3", Wish.PIN)
    await store.ledger.wish(order.id, TUESDAY, "K7Q4", Wish.DROP)

    assert list((await store.ledger.wishes(order.id, MONDAY)).items()) == [("K7Q4", Wish.PIN), ("B2C3", Wish.PIN)]
    assert await store.ledger.wishes(order.id, TUESDAY) == {"K7Q4": Wish.DROP}
    assert await store.ledger.wishes(order.id + 1, MONDAY) == {}


async def test_a_wish_is_replaced_or_taken_back(store: Store, order: Subscription) -> None:
    await store.ledger.wish(order.id, MONDAY, "K7Q4", Wish.PIN)
    await store.ledger.wish(order.id, MONDAY, "K7Q4", Wish.DROP)

    assert await store.ledger.wishes(order.id, MONDAY) == {"K7Q4": Wish.DROP}
    await store.ledger.wish(order.id, MONDAY, "K7Q4", None)
    assert await store.ledger.wishes(order.id, MONDAY) == {}


@pytest.mark.parametrize("state", [DeliveryState.REFUSED, DeliveryState.MISSED, DeliveryState.UNCERTAIN])
async def test_what_ended_badly_is_untold_until_it_is_told(
    store: Store, order: Subscription, state: DeliveryState
) -> None:
    claim = await claimed(store, order)
    await store.ledger.finish(claim, state, at=NOW, reason="it is archived")

    [untold] = await store.ledger.untold(NOW - HOUR)
    assert (untold.id, untold.state, untold.reason) == (claim.delivery.id, state, "it is archived")
    assert await store.ledger.untold(NOW) == ()

    await store.ledger.told([untold], NOW)
    assert await store.ledger.untold(NOW - HOUR) == ()


async def test_what_was_sent_skipped_or_is_on_its_way_needs_no_telling(store: Store, order: Subscription) -> None:
    await sent(store, order, MONDAY, "K7Q4")
    await store.ledger.plan([due(order.id, TUESDAY), due(order.id, TUESDAY + DAY, state=DeliveryState.SKIPPED)])

    assert await store.ledger.untold(NOW - DAY) == ()


async def test_an_uncertain_delivery_can_be_reopened_and_told_of_again(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    await store.ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
    await store.ledger.told(await store.ledger.untold(NOW - HOUR), NOW)
    later = NOW + timedelta(hours=30)

    assert await store.ledger.reopen(claim.delivery.id, later)

    assert await store.ledger.waiting(later) == {"slack:T1": (claim.delivery.id,)}
    again = await store.ledger.claim(claim.delivery.id, later, HOUR)
    assert again
    assert (again.delivery.state, again.delivery.reopened_at) == (DeliveryState.DUE, later)
    await store.ledger.finish(again, DeliveryState.UNCERTAIN, at=later)
    assert [one.id for one in await store.ledger.untold(NOW - HOUR)] == [claim.delivery.id]


@pytest.mark.parametrize("state", [DeliveryState.REFUSED, DeliveryState.MISSED, DeliveryState.UNCERTAIN])
async def test_only_the_ending_that_was_told_is_known_and_not_the_one_after_it(
    store: Store, order: Subscription, state: DeliveryState
) -> None:
    claim = await claimed(store, order)
    await store.ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW)
    first = await store.ledger.untold(NOW - HOUR)
    assert await store.ledger.reopen(claim.delivery.id, NOW + HOUR)
    await store.ledger.told(first, NOW + HOUR)
    again = await store.ledger.claim(claim.delivery.id, NOW + HOUR, HOUR)
    assert again
    await store.ledger.finish(again, state, at=NOW + HOUR)
    second = await store.ledger.untold(NOW - HOUR)
    assert [(one.id, one.state) for one in second] == [(claim.delivery.id, state)]

    others = [replace(one, state=DeliveryState.SKIPPED) for one in second]
    await store.ledger.told([*first, *others], NOW + HOUR)
    assert await store.ledger.untold(NOW - HOUR) == second

    await store.ledger.told(second, NOW + HOUR)
    assert await store.ledger.untold(NOW - HOUR) == ()


async def test_only_an_uncertain_delivery_can_be_reopened(store: Store, order: Subscription) -> None:
    await sent(store, order, MONDAY, "K7Q4")
    claim = await claimed(store, order, TUESDAY)
    [done] = await store.ledger.deliveries(day=MONDAY)

    assert not await store.ledger.reopen(done.id, NOW)
    assert not await store.ledger.reopen(claim.delivery.id, NOW)
    assert list((await store.ledger.waiting(NOW + HOUR)).values()) != [(done.id,)]
