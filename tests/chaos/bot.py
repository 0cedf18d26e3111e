"""The bot that chaos is done to: the real command line as a real process, life after life on the same data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GONE_WITHIN = 10.0
"""Seconds from SIGTERM within which the bot has ended."""
_PATIENCE = 60.0
"""Seconds that a command takes at the most."""


@dataclass(kw_only=True)
class Bot:
    """``daybrief`` with the configuration in *folder*, at most one ``run`` at a time."""

    folder: Path
    secrets: Mapping[str, str]
    program: str = "bot"
    """The module that is run."""
    process: subprocess.Popen[bytes] | None = None
    ends: list[tuple[float, float]] = field(default_factory=list)
    """When lives were told to end, or killed, and when they had ended, on the monotonic clock."""
    started_at: float = 0.0
    """When the present life began."""
    told_at: float = 0.0
    """When the present life was first told to end."""

    @property
    def database(self) -> Path:
        """Its database."""
        return self.folder / "data" / "daybrief.db"

    @property
    def log(self) -> Path:
        """What it said in all its lives."""
        return self.folder / "bot.log"

    def start(self) -> None:
        """Begin a life."""
        self.started_at, self.told_at = time.monotonic(), 0.0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command("run"), cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )

    def has_ended(self) -> int | None:
        """Its exit code; None while it lives."""
        return self.process.poll() if self.process else 0

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, from any thread; nothing happens if it has ended."""
        if self.process:
            self.told_at = self.told_at or time.monotonic()
            self.process.send_signal(number)

    def wait(self, seconds: float = _PATIENCE) -> int | None:
        """Its exit code; None if it has not ended within so many *seconds*."""
        assert self.process
        try:
            code = self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None
        if self.told_at:
            self.ends.append((self.told_at, time.monotonic()))
        return code

    def end(self) -> None:
        """See to it that no process is left."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def log_size(self) -> int:
        """How much it has said so far, in bytes."""
        return self.log.stat().st_size if self.log.exists() else 0

    def said_since(self, size: int) -> str:
        """What it has said since its log had this *size*."""
        with self.log.open("rb") as log:
            log.seek(size)
            return log.read().decode(errors="replace")

    def do(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command, beside the one that runs."""
        return subprocess.run(
            self._command(command, *arguments),
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )

    def begin(self, command: str, *arguments: str) -> subprocess.Popen[bytes]:
        """The same, without waiting for it."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command(command, *arguments), cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )

    def _command(self, command: str, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", self.program, command, *arguments, "--config", str(self.folder / "config.toml")]

    def _environment(self) -> Mapping[str, str]:
        return environment(self.secrets)


def environment(secrets: Mapping[str, str]) -> dict[str, str]:
    """Of a process that has *secrets*, and talks to this machine alone."""
    proxies = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}
    without = {name: value for name, value in os.environ.items() if name.upper() not in proxies}
    return {**without, **secrets, "NO_COLOR": "1"}
