"""One number decides everything: a failing seed can be looked at as often as one likes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.seeds import run

ROOT = Path(__file__).resolve().parents[2]
WILD = 10
"""A seed with crashes."""
FULL = 4711
"""One whose disk is full at times: then the bot says where its file is."""


@pytest.mark.parametrize(("seed", "fault"), [(WILD, "crash"), (FULL, "disk full")])
def test_a_seed_is_the_same_world_in_every_process(seed: int, fault: str) -> None:
    once = run(seed)
    # Another seed for Python's own hashes: no set may decide anything.
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-m", "tests.simulation", "--seed", str(seed)]
    again = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert once.hits[fault]
    assert f"journal {once.digest}" in again.stdout


def test_another_seed_is_another_world() -> None:
    assert run(WILD).digest != run(WILD + 1).digest
