"""The page of promises tells what is on record, and nothing else."""

import importlib.util
import json
from pathlib import Path

from tests.promises.__main__ import PAGE, RECORD, on_record
from tests.promises.every import PROMISES
from tests.promises.table import Measured, Promise, Row, page

_PROMISE = Promise(name="tea", title="Tea is hot", must="90 °C")


def _row(*, held: bool) -> Row:
    return Row(
        figures="12 cups, 91 °C at least", held=held, seconds=130.0, day="2026-05-11", machine="a stove", commit="abc"
    )


def test_a_promise_that_was_never_measured_is_not_called_kept() -> None:
    assert page([_PROMISE], {}).endswith("| Tea is hot | 90 °C | never | not measured |\n")


def test_a_broken_promise_stands_out() -> None:
    assert page([_PROMISE], {"tea": _row(held=False)}).endswith(
        "12 cups, 91 °C at least. 2026-05-11, a stove, 2 min, `abc` | **no** |\n"
    )
    assert page([_PROMISE], {"tea": _row(held=True)}).endswith("| yes |\n")


def test_something_seen_that_must_not_be_breaks_a_promise() -> None:
    assert Measured(figures="12 cups").held
    assert not Measured(figures="12 cups", broken=("cup 3: 40 °C",)).held


def test_the_page_is_the_one_that_the_record_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(PROMISES, on_record())
    assert set(json.loads(RECORD.read_text(encoding="utf-8"))) <= {one.name for one in PROMISES}


def test_every_promise_has_its_measurement_and_its_test() -> None:
    here = Path(__file__).parent
    for one in PROMISES:
        assert importlib.util.find_spec(f"tests.promises.{one.name}"), one.name
        assert list(here.glob(f"test_{one.name}*.py")), one.name
