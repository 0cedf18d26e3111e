"""The loop under the simulation: time passes only in leaps, and the dead do nothing more."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.simulation.loop import LIFE, OUTSIDE, Life, VirtualLoop


@pytest.fixture
def loop() -> Iterator[VirtualLoop]:
    with closing(VirtualLoop()) as loop:
        yield loop


def begin(loop: VirtualLoop, life: Life, done: list[str]) -> None:
    async def work() -> None:
        try:
            for name in ("one", "two", "three"):
                done.append(name)
                await asyncio.sleep(60)
        finally:
            done.append("finally")

    context = OUTSIDE.copy()
    context.run(LIFE.set, life)
    task = loop.create_task(work(), context=context)
    loop.outside(1000, lambda: task)  # somebody has to hold it


async def wait(seconds: float) -> None:
    await asyncio.sleep(seconds)


def end(loop: VirtualLoop, life: Life) -> None:
    """Let what was left lying run out, so that nothing of it is left to the next test."""
    loop.is_over = True
    life.thaw()
    loop.run_until_complete(wait(500))


def test_a_day_takes_no_time(loop: VirtualLoop) -> None:
    loop.run_until_complete(wait(86_400))

    assert loop.time() == 86_400


def test_the_dead_run_no_step_more_and_no_finally(loop: VirtualLoop) -> None:
    life, done = Life(1), list[str]()
    begin(loop, life, done)
    loop.outside(70, life.die)
    loop.run_until_complete(wait(500))

    assert done == ["one", "two"]
    end(loop, life)


def test_a_process_dies_at_the_step_that_it_was_told(loop: VirtualLoop) -> None:
    life, done = Life(1), list[str]()
    life.dies_at = 1
    begin(loop, life, done)
    loop.run_until_complete(wait(500))

    assert done == []
    end(loop, life)


def test_the_frozen_go_on_where_they_were(loop: VirtualLoop) -> None:
    life, done = Life(1), list[str]()
    begin(loop, life, done)
    loop.outside(30, setattr, life, "is_frozen", True)
    loop.outside(300, life.thaw)
    loop.run_until_complete(wait(299))
    asleep = list(done)
    loop.run_until_complete(wait(2))

    assert asleep == ["one"]
    assert done == ["one", "two"]
    end(loop, life)


def test_a_deadline_that_passed_in_the_sleep_is_over_on_waking(loop: VirtualLoop) -> None:
    life, came = Life(1), list[str]()

    async def work() -> None:
        try:
            async with asyncio.timeout(10):
                await asyncio.Event().wait()
        except TimeoutError:
            came.append("too late")

    context = OUTSIDE.copy()
    context.run(LIFE.set, life)
    task = loop.create_task(work(), context=context)
    loop.outside(5, setattr, life, "is_frozen", True)
    loop.outside(600, life.thaw)
    loop.run_until_complete(wait(601))

    assert task.done()
    assert came == ["too late"]


def test_nobody_waits_for_ever_without_being_noticed(loop: VirtualLoop) -> None:
    task = loop.create_task(asyncio.Event().wait())

    with pytest.raises(RuntimeError, match="everybody waits"):
        loop.run_until_complete(task)
    task.cancel()
    loop.call_soon(lambda: None)
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
