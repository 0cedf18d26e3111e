"""``make chaos``: prints what hundreds of kills did, and fails if a single message was lost or doubled."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.chaos.harness import Chaos
from tests.fake_platform.server import FaultPlan


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--channels", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.04, help="chance of a fault, for one post")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="daybrief-chaos-") as folder:
        chaos = Chaos(
            folder=Path(folder),
            channels=arguments.channels,
            kills=arguments.kills,
            seed=arguments.seed,
            plan=FaultPlan(seed=arguments.seed, chance=arguments.faults),
            progress=lambda line: print(f"\r\033[K{line}", end="", file=sys.stderr, flush=True),
        )
        outcome = chaos.run()
    print(file=sys.stderr)
    print(
        f"{outcome.kills} kills, {outcome.days} days, {outcome.deliveries} deliveries: {outcome.sent} sent, "
        f"{len(outcome.lost)} lost, {len(outcome.duplicated)} duplicated, in {outcome.seconds:.0f} s"
    )
    for line in (*outcome.lost[:20], *outcome.duplicated[:20]):
        print(f"  {line}")
    return 1 if outcome.lost or outcome.duplicated else 0


if __name__ == "__main__":
    sys.exit(main())
