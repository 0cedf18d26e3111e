"""A bot that was restored from a copy, and what the lost time had posted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import CannotReadBack
from bot.model import Channel, Receipt, Subscription
from bot.publish import publish_until_done
from storage import backup, restore
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, order, states
from tests.scripted import Happens, ScriptedPlatform, fails

HOUR = timedelta(hours=1)
EIGHT = TUESDAY
"""When the channel is due."""
UNSEEN = "whether it was posted before the restore cannot be seen"


class Moderated(ScriptedPlatform):
    """A moderator has deleted the first message."""

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        return None if part == 0 else await super().find(channel, part, key, since, earlier)


async def morning(
    folder: Path,
    platform: ScriptedPlatform,
    *,
    wished: bool,
    declared: Subscription | None = None,
    due: datetime = EIGHT,
    copied: datetime = EIGHT - 2 * HOUR,
    restored: timedelta = HOUR / 2,
    looks: timedelta = HOUR,
) -> list[tuple[str, str]]:
    """What the ledger says after *due*, if a copy of *copied* came back *restored* before, and somebody may have wished
    for the edition just after the copy.
    """
    clock, copy = VirtualClock(copied), folder / "copy.db"
    async with newsroom(folder, {"terminal": platform}, clock=clock) as room:
        if declared:
            await room.store.subscriptions.declare((declared,), at=clock.now())
        await room.store.ledger.see(clock.now())
        backup(folder / "daybrief.db", copy)
        clock.move_to(copied + timedelta(minutes=1))
        desk = Desk(room)
        [channel] = await desk.channels.subscriptions()
        if wished:
            assert await desk.office.post_now(channel)
    restore(copy, folder / "daybrief.db", due - restored)
    clock = VirtualClock(due + HOUR / 60)
    async with newsroom(folder, {"terminal": platform}, clock=clock) as room:
        if declared:
            await room.store.subscriptions.declare((declared,), at=clock.now())
        await publish_until_done(room, patience=looks)
        return await states(room)


async def test_a_date_that_was_posted_ahead_in_the_lost_time_is_not_posted_again(tmp_path: Path) -> None:
    platform = ScriptedPlatform()

    assert await morning(tmp_path, platform, wished=True) == [("skipped", "restored")]
    assert len(platform.posts) == 1


async def test_the_first_morning_after_a_restore_is_posted(tmp_path: Path) -> None:
    platform = ScriptedPlatform()

    assert await morning(tmp_path, platform, wished=False) == [("sent", "")]
    assert len(platform.posts) == 1


async def test_a_date_whose_first_message_was_deleted_meanwhile_is_not_posted_again(tmp_path: Path) -> None:
    platform = Moderated()
    platform.parts_of = 2

    assert await morning(tmp_path, platform, wished=True) == [("skipped", "restored")]
    assert len(platform.posts) == 2


@pytest.mark.parametrize("happens", [fails("not_sent"), fails("unknown"), KeyError("ts")])
async def test_a_look_that_fails_is_taken_again_before_anything_is_posted(tmp_path: Path, happens: Happens) -> None:
    platforms = ScriptedPlatform(), ScriptedPlatform()
    for platform, wished in zip(platforms, (True, False), strict=True):
        platform.on_find = [happens, happens, None]
        folder = tmp_path / str(wished)
        folder.mkdir()

        ended = await morning(folder, platform, wished=wished)

        assert ended == [("skipped", "restored") if wished else ("sent", "")]
        assert len(platform.posts) == 1
        assert not platform.on_find


async def test_a_look_that_fails_until_the_window_ends_leaves_it_uncertain(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    platform.on_find = [fails("not_sent", "the platform is down")] * 200

    ended = await morning(tmp_path, platform, wished=True, looks=8 * HOUR)

    assert ended == [("uncertain", f"{UNSEEN}: the platform is down")]
    assert len(platform.posts) == 1


@pytest.mark.parametrize("happens", [CannotReadBack("no permission"), fails("refused", "no permission")])
async def test_where_nobody_can_look_it_stays_uncertain_until_an_admin_wishes_it_sent(
    tmp_path: Path, happens: Happens
) -> None:
    platform = ScriptedPlatform()
    platform.on_find = [happens]

    assert await morning(tmp_path, platform, wished=False) == [("uncertain", f"{UNSEEN}: no permission")]
    assert not platform.posts

    platform.on_find = [AssertionError("somebody has looked")]
    clock = VirtualClock(EIGHT + 2 * HOUR)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        [held] = await room.store.ledger.untold(EIGHT - HOUR)
        assert await room.store.ledger.reopen(held.id, clock.now())
        await publish_until_done(room, patience=HOUR)
        assert await states(room) == [("sent", "")]


async def test_channels_are_not_read_on_later_days(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    platform.on_find = [AssertionError("nobody should look")]

    assert await morning(tmp_path, platform, wished=False, restored=27 * HOUR) == [("sent", "")]
    assert len(platform.on_find) == 1


async def test_a_date_of_twenty_five_hours_that_was_posted_at_its_begin_is_not_posted_again(tmp_path: Path) -> None:
    """In New York the first of November has them; the channel's hour is the last of its minutes."""
    platform, midnight = ScriptedPlatform(), datetime(2026, 11, 1, 4, tzinfo=UTC)
    late = order("ny", at=time(23, 59), timezone="America/New_York")

    assert await morning(
        tmp_path,
        platform,
        wished=True,
        declared=late,
        copied=midnight,
        restored=timedelta(hours=24.9),
        due=midnight + timedelta(hours=24, minutes=59),
    ) == [("skipped", "restored")]
    assert sorted(edition.date for _, _, edition in platform.posts) == [date(2026, 10, 31), date(2026, 11, 1)]
