"""The real program is killed at random instants, over platforms that fail in every way they can."""

from pathlib import Path

from tests.chaos.harness import Chaos
from tests.fake_platform.server import FaultPlan


def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    plan = FaultPlan(seed=7, chance=0.1, late_by=0.8)
    chaos = Chaos(folder=tmp_path, channels=60, kills=20, seed=7, plan=plan, settle="1s")

    outcome = chaos.run()

    assert outcome.kills == 20
    assert outcome.deliveries >= 120
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.sent == outcome.deliveries
