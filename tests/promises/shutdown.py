"""SIGTERM to the real process, at any instant: it is gone in time, and nothing is lost or doubled afterwards."""

import signal
import tempfile
from pathlib import Path

from tests.chaos.bot import GONE_WITHIN
from tests.chaos.campaign import Campaign, side_by_side
from tests.chaos.outcome import Outcome, Shape, together
from tests.chaos.progress import Progress
from tests.chaos.upgrading import Upgrades, stop_upgrades
from tests.promises.table import Extent, Measured

_SHAPE = Shape(endings=90, channels=80, settle=2.0, request_timeout=8.0, means=signal.SIGTERM)
FULL = Campaign(shape=_SHAPE, seed=11, late_by=1.5), 20
SMALL = (
    Campaign(
        shape=Shape(endings=4, channels=40, settle=1.0, request_timeout=2.0, means=signal.SIGTERM), seed=11, late_by=0.8
    ),
    2,
)
"""What is played on each platform, and how many upgrades are stopped."""


def measure(extent: Extent) -> Measured:
    """Tell the bot to stop on both platforms at the same time, again and again, then amid upgrades; count what
    arrived.
    """
    campaign, upgrades = FULL if extent is Extent.FULL else SMALL
    outcomes = side_by_side(campaign, Progress() if extent is Extent.FULL else lambda _: None)
    with tempfile.TemporaryDirectory(prefix="daybrief-upgrade-") as folder:
        return judged(outcomes, stop_upgrades(Path(folder), upgrades, seed=campaign.seed))


def judged(outcomes: dict[str, Outcome], upgrades: Upgrades) -> Measured:
    """What the *outcomes* of all platforms, and *upgrades* that were stopped, say of the promise."""
    both = together(list(outcomes.values()))
    slowest = max(both.slowest_end, upgrades.slowest_end)
    amid = ", ".join(f"{number:,} amid {_AMID[kind]}" for kind, number in sorted(both.moments.items()))
    codes = ", ".join(f"{number:,} with {code}" for code, number in sorted((both.codes + upgrades.codes).items()))
    figures = (
        f"{both.endings + upgrades.lives:,} times told to stop ({amid}, {upgrades.lives:,} amid an upgrade, "
        f"{upgrades.as_old} of which left the database as it was), gone within {slowest:.1f} s at the most ({codes}); "
        f"{both.messages:,} of {both.ordered:,} messages: {len(both.lost)} lost, {len(both.duplicated)} duplicate"
    )
    broken = [*both.broken, *upgrades.broken]
    if slowest > GONE_WITHIN:
        broken.append(f"it was gone only after {slowest:.1f} s")
    return Measured(figures=figures, broken=tuple(broken))


_AMID = {
    "birth": "starting",
    "post": "a post",
    "edit": "an edit",
    "look": "a read-back",
    "some moment": "whatever it was",
}
