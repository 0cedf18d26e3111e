"""What could double or lose a morning on Discord although no single request says so."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from adapters.discord.rest import point_to
from bot.doubt import Doubts
from bot.errors import Fate, PostFailed, Reach
from bot.model import DeliveryState, Layout, Notice, Receipt, Standing, delivery_key
from tests.discord_house import House, discord_house, long_edition, read
from tests.fake_discord import Fault, FaultPlan

LONG = timedelta(seconds=5)
"""Long enough for discord.py's own second try, which comes after a second."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with discord_house(tmp_path) as made:
        yield made


async def test_a_limit_for_the_whole_bot_that_lasts_longer_than_anybody_listens_ends_by_itself(house: House) -> None:
    await house.subscribe()
    house.discord.faults.plan = FaultPlan(retry_after=2.0)
    house.discord.next_faults("create_message", [Fault.TOO_MANY_GLOBAL])

    await house.through(3)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT


async def test_a_failure_and_then_a_limit_do_not_prove_that_nothing_arrived(house: House) -> None:
    await house.subscribe()
    house.listens_for(LONG)
    house.discord.nonce_life = 130
    house.discord.next_faults("create_message", [Fault.ERROR_AFTER, *[Fault.CLOUDFLARE_429] * 6])

    await house.through(20)

    assert len(house.editions()) == 1
    assert [one.state for one in await house.desk.channels.deliveries()] == [DeliveryState.SENT]


async def test_a_failure_and_then_a_refusal_are_no_refusal_of_the_first_try(house: House) -> None:
    await house.subscribe()
    house.listens_for(LONG)
    house.discord.next_faults("create_message", [Fault.ERROR_AFTER])
    going = asyncio.create_task(house.through(5))
    while not house.editions():  # noqa: ASYNC110  # discord.py waits for a real second before its second try
        await asyncio.sleep(0)
    house.discord.revoke("3001", "send_messages")
    await going

    assert [one.state for one in await house.desk.channels.deliveries()] == [DeliveryState.SENT]


async def test_a_machine_that_slept_repeats_nothing(house: House) -> None:
    await house.subscribe()
    house.discord.next_faults("create_message", [Fault.DROP_AFTER])
    await house.desk.rounds.publish()

    house.clock.is_set_to(house.clock.now() + timedelta(minutes=10))
    await house.through(5)

    assert len(house.editions()) == 1


@pytest.mark.parametrize("minutes", [-40, -15, 15, 40])
async def test_a_clock_that_differs_from_discords_finds_what_it_has_posted(house: House, minutes: int) -> None:
    off = timedelta(minutes=minutes)
    house.discord.now = lambda: (house.clock.now() - off).timestamp()  # noqa: PLW0108  # the clock moves
    house.discord._last_id = 0  # noqa: SLF001  # ids tell the time too
    await house.subscribe()
    house.discord.next_faults("create_message", [Fault.DROP_AFTER])
    await house.desk.rounds.publish()
    house.room.doubts = Doubts()  # as in another process
    house.discord.nonce_life = 60

    await house.through(10)

    assert len(house.editions()) == 1
    assert [one.state for one in await house.desk.channels.deliveries()] == [DeliveryState.SENT]


async def test_admins_who_take_no_messages_hold_up_nobodys_morning(house: House) -> None:
    house.discord.users["2001"].takes_dms = False
    for number in range(4000, 4300):
        house.discord.add_channel(str(number), guild="1001", name="news", deny=("send_messages",))
        await house.subscribe(str(number))

    for _ in range(10):
        await house.desk.rounds.publish()
        house.clock.move_to(house.clock.now() + timedelta(seconds=20))

    told = house.discord.counts["create_message", "403/50007"]
    assert 1 <= told <= 10


async def test_one_answer_that_a_good_token_is_wrong_costs_nobody_the_morning(house: House) -> None:
    for number in range(3010, 3050):
        house.discord.add_channel(str(number), guild="1001", name="news")
        await house.subscribe(str(number))
    await house.desk.channels.examine((await house.desk.channels.subscriptions())[0])
    house.discord.channels["3015"].posting_error = (401, 0, "401: Unauthorized")
    await house.desk.rounds.publish()
    house.discord.channels["3015"].posting_error = None

    await house.through(3)

    assert {one.state for one in await house.desk.channels.deliveries()} == {DeliveryState.SENT}
    assert {one.standing for one in await house.desk.channels.subscriptions()} == {Standing.ACTIVE}


async def test_a_wrong_token_is_tried_a_few_times_at_most_however_many_channels_it_has(house: House) -> None:
    for number in range(4000, 4060):
        house.discord.add_channel(str(number), guild="1001", name="news")
        await house.subscribe(str(number))
    house.discord.token_error = (0, "401: Unauthorized")
    await house.through(2)
    before = refused(house)

    await house.desk.places.revive()

    assert refused(house) - before <= 8


