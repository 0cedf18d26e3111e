"""The program with one channel and no feeds, and a Slack for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.program import CONFIG, Program
from tests.fake_slack import FakeSlack
from tests.served_slack import ServedSlack
from tests.slack import furnish


@pytest.fixture
def program(tmp_path: Path) -> Program:
    program = Program(tmp_path)
    program.write("config.toml", CONFIG)
    return program


@pytest.fixture
def slack(tmp_path: Path) -> Iterator[FakeSlack]:
    served = ServedSlack(tmp_path)
    furnish(served.fake)
    yield served.fake
    served.close()
