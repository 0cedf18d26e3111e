import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.model import Claim, Delivery, Intent, Receipt, Standing, Subscription
from bot.model import DeliveryState as State
from bot.ports import Store
from tests.contract.values import (
    DAY,
    HOUR,
    MONDAY,
    NOW,
    article,
    composition,
    due,
    full_composition,
    intake,
    story,
    subscription,
    unfilled,
)

LEASE = timedelta(seconds=75)
LANE = "slack:T1"
TUESDAY = MONDAY + DAY


async def planned(store: Store, order: Subscription, day: date = MONDAY) -> int:
    """The id of a delivery that is due."""
    await store.ledger.plan([due(order.id, day)])
    [delivery] = await store.ledger.deliveries(subscription=order.id, day=day)
    return delivery.id


async def claimed(store: Store, order: Subscription, day: date = MONDAY) -> Claim:
    claim = await store.ledger.claim(await planned(store, order, day), NOW, LEASE)
    assert claim
    return claim


async def sent(store: Store, order: Subscription, day: date, *refs: str, publishers: int = 1) -> int:
    """The id of a delivery that was composed at eight of *day* and sent with these stories."""
    claim = await claimed(store, order, day)
    at = NOW + (day - MONDAY)
    await store.ledger.compose(claim, composition(order, *refs, at=at, publishers=publishers))
    await store.ledger.intend(claim, 0, "key", at)
    await store.ledger.part_sent(claim, Receipt(part=0, messages=("m1",)))
    await store.ledger.finish(claim, State.SENT, at=at)
    return claim.delivery.id


async def as_it_stands(store: Store, claim: Claim) -> Delivery:
    delivery = await store.ledger.by_id(claim.delivery.id)
    assert delivery
    return delivery


# -------------------------------------------------------------------------------------------------------- planning


async def test_a_planned_delivery_is_due_at_its_hour(store: Store, order: Subscription) -> None:
    assert await store.ledger.plan([due(order.id)]) == 1

    [delivery] = await store.ledger.deliveries()
    assert delivery == Delivery(
        id=delivery.id,
        subscription=order.id,
        channel=order.channel,
        date=MONDAY,
        due_at=NOW,
        state=State.DUE,
        next_at=NOW,
    )


async def test_a_date_is_entered_once_whatever_it_became(store: Store, order: Subscription) -> None:
    await store.ledger.plan([replace(due(order.id), state=State.MISSED, reason="nothing was running")])

    assert await store.ledger.plan([due(order.id), due(order.id, TUESDAY)]) == 1

    [tuesday, monday] = await store.ledger.deliveries()
    assert (tuesday.date, tuesday.state) == (TUESDAY, State.DUE)
    assert (monday.state, monday.reason, monday.next_at) == (State.MISSED, "nothing was running", None)


async def test_a_date_planned_by_many_at_once_is_entered_once(store: Store, other: Store, order: Subscription) -> None:
    counts = await asyncio.gather(*(keeper.ledger.plan([due(order.id)]) for keeper in (store, other) * 10))

    assert sum(counts) == 1


async def test_planned_through_is_the_newest_date_of_each(store: Store, order: Subscription) -> None:
    blank = await store.subscriptions.subscribe(subscription("C2"))
    await store.ledger.plan([due(order.id, TUESDAY), due(order.id, MONDAY)])

    until = TUESDAY + 9 * DAY
    assert await store.ledger.planned_through({order.id: until, blank.id: until, 999: until}) == {order.id: TUESDAY}
    assert await store.ledger.planned_through({order.id: TUESDAY}) == {order.id: TUESDAY}
    assert await store.ledger.planned_through({order.id: MONDAY}) == {order.id: MONDAY}
    assert await store.ledger.planned_through({order.id: MONDAY - DAY}) == {}
    assert await store.ledger.planned_through({}) == {}


async def test_waiting_lists_what_may_be_claimed_oldest_due_first(store: Store, order: Subscription) -> None:
    late, early = due(order.id, TUESDAY, at=NOW), due(order.id, MONDAY, at=NOW - HOUR)
    future = due(order.id, TUESDAY + DAY, at=NOW + timedelta(microseconds=1))
    missed = due(order.id, MONDAY - DAY, at=NOW - DAY, state=State.MISSED)
    await store.ledger.plan([late, early, future, missed])

    waiting = await store.ledger.waiting(NOW)

    dates = {one.id: one.date for one in await store.ledger.deliveries()}
    assert [dates[one] for one in waiting[LANE]] == [MONDAY, TUESDAY]


