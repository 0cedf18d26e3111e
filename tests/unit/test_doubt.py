"""What one process knows of posts in doubt, by clocks that can be set and one that cannot."""

from datetime import timedelta

from bot.doubt import Doubts
from tests.clock import TUESDAY, VirtualClock

TIMEOUT = timedelta(seconds=15)
HOUR = timedelta(hours=1)


def test_what_left_only_when_the_machine_woke_settles_from_then() -> None:
    doubts = Doubts()
    doubts.posting(1, TUESDAY, timedelta())
    doubts.ended(1, HOUR, TIMEOUT)  # it slept for an hour, and only then noticed that nobody answers

    assert doubts.settling(1, TUESDAY, HOUR + timedelta(seconds=30)) == TIMEOUT + timedelta(seconds=30)


def test_an_answer_that_comes_soon_makes_nothing_settle_earlier() -> None:
    doubts = Doubts()
    doubts.posting(1, TUESDAY, HOUR)
    doubts.ended(1, HOUR + timedelta(seconds=1), TIMEOUT)

    assert doubts.settling(1, TUESDAY, HOUR + timedelta(seconds=60)) == timedelta(seconds=60)


def test_a_channel_is_read_from_the_intent_on_by_whoever_committed_it() -> None:
    clock, doubts = VirtualClock(), Doubts()
    doubts.posting(1, clock.now(), clock.elapsed())
    clock.move_to(TUESDAY + HOUR)

    assert doubts.readable_from(1, TUESDAY, clock) == TUESDAY


def test_a_channel_is_read_from_a_day_before_where_the_clock_may_have_been_ahead() -> None:
    clock, doubts = VirtualClock(), Doubts()
    doubts.posting(1, clock.now(), clock.elapsed())
    clock.is_set_to(TUESDAY - 2 * HOUR)

    assert doubts.readable_from(1, TUESDAY, clock) <= TUESDAY - timedelta(days=1)
    assert Doubts().readable_from(1, TUESDAY, VirtualClock()) <= TUESDAY - timedelta(days=1)
