"""What several kinds of tests need."""

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests import postgres

LONGEST_FIRST = ("test_exactly_once.py", "promises", "integration", "acceptance")
"""Files that run for long, and folders of such: begun last, one would keep a single core busy while others are idle."""

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the workers of a run have the room of the one that began them
        room = contextlib.ExitStack()
        room.enter_context(postgres.room())
        config.add_cleanup(room.close)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; needs ``--no-loadscope-reorder``, or xdist begins with the files of many tests."""

    def turn(item: pytest.Item) -> int:
        places = (item.path.name, item.path.parent.name)
        return next((turn for turn, name in enumerate(LONGEST_FIRST) if name in places), len(LONGEST_FIRST))

    items.sort(key=turn)


@pytest.fixture
def shared() -> Path:
    """The folder of facts and data beside the checkout; tests that need it are skipped where it is absent."""
    if not (SHARED / "data").is_dir():
        pytest.skip("no ../shared/data here: checks against real and hostile data are skipped")
    return SHARED


# How long an example takes says more about the machine's other work than about ours; and whether a change is sound
# must not hang on chance. DAYBRIEF_EXPLORE=1 tries other examples every time.
settings.register_profile("daybrief", deadline=None, derandomize=not os.environ.get("DAYBRIEF_EXPLORE"))
settings.load_profile("daybrief")