async def test_waiting_makes_one_lane_of_a_platform_that_paces_as_one(store: Store, order: Subscription) -> None:
    other = await store.subscriptions.subscribe(replace(order, channel=replace(order.channel, workspace="T2", id="C2")))
    await store.ledger.plan([due(order.id, TUESDAY, at=NOW), due(other.id, TUESDAY, at=NOW - HOUR)])

    waiting = await store.ledger.waiting(NOW, as_one=["slack", "discord"])

    subscriptions = {one.id: one.subscription for one in await store.ledger.deliveries()}
    assert list(waiting) == ["slack"]
    assert [subscriptions[one] for one in waiting["slack"]] == [other.id, order.id]
    assert set(await store.ledger.waiting(NOW, as_one=["discord"])) == {LANE, "slack:T2"}


async def test_waiting_tells_workspaces_apart_and_hides_nothing_behind_thousands(
    store: Store, order: Subscription
) -> None:
    other = await store.subscriptions.subscribe(replace(order, channel=replace(order.channel, workspace="T2", id="C2")))
    dates = [MONDAY + number * DAY for number in range(2000)]
    await store.ledger.plan([due(order.id, day, at=NOW - HOUR) for day in dates])
    await store.ledger.plan([due(other.id, MONDAY, at=NOW)])

    waiting = await store.ledger.waiting(NOW)

    assert [(lane, len(numbers)) for lane, numbers in waiting.items()] == [(LANE, 2000), ("slack:T2", 1)]
    assert await store.ledger.waiting(NOW, only=other.id) == {"slack:T2": waiting["slack:T2"]}
    assert await store.ledger.next_wait(besides=waiting[LANE]) == NOW
    assert await store.ledger.next_wait(besides=[*waiting[LANE], *waiting["slack:T2"]]) is None


async def test_waiting_can_be_asked_for_those_alone_that_came_due_or_were_wished_by_some_time(
    store: Store, order: Subscription
) -> None:
    await store.ledger.plan([due(order.id, MONDAY, at=NOW - HOUR), due(order.id, TUESDAY, at=NOW)])
    newer, older = [one.id for one in await store.ledger.deliveries()]
    just_before = NOW - timedelta(microseconds=1)

    assert await store.ledger.waiting(NOW, begun_by=just_before) == {LANE: (older,)}
    assert await store.ledger.waiting(NOW, begun_by=NOW) == {LANE: (older, newer)}
    claim = await store.ledger.claim(older, NOW, LEASE)
    assert claim
    await store.ledger.finish(claim, State.UNCERTAIN, at=NOW, reason="x")
    assert await store.ledger.reopen(older, NOW)
    assert await store.ledger.waiting(NOW, begun_by=just_before) == {}


async def test_a_refused_delivery_pauses_its_channel_with_the_reason(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)

    await store.ledger.finish(claim, State.REFUSED, at=NOW, reason="the channel is archived")

    paused = await store.subscriptions.by_id(order.id)
    assert paused == replace(order, standing=Standing.PAUSED, reason="the channel is archived", paused_by_platform=True)


async def test_a_late_owner_who_was_refused_pauses_nothing(store: Store, order: Subscription) -> None:
    late = await claimed(store, order)
    await store.ledger.claim(late.delivery.id, NOW + LEASE, LEASE)

    await store.ledger.finish(late, State.REFUSED, at=NOW, reason="the channel is archived")

    assert await store.subscriptions.by_id(order.id) == order


async def test_a_claimed_delivery_waits_again_when_its_lease_ends(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)

    assert await store.ledger.waiting(NOW + LEASE - timedelta(microseconds=1)) == {}
    assert await store.ledger.waiting(NOW + LEASE) == {LANE: (claim.delivery.id,)}


async def test_next_wait_is_when_anything_may_be_touched(store: Store, order: Subscription) -> None:
    assert await store.ledger.next_wait() is None

    claim = await claimed(store, order)
    assert await store.ledger.next_wait() == NOW + LEASE

    await store.ledger.postpone(claim, until=NOW + 2 * HOUR, state=State.DUE, reason="busy")
    assert await store.ledger.next_wait() == NOW + 2 * HOUR

    await store.ledger.plan([due(order.id, TUESDAY, at=NOW + HOUR)])
    assert await store.ledger.next_wait() == NOW + HOUR


