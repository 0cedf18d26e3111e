"""What the measurements of a running bot stand on: ``daybrief run`` in a process of its own, and stories to post.

All processes of a measurement share the machine's cores.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FRESH = 200
"""Stories that an edition is chosen from; most of what people look up is old news."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Bot:
    """``daybrief run`` in a process of its own."""

    process: subprocess.Popen[bytes]
    log: Path

    def processor_seconds(self) -> float:
        """What it has used of the processor; 0 where the system does not say."""
        return processor_seconds(self.process.pid)

    def still_runs(self) -> None:
        """Raise with the end of its log if it has ended."""
        assert self.process.poll() is None, self.log.read_text()[-2000:]


def processor_seconds(pid: int) -> float:
    """What the process *pid* has used of the processor; 0 where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


@asynccontextmanager
async def running_bot(folder: Path, environment: dict[str, str]) -> AsyncIterator[Bot]:
    """The bot that works by the configuration in *folder*."""
    command = [sys.executable, "-m", "bot", "run", "--config", str(folder / "config.toml")]
    with (folder / "run.log").open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield Bot(process=process, log=folder / "run.log")
    finally:
        process.terminate()
        # The bot may be saying goodbye to a server of this very process.
        await asyncio.to_thread(process.wait, 30)


def import_stories(folder: Path, environment: dict[str, str], stories: int) -> None:
    """Store so many *stories*, of which the first few are fresh, by the configuration in *folder*."""
    lines = [json.dumps(_story(number)) + "\n" for number in range(stories)]
    old = (datetime.now(UTC) - timedelta(days=10)).isoformat()
    for name, some, when in (("old", lines[FRESH:], ["--at", old]), ("fresh", lines[:FRESH], [])):
        if some:
            (folder / f"{name}.jsonl").write_text("".join(some))
            command = [sys.executable, "-m", "bot", "import", str(folder / f"{name}.jsonl"), *when]
            config = ["--config", str(folder / "config.toml")]
            subprocess.run([*command, *config], cwd=ROOT, env=environment, check=True, capture_output=True)


def surroundings() -> str:
    """The machine, and how busy it was: other programs take their part of the same cores."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def _story(number: int) -> dict[str, Any]:
    return {
        "title": f"Laboratory {number} opens in town {number * 7}",
        "sections": {"key_points": [f"It hires {number} people.", "It publishes what it finds."]},
    }
