"""The time that machines over one database share, and how much its answers are worth."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from adapters.clock import SLOW, SharedClock
from bot.wiring.stores import agree
from storage.keeper import Keeper
from storage.postgres.opening import open_store
from tests.clock import TUESDAY
from tests.postgres import database

DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=100)


class Steady:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class SlowServer:
    """A database whose answers take so long, there and back, and that shows the true time, which began on Tuesday."""

    def __init__(self, steady: Steady, ways: Sequence[tuple[float, float]]) -> None:
        self._steady = steady
        self._ways = list(ways)
        self._began = steady.seconds

    @property
    def true(self) -> datetime:
        return TUESDAY + timedelta(seconds=self._steady.seconds - self._began)

    async def time(self) -> datetime:
        there, back = self._ways.pop(0)
        self._steady.seconds += there
        shown = self.true
        self._steady.seconds += back
        return shown


async def agreed(clock: SharedClock, server: SlowServer) -> None:
    await agree(clock, cast("Keeper", server))


async def test_the_quickest_of_a_few_answers_counts() -> None:
    steady = Steady()
    clock, server = SharedClock(steady), SlowServer(steady, [(0.9, 0), (0.02, 0.04), (0, 0.9)])

    await agreed(clock, server)

    assert clock.now() - server.true == timedelta(seconds=-0.01)


async def test_slow_answers_change_nothing_and_quick_ones_do_again(caplog: pytest.LogCaptureFixture) -> None:
    steady = Steady()
    server = SlowServer(steady, [(0, 0)] * 3 + [(30, 0), (0, 2), (9, 9)] + [(0.1, 0.1)] * 3)
    clock = SharedClock(steady)
    await agreed(clock, server)

    await agreed(clock, server)

    assert clock.now() == server.true
    assert caplog.messages == ["the database took 2.0 s to tell its time; it is asked again soon"]
    await agreed(clock, server)
    assert clock.now() == server.true
    assert len(caplog.messages) == 1


async def test_where_nothing_is_known_a_slow_answer_is_better_than_none_until_a_better_one_comes() -> None:
    steady = Steady()
    clock, server = SharedClock(steady), SlowServer(steady, [(8, 0)] * 3 + [(0, 20)] * 3 + [(4, 0)] * 3)

    await agreed(clock, server)
    assert clock.now() - server.true == timedelta(seconds=4), "half its way"
    await agreed(clock, server)
    assert clock.now() - server.true == timedelta(seconds=4)
    await agreed(clock, server)
    assert clock.now() - server.true == timedelta(seconds=2)


def test_an_answer_that_is_just_quick_enough_is_used_whatever_is_known() -> None:
    steady = Steady()
    clock = SharedClock(steady)
    now = clock.elapsed()

    clock.tell(TUESDAY, asked=now, answered=now)
    clock.tell(TUESDAY + DAY, asked=now - SLOW, answered=now)
    assert clock.now() == TUESDAY + DAY + SLOW / 2
    clock.tell(TUESDAY, asked=now - SLOW - MOMENT, answered=now)
    assert clock.now() == TUESDAY + DAY + SLOW / 2


async def test_machines_of_which_one_is_a_day_ahead_agree_with_the_database() -> None:
    with database() as url:
        store = await open_store(url)
        clock = SharedClock()
        right = await store.time()
        assert right
        clock.tell(right + DAY, asked=clock.elapsed(), answered=clock.elapsed())
        assert clock.now() - right > DAY / 2

        await agree(clock, store)

        now = await store.time()
        assert now
        assert abs(clock.now() - now) < timedelta(minutes=1)
        await store.close()
