"""One process of a fleet, life after life."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.roles import Role
from tests.chaos.bot import ROOT, environment

_PATIENCE = 60.0
"""Seconds that a command takes at the most."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a fleet lives."""

    folder: Path
    secrets: Mapping[str, str]

    def command(self, *words: str, config: str = "config.toml") -> list[str]:
        """``daybrief`` with *words*."""
        return [sys.executable, "-m", "bot", *words, "--config", str(self.folder / config)]

    def do(self, *words: str) -> str:
        """What a command says that succeeds."""
        done = subprocess.run(
            self.command(*words),
            cwd=ROOT,
            env=environment(self.secrets),
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr}")
        return done.stdout


@dataclass(kw_only=True)
class Member:
    """``daybrief run --role``, at most once at a time. May be killed from any thread."""

    place: Place
    role: Role
    number: int
    process: subprocess.Popen[bytes] | None = None
    starts_at: float = 0.0
    """When it is to be started again, where it was killed."""
    goes_on_at: float = 0.0
    """When it is to go on, where it is frozen; 0: it is not."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def log(self) -> Path:
        """What it said in all its lives."""
        return self.place.folder / f"{self.role}-{self.number}.log"

    @property
    def config(self) -> str:
        """Channels are for whoever rings to declare, and tens of thousands take everybody seconds to read."""
        return "config.toml" if self.role is Role.ALARM else "others.toml"

    @property
    def lives(self) -> bool:
        """It runs, and is not frozen."""
        return self.process is not None and not self.goes_on_at

    def start(self) -> None:
        """Begin a life."""
        with self._lock, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.place.command("run", "--role", self.role, config=self.config),
                cwd=ROOT,
                env=environment(self.place.secrets),
                stdout=log,
                stderr=log,
            )

    def kill(self, again_after: float) -> bool:
        """Kill it; it starts again in so many seconds. False: there was nothing to be killed."""
        with self._lock:
            if self.process is None:
                return False
            self.process.kill()
            self.process.wait()
            self.process, self.goes_on_at = None, 0.0
            self.starts_at = time.monotonic() + again_after
            return True

    def freeze(self, seconds: float) -> None:
        """Stop it where it is, for so long."""
        assert self.process
        self.goes_on_at = time.monotonic() + seconds
        self.process.send_signal(signal.SIGSTOP)

    def see_to(self) -> str:
        """Start it or let it go on where its time has come; what is wrong with it."""
        now = time.monotonic()
        with self._lock:
            process = self.process
            if process and self.goes_on_at and now >= self.goes_on_at:
                self.goes_on_at = 0.0
                process.send_signal(signal.SIGCONT)
        if process is None:
            if now >= self.starts_at:
                self.start()
            return ""
        if (code := process.poll()) is None:
            return ""
        self.process, self.starts_at = None, now
        if code == -signal.SIGHUP:
            return ""  # it was told of a new configuration before it listened, and begins with that
        return f"{self.role} {self.number} ended by itself with {code} ({self.log})"

    def tell(self, number: signal.Signals) -> None:
        """Send it a signal."""
        if self.process:
            self.process.send_signal(number)

    def ends_within(self, seconds: float) -> str:
        """Wait for its end; what is wrong with that."""
        if self.process is None:
            return ""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return f"{self.role} {self.number} did not end within {seconds:g} s of being told to ({self.log})"
        return f"{self.role} {self.number} ended with {code} ({self.log})" if code else ""
