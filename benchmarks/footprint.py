"""What Daybrief weighs: the installed packages, the start of a command, the memory of the idle bot."""

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console

CONFIG = """
[[channels]]
name = "ai-news"
platform = "terminal"
channel = "ai-news"
"""
ROOT = Path(__file__).resolve().parents[1]


def base_packages() -> set[str]:
    """Names of what ``requirements.lock`` installs, without the build backend's own."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    build = {"hatchling", "editables", "packaging", "pathspec", "pluggy", "trove-classifiers"}
    return set(re.findall(r"^([a-z0-9][a-z0-9._-]*)==", lock, re.MULTILINE)) - build


def installed_bytes(names: set[str]) -> int:
    """Bytes of all files that the distributions called *names* own here."""
    total = 0
    for distribution in importlib.metadata.distributions():
        if distribution.name.lower().replace("_", "-").replace(".", "-") in {n.replace(".", "-") for n in names}:
            for file in distribution.files or ():
                path = Path(str(distribution.locate_file(file)))
                total += path.stat().st_size if path.is_file() else 0
    return total


def seconds_of(*command: str) -> float:
    """The median of five runs, after one that warms the disk."""
    runs = []
    for _ in range(6):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        runs.append(time.perf_counter() - started)
    return median(runs[1:])


def idle_memory() -> tuple[float, float]:
    """Resident megabytes of the idle bot and of all its processes, ten seconds after it has said that it runs."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(CONFIG)
        command = [sys.executable, "-m", "bot", "run", "--config", str(config)]
        bot = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            if not bot.stderr or not any(b"is running" in line for line in bot.stderr):
                raise RuntimeError("the bot has ended by itself")
            time.sleep(10)
            own = resident(bot.pid)
            return own, own + sum(resident(child) for child in children(bot.pid))
        finally:
            bot.send_signal(signal.SIGTERM)
            bot.wait(timeout=30)


def resident(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def children(pid: int) -> list[int]:
    """All processes below *pid*."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [number for child in listed for number in (int(child), *children(int(child)))]


def main() -> None:
    """Print the figures."""
    console = Console()
    with console.status("weighing …"):
        size = installed_bytes(base_packages())
        start = seconds_of(sys.executable, "-m", "bot", "--help")
        python = seconds_of(sys.executable, "-c", "pass")
        memory = idle_memory() if Path("/proc/self/statm").exists() else None
    console.print(f"installed packages    {size / 1e6:7.0f} MB")
    console.print(f"daybrief --help       {start:7.2f} s   ({start / python:.0f} × an empty Python, {python:.2f} s)")
    if memory:
        console.print(f"memory of the idle bot{memory[0]:7.0f} MB  ({memory[1]:.0f} MB with its worker processes)")


if __name__ == "__main__":
    main()
