"""Which standing orders are worth a look, on every keeper."""

from dataclasses import replace
from datetime import UTC, datetime, time

from bot.model import Standing, Subscription
from bot.ports import Store
from tests.contract.values import DAY, HOUR, NOW, subscription

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def looked_at(store: Store, by: datetime = NOW) -> list[int]:
    return [one.id for one in await store.subscriptions.to_look_at(by)]


async def put_off(store: Store, *orders: Subscription, until: datetime = NOON) -> None:
    await store.subscriptions.look_later([(one, until) for one in orders])


async def test_everybody_is_looked_at_until_they_are_put_off_and_again_when_that_time_has_come(store: Store) -> None:
    first, second = [await store.subscriptions.subscribe(subscription(name)) for name in ("C1", "C2")]
    assert await looked_at(store) == [first.id, second.id]

    await put_off(store, first)

    assert await looked_at(store) == [second.id]
    assert await looked_at(store, NOON) == [first.id, second.id]
    assert await store.subscriptions.by_id(first.id) == first, "it is part of no order"


async def test_all_are_read_some_at_a_time_without_the_retired_ones(store: Store) -> None:
    first, second, gone, last = [
        await store.subscriptions.subscribe(subscription(name)) for name in ("C1", "C2", "C3", "C4")
    ]
    await store.subscriptions.pause(second.id, "by Ada", by_platform=False)
    await store.subscriptions.retire(gone.id)
    some = store.subscriptions.some

    assert [one.id for one in await some(after=0, most=2)] == [first.id, second.id]
    assert [one.id for one in await some(after=second.id, most=2)] == [last.id]
    assert await some(after=last.id, most=2) == ()


async def test_each_is_put_off_to_a_time_of_its_own(store: Store) -> None:
    orders = [await store.subscriptions.subscribe(subscription(name)) for name in ("C1", "C2", "C3")]

    await store.subscriptions.look_later([(one, NOW + place * HOUR) for place, one in enumerate(orders, 1)])

    assert [len(await looked_at(store, NOW + hours * HOUR)) for hours in range(5)] == [0, 1, 2, 3, 3]


async def test_paused_ones_are_looked_at_too_and_retired_ones_are_not(store: Store) -> None:
    paused, gone = [await store.subscriptions.subscribe(subscription(name)) for name in ("C1", "C2")]
    await store.subscriptions.pause(paused.id, "on holiday")
    await store.subscriptions.retire(gone.id)

    assert await looked_at(store) == [paused.id]


async def test_whatever_changes_an_order_lets_it_be_looked_at_at_once(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription())
    changes = (replace(one, at=time(9)), replace(one, timezone="Asia/Tokyo"), replace(one, days=(1,)))
    for change in (*changes, replace(changes[-1], stories=9)):
        stored = await store.subscriptions.by_id(one.id)
        assert stored
        await put_off(store, stored)
        assert await looked_at(store) == []

        await store.subscriptions.subscribe(change)
        assert await looked_at(store) == [one.id], change


async def test_one_that_is_declared_anew_or_comes_back_is_looked_at_at_once(store: Store) -> None:
    [one] = await store.subscriptions.declare([subscription()], at=NOW)
    await put_off(store, one)
    await store.subscriptions.declare([subscription()], at=NOW)
    assert await looked_at(store) == [], "nothing was changed"

    [later] = await store.subscriptions.declare([replace(subscription(), at=time(9))], at=NOW)
    assert await looked_at(store) == [one.id]

    await put_off(store, later)
    await store.subscriptions.declare([], at=NOW)
    await store.subscriptions.declare([replace(subscription(), at=time(9))], at=NOW + DAY)
    assert await looked_at(store) == [one.id]


async def test_an_order_that_was_changed_after_it_was_read_is_not_put_off(store: Store, other: Store) -> None:
    one = await store.subscriptions.subscribe(subscription())
    for change in ({"at": time(23)}, {"timezone": "Asia/Tokyo"}, {"days": (1,)}):
        await other.subscriptions.subscribe(replace(one, **change))

        await put_off(store, one, until=NOON)

        assert await looked_at(store) == [one.id], change


# ------------------------------------------------------------------------------------------------------ what is wrong


async def suspects(store: Store, *, also: tuple[int, ...] = ()) -> list[int]:
    zones = ("UTC", "Europe/Berlin")
    found = await store.subscriptions.suspects(NOW, platforms=("slack", "discord"), zones=zones, also=also)
    return [one.id for one in found]


async def test_a_channel_with_nothing_strange_is_no_suspect_unless_asked_for(store: Store) -> None:
    one, gone = [await store.subscriptions.subscribe(subscription(name, timezone="UTC")) for name in ("C1", "C2")]
    await store.subscriptions.retire(gone.id)

    assert await suspects(store) == []
    assert await suspects(store, also=(one.id,)) == [one.id]
    [retired] = await store.subscriptions.suspects(NOW, platforms=("slack",), zones=("UTC",), also=(gone.id,))
    assert retired.standing is Standing.RETIRED


async def test_paused_channels_are_suspects(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription(timezone="UTC"))
    await store.subscriptions.pause(one.id, "on holiday")

    assert await suspects(store) == [one.id]


async def test_channels_of_a_platform_that_is_not_known_are_suspects(store: Store) -> None:
    plain = subscription(timezone="UTC")
    places = [replace(plain, channel=replace(plain.channel, platform=name)) for name in ("discord", "matrix", "zulip")]
    stored = [await store.subscriptions.subscribe(one) for one in (plain, *places)]

    assert await suspects(store) == [stored[2].id, stored[3].id]


async def test_channels_in_a_zone_that_is_not_known_are_suspects_while_they_wait_to_be_looked_at(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription(timezone="Mars/Olympus"))
    assert await suspects(store) == [one.id]

    await put_off(store, one)
    assert await suspects(store) == []


async def test_a_workspace_is_served_if_any_of_its_channels_is(store: Store) -> None:
    assert not await store.subscriptions.is_served("slack", "")
    one = await store.subscriptions.subscribe(subscription(workspace="T1"))

    asked = [("slack", "T1"), ("slack", ""), ("slack", "T2"), ("discord", "")]
    assert [await store.subscriptions.is_served(*place) for place in asked] == [True, True, False, False]
    await store.subscriptions.pause(one.id, "on holiday")
    assert await store.subscriptions.is_served("slack", "T1")
    await store.subscriptions.retire(one.id)
    assert not await store.subscriptions.is_served("slack", "T1")


async def test_channels_are_counted_by_how_they_stand(store: Store) -> None:
    assert await store.subscriptions.standings() == {}
    [first, second, third] = [await store.subscriptions.subscribe(subscription(name)) for name in ("C1", "C2", "C3")]
    await store.subscriptions.pause(second.id, "on holiday")
    await store.subscriptions.retire(third.id)
    await store.subscriptions.resume(first.id)

    assert await store.subscriptions.standings() == dict.fromkeys(Standing, 1)
