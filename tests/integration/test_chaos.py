"""The real program is killed at random instants, over platforms that fail in every way they can."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.chat import Chat, ChatChaos
from tests.chaos.discord import DiscordChat
from tests.chaos.harness import Chaos
from tests.chaos.slack import SlackChat
from tests.fake_discord import FaultPlan as DiscordFaultPlan
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


def slack(folder: Path) -> Chat:
    return SlackChat(folder, SlackFaultPlan(seed=3, chance=0.04, late_by=0.8, hang=3), 3)


def discord(folder: Path) -> Chat:
    methods = ("create_message", "start_thread")
    return DiscordChat(folder, DiscordFaultPlan(seed=3, chance=0.04, late_by=0.8, hang=3, methods=methods), 6)


@pytest.mark.parametrize("platform", [slack, discord], ids=lambda one: one.__name__)
def test_ten_kills_in_a_chat_lose_nothing_double_nothing_and_leave_nobody_without_an_answer(
    tmp_path: Path, platform: Callable[[Path], Chat]
) -> None:
    chaos = ChatChaos(
        folder=tmp_path, chat=platform(tmp_path), channels=60, kills=10, seed=3, settle="1s", longest_life=4
    )

    outcome = chaos.run()

    assert outcome.kills == 10
    assert outcome.deliveries >= 40
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.sent == outcome.deliveries
    assert outcome.answered > 0
    assert outcome.neglected == []
