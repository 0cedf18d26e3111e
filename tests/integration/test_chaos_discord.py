"""The running bot is killed at random instants in Discord, amid commands, forums and storms."""

from pathlib import Path

from tests.chaos.chat import ChatChaos
from tests.chaos.discord import DiscordChat
from tests.fake_discord import FaultPlan


def test_ten_kills_in_discord_lose_nothing_double_nothing_and_leave_nobody_without_an_answer(tmp_path: Path) -> None:
    plan = FaultPlan(seed=3, chance=0.04, late_by=0.8, hang=3, methods=("create_message", "start_thread"))
    chaos = ChatChaos(
        folder=tmp_path,
        chat=DiscordChat(tmp_path, plan, 6),
        channels=60,
        kills=10,
        seed=3,
        settle="1s",
        longest_life=4,
    )

    outcome = chaos.run()

    assert outcome.kills == 10
    assert outcome.deliveries >= 40
    assert (outcome.lost, outcome.duplicated) == ([], [])
    assert outcome.sent == outcome.deliveries
    assert outcome.answered > 0
    assert outcome.neglected == []
