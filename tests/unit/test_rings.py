"""What fails in a way that nobody foresaw is known until it works again."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreTrouble
from bot.rings import Action, rings
from tests.troubled import BOB, Watched, watched


def ring(house: Watched, name: str, gather: Action) -> Action:
    async def nothing() -> None:
        pass

    found = {one.name: one.action for one in rings(house.desk, timedelta(minutes=30), settle=nothing, gather=gather)}
    return found[name]


async def test_a_part_that_breaks_is_told_until_it_works_again(tmp_path: Path) -> None:
    bugs: list[Exception] = [KeyError("a bug")]

    async def gather() -> None:
        if bugs:
            raise bugs[0]

    async with watched(tmp_path) as house:
        action = ring(house, "gather", gather)
        with pytest.raises(KeyError):
            await action()
        await house.minutes(5)
        bugs.clear()
        await action()
        await house.minutes(1)

        assert house.people == [BOB, BOB]
        assert "gathering (KeyError)" in house.told[0]


async def test_what_fails_with_a_reason_is_no_fault(tmp_path: Path) -> None:
    async def gather() -> None:
        raise StoreTrouble("the disk is full")

    async with watched(tmp_path) as house:
        with pytest.raises(StoreTrouble):
            await ring(house, "gather", gather)()
        await house.minutes(5)

        assert house.told == []


async def test_admins_are_told_by_a_ring_of_their_own(tmp_path: Path) -> None:
    async with watched(tmp_path) as house:

        async def gather() -> None:
            pass

        house.disk.left = 1
        await ring(house, "tell", gather)()

        assert house.people == [BOB]
