"""Compares what people see with what was accepted before, in files that are reviewed like code."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def matches_golden(name: str, seen: str) -> bool:
    """Whether *seen* is the accepted text of *name*. ``make golden`` accepts what is seen now."""
    path = FOLDER / name
    if os.environ.get("DAYBRIEF_GOLDEN") == "accept":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(seen, encoding="utf-8")
    return path.read_text(encoding="utf-8") == seen
