"""Posts leave at Slack's pace: evenly, half as fast after a refusal, and no workspace waits for another."""

from datetime import timedelta

from adapters.slack.pace import LONGEST_WAIT, PER_MINUTE, SLOWEST_PER_MINUTE, Pace
from tests.clock import TUESDAY, VirtualClock

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def paced() -> tuple[Pace, VirtualClock]:
    clock = VirtualClock()
    return Pace(clock, monotonic=lambda: clock.now().timestamp()), clock


async def in_a_minute(pace: Pace, clock: VirtualClock, workspace: str = "T1") -> int:
    """How many different channels get a turn within a minute."""
    end = clock.now() + MINUTE
    for count in range(10_000):
        if await pace.turn(workspace, f"C{count}") or clock.now() >= end:
            return count
    raise AssertionError("there is no pace at all")


async def test_a_workspace_gets_its_budget_and_no_more() -> None:
    pace, clock = paced()

    count = await in_a_minute(pace, clock)

    assert PER_MINUTE - 2 <= count <= PER_MINUTE + 5


async def test_a_channel_gets_one_message_a_second() -> None:
    pace, clock = paced()

    for _ in range(5):
        assert await pace.turn("T1", "C1") == timedelta()

    assert clock.now() - TUESDAY >= 4 * SECOND


async def test_nobody_waits_for_a_turn_for_longer_than_they_would_listen() -> None:
    clock = VirtualClock()
    pace = Pace(clock, patience=SECOND, monotonic=lambda: clock.now().timestamp())
    began = clock.now()

    for number in range(5):
        asked = clock.now()
        wait = await pace.turn("T1", f"C{number}")
        assert clock.now() - asked < SECOND
        clock.move_to(clock.now() + wait)

    pace.refused("T1", 5 * SECOND)
    assert await pace.turn("T1", "C9") == 5 * SECOND
    assert clock.now() - began < 5 * SECOND


async def test_after_a_refusal_nothing_leaves_for_as_long_as_slack_asked() -> None:
    pace, clock = paced()
    await pace.turn("T1", "C1")
    pace.refused("T1", 30 * SECOND)

    assert await pace.turn("T1", "C2") > LONGEST_WAIT
    clock.move_to(clock.now() + 31 * SECOND)
    assert await pace.turn("T1", "C2") == timedelta()


async def test_a_refusal_halves_the_pace_once_however_many_posts_it_met() -> None:
    pace, clock = paced()
    await pace.turn("T1", "C1")
    for _ in range(10):
        pace.refused("T1", SECOND)
    clock.move_to(clock.now() + 2 * SECOND)

    count = await in_a_minute(pace, clock)

    assert PER_MINUTE / 2 - 2 <= count <= PER_MINUTE / 2 + 5


async def test_the_pace_recovers_while_messages_are_accepted() -> None:
    pace, clock = paced()
    pace.refused("T1", SECOND)
    clock.move_to(clock.now() + 2 * SECOND)
    for _ in range(100):
        pace.accepted("T1")

    assert await in_a_minute(pace, clock) >= PER_MINUTE - 2


async def test_the_pace_never_falls_below_its_floor() -> None:
    pace, clock = paced()
    for _ in range(20):
        pace.refused("T1", SECOND)
        clock.move_to(clock.now() + 2 * SECOND)

    count = await in_a_minute(pace, clock)

    assert SLOWEST_PER_MINUTE - 1 <= count <= SLOWEST_PER_MINUTE + 2


async def test_workspaces_know_nothing_of_one_another() -> None:
    pace, clock = paced()
    pace.refused("T1", 300 * SECOND)

    assert await pace.turn("T2", "C1") == timedelta()
    assert clock.now() == TUESDAY


async def test_whoever_waited_goes_on_one_after_the_other() -> None:
    pace, clock = paced()
    pace.refused("T1", 9 * SECOND)
    spacing = timedelta(minutes=1) / PER_MINUTE * 2

    first = clock.now()
    for number in range(5):
        assert await pace.turn("T1", f"C{number}") == timedelta()

    assert clock.now() - first >= 9 * SECOND + 4 * spacing
