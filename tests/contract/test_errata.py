"""What a store must remember of posted messages that are not up to date, whatever it runs on."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import DeliveryState as State
from bot.model import Erratum, Receipt, Story, StoryStatus, Subscription
from bot.ports import Intake, Store
from tests.contract.test_ledger import TUESDAY, claimed, sent
from tests.contract.values import DAY, HOUR, MONDAY, NOW, article, composition, intake, story, subscription

LEASE = timedelta(seconds=75)
HERE, THERE = "slack:T1", "slack:T2"


@pytest.fixture
async def one(store: Store) -> Story:
    """A stored story."""
    [kept] = await store.archive.admit(intake(story("Sakana opens a lab", article("a"))))
    return kept


@pytest.fixture
async def elsewhere(store: Store) -> Subscription:
    """A subscription of another workspace, for a channel with the same id."""
    return await store.subscriptions.subscribe(subscription(workspace="T2"))


def withdrawn(held: Story) -> Story:
    return replace(held, status=StoryStatus.WITHDRAWN, status_reason="a hoax", status_at=NOW)


async def restate(store: Store, one: Story, workspace: str = "") -> list[int]:
    """The deliveries that owe it to their readers."""
    told = await store.archive.restate(one.ref, withdrawn, workspace=workspace, reason="withdrawn", at=NOW)
    assert told
    return [delivery.id for delivery in told.owing]


async def owed(store: Store) -> list[int]:
    return [delivery.id for delivery in await store.errata.owed(NOW)]


async def taken(store: Store, delivery: int) -> Erratum:
    erratum = await store.errata.take(delivery, NOW, LEASE)
    assert erratum
    return erratum


async def test_what_carries_a_story_owes_its_readers_once_it_is_restated(
    store: Store, order: Subscription, elsewhere: Subscription, one: Story
) -> None:
    monday, tuesday = await sent(store, order, MONDAY, one.ref, "B2C3"), await sent(store, order, TUESDAY, one.ref)
    other = await sent(store, elsewhere, MONDAY, one.ref)
    await sent(store, elsewhere, TUESDAY, "B2C3")
    assert await owed(store) == []

    assert await restate(store, one, HERE) == [tuesday, monday]

    assert await owed(store) == [tuesday, monday]
    assert await restate(store, one, THERE) == [other]
    assert await restate(store, one) == [tuesday, monday, other]
    assert await owed(store) == [tuesday, other, monday]
    assert await store.errata.is_owed(other)


async def test_a_delivery_owes_each_of_its_stories_until_it_shows_them_all(
    store: Store, order: Subscription, one: Story
) -> None:
    [two] = await store.archive.admit(intake(story("Orca swims along", article("b"))))
    both = await sent(store, order, MONDAY, one.ref, two.ref)
    alone = await sent(store, order, TUESDAY, two.ref)

    assert await restate(store, one) == [both]
    assert await restate(store, two) == [alone, both]
    assert await restate(store, one) == [both]

    erratum = await taken(store, both)
    assert erratum.refs == (one.ref, two.ref)
    await store.errata.settle(erratum)
    assert await restate(store, two) == [alone, both]
    assert (await taken(store, both)).refs == (two.ref,)


async def test_what_is_leaving_owes_and_what_is_read_before_it_leaves_does_not(
    store: Store, order: Subscription, elsewhere: Subscription, one: Story
) -> None:
    leaving, composed = await claimed(store, order), await claimed(store, elsewhere)
    for claim, whose in ((leaving, order), (composed, elsewhere)):
        await store.ledger.compose(claim, composition(whose, one.ref))
    await store.ledger.intend(leaving, 0, "key", NOW)

    await restate(store, one)

    assert await store.errata.is_owed(leaving.delivery.id)
    assert not await store.errata.is_owed(composed.delivery.id)
    assert await owed(store) == []
    assert await store.errata.take(leaving.delivery.id, NOW, LEASE) is None
    await store.ledger.part_sent(leaving, Receipt(part=0, messages=("m",)))
    assert await owed(store) == [leaving.delivery.id]


async def test_what_never_arrived_owes_nothing(store: Store, order: Subscription, one: Story) -> None:
    claim = await claimed(store, order)
    await store.ledger.compose(claim, composition(order, one.ref))
    await store.ledger.intend(claim, 0, "key", NOW)
    await restate(store, one)
    await store.ledger.finish(claim, State.REFUSED, at=NOW, reason="the channel is gone")

    assert await store.errata.take(claim.delivery.id, NOW, LEASE) is None
    assert not await store.errata.is_owed(claim.delivery.id)


async def test_one_at_a_time_is_at_it_and_a_dead_one_not_for_ever(
    store: Store, other: Store, order: Subscription, one: Story
) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)

    first = await taken(store, delivery)

    assert (first.delivery.id, first.refs, first.until) == (delivery, (one.ref,), NOW + LEASE)
    assert await other.errata.take(delivery, NOW, LEASE) is None
    assert await owed(store) == []
    second = await other.errata.take(delivery, NOW + LEASE, LEASE)
    assert second
    assert not await store.errata.settle(first)
    assert not await store.errata.postpone(first, until=NOW + HOUR, now=NOW, reason="late")
    assert second.unsure_since == NOW + LEASE, "the first may have left an edit behind"


@pytest.mark.parametrize("how", ["settle", "postpone", "look_again", "give_back"])
@pytest.mark.parametrize("is_over", [True, False])
async def test_whoever_comes_back_late_may_have_undone_it_so_it_is_owed_at_once(
    store: Store, order: Subscription, one: Story, how: str, is_over: bool
) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)
    first = await taken(store, delivery)
    second = await store.errata.take(delivery, NOW + LEASE, LEASE)
    assert second
    if is_over:
        assert await store.errata.settle(second)

    match how:
        case "settle":
            assert not await store.errata.settle(first)
        case "postpone":
            assert not await store.errata.postpone(first, until=NOW + HOUR, now=NOW, reason="late", is_unsure=True)
        case "look_again":
            assert not await store.errata.look_again(first, until=NOW + HOUR, now=NOW)
        case _:
            await store.errata.give_back(first)

    assert is_over or not await store.errata.settle(second)
    assert await owed(store) == [delivery]
    third = await taken(store, delivery)
    assert third.refs == (one.ref,)
    if how == "postpone":
        assert third.unsure_since == NOW
    assert not await store.errata.settle(first), "nobody gets the token of a sleeper"


async def test_an_edit_that_may_be_carried_out_yet_is_remembered_beyond_the_next_restatement(
    store: Store, order: Subscription, one: Story
) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)
    first = await taken(store, delivery)
    assert first.unsure_since is None
    await store.errata.postpone(first, until=NOW + HOUR, now=NOW, reason="it broke", is_unsure=True)
    await restate(store, one)
    second = await taken(store, delivery)
    assert second.unsure_since == NOW

    assert await store.errata.look_again(second, until=NOW + HOUR, now=NOW)

    assert await owed(store) == []
    [later] = await store.errata.owed(NOW + HOUR)
    assert later.id == delivery
    third = await taken(store, delivery)
    assert (third.unsure_since, third.attempts, third.failing_since) == (NOW, 0, None)
    assert await store.errata.settle(third)


async def test_a_clock_that_was_wrong_makes_nobody_wait_for_days(store: Store, order: Subscription, one: Story) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)

    assert await store.errata.take(delivery, NOW + 30 * DAY, LEASE)

    assert await owed(store) == [delivery]
    assert await store.errata.take(delivery, NOW, LEASE)


async def test_what_is_restated_again_meanwhile_is_owed_still_and_at_once(
    store: Store, order: Subscription, one: Story
) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)
    first = await taken(store, delivery)

    await restate(store, one)

    assert not await store.errata.settle(first)
    assert await owed(store) == [delivery]
    second = await taken(store, delivery)
    await restate(store, one)
    assert await store.errata.postpone(second, until=NOW + HOUR, now=NOW, reason="too fast")
    assert await owed(store) == [delivery]


async def test_a_failure_is_remembered_until_the_next_restatement(
    store: Store, order: Subscription, one: Story
) -> None:
    delivery = await sent(store, order, MONDAY, one.ref)
    await restate(store, one)
    await store.errata.postpone(await taken(store, delivery), until=NOW + HOUR, now=NOW, reason="too fast")
    assert await owed(store) == []
    assert await store.errata.owed(NOW + HOUR)
    again = await taken(store, delivery)
    await store.errata.postpone(again, until=NOW + 2 * HOUR, now=NOW + HOUR, reason="down")
    await store.errata.told([delivery], NOW + HOUR)

    failed = await taken(store, delivery)

    assert (failed.attempts, failed.reason, failed.failing_since, failed.told_at) == (2, "down", NOW, NOW + HOUR)
    await store.errata.give_back(failed)
    assert await owed(store) == [delivery]
    await restate(store, one)
    fresh = await taken(store, delivery)
    assert (fresh.attempts, fresh.reason, fresh.failing_since, fresh.told_at) == (0, "", None, None)


async def test_a_delivery_can_owe_without_a_restatement(store: Store, order: Subscription) -> None:
    delivery = await sent(store, order, MONDAY, "K7Q4")

    await store.errata.owe(delivery)
    await store.errata.owe(delivery)

    assert (await taken(store, delivery)).refs == ()


async def test_a_reading_that_a_merge_takes_along_is_owed_to_the_messages_of_its_workspace(
    store: Store, order: Subscription, elsewhere: Subscription
) -> None:
    older, younger = await store.archive.admit(intake(story("One", article("a")), story("Two", article("b"))))
    delivery = await sent(store, order, MONDAY, older.ref)
    await sent(store, elsewhere, MONDAY, older.ref)
    await restate(store, younger, HERE)

    await store.archive.admit(Intake(keys={}, merges=((younger.ref, older.ref),)))

    assert await owed(store) == [delivery]
    assert await store.archive.restated([older.ref], workspace=HERE)


async def test_messages_are_told_apart_by_where_their_channels_are_now(store: Store, one: Story) -> None:
    order = await store.subscriptions.subscribe(subscription(workspace=""))
    delivery = await sent(store, order, MONDAY, one.ref)
    await store.subscriptions.settle_home("slack", "T1")

    await restate(store, one, HERE)

    assert [carrier.id for carrier in await store.ledger.carriers(one.ref, workspace=HERE)] == [delivery]
    assert await store.ledger.carriers(one.ref, workspace=THERE) == ()
    assert await owed(store) == [delivery]
    assert await store.ledger.latest_edition(workspace=HERE)
    assert await store.ledger.latest_edition(workspace=THERE) is None
