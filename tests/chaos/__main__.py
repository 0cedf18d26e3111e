"""``make chaos``: prints what a thousand kills did, and fails if a single message was lost or doubled."""

import argparse
import shutil
import signal
import sys

from tests.chaos.campaign import PLATFORMS, Campaign, new_folder, play, side_by_side
from tests.chaos.endings import SILENCES
from tests.chaos.outcome import Outcome, Shape, together, told, written
from tests.chaos.progress import Progress


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="on each platform")
    parser.add_argument("--channels", type=int, default=120, help="that are due at once")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--means", choices=["SIGKILL", "SIGTERM"], default="SIGKILL")
    parser.add_argument("--settle", type=float, default=6.0, help="seconds")
    parser.add_argument("--request-timeout", type=float, default=5.0, help="seconds")
    parser.add_argument("--late-by", type=float, default=5.0, help="seconds after which a post may still be accepted")
    parser.add_argument("--silences", nargs="*", choices=SILENCES, default=[], help="amid what, in a life each")
    parser.add_argument("--program", default="bot", help=argparse.SUPPRESS)
    parser.add_argument("--keep", action="store_true", help="of rounds that went well, too, keep everything")
    parser.add_argument("--lane", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--one", choices=PLATFORMS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    shape = Shape(
        endings=arguments.kills,
        channels=arguments.channels,
        means=signal.Signals[arguments.means],
        settle=arguments.settle,
        request_timeout=arguments.request_timeout,
        silences=tuple(arguments.silences),
        program=arguments.program,
    )
    campaign = Campaign(
        shape=shape, seed=arguments.seed, late_by=arguments.late_by, keep=arguments.keep, lane=arguments.lane
    )
    if arguments.one:
        _play_one(arguments.one, campaign)
        return 0
    print(f"seed {campaign.seed}", file=sys.stderr)
    outcomes = side_by_side(campaign, Progress())
    print(file=sys.stderr)
    for platform, outcome in outcomes.items():
        print(f"{platform}: {told(outcome)}")
    broken = together(list(outcomes.values())).broken
    for line in broken[:50]:
        print(f"  {line}")
    return 1 if broken else 0


def _play_one(platform: str, campaign: Campaign) -> None:
    """Tell the process that asked for it how far we are, and in the end what came of it."""

    def progress(now: Outcome) -> None:
        bad = len(now.lost) + len(now.duplicated)
        lives = sum(one.endings for one in campaign.rounds().values())
        text = f"{platform}: {now.endings} of {lives}, wave {now.waves}, {bad} bad"
        print(f"\t{text}", file=sys.stderr, flush=True)

    folder = new_folder()
    outcome = play(platform, campaign, folder, progress)
    if not outcome.broken and not campaign.keep:
        shutil.rmtree(folder)
    print(written(outcome))


if __name__ == "__main__":
    sys.exit(main())
