"""``make chaos``: prints what hundreds of kills did, and fails if a single message was lost or doubled."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.chat import ChatChaos, ChatOutcome
from tests.chaos.discord import DiscordChat
from tests.chaos.harness import Chaos
from tests.chaos.slack import SlackChat
from tests.fake_discord import FaultPlan as DiscordFaultPlan
from tests.fake_platform.server import FaultPlan
from tests.fake_slack import FaultPlan as SlackFaultPlan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--channels", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.04, help="chance of a fault, for one post")
    parser.add_argument("--platform", choices=["fake", "slack", "discord"], default="fake")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daybrief-chaos-") as folder:
        outcome = _chaos(arguments, Path(folder)).run()
    print(file=sys.stderr)
    print(
        f"{outcome.kills} kills, {outcome.days} days or waves, {outcome.deliveries} deliveries: {outcome.sent} sent, "
        f"{len(outcome.lost)} lost, {len(outcome.duplicated)} duplicated, in {outcome.seconds:.0f} s"
    )
    neglected = _tell_of_people(outcome) if isinstance(outcome, ChatOutcome) else []
    for line in (*outcome.lost[:20], *outcome.duplicated[:20], *neglected[:20]):
        print(f"  {line}")
    return 1 if outcome.lost or outcome.duplicated or neglected else 0


def _tell_of_people(outcome: ChatOutcome) -> list[str]:
    answers = ", ".join(f"{count} {how}" for how, count in sorted(outcome.requests.items()))
    print(
        f"{outcome.asked} commands meanwhile: {outcome.answered} answered, {len(outcome.neglected)} neglected by a bot "
        f"that lived on, acknowledged within {outcome.slowest:.2f} s at the most; posts were answered with {answers}"
    )
    return outcome.neglected


def _chaos(arguments: argparse.Namespace, folder: Path) -> Chaos | ChatChaos:
    """As wild as *arguments* say; about fifty channels to a workspace."""

    def progress(line: str) -> None:
        print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True)

    seed, channels, kills = arguments.seed, arguments.channels, arguments.kills
    wild = {"seed": seed, "chance": arguments.faults, "late_by": 1.5, "hang": 5.0}
    workspaces = max(1, channels // 50)
    chat: SlackChat | DiscordChat
    if arguments.platform != "fake":
        if arguments.platform == "slack":
            chat = SlackChat(folder, SlackFaultPlan(**wild), workspaces)
        else:
            chat = DiscordChat(folder, DiscordFaultPlan(**wild, methods=("create_message", "start_thread")), workspaces)
        return ChatChaos(folder=folder, chat=chat, channels=channels, kills=kills, seed=seed, progress=progress)
    plan = FaultPlan(seed=seed, chance=arguments.faults)
    return Chaos(folder=folder, channels=channels, kills=kills, seed=seed, plan=plan, progress=progress)


if __name__ == "__main__":
    sys.exit(main())
