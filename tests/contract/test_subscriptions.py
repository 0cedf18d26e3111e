import asyncio
from dataclasses import replace
from datetime import time

from bot.model import DeliveryState, Standing
from bot.ports import Store
from tests.contract.values import DAY, FULL_SUBSCRIPTION, HOUR, MONDAY, NOW, due, subscription, unfilled


async def test_a_subscription_comes_back_as_it_was_ordered(store: Store) -> None:
    stored = await store.subscriptions.subscribe(FULL_SUBSCRIPTION)

    assert not unfilled(FULL_SUBSCRIPTION)
    assert stored == replace(FULL_SUBSCRIPTION, id=stored.id)
    assert await store.subscriptions.by_id(stored.id) == stored
    assert await store.subscriptions.all() == (stored,)


async def test_subscribing_a_channel_again_changes_its_one_subscription(store: Store) -> None:
    first = await store.subscriptions.subscribe(subscription("C1"))

    changed = await store.subscriptions.subscribe(subscription("C1", timezone="Asia/Tokyo", stories=3))

    assert changed.id == first.id
    assert await store.subscriptions.all() == (changed,)


async def test_one_channel_subscribed_by_many_at_once_has_one_subscription(store: Store) -> None:
    stored = await asyncio.gather(*(store.subscriptions.subscribe(subscription("C1")) for _ in range(20)))

    assert len({one.id for one in stored}) == 1


async def test_equal_channel_ids_of_two_workspaces_are_two_channels(store: Store) -> None:
    ours = await store.subscriptions.subscribe(subscription("C1", workspace="T1"))
    theirs = await store.subscriptions.subscribe(subscription("C1", workspace="T2"))

    await store.subscriptions.retire(ours.id)

    assert ours.id != theirs.id
    assert await store.subscriptions.all() == (theirs,)


async def test_the_channels_of_one_workspace_are_its_own_without_the_retired(store: Store) -> None:
    ours = [await store.subscriptions.subscribe(subscription(name, workspace="T1")) for name in ("C1", "C2", "C3")]
    await store.subscriptions.subscribe(subscription("C1", workspace="T2"))
    await store.subscriptions.subscribe(subscription("C1", workspace="T1", declared=False))
    await store.subscriptions.retire(ours[1].id)

    found = await store.subscriptions.in_workspace("slack", "T1")

    assert [one.id for one in found] == [ours[0].id, ours[2].id]
    assert await store.subscriptions.in_workspace("discord", "T1") == ()


async def test_declared_subscriptions_come_back_in_the_order_declared(store: Store) -> None:
    await store.subscriptions.declare([subscription("C2")], at=NOW)

    stored = await store.subscriptions.declare([subscription("C1"), subscription("C2")], at=NOW)

    assert [one.channel.id for one in stored] == ["C1", "C2"]
    assert await store.subscriptions.all() == tuple(sorted(stored, key=lambda one: one.id))


async def test_a_declared_subscription_that_is_missing_is_retired(store: Store) -> None:
    kept, dropped = await store.subscriptions.declare([subscription("C1"), subscription("C2")], at=NOW)

    await store.subscriptions.declare([subscription("C1")], at=NOW)

    assert await store.subscriptions.all() == (kept,)
    [_, retired] = await store.subscriptions.all(retired=True)
    assert (retired.id, retired.standing) == (dropped.id, Standing.RETIRED)


async def test_declaring_leaves_subscriptions_set_up_from_chat_alone(store: Store) -> None:
    from_chat = await store.subscriptions.subscribe(subscription("C1", declared=False))

    await store.subscriptions.declare([], at=NOW)

    assert await store.subscriptions.all() == (from_chat,)


async def test_declaring_again_follows_the_file_but_keeps_an_admins_pause(store: Store) -> None:
    [first] = await store.subscriptions.declare([subscription("C1")], at=NOW)
    await store.subscriptions.pause(first.id, "on holiday")

    [again] = await store.subscriptions.declare([subscription("C1", stories=3)], at=NOW + DAY)

    assert again == replace(first, stories=3, standing=Standing.PAUSED, reason="on holiday")


async def test_one_that_comes_back_is_the_same_and_has_missed_nothing(store: Store) -> None:
    [first] = await store.subscriptions.declare([subscription("C1")], at=NOW)
    await store.subscriptions.declare([], at=NOW)

    [back] = await store.subscriptions.declare([subscription("C1")], at=NOW + 30 * DAY)

    assert back == replace(first, since=NOW + 30 * DAY)
    assert await store.subscriptions.declare([subscription("C1")], at=NOW + 40 * DAY) == (back,)


async def test_pause_and_resume_change_the_standing_and_nothing_else(store: Store) -> None:
    stored = await store.subscriptions.subscribe(subscription("C1"))

    await store.subscriptions.pause(stored.id, "too loud")
    paused = await store.subscriptions.by_id(stored.id)
    await store.subscriptions.resume(stored.id)

    assert paused == replace(stored, standing=Standing.PAUSED, reason="too loud")
    assert await store.subscriptions.by_id(stored.id) == stored


