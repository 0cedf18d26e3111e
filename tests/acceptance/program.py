"""Runs the real program in a process of its own, as a person or a script would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONFIG = """
[bot]
data_dir = "data"

[fetch]
full_text = false

[defaults]
days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

[[channels]]
name = "ai-news"
platform = "terminal"
channel = "ai-news"
"""

STORY = """Norvik opens a laboratory for self-improving agents

It is the first of its kind in the north.
Key Points
- 1First laboratory outside the large labs.
- 2Three of five founders stay.
- 3It publishes everything.
What Changed
Norvik opened a laboratory.

It hires thirty people.
Strategic Implications
Smaller firms may follow.
What Happens Next
Others will look into it by 2027.
Second-Order Effects
Data centres may be built elsewhere.
Free Daily Briefing
This is no part of the story.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one command."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401  # whatever the program printed
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Program:
    """``daybrief`` with the configuration in one folder."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, command: str, *arguments: str, typed: str = "", module: str = "bot", **environment: str) -> Done:
        parts = [sys.executable, "-m", module, *command.split(), "--config", str(self.folder / "config.toml")]
        done = subprocess.run(
            [*parts, *arguments],
            input=typed,
            capture_output=True,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "80", **environment},
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)
