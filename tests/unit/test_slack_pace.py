"""Posts leave at Slack's pace: evenly, half as fast after a refusal, and no workspace waits for another."""

from datetime import timedelta

from adapters.slack.pace import LONGEST_WAIT, MOST_TRIES, PER_MINUTE, SLOWEST_PER_MINUTE, Pace
from adapters.turns import OwnTurns
from bot.ports import Budget, Turn
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


class SlowTurns(OwnTurns):
    """Takes its time to say that Slack is open: as long as *late* has it, the first of them first."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(lambda: clock.now().timestamp())
        self.clock, self.taken = clock, 0
        self.late: list[timedelta] = []
        self.others = 0
        """So many turns are taken by others meanwhile."""

    async def take(self, budget: Budget, channel: str = "", *, longest: timedelta) -> Turn:
        turn = await super().take(budget, channel, longest=longest)
        self.taken += turn.is_ours
        return Turn(wait=turn.wait, is_ours=turn.is_ours, lasts=SECOND)

    async def closed(self, budget: Budget) -> timedelta:
        for number in range(self.others):
            await super().take(budget, f"other {number}", longest=MINUTE)
        await self.clock.wait(self.late.pop(0) if self.late else timedelta())
        return await super().closed(budget)


async def slow(*late: timedelta) -> tuple[Pace, SlowTurns, VirtualClock]:
    """A pace in which others were before us, so that the next turn is waited for."""
    clock = VirtualClock()
    turns = SlowTurns(clock)
    pace = Pace(clock, turns=turns, monotonic=lambda: clock.now().timestamp())
    while clock.now() == TUESDAY:
        assert await pace.turn("T1", f"other {turns.taken}") == timedelta()
    turns.late, turns.taken = list(late), 0
    return pace, turns, clock


async def test_a_turn_that_comes_too_late_is_not_used_and_another_one_is_taken() -> None:
    pace, turns, _ = await slow(0.9 * SECOND)
    assert await pace.turn("T1", "C2") == timedelta()
    assert turns.taken == 1

    pace, turns, _ = await slow(2 * SECOND)
    assert await pace.turn("T1", "C2") == timedelta()
    assert turns.taken == 2


async def test_whoever_missed_a_turn_waits_for_the_next_no_longer_than_they_would_listen() -> None:
    pace, turns, clock = await slow(LONGEST_WAIT / 2)
    turns.others = 60
    asked = clock.now()

    assert await pace.turn("T1", "C2") > LONGEST_WAIT / 2
    assert clock.now() - asked < LONGEST_WAIT


async def test_a_machine_that_is_always_late_posts_in_the_end() -> None:
    pace, turns, _ = await slow(*[2 * SECOND] * 10)

    assert await pace.turn("T1", "C2") == timedelta()
    assert turns.taken <= MOST_TRIES
