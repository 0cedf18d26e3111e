"""A model that gives nothing, whatever it is asked, is known to be in trouble; one story alone is not."""

import asyncio
from pathlib import Path

import pytest

from bot.errors import AnalystFailed, BudgetSpent
from tests.scripted_writer import ScriptedWriter
from tests.troubled import Watched, watched


async def gives(house: Watched, answer: Exception | None, *, is_work: bool = True) -> None:
    async def asked() -> int:
        if answer:
            raise answer
        return 1

    if answer is None:
        await house.room.modelled(asked(), is_work=is_work)
    else:
        with pytest.raises(AnalystFailed):
            await house.room.modelled(asked(), is_work=is_work)


async def test_a_model_that_fails_again_and_again_is_told_with_its_last_reason(tmp_path: Path) -> None:
    async with watched(tmp_path) as house:
        house.room.writer = ScriptedWriter()
        for _ in range(4):
            await gives(house, AnalystFailed("the key was revoked"))
        await house.minutes(2)
        assert house.told == []

        await gives(house, ValueError("a bug"))
        await house.minutes(2)
        assert "the model's adapter failed (ValueError)" in house.told[0]

        await gives(house, None, is_work=False)
        await house.minutes(2)
        assert len(house.told) == 1

        await gives(house, None)
        await house.minutes(2)
        assert len(house.told) == 2


async def test_a_budget_that_is_spent_and_a_story_that_failed_between_others_are_no_trouble(tmp_path: Path) -> None:
    async with watched(tmp_path) as house:
        house.room.writer = ScriptedWriter()
        for _ in range(5):
            await gives(house, BudgetSpent("the day's budget is spent"))
        await house.minutes(2)
        assert house.told == []

        for _ in range(4):
            await gives(house, AnalystFailed("nothing passed the gate"))
            await gives(house, AnalystFailed("nothing passed the gate"))
            await gives(house, None)
        await house.minutes(2)

        assert house.told == []


@pytest.mark.parametrize(("is_stopping", "failures"), [(False, 5), (True, 0)])
async def test_a_model_that_is_not_waited_for_any_longer_has_given_nothing(
    tmp_path: Path, is_stopping: bool, failures: int
) -> None:
    async with watched(tmp_path) as house:
        house.room.is_stopping = is_stopping
        for _ in range(5):
            waiting = asyncio.create_task(house.room.modelled(asyncio.Event().wait()))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)

        times, _ = house.room.model_says or (0, "")
        assert times == failures