def refused(house: House) -> int:
    return sum(count for (_, answer), count in house.discord.counts.items() if answer.startswith("401"))


async def test_a_part_stays_in_the_thread_in_which_it_was_tried(house: House) -> None:
    edition = long_edition(Layout.THREAD, "3001")
    keys = [delivery_key(edition.channel, edition.date, part) for part in range(2)]
    first = await house.platform.post(edition, 0, keys[0], ())
    house.discord.next_faults("create_message", [Fault.DROP_AFTER])
    with pytest.raises(PostFailed):
        await house.platform.post(edition, 1, keys[1], [first])
    house.discord.revoke("3001", "create_public_threads")

    await house.platform.post(edition, 1, keys[1], [first])

    places = ("3001", first.messages[1])
    assert [one.nonce for place in places for one in house.discord.messages(place)].count(keys[1]) == 1


async def test_a_thread_that_somebody_deleted_pauses_no_channel(house: House) -> None:
    edition = long_edition(Layout.THREAD, "3001")
    receipts: list[Receipt] = []
    for part in range(2):
        key = delivery_key(edition.channel, edition.date, part)
        receipts.append(await house.platform.post(edition, part, key, receipts))
    house.discord.delete_channel(receipts[1].messages[0])

    with pytest.raises(PostFailed) as caught:
        await house.platform.post(edition, 2, delivery_key(edition.channel, edition.date, 2), receipts)

    assert (caught.value.fate, caught.value.reach) == (Fate.REFUSED, Reach.POST)
    assert "thread" in caught.value.reason


@pytest.mark.parametrize(("since", "state"), [(True, DeliveryState.UNCERTAIN), (False, DeliveryState.SENT)])
async def test_a_forum_that_archived_too_much_since_proves_nothing(
    house: House, since: bool, state: DeliveryState
) -> None:
    house.discord.add_channel("3003", guild="1001", name="forum", kind="forum")
    await house.subscribe("3003")
    if not since:
        archive(house, 101)
        house.clock.move_to(house.clock.now() + timedelta(hours=2))
    house.discord.next_faults("start_thread", [Fault.DROP_AFTER])
    await house.through(1)
    if since:
        archive(house, 101)

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is state
    assert len([one for one in house.discord.threads("3003") if one.name.startswith("Tues")]) == 1


def archive(house: House, count: int) -> None:
    """So many posts are put away, and whatever else is open."""
    for _ in range(count):
        house.discord.add_channel(guild="1001", name="chat", kind="thread", parent="3003")
    for thread in house.discord.threads("3003"):
        thread.archived, thread.archived_at = True, house.discord.now()


async def test_publishing_that_takes_long_leaves_no_doubt_about_the_post(house: House) -> None:
    place = house.discord.add_channel(
        "3004", guild="1001", name="a", kind="announcement", deny=("read_message_history",)
    )
    house.listens_for(timedelta(seconds=0.7), crosspost=True)
    await house.subscribe(place.id)
    house.discord.faults.plan = FaultPlan(retry_after=2.0)
    house.discord.next_faults("crosspost", [Fault.TOO_MANY] * 50)

    await house.through(6)

    assert [one.state for one in await house.desk.channels.deliveries()] == [DeliveryState.SENT]


async def test_a_notice_whose_answer_is_lost_is_read_once(house: House) -> None:
    await house.subscribe()
    house.discord.revoke("3001", "send_messages")
    house.discord.next_faults("create_message", [Fault.NONE, Fault.DROP_AFTER])

    await house.through(6)

    assert len(house.told()) == 1


async def test_a_login_that_meets_a_page_of_somebody_else_is_tried_again(house: House) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>Please sign in to this network</html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    point_to(f"http://127.0.0.1:{runner.addresses[0][1]}", "")
    await house.subscribe()
    await house.through(1)
    assert {(one.state, one.attempts) for one in await house.desk.channels.deliveries()} == {(DeliveryState.DUE, 0)}
    await runner.cleanup()
    point_to(house.discord.api, "")

    await house.through(3)

    assert [one.state for one in await house.desk.channels.deliveries()] == [DeliveryState.SENT]


async def test_a_second_notice_about_other_channels_is_not_taken_for_the_first(house: House) -> None:
    admin = next(iter(house.discord.guilds["1001"].users))
    for name in ("#ai-news", "#labs"):
        notice = Notice(sentence="2 channels have been paused.", lines=(name, "#chips"))
        await house.platform.tell("1001", admin, notice)
        await house.platform.tell("1001", admin, notice)  # whose first answer was lost

    (there,) = [one.id for one in house.discord.channels.values() if one.recipient == admin]
    assert [("ai-news" in read(one), "labs" in read(one)) for one in house.discord.messages(there)] == [
        (True, False),
        (False, True),
    ]
