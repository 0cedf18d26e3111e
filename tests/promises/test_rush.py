"""People are acknowledged in time while thousands of channels are being served."""

from collections import Counter

import pytest

from tests.promises.rush import judged, measure
from tests.promises.table import Extent
from tests.rush.asking import Waits


def _waits(*acknowledged: float, asked: int = 1000, errors: int = 0) -> Waits:
    return Waits(
        asked=asked,
        acknowledged=list(acknowledged),
        errors=Counter({"operation_timeout": errors} if errors else {}),
        posts=[200, 210],
        seconds=20.0,
    )


@pytest.mark.alone
def test_people_are_acknowledged_in_time_while_thousands_of_channels_are_served() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, "\n".join((measured.figures, *measured.broken))
    assert "1,500 in 30 s" in measured.figures


@pytest.mark.parametrize(
    "waits",
    [
        _waits(*[0.1] * 985, *[1.1] * 15),
        _waits(*[0.1] * 999, 2.1),
        _waits(*[0.1] * 999, asked=1000),
        _waits(*[0.1] * 1000, errors=1),
    ],
    ids=["too many are slow", "one is too slow", "one was never acknowledged", "one saw an error"],
)
def test_waiting_too_long_or_in_vain_breaks_the_promise(waits: Waits) -> None:
    assert judged({"Discord": _waits(*[0.1] * 1000)}).held
    assert not judged({"Discord": waits}).held


def test_quiet_minutes_are_no_rush() -> None:
    waits = _waits(*[0.1] * 1000)
    waits.posts = [200, 0]

    assert not judged({"Discord": waits}).held
