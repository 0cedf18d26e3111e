"""An errand is run once for all who wait, and whoever waits no longer than they like harms nobody else."""

import asyncio
from datetime import timedelta

import pytest

from bot.errands import Errands, within
from bot.errors import AnalystFailed
from tests.clock import TUESDAY, HandClock


async def test_those_who_come_while_it_runs_get_the_same_and_those_who_come_later_a_new_one() -> None:
    errands, gate, runs = Errands(), asyncio.Event(), 0

    async def errand() -> int:
        nonlocal runs
        runs += 1
        await gate.wait()
        return runs

    first = [asyncio.create_task(errands.run("x", errand)) for _ in range(3)]
    other = asyncio.create_task(errands.run("y", errand))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.set()

    assert len(set(await asyncio.gather(*first))) == 1
    await other
    assert runs == 2
    assert await errands.run("x", errand) == 3


async def test_all_who_wait_hear_of_the_failure_and_the_next_one_tries_again() -> None:
    errands, gate = Errands(), asyncio.Event()

    async def fail() -> None:
        await gate.wait()
        raise AnalystFailed("no answer")

    async def work() -> str:
        return "done"

    waiting = [asyncio.create_task(errands.run("x", fail)) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()

    for one in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(one, AnalystFailed)
    assert await errands.run("x", work) == "done"


async def test_an_errand_that_nobody_waits_for_any_more_is_finished() -> None:
    errands, gate, done = Errands(), asyncio.Event(), asyncio.Event()

    async def errand() -> None:
        await gate.wait()
        done.set()

    waiting = asyncio.create_task(errands.run("x", errand))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()

    await asyncio.wait_for(done.wait(), 5)


async def test_closing_ends_what_is_under_way_and_tells_those_who_wait() -> None:
    errands = Errands()
    waiting = asyncio.create_task(errands.run("x", asyncio.Event().wait))
    await asyncio.sleep(0)

    await errands.close()

    with pytest.raises(AnalystFailed, match="being stopped"):
        await waiting
    with pytest.raises(AnalystFailed, match="being stopped"):
        await errands.run("y", asyncio.Event().wait)


async def test_memory_does_not_grow_for_ever() -> None:
    errands = Errands()
    for number in range(5_000):
        errands.remember(number, str(number))

    assert errands.recall(0) is None
    assert errands.recall(4_999) == "4999"
    assert len(errands._memory) <= 2_000  # noqa: SLF001


async def test_work_is_cut_off_when_its_time_is_over_and_not_before() -> None:
    clock = HandClock()
    ended = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def works() -> str:
        return "done"

    cut = asyncio.create_task(within(clock, timedelta(seconds=10), hangs()))
    await asyncio.sleep(0.01)
    clock.move_to(TUESDAY + timedelta(seconds=9))
    await asyncio.sleep(0.01)
    assert not cut.done()
    clock.move_to(TUESDAY + timedelta(seconds=10))
    # Outside of what is expected, so that a limit that never comes is a failure and no TimeoutError like the right one.
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError):
            await cut
    await asyncio.wait_for(ended.wait(), 5)
    assert await within(clock, timedelta(seconds=10), works()) == "done"
