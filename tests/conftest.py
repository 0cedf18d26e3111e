"""What several kinds of tests need."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(__file__).resolve().parents[1].parent / "shared"


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
