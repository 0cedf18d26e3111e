"""The real program is killed at random instants, over platforms that fail in every way they can."""

from pathlib import Path

from tests.chaos.harness import Chaos
from tests.chaos.slack import SlackChaos
from tests.fake_platform.server import FaultPlan
from tests.fake_slack import FaultPlan as SlackFaultPlan


def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    plan = FaultPlan(seed=7, chance=0.1, late_by=0.8)
    chaos = Chaos(folder=tmp_path, channels=60, kills=20, seed=7, plan=plan, settle="1s")

    outcome = chaos.run()

    assert outcome.kills == 20
    assert outcome.deliveries >= 120
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.sent == outcome.deliveries


def test_ten_kills_on_slack_lose_nothing_double_nothing_and_leave_nobody_without_an_answer(tmp_path: Path) -> None:
    plan = SlackFaultPlan(seed=3, chance=0.04, late_by=0.8, hang=3)
    chaos = SlackChaos(
        folder=tmp_path, channels=60, kills=10, seed=3, plan=plan, settle="1s", workspaces=3, longest_life=4
    )

    outcome = chaos.run()

    assert outcome.kills == 10
    assert outcome.deliveries >= 40
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.sent == outcome.deliveries
    assert outcome.answered > 0
    assert outcome.neglected == []
