"""The demo's own fixed morning: a configuration, feeds, ready-written stories and a script, all invented by us.

Also labelled samples to measure by (``docs/evaluating.md`` tells how they were made), and the starter list of feeds,
``config.example.toml``. It lies at the root of the project for people to find; a built package carries it here
(``pyproject.toml``, *force-include*).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

DEMO_NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
"""When the demo takes place: Tuesday morning, at the hour of its one channel."""

_HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where the samples lie; every path is absolute."""

    config: Path
    """Nine feeds, one of them broken on purpose, and the terminal channel ``ai-news``."""
    stories: tuple[Path, ...]
    """Ready-written ones: plain text, Markdown and JSON, one story each."""
    script: Path
    """Slash commands, one a line, for a demo without a keyboard."""


def files() -> Files:
    """The files of the demo."""
    return Files(
        config=_HERE / "demo.toml",
        stories=tuple(
            _HERE / "stories" / name for name in ("radio-translator.txt", "harbour-planner.md", "shared-chips.json")
        ),
        script=_HERE / "script.txt",
    )


def labelled(kind: str) -> Path:
    """Our labelled lines of *kind*: ``grouping``, ``ranking``, ``keypoints`` or ``gate``."""
    return _HERE / "evaluation" / f"{kind}.jsonl"


def example_config() -> Path:
    """``config.example.toml``: every key with its default, and the starter list of feeds."""
    packaged = _HERE / "config.example.toml"
    return packaged if packaged.is_file() else _HERE.parents[1] / packaged.name
