"""The alarm rings whatever the clock says, doubles nothing and survives what it rings for."""

import asyncio
import logging
from datetime import timedelta

import pytest

from adapters.alarm import Alarm
from adapters.clock import SystemClock
from bot.errors import DaybriefError
from tests.clock import VirtualClock

SECOND = timedelta(seconds=1)


async def test_it_rings_at_once_and_an_action_that_is_still_busy_is_not_doubled() -> None:
    rings = 0
    third_ring_of_the_other = asyncio.Event()
    others = 0

    async def never_done() -> None:
        nonlocal rings
        rings += 1
        await asyncio.Event().wait()

    async def quick() -> None:
        nonlocal others
        others += 1
        if others == 3:
            third_ring_of_the_other.set()

    alarm = Alarm(SystemClock())
    alarm.ring("busy", never_done, every=SECOND)
    alarm.ring("quick", quick, every=SECOND)
    alarm.start()
    async with asyncio.timeout(10):
        await third_ring_of_the_other.wait()
    await alarm.stop(within=timedelta(0))

    assert rings == 1


async def test_an_action_that_may_overlap_rings_although_it_is_busy_and_all_of_it_is_waited_for() -> None:
    rings, ended = 0, 0
    third_ring, may_end = asyncio.Event(), asyncio.Event()

    async def action() -> None:
        nonlocal rings, ended
        rings += 1
        if rings == 3:
            third_ring.set()
        await may_end.wait()
        ended += 1

    alarm = Alarm(SystemClock())
    alarm.ring("busy", action, every=SECOND, may_overlap=True)
    alarm.start()
    async with asyncio.timeout(10):
        await third_ring.wait()
        stopping = asyncio.create_task(alarm.stop(within=timedelta(seconds=5)))
        await asyncio.sleep(0)
        may_end.set()
        await stopping

    assert ended == rings


async def test_a_clock_that_is_set_back_does_not_silence_it() -> None:
    clock, rings, third_ring = VirtualClock(), 0, asyncio.Event()

    async def action() -> None:
        nonlocal rings
        rings += 1
        clock.is_set_to(clock.now() - timedelta(days=1))
        if rings == 3:
            third_ring.set()

    alarm = Alarm(clock, look_every=timedelta(seconds=0.05))
    alarm.ring("work", action, every=timedelta(hours=1))
    alarm.start()
    async with asyncio.timeout(10):
        await third_ring.wait()
    await alarm.stop(within=SECOND)


async def test_another_interval_takes_effect_while_it_runs() -> None:
    rings, second_ring = 0, asyncio.Event()

    async def action() -> None:
        nonlocal rings
        rings += 1
        if rings == 2:
            second_ring.set()

    alarm = Alarm(SystemClock())
    alarm.ring("work", action, every=timedelta(hours=1))
    alarm.start()
    alarm.ring("work", action, every=SECOND)
    async with asyncio.timeout(10):
        await second_ring.wait()
    await alarm.stop(within=SECOND)


async def test_it_is_silent_once_it_was_stopped() -> None:
    rings = 0

    async def action() -> None:
        nonlocal rings
        rings += 1

    alarm = Alarm(SystemClock())
    alarm.ring("work", action, every=SECOND)
    alarm.start()
    await asyncio.sleep(0)
    await alarm.stop(within=SECOND)
    await asyncio.sleep(1.2)

    assert rings == 1


async def test_stopping_waits_for_an_action_that_has_begun() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), False

    async def action() -> None:
        nonlocal ended
        begun.set()
        await may_end.wait()
        ended = True

    alarm = Alarm(SystemClock())
    alarm.ring("work", action, every=timedelta(hours=1))
    alarm.start()
    async with asyncio.timeout(10):
        await begun.wait()
        stopping = asyncio.create_task(alarm.stop(within=timedelta(seconds=5)))
        await asyncio.sleep(0)
        may_end.set()
        await stopping

    assert ended


async def test_what_one_ring_breaks_does_not_silence_the_next(caplog: pytest.LogCaptureFixture) -> None:
    second_ring = asyncio.Event()
    rings = 0

    async def breaks() -> None:
        nonlocal rings
        rings += 1
        if rings == 2:
            second_ring.set()
        raise DaybriefError("the disk is full") if rings == 1 else ValueError("a bug")

    alarm = Alarm(SystemClock())
    alarm.ring("work", breaks, every=SECOND)
    alarm.start()
    with caplog.at_level(logging.ERROR, logger="adapters.alarm"):
        async with asyncio.timeout(10):
            await second_ring.wait()
        await alarm.stop(within=SECOND)

    assert "work: the disk is full" in caplog.messages
    assert "work failed in a way that was not foreseen" in caplog.messages


async def test_what_failed_is_tried_again_after_ever_longer_pauses_until_it_succeeds() -> None:
    loop, rings, done = asyncio.get_running_loop(), [], asyncio.Event()

    async def fails_three_times() -> None:
        rings.append(loop.time())
        if len(rings) <= 3:
            raise DaybriefError("the disk is full")
        done.set()

    alarm = Alarm(SystemClock(), again=timedelta(seconds=0.05))
    alarm.ring("work", fails_three_times, every=timedelta(hours=1))
    alarm.start()
    async with asyncio.timeout(10):
        await done.wait()
    await asyncio.sleep(0.5)
    await alarm.stop(within=SECOND)

    assert len(rings) == 4
    for number, pause in enumerate((0.05, 0.1, 0.2)):
        assert rings[number + 1] - rings[number] >= pause * 0.9


async def test_what_failed_is_not_tried_again_once_it_was_stopped() -> None:
    rings, failed = 0, asyncio.Event()

    async def fails() -> None:
        nonlocal rings
        rings += 1
        failed.set()
        raise DaybriefError("the disk is full")

    alarm = Alarm(SystemClock(), again=timedelta(seconds=0.05))
    alarm.ring("work", fails, every=timedelta(hours=1))
    alarm.start()
    async with asyncio.timeout(10):
        await failed.wait()
    await alarm.stop(within=SECOND)
    await asyncio.sleep(0.2)

    assert rings == 1
