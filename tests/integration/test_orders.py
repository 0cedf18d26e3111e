"""A standing order may change at any moment; no date is missed, doubled or invented by it."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from bot.config import Config
from bot.desk import Desk
from bot.model import Subscription
from bot.newsroom import Newsroom
from bot.publish import publish
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import EVERY_DAY, newsroom, order
from tests.scripted import ScriptedPlatform

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


async def dates(room: Newsroom, name: str = "ai-news") -> list[tuple[int, str, str]]:
    """Day of the month, state and reason, oldest first."""
    found = await room.store.ledger.deliveries()
    return sorted((one.date.day, one.state.value, one.reason) for one in found if one.channel.name == name)


def declaring(config: Config, **changes: object) -> Config:
    (one,) = config.channels
    return replace(config, channels=(replace(one, **changes),))  # type: ignore[arg-type]


async def days_pass(room: Newsroom, clock: VirtualClock, until: datetime, step: timedelta = HOUR) -> None:
    """A bot that rings every hour."""
    while clock.now() < until:
        clock.move_to(min(clock.now() + step, until))
        await publish(room)


async def test_more_days_were_not_missed_before_they_were_ordered(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        desk = Desk(room)
        await desk.shift.reload(declaring(room.config, days=(2,)))
        await days_pass(room, clock, TUESDAY + 2 * DAY + 2 * HOUR)
        await desk.shift.reload(declaring(room.config, days=EVERY_DAY))
        await days_pass(room, clock, TUESDAY + 3 * DAY + HOUR)

        # Thursday is a day of the new order, and its hour has passed: it comes at once, and Wednesday was never one.
        assert await dates(room) == [(3, "sent", ""), (5, "sent", ""), (6, "sent", "")]


async def test_an_hour_that_is_moved_to_earlier_today_delivers_at_once(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        await publish(room)
        await desk.shift.reload(declaring(room.config, at=time(20)))
        await days_pass(room, clock, TUESDAY + DAY + 7 * HOUR)
        assert await dates(room) == [(3, "sent", "")]
        await desk.shift.reload(declaring(room.config, at=time(7)))
        await publish(room)

        assert await dates(room) == [(3, "sent", ""), (4, "sent", "")]
        assert not platform.posts[-1][2].delayed
        await days_pass(room, clock, TUESDAY + 2 * DAY)
        assert await dates(room) == [(3, "sent", ""), (4, "sent", ""), (5, "sent", "")]


async def test_an_hour_that_is_moved_to_later_today_sends_nothing_twice(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)
        await Desk(room).shift.reload(declaring(room.config, at=time(10)))
        await days_pass(room, clock, TUESDAY + 6 * HOUR)

        assert await dates(room) == [(3, "sent", "")]


async def test_what_had_come_due_under_the_former_order_is_still_served(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)
        # Nothing runs from Tuesday to Thursday noon; then somebody moves the hour to the evening.
        clock.move_to(TUESDAY + 2 * DAY + 4 * HOUR)
        await Desk(room).shift.reload(declaring(room.config, at=time(20)))
        await publish(room)

        states = [(day, state) for day, state, _ in await dates(room)]
        assert states == [(3, "sent"), (4, "missed"), (5, "sent")]


async def test_another_zone_gives_each_local_date_one_edition(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        desk = Desk(room)
        await publish(room)
        for zone in ("Pacific/Auckland", "Pacific/Honolulu", "UTC"):
            await desk.shift.reload(declaring(room.config, timezone=zone))
            await days_pass(room, clock, clock.now() + 2 * DAY)

        found = await dates(room)
        assert {state for _, state, _ in found} == {"sent"}
        assert [day for day, _, _ in found] == list(range(3, 10))


async def test_dates_of_a_pause_are_skipped_even_if_nothing_ran_before_it_ended(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        desk = Desk(room)
        await publish(room)
        (one,) = await desk.channels.subscriptions()
        await desk.office.pause(one, "holiday")
        clock.move_to(TUESDAY + 3 * DAY + HOUR)
        await desk.office.resume(one)
        await days_pass(room, clock, TUESDAY + 4 * DAY)

        assert await dates(room) == [
            (3, "sent", ""),
            (4, "skipped", "paused"),
            (5, "skipped", "paused"),
            (6, "skipped", "paused"),
            (7, "sent", ""),
        ]


async def from_chat(room: Newsroom, since: datetime, **changes: object) -> Subscription:
    plain = replace(order("x"), since=since, declared=False)
    return await Desk(room).office.subscribe(replace(plain, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("is_paused", [False, True])
async def test_changing_a_channel_keeps_the_dates_that_were_due(tmp_path: Path, is_paused: bool) -> None:
    clock = VirtualClock(TUESDAY - HOUR)
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        first = await from_chat(room, clock.now() - HOUR / 2)
        if is_paused:
            await Desk(room).office.pause(first, "by hand")
        clock.move_to(TUESDAY + HOUR / 2)  # nothing ran at eight
        again = await from_chat(room, clock.now(), stories=3)
        await days_pass(room, clock, TUESDAY + DAY)

        assert (again.id, again.since, again.stories) == (first.id, first.since, 3)
        today = (3, "skipped", "paused") if is_paused else (3, "sent", "")
        assert await dates(room, "x") == [today, (4, "sent", "")]


async def test_a_new_channel_whose_hour_is_corrected_at_once_is_not_surprised(tmp_path: Path) -> None:
    clock = VirtualClock(TUESDAY + 2 * HOUR)
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await from_chat(room, clock.now())
        clock.move_to(clock.now() + HOUR)
        await from_chat(room, clock.now(), at=time(9))
        await days_pass(room, clock, TUESDAY + DAY + 2 * HOUR)

        assert await dates(room, "x") == [(4, "sent", "")]


async def test_a_channel_that_comes_back_has_missed_nothing(tmp_path: Path) -> None:
    clock = VirtualClock(TUESDAY - HOUR)
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        one = await from_chat(room, clock.now())
        await days_pass(room, clock, TUESDAY)
        await Desk(room).office.retire(one)
        await days_pass(room, clock, TUESDAY + 3 * DAY - HOUR)
        await from_chat(room, clock.now(), at=time(9))
        await days_pass(room, clock, TUESDAY + 3 * DAY + 2 * HOUR)

        assert await dates(room, "x") == [(3, "sent", ""), (6, "sent", "")]


async def test_a_wrong_clock_closes_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        await publish(room)
        (one,) = await Desk(room).channels.subscriptions()
        clock.is_set_to(TUESDAY + 400 * DAY)
        await Desk(room).office.pause(one, "by hand")

        assert await dates(room) == [(3, "sent", "")]
