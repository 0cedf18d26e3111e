"""Whatever is done to the machine's clock, no real morning is lost to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admit import admit
from bot.belief import clock_trouble
from bot.desk import Desk
from bot.errors import Fate, PostFailed
from bot.manuscript import parse
from bot.model import Asker, DeliveryState, Edition, Receipt
from bot.publish import publish, publish_until_done
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, newsroom
from tests.scripted import ScriptedPlatform

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


async def test_one_tick_of_a_clock_far_in_the_future_is_not_believed(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        clock.is_set_to(TUESDAY + 400 * DAY)
        held = await publish(room)
        assert "2027" in held.held_back
        assert "2027" in await clock_trouble(room)

        clock.is_set_to(TUESDAY + MINUTE)
        for day in range(1, 4):
            clock.move_to(TUESDAY + day * DAY)
            assert (await publish(room)).held_back == ""
        assert await clock_trouble(room) == ""
        assert [edition.date.day for _, _, edition in platform.posts] == [3, 4, 5, 6]


async def test_after_a_long_absence_a_second_look_is_enough(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
    clock.move_to(TUESDAY + 30 * DAY)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        done = await publish_until_done(room, patience=SOON)

        assert done.held_back == ""
        assert [edition.date.isoformat() for _, _, edition in platform.posts] == ["2026-03-03", "2026-04-02"]
        assert clock.now() < TUESDAY + 30 * DAY + MINUTE


async def test_two_looks_that_do_not_agree_prove_nothing(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        for leap in (400, 800, 1200):
            clock.is_set_to(TUESDAY + leap * DAY)
            assert (await publish(room)).held_back
            await clock.wait(timedelta(seconds=10))
        assert await room.store.ledger.last_seen() == TUESDAY


async def test_a_replay_of_the_future_takes_no_real_morning_but_its_own(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        future = VirtualClock(TUESDAY + 10 * DAY)
        await publish(replace(room, clock=future, replayed=future.now()))
        for day in range(1, 14):
            clock.move_to(TUESDAY + day * DAY)
            await publish(room)

        days = [edition.date.day for _, _, edition in platform.posts]
        assert sorted(days) == list(range(3, 17))
        states = {one.state.value for one in await room.store.ledger.deliveries()}
        assert states == {"sent"}


async def test_a_replay_records_no_missed_mornings(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        for day in (0, 4):
            past = VirtualClock(TUESDAY + day * DAY)
            await publish(replace(room, clock=past, replayed=past.now()))

        assert [one.state.value for one in await room.store.ledger.deliveries()] == ["sent", "sent"]


@pytest.mark.parametrize("leap", [timedelta(hours=1), 6 * DAY, 30 * DAY])
async def test_a_leap_of_the_clock_in_the_middle_of_a_post_puts_off_nothing(tmp_path: Path, leap: timedelta) -> None:
    clock = VirtualClock()

    class Leaps(ScriptedPlatform):
        """The first post meets nobody, and when that is known the clock is wrong for a moment."""

        has_failed = False

        async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
            if not self.has_failed:
                self.has_failed = True
                clock.is_set_to(clock.now() + leap)
                raise PostFailed("it broke", fate=Fate.NOT_SENT)
            return await super().post(edition, part, key, earlier)

    platform = Leaps()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        clock.is_set_to(TUESDAY + MINUTE)
        for _ in range(15):
            await publish(room)
            clock.move_to(clock.now() + MINUTE)

        [delivery] = await room.store.ledger.deliveries()
        assert delivery.state is DeliveryState.SENT
        assert delivery.sent_at
        assert delivery.sent_at < TUESDAY + 20 * MINUTE


@pytest.mark.parametrize("leap", [20_000 * DAY, -400 * DAY])
async def test_a_leap_of_the_clock_forgets_no_story(tmp_path: Path, leap: timedelta) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, clock=clock) as room:
        desk = Desk(room)
        written = parse("Orrery opens a lab\n\nIt matters.\nKey Points\n- 1It does.\n", name="story.txt")
        [admitted] = await admit(room, written)
        await publish(room)

        clock.is_set_to(TUESDAY + leap)
        assert await desk.rounds.forget_old() == 0
        clock.is_set_to(TUESDAY + MINUTE)
        assert (await desk.stories.look_up(admitted.story.ref, None, Asker())).story

        clock.move_to(TUESDAY + room.config.storage.keep + DAY)
        assert (await publish_until_done(room, patience=SOON)).held_back == ""
        assert await desk.rounds.forget_old() == 1
