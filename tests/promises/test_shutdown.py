"""A bot that is told to stop is gone in time, and leaves nothing lost or doubled."""

from collections import Counter

from tests.chaos.outcome import Outcome
from tests.chaos.upgrading import Upgrades
from tests.promises.shutdown import judged, measure
from tests.promises.table import Extent


def test_ten_bots_that_are_told_to_stop_are_gone_in_time_and_leave_nothing_lost_or_doubled() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, "\n".join(measured.broken)
    assert measured.figures.startswith("10 times told to stop")


def test_a_bot_that_takes_its_time_breaks_the_promise() -> None:
    sound = Outcome(endings=100, slowest_end=9.4, codes=Counter({"0": 100}))

    assert judged({"slack": sound, "discord": sound}, Upgrades()).held
    assert not judged({"slack": sound, "discord": Outcome(slowest_end=10.3)}, Upgrades()).held
    assert not judged({"slack": sound, "discord": Outcome(unruly=["life 3, at post, ended with 1"])}, Upgrades()).held
    assert not judged({"slack": sound, "discord": sound}, Upgrades(slowest_end=10.3)).held
    assert not judged({"slack": sound, "discord": sound}, Upgrades(broken=["upgrade 3 ended with 1"])).held
