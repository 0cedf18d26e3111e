"""A bot that was restored from a copy, and what the lost time had posted."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import CannotReadBack
from bot.publish import publish_until_done
from storage import backup, restore
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, states
from tests.scripted import Happens, ScriptedPlatform

HOUR = timedelta(hours=1)
EIGHT = TUESDAY
"""When the channel is due."""


async def morning(
    folder: Path, platform: ScriptedPlatform, *, wished: bool, restored: timedelta = HOUR / 2
) -> list[tuple[str, str]]:
    """What the ledger says after eight, if a copy of six o'clock came back so long before, and somebody may have wished
    for the edition at seven.
    """
    clock, copy = VirtualClock(EIGHT - 2 * HOUR), folder / "copy.db"
    async with newsroom(folder, {"terminal": platform}, clock=clock) as room:
        await room.store.ledger.see(clock.now())
        backup(folder / "daybrief.db", copy)
        clock.move_to(EIGHT - HOUR)
        desk = Desk(room)
        [channel] = await desk.subscriptions()
        if wished:
            assert await desk.post_now(channel)
    restore(copy, folder / "daybrief.db", EIGHT - restored)
    clock = VirtualClock(EIGHT + HOUR)
    async with newsroom(folder, {"terminal": platform}, clock=clock) as room:
        await publish_until_done(room, patience=HOUR)
        return await states(room)


async def test_a_date_that_was_posted_ahead_in_the_lost_time_is_not_posted_again(tmp_path: Path) -> None:
    platform = ScriptedPlatform()

    assert await morning(tmp_path, platform, wished=True) == [("skipped", "restored")]
    assert len(platform.posts) == 1


async def test_the_first_morning_after_a_restore_is_posted(tmp_path: Path) -> None:
    platform = ScriptedPlatform()

    assert await morning(tmp_path, platform, wished=False) == [("sent", "")]
    assert len(platform.posts) == 1


@pytest.mark.parametrize("happens", [CannotReadBack("its history may not be read"), KeyError("ts")])
async def test_a_channel_that_cannot_be_read_costs_nobody_that_morning(tmp_path: Path, happens: Happens) -> None:
    platform = ScriptedPlatform()
    platform.on_find = [happens]

    assert await morning(tmp_path, platform, wished=False) == [("sent", "")]


async def test_channels_are_not_read_on_later_days(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    platform.on_find = [AssertionError("nobody should look")]

    assert await morning(tmp_path, platform, wished=False, restored=25 * HOUR) == [("sent", "")]
    assert len(platform.on_find) == 1
