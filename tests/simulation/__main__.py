"""``python -m tests.simulation``: lives through one seed, or many, and says whether the promise was kept.

python -m tests.simulation --seed 4711 --trace    one seed, with everything that happens
python -m tests.simulation --seeds 1000           several, on all processors: ``make soak``
python -m tests.simulation --many                 the same with many processes over one PostgreSQL
"""

import argparse
import os
import sys
import time

from tests import postgres
from tests.simulation.mutants import MUTANTS, OF_MANY
from tests.simulation.report import Total, tell
from tests.simulation.seeds import run, run_all, run_many


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, help="run this one")
    parser.add_argument("--trace", action="store_true", help="print all that happens, with its virtual time")
    parser.add_argument("--seeds", type=int, default=50, metavar="COUNT", help="run so many")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="from this one on")
    parser.add_argument("--many", action="store_true", help="many processes that share a PostgreSQL database")
    parser.add_argument("--mutants", action="store_true", help="run broken bots; a table of what each was found out by")
    arguments = parser.parse_args()
    with postgres.room():
        if arguments.mutants:
            return _mutants(arguments.seeds, of_many=arguments.many)
        return _live(arguments)


def _live(arguments: argparse.Namespace) -> int:
    one = run_many if arguments.many else run
    total, began = Total(), time.monotonic()
    if arguments.seed is not None:
        outcomes = iter([one(arguments.seed, trace=print if arguments.trace else None)])
    else:
        seeds = range(arguments.first, arguments.first + arguments.seeds)
        outcomes = run_all(seeds, processes=len(os.sched_getaffinity(0)), one=one)
    for outcome in outcomes:
        total.add(outcome)
        if outcome.violations:
            print("\n".join(tell(outcome)), flush=True)
        if arguments.seed is not None:
            print(f"seed {outcome.seed}: journal {outcome.digest}")
    print(f"{total.figures()}, in {time.monotonic() - began:.0f} s")
    print("faults that hit: " + ", ".join(f"{name} {count:,}" for name, count in sorted(total.hits.items())))
    return 1 if total.failed else 0


def _mutants(most: int, *, of_many: bool) -> int:
    """Whether each is found out within *most* seeds."""
    missed, live = 0, run_many if of_many else run
    for name, parts in (OF_MANY if of_many else MUTANTS).items():
        found = next((one for seed in range(1, most + 1) if (one := live(seed, parts=parts)).violations), None)
        missed += found is None
        print(f"{name}: " + (f"seed {found.seed}: {found.violations[0]}" if found else "not found out"), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
