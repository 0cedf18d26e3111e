"""The house is built as drawn: imports run one way, files stay small, one place each for time and network."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for room in ("bot", "adapters", "storage") for path in sorted((ROOT / room).rglob("*.py"))]
MOST_LINES = 300
LONGER_FOR_A_REASON: dict[str, str] = {
    "storage/sqlite/schema.py": "every migration stays as it was released, so it only grows",
    "storage/postgres/schema.py": "the same tables once more",
    "storage/ledger.py": "the promise's SQL stands beside the methods that use it",
}
ONLY_IN = {
    r"datetime\.now\(|time\.time\(\)": {"adapters/clock.py"},
    r"ClientSession\(": {"adapters/http.py", "adapters/slack/workspaces.py"},
    r"asyncio\.sleep\(": {"adapters/clock.py", "adapters/locks.py"},
    r"create_subprocess|subprocess\.": set(),
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_run_one_way() -> None:
    # In a process of its own: it sets up logging for itself, and so for every test that comes after it.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--config", "pyproject.toml", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_no_file_is_long_without_a_reason() -> None:
    long = {name_of(path) for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES}

    assert long == set(LONGER_FOR_A_REASON)


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    silent = [name_of(path) for path in SOURCES if not path.read_text(encoding="utf-8").lstrip().startswith('"""')]

    assert silent == []


def test_no_constant_is_given_a_second_value() -> None:
    """The first would be believed by whoever reads it, and hold nowhere."""
    twice = []
    for path in SOURCES:
        given = Counter(
            target.id
            for statement in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        )
        twice += [f"{name_of(path)}: {name}" for name, times in given.items() if times > 1]

    assert twice == []


def test_time_network_and_processes_have_one_door_each() -> None:
    found = {
        (pattern, name_of(path))
        for pattern, allowed in ONLY_IN.items()
        for path in SOURCES
        if name_of(path) not in allowed and re.search(pattern, path.read_text(encoding="utf-8"))
    }

    assert found == set()
