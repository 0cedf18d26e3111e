"""``make bench``: every measurement, one after the other."""

import subprocess
import sys

NAMES = (
    "gather",
    "group_rank",
    "extract",
    "model_cost",
    "lookup",
    "copies",
    "slack_ack",
    "slack_pace",
    "discord_pace",
    "turns",
    "discord_idle",
    "discord_complete",
    "footprint",
    "idle_minute",
    "planning",
    "channel_memory",
)


def main() -> int:
    """Run each in a process of its own, so that none warms the other's caches; the number of those that failed."""
    failed = 0
    for name in NAMES:
        print(f"\n== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
