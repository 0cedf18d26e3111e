"""One edition for each channel and date, whatever the platform does: real ledger, real network, a bad platform."""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import DeliveryState, Standing
from bot.newsroom import Newsroom
from bot.publish import publish, publish_until_done
from tests.clock import TUESDAY, VirtualClock
from tests.fake_platform.posting import FakePlatform
from tests.fake_platform.server import FakeServer, Fault, FaultPlan, serve
from tests.newsroom import SOON, newsroom

HOURS = timedelta(hours=7)


class Scripted(FaultPlan):
    """The given faults, one for each attempt, then none."""

    faults: tuple[Fault, ...] = ()

    def fault(self, key: str, attempt: int) -> Fault:
        return self.faults[attempt - 1] if attempt <= len(self.faults) else Fault.NONE


def scripted(*faults: Fault) -> Scripted:
    plan = Scripted(latency=0)
    object.__setattr__(plan, "faults", faults)
    return plan


@contextlib.asynccontextmanager
async def platform(
    folder: Path, plan: FaultPlan, clock: VirtualClock, *, parts_of: int = 1, can_read_back: bool = True
) -> AsyncIterator[tuple[FakeServer, FakePlatform]]:
    server = FakeServer(folder / "platform.jsonl", plan, later=clock.arrange)
    runner, port = await serve(server)
    adapter = FakePlatform(f"http://127.0.0.1:{port}", parts_of=parts_of, can_read_back=can_read_back)
    try:
        yield server, adapter
    finally:
        await adapter.close()
        await runner.cleanup()


async def states(room: Newsroom) -> list[tuple[DeliveryState, str]]:
    return [(one.state, one.reason) for one in await room.store.ledger.deliveries(limit=10_000)]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.GONE])
async def test_whatever_goes_wrong_once_the_channel_gets_its_edition_once(tmp_path: Path, fault: Fault) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(fault), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        done = await publish_until_done(room, patience=SOON)

        assert [one.state for one in done.finished] == [DeliveryState.SENT]
        assert len(server.messages) == 1


async def test_a_long_row_of_different_troubles_ends_with_one_message(tmp_path: Path) -> None:
    clock = VirtualClock()
    troubles = (Fault.TOO_MANY, Fault.DROP_BEFORE, Fault.ERROR_BEFORE, Fault.TOO_MANY, Fault.LATE)
    async with (
        platform(tmp_path, scripted(*troubles), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish_until_done(room, patience=timedelta(hours=1))

        assert await states(room) == [(DeliveryState.SENT, "")]
        assert len(server.messages) == 1


async def test_the_parts_of_an_edition_arrive_in_order_and_each_once(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(Fault.DROP_AFTER), clock, parts_of=3) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish_until_done(room, patience=timedelta(hours=1))
        (delivery,) = await room.store.ledger.deliveries()

        assert [message["text"].partition(":")[0] for message in server.messages] == [
            "2026-03-03 part 0",
            "2026-03-03 part 1",
            "2026-03-03 part 2",
        ]
        assert [receipt.part for receipt in delivery.receipts] == [0, 1, 2]
        assert delivery.state is DeliveryState.SENT


async def test_publishing_again_sends_nothing_again(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock, channels=5) as room,
    ):
        for _ in range(3):
            await publish_until_done(room, patience=SOON)
            await clock.wait(timedelta(minutes=1))

        assert Counter(message["channel"] for message in server.messages) == Counter(
            ["ai-news", "c1", "c2", "c3", "c4"]
        )


async def test_a_channel_that_refuses_is_paused_with_the_reason_and_disturbs_no_other(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock, channels=3) as room,
    ):
        server.gone.add("c1")
        await publish_until_done(room, patience=SOON)

        by_name = {one.channel.name: one for one in await room.store.ledger.deliveries()}
        assert by_name["c1"].state is DeliveryState.REFUSED
        assert by_name["c1"].reason == "the channel does not exist"
        assert {by_name["ai-news"].state, by_name["c2"].state} == {DeliveryState.SENT}
        paused = [one for one in await room.store.subscriptions.all() if one.standing is Standing.PAUSED]
        assert [(one.channel.name, one.reason) for one in paused] == [("c1", "the channel does not exist")]


async def test_an_unknown_outcome_that_cannot_be_read_back_is_never_sent_again(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(Fault.DROP_AFTER), clock, can_read_back=False) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish_until_done(room, patience=timedelta(hours=1))
        await clock.wait(timedelta(hours=1))
        await publish_until_done(room, patience=timedelta(hours=1))

        assert await states(room) == [(DeliveryState.UNCERTAIN, "the channel's history may not be read")]
        assert len(server.messages) == 1


async def test_a_platform_that_is_down_past_the_window_makes_the_edition_missed(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(*[Fault.TOO_MANY] * 500), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish_until_done(room, patience=timedelta(hours=1))

        assert await states(room) == [(DeliveryState.MISSED, "too many requests")]
        assert server.messages == []
        assert clock.now() > TUESDAY + timedelta(hours=5)


async def test_a_bot_that_was_away_sends_the_newest_edition_late_and_says_what_it_missed(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish_until_done(room, patience=SOON)
        clock.move_to(TUESDAY + timedelta(days=3, hours=2))
        await publish_until_done(room, patience=SOON)

        ledger = await room.store.ledger.deliveries()
        assert [(one.date.day, one.state) for one in ledger] == [
            (6, DeliveryState.SENT),
            (5, DeliveryState.MISSED),
            (4, DeliveryState.MISSED),
            (3, DeliveryState.SENT),
        ]
        edition = await room.store.ledger.edition(ledger[0].id)
        assert edition is not None
        assert edition.delayed
        assert len(server.messages) == 2


async def test_a_clock_that_runs_backwards_holds_all_posts_back(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish(room)
        clock.move_to(TUESDAY - timedelta(days=400))
        held = await publish(room)

        assert "clock" in held.held_back
        assert len(server.messages) == 1


async def test_two_processes_at_once_send_every_edition_once(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock, channels=20) as one,
        newsroom(tmp_path, {"terminal": adapter}, clock=clock, channels=20) as other,
    ):
        import asyncio

        await asyncio.gather(publish(one), publish(other), publish(one), publish(other))

        assert max(Counter(message["channel"] for message in server.messages).values()) == 1
        assert len(server.messages) == 20


async def test_pausing_after_composing_but_before_sending_sends_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(Fault.TOO_MANY), clock) as (server, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish(room)
        (subscription,) = await room.store.subscriptions.all()
        await room.store.subscriptions.pause(subscription.id, "by hand")
        await publish_until_done(room, patience=SOON)

        assert await states(room) == [(DeliveryState.SKIPPED, "paused")]
        assert server.messages == []


async def test_an_edition_is_composed_once_and_stays_the_same_through_retries(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with (
        platform(tmp_path, scripted(Fault.TOO_MANY), clock) as (_, adapter),
        newsroom(tmp_path, {"terminal": adapter}, clock=clock) as room,
    ):
        await publish(room)
        (delivery,) = await room.store.ledger.deliveries()
        first = await room.store.ledger.edition(delivery.id)
        await clock.wait(timedelta(minutes=20))
        await publish_until_done(room, patience=SOON)

        assert first is not None
        assert await room.store.ledger.edition(delivery.id) == replace(first)
