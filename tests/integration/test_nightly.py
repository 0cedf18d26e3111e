"""The running bot copies its database every night, and says so if it cannot."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import read
from bot.schedule import last_night
from bot.wiring import House, open_house
from bot.wiring.copies import back_up_nightly, warn_of_backups
from tests.clock import VirtualClock

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
async def house(tmp_path: Path, clock: VirtualClock, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    text = '[bot]\ntimezone = "Asia/Tokyo"\n' + getattr(request, "param", "[storage]\nkeep_backups = 2\n")
    async with open_house(read(text, folder=tmp_path, environ={})) as house:
        house.room.clock = clock
        yield house


def copies(folder: Path) -> list[str]:
    """Their names, without what tells whose they are."""
    return sorted(
        re.sub(r"-[0-9a-f]{8}-", "-", one.name, count=1) for one in (folder / "data" / "backups").glob("*.db")
    )


async def test_there_is_one_copy_a_night_and_the_newest_stay(house: House, tmp_path: Path, clock: VirtualClock) -> None:
    for _ in range(4 * 24):
        await back_up_nightly(house)
        clock.move_to(clock.now() + timedelta(hours=1))

    # Three o'clock in Tokyo is 18:00 UTC of the day before.
    assert copies(tmp_path) == ["daybrief-2026-05-13T180000Z.db", "daybrief-2026-05-14T180000Z.db"]
    health = await house.store.health()
    assert health.backed_up_at == datetime(2026, 5, 14, 18, tzinfo=UTC)


async def test_a_night_that_was_slept_through_is_made_up_for(house: House, tmp_path: Path, clock: VirtualClock) -> None:
    await back_up_nightly(house)
    clock.move_to(NOON + 3 * DAY)
    await back_up_nightly(house)

    assert copies(tmp_path) == ["daybrief-2026-05-11T120000Z.db", "daybrief-2026-05-14T120000Z.db"]


async def test_a_clock_that_ran_ahead_keeps_no_night_without_its_copy(
    house: House, tmp_path: Path, clock: VirtualClock
) -> None:
    clock.is_set_to(NOON + 900 * DAY)
    await back_up_nightly(house)
    clock.is_set_to(NOON)
    await back_up_nightly(house)

    assert "daybrief-2026-05-11T120000Z.db" in copies(tmp_path)


async def test_by_a_clock_that_is_not_believed_no_copy_is_made(
    house: House, tmp_path: Path, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    await house.store.ledger.see(NOON)
    clock.is_set_to(NOON - 900 * DAY)
    await back_up_nightly(house)

    assert copies(tmp_path) == []
    assert "no copy is made" in caplog.text


@pytest.mark.parametrize("house", ['[storage]\nbackups = ""\n'], indirect=True)
async def test_nobody_gets_copies_who_wants_none(house: House, tmp_path: Path) -> None:
    await back_up_nightly(house)

    assert copies(tmp_path) == []
    assert (await house.store.health()).backed_up_at is None


async def test_a_copy_that_cannot_be_made_is_an_error_in_the_log_and_is_tried_again(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "data" / "backups"
    blocked.write_text("in the way", encoding="utf-8")
    with caplog.at_level(logging.INFO, logger="bot.wiring"):
        await back_up_nightly(house)
        blocked.unlink()
        await back_up_nightly(house)

    failed, made = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert failed[0] == "ERROR"
    assert "there is no copy of last night" in failed[1]
    assert made[0] == "INFO"
    assert len(copies(tmp_path)) == 1


@pytest.mark.parametrize("is_blocked", [True, False])
async def test_a_folder_that_takes_no_copies_is_told_at_the_start(
    house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture, is_blocked: bool
) -> None:
    folder = tmp_path / "data" / "backups"
    if is_blocked:
        folder.write_text("in the way", encoding="utf-8")
    await warn_of_backups(house)

    told = f"the bot runs, but cannot copy its database at night. storage.backups: {folder} cannot be written: "
    assert (told in caplog.text) is is_blocked


def test_the_last_night_is_never_in_the_future_nor_more_than_a_day_and_an_hour_ago() -> None:
    # Clocks in Berlin go forward on 29 March 2026 from two to three, and back on 25 October.
    for zone in ("Europe/Berlin", "UTC", "America/Nuuk", "Pacific/Apia"):
        for hours in range(366 * 24):
            now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
            assert timedelta() <= now - last_night(now, zone) <= timedelta(hours=25)
