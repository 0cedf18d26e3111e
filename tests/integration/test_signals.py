"""Whoever tells the bot to stop is heard, even in the rush of a morning."""

import asyncio
import os
import signal
import threading
import time
from datetime import timedelta

import pytest

from adapters.signals import Leaving, on_signal

WAKE_UPS = 5_000
"""More than the pipe holds that wakes an event loop."""


async def test_a_signal_amid_thousands_of_wake_ups_is_heard_once() -> None:
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    on_signal(signal.SIGHUP, lambda: heard.append("hangup"))

    def wake() -> None:
        for _ in range(WAKE_UPS):
            loop.call_soon_threadsafe(lambda: None)

    busy = threading.Thread(target=wake)
    busy.start()
    busy.join()  # the loop stands still meanwhile, as it does while it works for somebody
    os.kill(os.getpid(), signal.SIGHUP)
    await asyncio.sleep(0.1)

    assert heard == ["hangup"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_wakes_a_loop_that_has_nothing_to_do(number: signal.Signals) -> None:
    stop = asyncio.Event()
    on_signal(number, stop.set)
    threading.Timer(0.05, lambda: os.kill(os.getpid(), number)).start()

    began = time.monotonic()
    await asyncio.wait_for(stop.wait(), 5)

    assert time.monotonic() - began < 1


class _Left:
    """How a process would have ended."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.is_over = threading.Event()

    def __call__(self, code: int) -> None:
        self.codes.append(code)
        self.is_over.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_once_it_stops_and_told_twice_it_leaves_at_once(number: signal.Signals) -> None:
    stop, left = asyncio.Event(), _Left()
    leaving = Leaving(leave=left)
    leaving.listen(stop.set)
    try:
        os.kill(os.getpid(), number)
        await asyncio.wait_for(stop.wait(), 5)
        assert leaving.told is number
        assert left.codes == []

        os.kill(os.getpid(), number)
        assert left.codes == [128 + number]
    finally:
        leaving.left()


async def test_told_twice_it_leaves_even_while_the_loop_is_stuck() -> None:
    left = _Left()
    leaving = Leaving(leave=left)
    leaving.listen(lambda: None)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
        assert left.is_over.wait(5)  # the loop stands still meanwhile
    finally:
        leaving.left()


async def test_whatever_hangs_is_left_behind_in_the_end(caplog: pytest.LogCaptureFixture) -> None:
    left, words = _Left(), threading.Event()
    leaving = Leaving(words.set, overdue=timedelta(seconds=0.1), leave=left)
    leaving.listen(lambda: None)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        assert left.is_over.wait(5)
    finally:
        leaving.left()

    assert left.codes == [1]
    assert words.is_set()
    assert "left with something hanging" in caplog.text


async def test_one_that_has_ended_in_time_is_left_in_peace() -> None:
    left = _Left()
    leaving = Leaving(overdue=timedelta(seconds=0.1), leave=left)
    leaving.listen(lambda: None)
    os.kill(os.getpid(), signal.SIGTERM)
    leaving.left()

    assert not left.is_over.wait(0.3)
