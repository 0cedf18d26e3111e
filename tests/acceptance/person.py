"""A person at a terminal: the program asks, they type."""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.acceptance.program import Done

PATIENCE = 60.0
"""Seconds for a whole conversation."""


def converse(folder: Path, arguments: Sequence[str], talk: Sequence[tuple[str, str]], **environment: str) -> Done:
    """Run the program in *folder* on a terminal of its own; *talk* is what it asks and what is typed then, in order.

    What is typed is in ``out`` only where the terminal shows it.
    """
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(Path(__file__).resolve().parents[2]), **environment},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        seen = _played(ours, talk)
        return Done(process.wait(PATIENCE), seen, "")
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _played(terminal: int, talk: Sequence[tuple[str, str]]) -> str:
    """Everything that the terminal showed, until the program went away."""
    seen, answered, left, until = "", 0, list(talk), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                heard = os.read(terminal, 65_536)
            except OSError:  # on Linux the other side's end is an error
                heard = b""
            if not heard:
                break
            seen += heard.decode(errors="replace").replace("\r\n", "\n")
        elif left and left[0][0] in seen[answered:]:
            # Only once it has fallen silent: what is typed before echoing is switched off would be lost.
            answered = len(seen)
            os.write(terminal, f"{left.pop(0)[1]}\n".encode())
    assert not left, f"never asked: {left[0][0]}\n{seen}"
    return seen
