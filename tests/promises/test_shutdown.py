"""A bot that is told to stop is gone in time, and leaves nothing lost or doubled."""

import dataclasses
from collections import Counter
from pathlib import Path

from tests.chaos.campaign import Campaign, play
from tests.chaos.outcome import Outcome
from tests.chaos.upgrading import Upgrades
from tests.promises.shutdown import SMALL, judged, measure
from tests.promises.table import Extent


def test_ten_bots_that_are_told_to_stop_are_gone_in_time_and_leave_nothing_lost_or_doubled() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, "\n".join(measured.broken)
    assert measured.figures.startswith("10 times told to stop")
    assert "with 2 of them the platform fell silent: 2 amid reading a feed" in measured.figures


def test_a_bot_without_a_limit_on_what_it_finishes_is_found_out_by_a_silence(tmp_path: Path) -> None:
    shape = dataclasses.replace(
        SMALL[0].shape, endings=1, channels=5, silences=("feed",), program="tests.chaos.endless"
    )

    outcome = play("slack", Campaign(shape=shape, seed=1, late_by=0.8), tmp_path, lambda _: None)

    assert outcome.silences == {"feed": 1}
    assert [one for one in outcome.unruly if one.startswith("life 1, at feed, ended with 1")], outcome
    assert not judged({"slack": outcome}, Upgrades()).held


def test_a_measurement_in_which_no_platform_was_silent_keeps_no_promise() -> None:
    met, not_met = Outcome(silences=Counter({"post": 1})), Outcome(silences=Counter({"some moment": 1}))

    assert judged({"slack": met, "discord": met}, Upgrades(), ["post"]).held
    assert not judged({"slack": met, "discord": not_met}, Upgrades(), ["post"]).held


def test_a_bot_that_takes_its_time_breaks_the_promise() -> None:
    sound = Outcome(endings=100, slowest_end=9.4, codes=Counter({"0": 100}))

    assert judged({"slack": sound, "discord": sound}, Upgrades()).held
    assert not judged({"slack": sound, "discord": Outcome(slowest_end=10.3)}, Upgrades()).held
    assert not judged({"slack": sound, "discord": Outcome(unruly=["life 3, at post, ended with 1"])}, Upgrades()).held
    assert not judged({"slack": sound, "discord": sound}, Upgrades(slowest_end=10.3)).held
    assert not judged({"slack": sound, "discord": sound}, Upgrades(broken=["upgrade 3 ended with 1"])).held
