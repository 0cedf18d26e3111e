"""``make fleet``: many machines over one PostgreSQL, killed and frozen; fails if a message was lost or doubled."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests import postgres
from tests.chaos.progress import Progress
from tests.fleet.play import Fleet
from tests.fleet.shape import Shape


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    usual = Shape()
    parser.add_argument("--workers", type=int, default=usual.workers)
    parser.add_argument("--alarms", type=int, default=usual.alarms, help="one rings, the others stand by")
    parser.add_argument("--channels", type=int, default=usual.channels, help="on each platform, in a wave")
    parser.add_argument("--workspaces", type=int, default=usual.workspaces, help="on each platform")
    parser.add_argument("--kills", type=int, default=usual.kills)
    parser.add_argument("--freezes", type=int, default=usual.freezes, help="for longer than a lease")
    parser.add_argument("--pause", type=float, default=usual.pause, help="seconds between accidents, on average")
    parser.add_argument("--at-once", action="store_true", help="all are due in one minute, which is timed")
    parser.add_argument("--no-faults", action="store_true", help="the platforms themselves do not fail")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    shape = Shape(
        workers=given.workers,
        alarms=given.alarms,
        channels=given.channels,
        workspaces=given.workspaces,
        kills=given.kills,
        freezes=given.freezes,
        pause=given.pause,
        at_once=given.at_once,
        faults=not given.no_faults,
    )
    folder = Path(tempfile.mkdtemp(prefix="daybrief-fleet-"))
    with postgres.room(), postgres.database(is_empty=True) as address:
        outcome = Fleet(folder, postgres.url_of(address), shape, given.seed, Progress()).run()
    print(file=sys.stderr)
    print(outcome.told())
    for line in outcome.broken[:50]:
        print(f"  {line}")
    if outcome.broken:
        print(f"seed {given.seed}; the logs of all processes are in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
