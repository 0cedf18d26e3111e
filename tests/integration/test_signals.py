"""Whoever tells the bot to stop is heard, even in the rush of a morning."""

import asyncio
import os
import signal
import threading
import time

import pytest

from bot.wiring import on_signal

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
