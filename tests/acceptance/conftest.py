"""The program with one channel and no feeds."""

from pathlib import Path

import pytest

from tests.acceptance.program import CONFIG, Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    program.write("config.toml", CONFIG)
    return program