async def test_unsettled_counts_what_is_on_its_way(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    await store.ledger.plan([due(order.id, TUESDAY)])

    before = await store.ledger.unsettled()
    await store.ledger.finish(claim, State.SENT, at=NOW)

    assert (before, await store.ledger.unsettled()) == (2, 1)
    assert await store.ledger.unsettled(only=order.id) == 1
    assert await store.ledger.unsettled(only=order.id + 1) == 0


# -------------------------------------------------------------------------------------------------------- claiming


async def test_of_many_who_claim_at_once_one_wins(store: Store, other: Store, order: Subscription) -> None:
    delivery = await planned(store, order)

    claims = await asyncio.gather(
        *(keeper.ledger.claim(delivery, NOW, LEASE) for keeper in (store, other) for _ in range(25))
    )

    assert len([claim for claim in claims if claim]) == 1


async def test_a_delivery_is_not_claimed_before_its_time_while_held_or_when_final(
    store: Store, order: Subscription
) -> None:
    delivery = await planned(store, order)

    assert await store.ledger.claim(delivery, NOW - timedelta(microseconds=1), LEASE) is None
    claim = await store.ledger.claim(delivery, NOW, LEASE)
    assert claim
    assert await store.ledger.claim(delivery, NOW + LEASE / 2, LEASE) is None
    await store.ledger.finish(claim, State.REFUSED, at=NOW, reason="no such channel")
    assert await store.ledger.claim(delivery, NOW + DAY, LEASE) is None
    assert await store.ledger.claim(999, NOW, LEASE) is None


async def test_a_later_claim_has_a_greater_token(store: Store, order: Subscription) -> None:
    first = await claimed(store, order)

    second = await store.ledger.claim(first.delivery.id, NOW + LEASE, LEASE)

    assert second
    assert second.token > first.token
    assert (first.until, second.until) == (NOW + LEASE, NOW + 2 * LEASE)


async def test_a_claim_of_what_was_being_sent_shows_the_intent(store: Store, order: Subscription) -> None:
    first = await claimed(store, order)
    intent = Intent(part=0, key="ABC", at=NOW + timedelta(microseconds=3))
    await store.ledger.intend(first, intent.part, intent.key, intent.at)

    second = await store.ledger.claim(first.delivery.id, NOW + LEASE, LEASE)

    assert second
    assert (second.delivery.state, second.delivery.intent) == (State.SENDING, intent)


async def test_releasing_all_frees_what_was_held_and_changes_nothing_else(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    await store.ledger.intend(claim, 0, "ABC", NOW)
    before = await as_it_stands(store, claim)

    assert await store.ledger.release_all() == 1
    assert await store.ledger.release_all() == 0

    assert await as_it_stands(store, claim) == before
    again = await store.ledger.claim(claim.delivery.id, NOW, LEASE)
    assert again
    assert again.token > claim.token


@pytest.mark.parametrize("end", ["claimed by another", "final", "given back"])
async def test_whoever_lost_a_claim_changes_nothing(store: Store, order: Subscription, end: str) -> None:
    lost = await claimed(store, order)
    if end == "final":
        await store.ledger.finish(lost, State.SKIPPED, at=NOW, reason="paused")
    elif end == "given back":
        await store.ledger.postpone(lost, until=NOW, state=State.DUE, reason="later")
    else:
        await store.ledger.claim(lost.delivery.id, NOW + LEASE, LEASE)
    before = await as_it_stands(store, lost)

    answers = [
        await store.ledger.compose(lost, composition(order, "K7Q4")),
        await store.ledger.intend(lost, 0, "key", NOW),
        await store.ledger.part_sent(lost, Receipt(part=0, messages=("m",))),
        await store.ledger.postpone(lost, until=NOW + DAY, state=State.DUE, reason="mine"),
        await store.ledger.finish(lost, State.SENT, at=NOW),
    ]

    assert answers == [False] * 5
    assert await as_it_stands(store, lost) == before
    assert await store.ledger.edition(lost.delivery.id) is None


# ------------------------------------------------------------------------------------------------------ delivering


async def test_an_edition_and_its_reasons_come_back_as_they_were_composed(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    full = full_composition(order)

    assert await store.ledger.compose(claim, full)

    assert full.tally is not None
    coverage = full.edition.coverage
    for value in (full.edition, full.edition.stories[0], coverage, full.verdicts[0], full.tally, full.tally.rest[0]):
        assert not unfilled(value)
    assert await store.ledger.edition(claim.delivery.id) == full.edition
    assert await store.ledger.verdicts(claim.delivery.id) == full.verdicts
    assert await store.ledger.reasons(claim.delivery.id) == (full.verdicts, full.tally)
    assert (await as_it_stands(store, claim)).edition == ("K7Q4",)


async def test_the_first_edition_of_a_delivery_is_the_one_that_stays(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    await store.ledger.compose(claim, composition(order, "K7Q4"))

    assert await store.ledger.compose(claim, composition(order, "B2C3"))

    assert (await as_it_stands(store, claim)).edition == ("K7Q4",)


async def test_before_it_is_composed_a_delivery_has_no_edition(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)

    assert await store.ledger.edition(claim.delivery.id) is None
    assert await store.ledger.verdicts(claim.delivery.id) == ()
    assert claim.delivery.edition is None


async def test_each_intent_counts_as_an_attempt(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)

    await store.ledger.intend(claim, 0, "A", NOW)
    await store.ledger.intend(claim, 0, "A", NOW + HOUR)

    delivery = await as_it_stands(store, claim)
    assert (delivery.state, delivery.attempts) == (State.SENDING, 2)
    assert delivery.intent == Intent(part=0, key="A", at=NOW + HOUR)


async def test_parts_that_arrived_are_kept_in_order_and_end_the_intent(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    receipts = (Receipt(part=0, messages=("m1", "m2")), Receipt(part=1, messages=("m3",)))

    for receipt in receipts:
        await store.ledger.intend(claim, receipt.part, "key", NOW)
        assert await store.ledger.part_sent(claim, receipt)

    delivery = await as_it_stands(store, claim)
    assert (delivery.state, delivery.intent, delivery.receipts) == (State.DUE, None, receipts)
    assert await store.ledger.claim(delivery.id, NOW, LEASE) is None


@pytest.mark.parametrize("state", [State.DUE, State.SENDING])
async def test_what_is_postponed_is_free_when_its_time_comes(store: Store, order: Subscription, state: State) -> None:
    claim = await claimed(store, order)
    await store.ledger.intend(claim, 0, "key", NOW)

    assert await store.ledger.postpone(claim, until=NOW + HOUR, state=state, reason="rate limited")

    delivery = await as_it_stands(store, claim)
    assert (delivery.state, delivery.next_at, delivery.reason) == (state, NOW + HOUR, "rate limited")
    assert (delivery.intent is not None) == (state is State.SENDING)
    assert await store.ledger.waiting(NOW + HOUR - timedelta(microseconds=1)) == {}
    assert await store.ledger.claim(delivery.id, NOW + HOUR, LEASE)


@pytest.mark.parametrize("state", [state for state in State if state.final])
async def test_a_final_delivery_has_nothing_left_to_do(store: Store, order: Subscription, state: State) -> None:
    claim = await claimed(store, order)
    await store.ledger.intend(claim, 0, "key", NOW)

    assert await store.ledger.finish(claim, state, at=NOW + HOUR, reason="so it is")

    delivery = await as_it_stands(store, claim)
    assert (delivery.state, delivery.reason, delivery.next_at, delivery.intent) == (state, "so it is", None, None)
    assert delivery.sent_at == (NOW + HOUR if state is State.SENT else None)
    assert await store.ledger.next_wait() is None


async def test_many_deliveries_at_once_keep_their_own_records(store: Store) -> None:
    orders = [await store.subscriptions.subscribe(subscription(f"C{number}")) for number in range(30)]

    await asyncio.gather(*(sent(store, order, MONDAY, f"R{order.id}") for order in orders))

    deliveries = await store.ledger.deliveries()
    assert {one.subscription: one.edition for one in deliveries} == {order.id: (f"R{order.id}",) for order in orders}
    assert {one.state for one in deliveries} == {State.SENT}


# --------------------------------------------------------------------------------------------------------- reading


async def test_deliveries_are_listed_newest_date_first_then_by_channel_name(store: Store) -> None:
    b = await store.subscriptions.subscribe(subscription("B"))
    a = await store.subscriptions.subscribe(subscription("A"))
    await store.ledger.plan([due(b.id), due(a.id), due(b.id, TUESDAY)])

    everything = await store.ledger.deliveries()

    listed = [(one.date, one.channel.id) for one in everything]
    assert listed == [(TUESDAY, "B"), (MONDAY, "A"), (MONDAY, "B")]
    assert await store.ledger.deliveries(subscription=b.id, day=MONDAY) == everything[2:]
    assert await store.ledger.deliveries(day=MONDAY, limit=1) == everything[1:2]
    assert await store.ledger.by_id(999) is None


async def test_the_last_sent_edition_is_the_newest_one_composed_before(store: Store, order: Subscription) -> None:
    await sent(store, order, MONDAY, "K7Q4")
    await sent(store, order, TUESDAY)  # a quiet day counts
    failed = await claimed(store, order, TUESDAY + DAY)
    await store.ledger.compose(failed, composition(order, "B2C3", at=NOW + 2 * DAY))
    await store.ledger.finish(failed, State.REFUSED, at=NOW, reason="gone")

    last = await store.ledger.last_sent(order.id, NOW + 3 * DAY)
    earlier = await store.ledger.last_sent(order.id, NOW + DAY)

    assert last
    assert last.quiet
    assert earlier
    assert earlier.date == MONDAY
    assert await store.ledger.last_sent(order.id, NOW) is None


async def test_the_latest_edition_is_the_newest_sent_of_one_channel_or_of_any(store: Store) -> None:
    one = await store.subscriptions.subscribe(subscription("A"))
    two = await store.subscriptions.subscribe(subscription("B"))
    await sent(store, one, MONDAY, "K7Q4")
    await sent(store, two, TUESDAY, "B2C3")

    newest = await store.ledger.latest_edition()
    of_one = await store.ledger.latest_edition(subscription=one.id)

    assert newest
    assert newest.stories[0].ref == "B2C3"
    assert of_one
    assert of_one.stories[0].ref == "K7Q4"
    assert await store.ledger.latest_edition(subscription=999) is None


async def test_posted_tells_when_a_story_was_last_shown_and_with_how_many_publishers(
    store: Store, order: Subscription
) -> None:
    elsewhere = await store.subscriptions.subscribe(subscription("C2"))
    await sent(store, order, MONDAY, "K7Q4", publishers=1)
    await sent(store, order, TUESDAY, "K7Q4", publishers=4)
    await sent(store, elsewhere, TUESDAY, "B2C3")

    posted = await store.ledger.posted(order.id, ["K7Q4", "B2C3", "NONE"])

    assert posted == {"K7Q4": (NOW + DAY, 4)}


@pytest.mark.parametrize(
    ("fate", "may_have_been_seen"),
    [
        ("composed", False),
        ("sending", True),
        ("one part arrived", True),
        ("uncertain", True),
        ("refused", False),
        ("missed after one part", True),
    ],
)
async def test_a_story_that_may_have_been_seen_counts_as_posted(
    store: Store, order: Subscription, fate: str, may_have_been_seen: bool
) -> None:
    claim = await claimed(store, order)
    await store.ledger.compose(claim, composition(order, "K7Q4"))
    if fate != "composed":
        await store.ledger.intend(claim, 0, "key", NOW)
    if "part" in fate:
        await store.ledger.part_sent(claim, Receipt(part=0, messages=("m",)))
    final = {"uncertain": State.UNCERTAIN, "refused": State.REFUSED, "missed after one part": State.MISSED}.get(fate)
    if final:
        await store.ledger.finish(claim, final, at=NOW)

    posted = await store.ledger.posted(order.id, ["K7Q4"])

    assert ("K7Q4" in posted) == may_have_been_seen
    assert await store.ledger.shown(["K7Q4", "B2C3"]) == {"K7Q4"}


async def test_carriers_are_deliveries_with_a_receipt_that_hold_the_story(store: Store) -> None:
    orders = [await store.subscriptions.subscribe(subscription(name)) for name in ("A", "B", "C")]
    carrying = await sent(store, orders[0], MONDAY, "K7Q4")
    await sent(store, orders[1], MONDAY, "B2C3")
    unsent = await claimed(store, orders[2])
    await store.ledger.compose(unsent, composition(orders[2], "K7Q4"))

    carriers = await store.ledger.carriers("K7Q4")

    assert [one.id for one in carriers] == [carrying]
    assert carriers[0].receipts == (Receipt(part=0, messages=("m1",)),)


async def test_what_was_shown_under_a_merged_ref_counts_for_the_story_it_leads_to(
    store: Store, order: Subscription
) -> None:
    older, middle, younger = await store.archive.admit(intake(story("One"), story("Two"), story("Three")))
    await store.archive.admit(intake(merges=((younger.ref, middle.ref), (middle.ref, older.ref))))

    # Another process had composed it before they were merged.
    carrying = await sent(store, order, MONDAY, younger.ref)

    assert await store.ledger.posted(order.id, [older.ref]) == {older.ref: (NOW, 1)}
    assert await store.ledger.shown([older.ref]) == {older.ref}
    assert [one.id for one in await store.ledger.carriers(older.ref)] == [carrying]


async def test_a_story_that_an_edition_came_to_hold_meanwhile_is_not_merged_away(
    store: Store, order: Subscription
) -> None:
    older, younger = await store.archive.admit(intake(story("One", article("a")), story("Two", article("b"))))
    await sent(store, order, MONDAY, younger.ref)
    both = replace(older, articles=(*older.articles, *younger.articles, article("c")))

    await store.archive.admit(replace(intake(both), merges=((younger.ref, older.ref),)))

    assert await store.archive.by_ref(younger.ref) == younger
    grown = await store.archive.by_ref(older.ref)
    assert grown
    assert [one.key for one in grown.articles] == ["a", "c"]


# ------------------------------------------------------------------------------------------------------------ time


async def test_the_newest_time_seen_is_remembered(store: Store) -> None:
    assert await store.ledger.last_seen() is None

    await store.ledger.see(NOW)
    await store.ledger.see(NOW - HOUR)

    assert await store.ledger.last_seen() == NOW


async def test_a_database_that_was_never_restored_says_so(store: Store) -> None:
    assert await store.ledger.restored_at() is None


async def test_considered_is_what_the_newest_sent_edition_passed_judgement_on(
    store: Store, order: Subscription
) -> None:
    assert await store.ledger.considered(order.id, NOW + 9 * DAY) == frozenset()
    await sent(store, order, MONDAY, "K7Q4", "B2CD")
    await sent(store, order, TUESDAY, "C3DF")

    monday = await store.ledger.deliveries(day=MONDAY)
    judged = frozenset(one.ref for one in await store.ledger.verdicts(monday[0].id))
    assert judged >= {"K7Q4", "B2CD"}
    assert await store.ledger.considered(order.id, NOW + DAY) == judged
    assert "C3DF" in await store.ledger.considered(order.id, NOW + 9 * DAY)


async def test_mornings_are_the_newest_editions_of_those_that_were_sent_one_lately(
    store: Store, order: Subscription
) -> None:
    other = await store.subscriptions.subscribe(subscription("C2"))
    for day in range(4):
        await sent(store, order, MONDAY + day * DAY, *["K7Q4"][: day % 2])
    await sent(store, other, MONDAY, "B2CD")
    await planned(store, order, MONDAY + 4 * DAY)

    found = await store.ledger.mornings(NOW + 3 * DAY, 3)

    assert list(found) == [order.id]
    assert [(one.date, one.stories, one.unnamed) for one in found[order.id]] == [
        (MONDAY + 3 * DAY, 1, 1),
        (MONDAY + 2 * DAY, 0, 0),
        (MONDAY + DAY, 1, 1),
    ]
    assert set(await store.ledger.mornings(NOW, 1)) == {order.id, other.id}


async def test_a_morning_knows_who_was_named_and_what_it_was_chosen_from(store: Store, order: Subscription) -> None:
    claim = await claimed(store, order)
    full = full_composition(order)
    await store.ledger.compose(claim, full)
    await store.ledger.finish(claim, State.SENT, at=NOW)

    [(morning,)] = (await store.ledger.mornings(NOW, 3)).values()

    names = {source.name for shown in full.edition.stories for source in shown.sources}
    assert names
    assert (set(morning.publishers), morning.sent_at) == (names, NOW)
    assert morning.coverage == full.edition.coverage


async def test_what_was_considered_without_a_reason_that_is_kept_was_considered_as_well(
    store: Store, order: Subscription
) -> None:
    claim = await claimed(store, order)
    await store.ledger.compose(claim, full_composition(order))
    await store.ledger.finish(claim, State.SENT, at=NOW)

    assert await store.ledger.considered(order.id, NOW + DAY) == {"K7Q4", "B2CD", "C3DF"}
