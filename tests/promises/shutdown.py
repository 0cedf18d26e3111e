"""SIGTERM to the real process, at any instant: it is gone in time, and nothing is lost or doubled afterwards."""

import signal

from tests.chaos.bot import GONE_WITHIN
from tests.chaos.campaign import Campaign, side_by_side
from tests.chaos.outcome import Outcome, Shape, together
from tests.promises.table import Extent, Measured

_SHAPE = Shape(endings=100, channels=80, settle=2.0, request_timeout=8.0, means=signal.SIGTERM)
FULL = Campaign(shape=_SHAPE, seed=11, late_by=1.5)
SMALL = Campaign(
    shape=Shape(endings=5, channels=40, settle=1.0, request_timeout=2.0, means=signal.SIGTERM), seed=11, late_by=0.8
)


def measure(extent: Extent) -> Measured:
    """Tell the bot to stop on both platforms at the same time, again and again, and count what arrived."""
    return judged(side_by_side(FULL if extent is Extent.FULL else SMALL))


def judged(outcomes: dict[str, Outcome]) -> Measured:
    """What the *outcomes* of all platforms say of the promise."""
    both = together(list(outcomes.values()))
    amid = ", ".join(f"{number:,} amid {_AMID[kind]}" for kind, number in sorted(both.moments.items()))
    codes = ", ".join(f"{number:,} with {code}" for code, number in sorted(both.codes.items()))
    figures = (
        f"{both.endings:,} times told to stop ({amid}), gone within {both.slowest_end:.1f} s at the most ({codes}); "
        f"{both.messages:,} of {both.ordered:,} messages: {len(both.lost)} lost, {len(both.duplicated)} duplicate"
    )
    broken = both.broken
    if both.slowest_end > GONE_WITHIN:
        broken.append(f"it was gone only after {both.slowest_end:.1f} s")
    return Measured(figures=figures, broken=tuple(broken))


_AMID = {
    "birth": "starting",
    "post": "a post",
    "edit": "an edit",
    "look": "a read-back",
    "some moment": "whatever it was",
}
