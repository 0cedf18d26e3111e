"""A platform's pace is asked for before the intent, and no workspace waits for another one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.deliver import UNTOLD
from bot.desk import Desk
from bot.lanes import AT_ONCE, Lanes
from bot.model import Channel, DeliveryState, Due
from bot.newsroom import Newsroom
from bot.publish import publish, publish_until_done
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, impatient, newsroom, order, states
from tests.scripted import ScriptedPlatform, hang

MINUTE = timedelta(minutes=1)


async def test_a_channel_that_is_to_wait_is_postponed_without_an_attempt(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = 3 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)

        (delivery,) = await room.store.ledger.deliveries()
        assert (delivery.state, delivery.attempts) == (DeliveryState.DUE, 0)
        assert (delivery.next_at, delivery.reason) == (TUESDAY + 3 * MINUTE, "the platform asked for patience")
        assert platform.posts == []

        platform.pace.clear()
        clock.move_to(TUESDAY + 3 * MINUTE)
        await publish(room)

        assert await states(room) == [("sent", "")]


def catches_up(room: Newsroom, window: timedelta) -> None:
    """Let editions of *room* leave no later than *window* after their hour."""
    room.config = replace(room.config, bot=room.config.bot.model_copy(update={"catch_up": window}))


async def test_patience_ends_with_the_catch_up_window(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = timedelta(hours=4)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        catches_up(room, 13 * MINUTE)
        await publish_until_done(room, patience=timedelta(hours=5))

        assert await states(room) == [("missed", "the platform asked for patience")]
        assert clock.now() == TUESDAY + 12 * MINUTE
        assert platform.turns == ["ai-news"] * 4


async def test_a_platform_that_asks_for_an_hour_and_opens_sooner_is_posted_to_sooner(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = timedelta(hours=1)
    clock.arrange(3 * MINUTE, platform.pace.clear)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish_until_done(room, patience=timedelta(hours=5))

        assert await states(room) == [("sent", "")]
        assert clock.now() == TUESDAY + 5 * MINUTE


async def test_a_platform_is_asked_a_last_time_while_an_edition_may_still_leave(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = timedelta(hours=1)
    clock.arrange(7 * MINUTE, platform.pace.clear)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        catches_up(room, 9 * MINUTE)
        await publish(room)
        while upcoming := await room.store.ledger.next_wait():
            # No round comes at the very instant for which it was wished.
            clock.move_to(upcoming + timedelta(milliseconds=20))
            await publish(room)

        assert await states(room) == [("sent", "")]


async def test_a_short_wait_in_the_last_minute_is_waited_for(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = timedelta(hours=1)
    clock.arrange(7 * MINUTE, lambda: platform.pace.update({"ai-news": timedelta(seconds=20)}))
    clock.arrange(8.5 * MINUTE, platform.pace.clear)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        catches_up(room, 9 * MINUTE)
        await publish_until_done(room, patience=timedelta(hours=5))

        assert await states(room) == [("sent", "")]
        assert clock.now() == TUESDAY + 8 * MINUTE + timedelta(seconds=40)


async def test_a_ring_ends_while_a_platform_goes_on_asking_for_a_little_patience(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.pace["ai-news"] = timedelta(seconds=20)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await Desk(room).rounds.publish_for(timedelta(seconds=50))

        assert await states(room) == [("due", "the platform asked for patience")]
        assert clock.now() == TUESDAY + timedelta(seconds=40)  # rings would pile up, one each minute
        assert platform.turns == ["ai-news"] * 3


@pytest.mark.parametrize("happens", [ValueError("a bug"), hang])
async def test_a_platform_that_does_not_say_whose_turn_it_is_gets_nothing_and_is_asked_again(
    tmp_path: Path, happens: Exception
) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.on_turn = [happens]
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        impatient(room)
        await publish(room)

        (delivery,) = await room.store.ledger.deliveries()
        assert (delivery.state, delivery.attempts, platform.posts) == (DeliveryState.DUE, 0, [])
        assert delivery.reason == "the platform does not say when it takes a post"

        await publish_until_done(room, patience=MINUTE)

        assert await states(room) == [("sent", "")]
        assert clock.now() - TUESDAY == UNTOLD


async def test_nothing_is_sent_when_the_wait_for_a_turn_has_used_the_lease_up(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()

    async def a_long_while() -> None:
        clock.move_to(clock.now() + room.patience.lease - timedelta(seconds=1))

    platform.on_turn = [a_long_while]
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)

        (delivery,) = await room.store.ledger.deliveries()
        assert (delivery.state, delivery.attempts, platform.posts) == (DeliveryState.DUE, 0, [])

        await publish(room)

        assert await states(room) == [("sent", "")]


async def test_a_stop_while_waiting_for_a_turn_posts_nothing(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}) as room:

        async def stop() -> None:
            Desk(room).shift.stop()

        platform.on_turn = [stop]
        await publish(room)

        (delivery,) = await room.store.ledger.deliveries()
        assert (delivery.state, delivery.attempts, platform.posts) == (DeliveryState.DUE, 0, [])


async def two_workspaces(room: Newsroom, *, busy: int) -> None:
    """*busy* channels of workspace T1 beside one of T2, at the same hour."""
    plain = replace(order(), at=TUESDAY.time())
    for workspace, count in (("T1", busy), ("T2", 1)):
        for number in range(count):
            channel = Channel(platform="terminal", workspace=workspace, id=f"C{number}", name=f"{workspace}-{number}")
            await room.store.subscriptions.subscribe(replace(plain, channel=channel, declared=False))


class Gate(ScriptedPlatform):
    """Posts to one workspace wait until ``opened``."""

    def __init__(self, workspace: str) -> None:
        super().__init__()
        self.workspace = workspace
        self.opened = asyncio.Event()
        self.at_once = self.most_at_once = 0
        self.waiting, self.full = asyncio.Event(), asyncio.Event()

    async def turn(self, channel: Channel) -> timedelta:
        if channel.workspace == self.workspace:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            self.waiting.set()
            if self.at_once == AT_ONCE:
                self.full.set()
            await self.opened.wait()
            self.at_once -= 1
        return timedelta()


async def test_no_workspace_waits_for_another_one_and_no_round_for_an_earlier_one(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY), Gate("T1")
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        impatient(room, MINUTE)  # the gate stays shut for as long as a busy machine needs
        await two_workspaces(room, busy=100)
        first = asyncio.create_task(publish_until_done(room, patience=SOON))
        await platform.waiting.wait()
        await platform.has_posted("T2-0")
        assert not first.done()

        # A day later the first round is still stuck, and the others get their next edition.
        clock.move_to(TUESDAY + timedelta(days=1))
        second = asyncio.create_task(publish_until_done(room, patience=SOON))
        await platform.has_posted("T2-0", times=2)
        async with asyncio.timeout(20):
            await platform.full.wait()

        clock.move_to(TUESDAY)
        platform.opened.set()
        await asyncio.gather(first, second)
        sent = [(name, edition.date.day) for name, _, edition in platform.posts]
        assert len(sent) == len(set(sent))
        assert platform.most_at_once == AT_ONCE
        assert room.lanes.in_hand == frozenset()


async def test_servers_that_share_a_pace_share_its_places(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY), Gate("T1")
    platform.paces_as_one = True
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        impatient(room, MINUTE)
        await two_workspaces(room, busy=100)
        first = asyncio.create_task(publish_until_done(room, patience=SOON))
        async with asyncio.timeout(20):
            await platform.full.wait()

        assert all(not name.startswith("T2") for name, _, _ in platform.posts)
        platform.opened.set()
        await first
        assert "T2-0" in {name for name, _, _ in platform.posts}
        assert platform.most_at_once == AT_ONCE


async def test_a_round_that_has_nothing_but_what_others_have_in_hand_ends(tmp_path: Path) -> None:
    platform = Gate("local")
    async with newsroom(tmp_path, {"terminal": platform}, channels=30) as room:
        impatient(room, MINUTE)
        first = asyncio.create_task(publish_until_done(room, patience=SOON))
        await platform.waiting.wait()

        async with asyncio.timeout(20):
            second = await publish_until_done(room, patience=SOON)
        platform.opened.set()

        assert second.finished == ()
        assert len((await first).finished) == 30


async def test_a_round_that_is_cut_short_lets_go_of_what_it_had_in_hand(tmp_path: Path) -> None:
    platform = Gate("local")
    async with newsroom(tmp_path, {"terminal": platform}, channels=30) as room:
        impatient(room, MINUTE)
        first = asyncio.create_task(publish(room))
        await platform.waiting.wait()
        assert len(room.lanes.in_hand) == 30
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first

        assert room.lanes.in_hand == frozenset()


async def test_a_lane_that_is_held_does_not_hide_what_comes_after_a_thousand(tmp_path: Path) -> None:
    platform = Gate("T1")
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        impatient(room, MINUTE)
        await two_workspaces(room, busy=1)
        _, one, other = await room.store.subscriptions.all()
        days = [TUESDAY.date() - timedelta(days=number) for number in range(1, 1200)]
        state = DeliveryState.DUE
        held = [Due(subscription=one.id, date=day, due_at=TUESDAY - 9 * MINUTE, state=state) for day in days]
        last = Due(subscription=other.id, date=TUESDAY.date(), due_at=TUESDAY, state=state)
        await room.store.ledger.plan([*held, last])

        round_ = asyncio.create_task(publish(room))
        await platform.has_posted("T2-0")
        round_.cancel()


def test_what_one_round_has_taken_another_does_not_get() -> None:
    lanes = Lanes()

    assert lanes.take([1, 2]) == [1, 2]
    assert lanes.take([2, 3]) == [3]
    lanes.let_go([1, 2])
    assert lanes.take([1, 2, 3]) == [1, 2]
