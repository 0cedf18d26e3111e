"""Editions leave as fast as the platforms allow."""

from tests.promises.lateness import Arrivals, judged, measure
from tests.promises.table import Extent


def _arrivals(*lateness: float, channels: int = 100, refused: int = 0) -> Arrivals:
    return Arrivals(platform="discord", channels=channels, lateness=sorted(lateness), refused=refused)


def test_hundreds_of_channels_are_served_as_fast_as_the_platforms_allow() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, "\n".join(measured.broken)
    assert "500 channels on Slack" in measured.figures
    assert "400 channels on Discord" in measured.figures


def test_a_twentieth_may_come_late_and_no_more() -> None:
    assert judged([_arrivals(*[2.0] * 95, *[500.0] * 5)]).held
    assert not judged([_arrivals(*[2.0] * 94, *[500.0] * 6)]).held


def test_a_channel_that_gets_nothing_breaks_the_promise() -> None:
    assert not judged([_arrivals(*[2.0] * 99)]).held


def test_refusals_that_could_be_avoided_break_the_promise() -> None:
    assert judged([_arrivals(*[2.0] * 1000, channels=1000, refused=1)]).held
    assert not judged([_arrivals(*[2.0] * 1000, channels=1000, refused=2)]).held