async def test_a_retired_one_is_found_by_id_keeps_its_ledger_and_can_be_subscribed_again(store: Store) -> None:
    stored = await store.subscriptions.subscribe(subscription("C1"))
    await store.ledger.plan([due(stored.id)])

    await store.subscriptions.retire(stored.id)
    await store.subscriptions.pause(stored.id, "a late click")

    retired = await store.subscriptions.by_id(stored.id)
    assert retired
    assert retired.standing is Standing.RETIRED
    assert await store.ledger.planned_through({stored.id: MONDAY}) == {stored.id: MONDAY}
    assert await store.subscriptions.subscribe(subscription("C1")) == stored


async def test_nothing_is_found_under_an_unknown_id(store: Store) -> None:
    assert await store.subscriptions.by_id(12345) is None


async def test_a_refusal_never_takes_the_place_of_a_persons_pause(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription("C1"))
    await store.subscriptions.pause(one.id, "on holiday")

    await store.subscriptions.pause(one.id, "it is archived", by_platform=True)

    assert await store.subscriptions.by_id(one.id) == replace(one, standing=Standing.PAUSED, reason="on holiday")


async def test_a_pause_by_the_platform_is_told_from_a_persons_and_survives_a_declaration(store: Store) -> None:
    [one] = await store.subscriptions.declare([subscription("C1")], at=NOW)
    await store.subscriptions.pause(one.id, "it is archived", by_platform=True)

    [declared] = await store.subscriptions.declare([subscription("C1")], at=NOW)

    assert (declared.standing, declared.paused_by_platform) == (Standing.PAUSED, True)
    await store.subscriptions.resume(one.id)
    assert await store.subscriptions.by_id(one.id) == one


async def test_a_channel_that_gets_another_id_keeps_its_subscription(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription("C1"))
    other = await store.subscriptions.subscribe(subscription("C2"))
    moved = replace(one.channel, id="C3", name="renamed")

    assert await store.subscriptions.move(one.id, moved)
    assert not await store.subscriptions.move(one.id, other.channel)
    assert await store.subscriptions.by_id(one.id) == replace(one, channel=moved)


async def test_declared_channels_without_a_workspace_belong_to_the_home(store: Store) -> None:
    homeless = subscription("C1", workspace="")
    [before] = await store.subscriptions.declare([homeless], at=NOW)

    await store.subscriptions.settle_home(before.channel.platform, "T1")
    [after] = await store.subscriptions.declare([homeless], at=NOW)

    assert after == replace(before, channel=replace(before.channel, workspace="T1"))
    await store.subscriptions.settle_home(before.channel.platform, "T2")
    [moved_house] = await store.subscriptions.declare([homeless], at=NOW)
    assert moved_house.id != before.id
    assert [one.id for one in await store.subscriptions.all()] == [moved_house.id]


async def test_a_channel_without_a_workspace_is_the_one_that_the_home_has(store: Store) -> None:
    homeless = subscription("C1", workspace="")
    await store.subscriptions.settle_home(homeless.channel.platform, "T1")
    served = await store.subscriptions.subscribe(subscription("C1", workspace="T1"))

    assert (await store.subscriptions.subscribe(homeless)).id == served.id
    assert await store.subscriptions.by_place(homeless.channel.platform, "", "C1") == served
    await store.subscriptions.retire(served.id)
    back = await store.subscriptions.subscribe(homeless)
    await store.subscriptions.settle_home(homeless.channel.platform, "T1")
    assert await store.subscriptions.all() == (back,)
    assert (back.id, back.standing) == (served.id, Standing.ACTIVE)


async def test_a_subscription_is_found_by_its_place_even_when_retired(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription("C1"))
    await store.subscriptions.retire(one.id)

    assert await store.subscriptions.by_place("slack", "T1", "C1") == replace(one, standing=Standing.RETIRED)
    assert await store.subscriptions.by_place("slack", "T2", "C1") is None


async def test_a_change_enters_what_it_closes_and_remembers_when_the_hour_changed(store: Store) -> None:
    first = await store.subscriptions.subscribe(subscription(since=NOW))
    assert first.ordered_at is None

    bigger = await store.subscriptions.subscribe(replace(first, stories=9, since=NOW + HOUR), at=NOW + HOUR)
    assert (bigger.since, bigger.ordered_at) == (NOW, None)

    later = await store.subscriptions.subscribe(replace(first, at=time(20)), at=NOW + HOUR, closing=[due(first.id)])
    assert later.ordered_at == NOW + HOUR
    assert await store.subscriptions.by_id(first.id) == later
    [closed] = await store.ledger.deliveries()
    assert (closed.date, closed.state) == (MONDAY, DeliveryState.DUE)

    await store.subscriptions.retire(first.id, closing=[due(first.id), due(first.id, MONDAY + DAY)])
    assert len(await store.ledger.deliveries()) == 2
    back = await store.subscriptions.subscribe(replace(first, since=NOW + DAY), at=NOW + DAY)
    assert (back.since, back.ordered_at) == (NOW + DAY, None)


async def test_a_declaration_that_changes_an_hour_says_since_when(store: Store) -> None:
    plain = subscription()
    (first,) = await store.subscriptions.declare([plain], at=NOW)
    (same,) = await store.subscriptions.declare([plain], at=NOW + HOUR)
    (other,) = await store.subscriptions.declare([replace(plain, days=(1,))], at=NOW + DAY, closing=[due(first.id)])

    assert (first.ordered_at, same.ordered_at, other.ordered_at) == (None, None, NOW + DAY)
    assert len(await store.ledger.deliveries()) == 1
