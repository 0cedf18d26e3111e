"""Turns are the same, whether one process keeps them for itself or many in a database."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from adapters.turns import OwnTurns
from bot.ports import Budget, Turn, Turns
from bot.ports.pacing import CLOSED_FOR, ERRORS_WITHIN, RECOVERY, SPREAD
from tests.clock import VirtualClock
from tests.postgres import database

SECOND = timedelta(seconds=1)
LONGEST = 10 * SECOND
SLACK = Budget(name="slack:T1", spacing=0.3 * SECOND, slowest=5 * SECOND, burst=SECOND, apart=SECOND)
DISCORD = Budget(name="discord", spacing=0.02 * SECOND, slowest=0.02 * SECOND, most_errors=5)

Opened = Callable[[VirtualClock], contextlib.AbstractAsyncContextManager[Turns]]


@contextlib.contextmanager
def own() -> Iterator[Opened]:
    """Of this process alone."""

    @contextlib.asynccontextmanager
    async def opened(clock: VirtualClock):  # type: ignore[no-untyped-def] # noqa: ANN202
        yield OwnTurns(lambda: clock.elapsed().total_seconds())

    yield opened


@contextlib.contextmanager
def shared() -> Iterator[Opened]:
    """In a database of its own, by a clock that is given."""
    from storage.postgres.place import Place
    from storage.postgres.turns import SharedTurns

    @contextlib.asynccontextmanager
    async def opened(clock: VirtualClock):  # type: ignore[no-untyped-def] # noqa: ANN202
        turns = SharedTurns(
            Place(url), within=60 * SECOND, now=clock.now, monotonic=lambda: clock.elapsed().total_seconds()
        )
        yield turns
        await turns.close()

    with database(has_queue=True) as url:
        yield opened


@pytest.fixture
def clock() -> VirtualClock:
    clock = VirtualClock()
    clock.move_to(clock.now() + timedelta(hours=1))
    return clock


@pytest.fixture(params=[own, shared])
async def turns(request: pytest.FixtureRequest, clock: VirtualClock):  # type: ignore[no-untyped-def] # noqa: ANN201
    with request.param() as opened:
        async with opened(clock) as made:
            yield made


def pass_on(clock: VirtualClock, duration: timedelta) -> None:
    clock.move_to(clock.now() + duration)


async def waits(turns: Turns, budget: Budget, *channels: str) -> list[float]:
    """For how long each has to wait that asks at the same instant, in seconds; what nobody gets counts from below."""
    found = [await turns.take(budget, channel, longest=LONGEST) for channel in channels]
    return [round(signed(one), 4) for one in found]


def signed(turn: Turn) -> float:
    return turn.wait.total_seconds() if turn.is_ours else -turn.wait.total_seconds()


async def test_turns_of_a_budget_come_one_after_the_other(turns: Turns, clock: VirtualClock) -> None:
    assert await waits(turns, DISCORD, "", "", "") == [0, 0.02, 0.04]

    pass_on(clock, 0.05 * SECOND)

    assert await waits(turns, DISCORD, "", "") == [0.01, 0.03]


async def test_what_was_not_spent_may_be_made_up_for_as_far_as_the_burst_goes(
    turns: Turns, clock: VirtualClock
) -> None:
    await waits(turns, SLACK, "C0")
    pass_on(clock, 60 * SECOND)

    assert await waits(turns, SLACK, "C1", "C2", "C3", "C4", "C5", "C6") == [0, 0, 0, 0, 0.2, 0.5]
    assert await waits(turns, DISCORD, "", "") == [0, 0.02]


async def test_a_channel_takes_one_at_a_time_and_holds_up_no_other(turns: Turns, clock: VirtualClock) -> None:
    pass_on(clock, 60 * SECOND)

    assert await waits(turns, SLACK, "C1", "C1", "C1", "C2") == [0, 1, 2, 0]
    pass_on(clock, 1.5 * SECOND)
    assert await waits(turns, SLACK, "C1", "C3") == [1.5, 0]


async def test_names_are_budgets_of_their_own(turns: Turns) -> None:
    other = Budget(name="slack:T2", spacing=SECOND, slowest=5 * SECOND)
    turns.refused(DISCORD, 300 * SECOND)

    assert await waits(turns, other, "C1", "C1") == [0, 1]


async def test_who_gets_no_turn_is_told_to_ask_again_one_after_the_other(turns: Turns, clock: VirtualClock) -> None:
    slow = Budget(name="slow", spacing=4 * SECOND, slowest=4 * SECOND)

    assert await waits(turns, slow, "", "", "", "", "", "") == [0, 4, 8, -7, -11, -15]
    pass_on(clock, 7 * SECOND)
    assert await waits(turns, slow, "", "") == [5, 9], "by then there is room"


async def test_those_who_are_told_to_ask_again_are_spread_over_a_minute_and_not_more(turns: Turns) -> None:
    slow = Budget(name="slow", spacing=4 * SECOND, slowest=4 * SECOND)
    found = await waits(turns, slow, *[""] * 40)

    told = [-one for one in found if one < 0]
    assert (min(told), max(told)) == (7, 7 + SPREAD.total_seconds())
    assert max(told.count(one) for one in told) <= 3


async def test_nobody_has_a_turn_while_the_platform_asks_for_patience(turns: Turns, clock: VirtualClock) -> None:
    turns.refused(SLACK, 30 * SECOND)

    assert await waits(turns, SLACK, "C1", "C2") == [-30, -30.6]
    assert await turns.closed(SLACK) == 30 * SECOND
    pass_on(clock, 25 * SECOND)
    assert await waits(turns, SLACK, "C1", "C2") == [5, 5.6]
    pass_on(clock, 5 * SECOND)
    assert await turns.closed(SLACK) == timedelta()


async def test_a_shorter_patience_does_not_end_a_longer_one(turns: Turns) -> None:
    turns.refused(SLACK, 30 * SECOND)
    turns.refused(SLACK, 2 * SECOND)

    assert await turns.closed(SLACK) == 30 * SECOND


async def test_refusals_make_it_slower_once_each_time_and_never_slower_than_the_slowest(
    turns: Turns, clock: VirtualClock
) -> None:
    spacings = []
    for _ in range(6):
        turns.refused(SLACK, SECOND)
        turns.refused(SLACK, SECOND)  # what was under way at the same time
        first, second = await waits(turns, SLACK, "C1", "C2")
        spacings.append(round(second - first, 4))
        pass_on(clock, 60 * SECOND)

    assert spacings == [0.6, 1.2, 2.4, 4.8, 5, 5]


async def test_what_is_accepted_makes_it_faster_again_up_to_where_it_was(turns: Turns, clock: VirtualClock) -> None:
    turns.refused(SLACK, SECOND)
    turns.accepted(SLACK)
    first, second = await waits(turns, SLACK, "C1", "C2")
    assert second - first == pytest.approx(0.6 * RECOVERY)

    for _ in range(40):
        turns.accepted(SLACK)
    await waits(turns, SLACK, "C3")

    first, second = await waits(turns, SLACK, "C4", "C5")
    assert second - first == pytest.approx(0.3)


async def test_too_many_errors_close_it_for_a_minute_at_a_time(turns: Turns, clock: VirtualClock) -> None:
    for _ in range(4):
        turns.erred(DISCORD)
    assert await turns.closed(DISCORD) == timedelta()

    for _ in range(2):
        turns.erred(DISCORD)
        assert await turns.closed(DISCORD) == CLOSED_FOR
        pass_on(clock, CLOSED_FOR)
        assert await waits(turns, DISCORD, "") == [0]

    pass_on(clock, ERRORS_WITHIN + 2 * CLOSED_FOR)
    turns.erred(DISCORD)
    assert await turns.closed(DISCORD) == timedelta(), "they are forgotten"
