"""Thirty kills of the real process lose nothing and double nothing; and a checker that would see it if they did."""

from tests.chaos import checker
from tests.chaos.checker import Shown
from tests.chaos.orders import COUNTED, NEWS, Order, told
from tests.chaos.outcome import Outcome
from tests.promises.kills import SMALL, judged, measure
from tests.promises.table import Extent

_ALL = " ".join(NEWS)
_PLAIN, _THREAD, _COUNTED = Order(channel="C1", wave=0, number=1), Order(channel="C2", wave=0, number=19), 9


def test_thirty_kills_lose_nothing_and_double_nothing() -> None:
    measured = measure(Extent.SMALL)

    assert SMALL.shape.endings == 15
    assert measured.held, "\n".join(measured.broken)
    assert measured.figures.startswith("15 on Slack and 15 on Discord")


def test_a_message_that_is_not_there_is_lost() -> None:
    found = checker.count([_PLAIN, _THREAD], [Shown(channel="C2", text=_ALL)])

    assert found.lost[0].startswith("c0x1 (C1)")
    assert len(found.lost) == 1 + len(NEWS)
    assert found.messages == 1


def test_a_message_that_is_there_twice_is_a_duplicate_whatever_else_differs() -> None:
    shown = [Shown(channel="C1", text=f"{_ALL} at 08:00"), Shown(channel="C1", text=f"{_ALL} at 08:01")]

    assert len(checker.count([_PLAIN], shown).duplicated) == 1


def test_a_message_where_nobody_ordered_it_is_a_duplicate() -> None:
    shown = [Shown(channel="C1", text=_ALL), Shown(channel="C7", text=_ALL)]

    assert checker.count([_PLAIN], shown).duplicated == (f"C7, where nobody ordered it: {' + '.join(sorted(NEWS))}",)


def test_a_thread_that_has_come_whole_is_right() -> None:
    found = checker.count([_THREAD], [Shown(channel="C2", text=text) for text in (_ALL, *NEWS)])

    assert (found.lost, found.duplicated, found.messages) == ((), (), 1 + len(NEWS))


def test_a_message_that_reads_as_it_did_before_its_story_was_corrected_is_seen() -> None:
    order = Order(channel="C3", wave=0, number=_COUNTED)
    assert order.titles == (COUNTED,)
    shown = [Shown(channel="C3", text=told(2)), Shown(channel="C3", text=told(1))]

    assert len(checker.count([order], shown, corrections=2).outdated) == 1
    assert checker.count([order], shown[:1] * 2, corrections=2).outdated == ()


def test_a_single_loss_breaks_the_promise() -> None:
    sound = Outcome(endings=500, seconds=1800.0)

    assert judged({"slack": sound, "discord": sound}, is_timed=True).held
    assert not judged({"slack": sound, "discord": Outcome(lost=["c0x1 (C1)"])}, is_timed=True).held
    assert not judged({"slack": sound, "discord": Outcome(seconds=3700.0)}, is_timed=True).held
