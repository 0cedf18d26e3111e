"""``make promises``: measures the promises, each in a process of its own, and writes ``docs/promises.md``.

What was measured is kept in ``docs/promises.json``, so that the page can be made from measurements of several days.
"""

import argparse
import dataclasses
import importlib
import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.promises.every import PROMISES
from tests.promises.table import Extent, Measured, Promise, Row, page

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "docs" / "promises.json"
PAGE = ROOT / "docs" / "promises.md"
_SHARED = ROOT.parent / "shared" / "data"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], choices=[one.name for one in PROMISES], metavar="NAME")
    parser.add_argument("--small", action="store_true", help="as in the tests; nothing is written")
    parser.add_argument("--one", choices=[one.name for one in PROMISES], help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true", help="only write the page anew, from what is on record")
    arguments = parser.parse_args()
    extent = Extent.SMALL if arguments.small else Extent.FULL
    if arguments.one:
        print(json.dumps(dataclasses.asdict(_measure(arguments.one, extent))))
        return 0
    wanted = [one for one in PROMISES if not arguments.only or one.name in arguments.only]
    held = {one.name: _measured(one, extent) for one in wanted if not arguments.page}
    if extent is Extent.FULL:
        PAGE.write_text(page(PROMISES, on_record()), encoding="utf-8")
    return 0 if all(held.values()) else 1


def on_record() -> dict[str, Row]:
    """The latest measurement of each promise, by its name."""
    if not RECORD.exists():
        return {}
    return {name: Row(**row) for name, row in json.loads(RECORD.read_text(encoding="utf-8")).items()}


def _measured(promise: Promise, extent: Extent) -> bool:
    """Measure *promise* and keep what came of it; whether it held. One that cannot be measured here does not break."""
    print(f"{promise.title} …", file=sys.stderr, flush=True)
    if promise.reads_shared and not _SHARED.is_dir():
        print("  skipped: there is no ../shared/data here", file=sys.stderr)
        return True
    began = time.monotonic()
    command = [sys.executable, "-m", "tests.promises", "--one", promise.name]
    command += ["--small"] if extent is Extent.SMALL else []
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        print(f"  it could not be measured (exit code {done.returncode})", file=sys.stderr)
        return False
    values = json.loads(done.stdout.splitlines()[-1])
    measured = Measured(figures=values["figures"], broken=tuple(values["broken"]))
    seconds = time.monotonic() - began
    print(f"  {'kept' if measured.held else 'BROKEN'}, {seconds:.0f} s: {measured.figures}", file=sys.stderr)
    for line in measured.broken[:20]:
        print(f"    {line}", file=sys.stderr)
    if extent is Extent.FULL:
        _keep(promise, measured, seconds)
    return measured.held


def _measure(name: str, extent: Extent) -> Measured:
    measured: Measured = importlib.import_module(f"tests.promises.{name}").measure(extent)
    return measured


def _keep(promise: Promise, measured: Measured, seconds: float) -> None:
    row = Row(
        figures=measured.figures,
        held=measured.held,
        seconds=round(seconds, 1),
        day=datetime.now(UTC).date().isoformat(),
        machine=_machine(),
        commit=_commit(),
    )
    rows = {**on_record(), promise.name: row}
    values = {one.name: dataclasses.asdict(rows[one.name]) for one in PROMISES if one.name in rows}
    RECORD.write_text(json.dumps(values, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{len(os.sched_getaffinity(0))} processors, {memory:.0f} GB"


def _commit() -> str:
    """The short name of the present commit; with a + where files differ from it, this record apart."""
    name = _git("rev-parse", "--short", "HEAD")
    record = (f":!{one.relative_to(ROOT)}" for one in (RECORD, PAGE))
    differs = _git("status", "--porcelain", "--untracked-files=no", "--", ".", *record)
    return (name + ("+" if differs else "")) or "unknown"


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
