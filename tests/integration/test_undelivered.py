"""Whoever could not be told for a day hears of it all the same, or that there was something."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.model import DeliveryState
from tests.clock import TUESDAY
from tests.integration.test_telling import TODAY, Unreachable, unreachable
from tests.newsroom import SOON
from tests.troubled import BOB, CAROL, DAY, HOUR, Watched, watched


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(tmp_path) as one:
        yield one


def nobody_hears(house: Watched) -> Unreachable:
    platform = unreachable(house)
    platform.silent = {BOB, CAROL}
    return platform


async def test_a_trouble_that_nobody_could_be_told_for_days_is_told_while_it_lasts(
    house: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    platform = nobody_hears(house)
    house.disk.left = 1
    await house.until(TUESDAY + 2 * DAY)
    assert house.told == []
    assert len([one for one in caplog.messages if "for a day" in one]) == 1

    platform.silent = set()
    await house.until(house.clock.now() + HOUR + SOON)

    [told] = house.told
    assert told.startswith("The disk of Daybrief's data has been nearly full since Tuesday 3 March, 09:00")


async def test_what_is_over_before_anybody_could_be_told_for_days_is_told_as_over(house: Watched) -> None:
    platform = nobody_hears(house)
    house.disk.left = 1
    await house.until(TUESDAY + 2 * DAY)
    platform.silent = set()
    house.disk.left = 10**12
    await house.until(house.clock.now() + HOUR + SOON)

    [told] = house.told
    assert told.startswith("Nobody could be told of this before: There is room again")


async def test_whoever_could_not_be_told_of_editions_for_a_day_hears_how_many_notices_were_lost(house: Watched) -> None:
    platform = nobody_hears(house)
    channel = await house.the_channel()
    for days, reason in ((1, "nothing was running"), (2, "the platform was down")):
        await house.ended(channel, TODAY - days * DAY, state=DeliveryState.MISSED, reason=reason)
    await house.until(TUESDAY + DAY + 2 * HOUR)
    assert house.told == []

    platform.silent = set()
    await house.until(house.clock.now() + DAY)

    [told] = [one for one in house.told if "could not be delivered" in one]
    assert told == (
        "2 notices could not be delivered to you within a day, the first by 4 March 2026. Daybrief's log has what was "
        "to be said; /daybrief status shows how things are."
    )


async def test_an_admin_who_could_not_be_told_what_others_were_hears_that_there_was_something(house: Watched) -> None:
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    platform = unreachable(house)
    platform.silent = {CAROL}
    house.disk.left = 1
    await house.until(TUESDAY + 2 * DAY)
    platform.silent = set()
    await house.until(house.clock.now() + DAY)

    assert [(one, told[:8]) for one, told in zip(house.people, house.told, strict=True)] == [
        (BOB, "The disk"),
        (CAROL, "1 notice"),
    ]


async def test_who_is_not_reached_within_a_week_either_is_left_alone(house: Watched) -> None:
    platform = nobody_hears(house)
    await house.ended(await house.the_channel(), TODAY - DAY, state=DeliveryState.MISSED)
    await house.until(TUESDAY + 9 * DAY)
    platform.silent = set()
    await house.until(house.clock.now() + DAY)

    assert not [one for one in house.told if "could not be delivered" in one]


async def test_what_is_back_after_it_was_well_is_told_on_the_next_day_if_it_is_so_then(house: Watched) -> None:
    for left in (1, 10**12, 1):
        house.disk.left = left
        await house.minutes(5)
    assert len(house.told) == 2

    midnight = house.clock.now().replace(hour=0, minute=0) + DAY
    await house.until(midnight - SOON)
    assert len(house.told) == 2
    await house.until(midnight + SOON)
    assert len(house.told) == 3
    assert house.told[2].startswith("The disk of Daybrief's data has been nearly full since Tuesday 3 March, 08:1")
