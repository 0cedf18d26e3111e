"""SIGTERM to the real process, at any instant, also when a platform has just fallen silent: it is gone in time, and
nothing is lost or doubled afterwards.
"""

import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.bot import GONE_WITHIN
from tests.chaos.campaign import Campaign, side_by_side
from tests.chaos.endings import SILENCES
from tests.chaos.outcome import Outcome, Shape, together
from tests.chaos.progress import Progress
from tests.chaos.upgrading import Upgrades, stop_upgrades
from tests.promises.table import Extent, Measured

_TIMES = 4
"""How often each platform falls silent amid everything that it can fall silent amid."""
_FULL = Shape(
    endings=90,
    channels=80,
    settle=2.0,
    request_timeout=8.0,  # longer than a bot that stops may wait for it
    means=signal.SIGTERM,
    silences=SILENCES * _TIMES,
)
_SMALL = Shape(endings=4, channels=40, settle=1.0, request_timeout=2.0, means=signal.SIGTERM, silences=("feed",))
FULL = Campaign(shape=_FULL, seed=11, late_by=1.5), 20
SMALL = Campaign(shape=_SMALL, seed=11, late_by=0.8), 2
"""What is played on each platform, and how many upgrades are stopped."""
SURELY = ("birth", "post", "answer", "tell", "feed")
"""Of :data:`SILENCES` those that meet something whatever else has happened before; a read-back needs doubt, an edit a
message that is there.
"""


def measure(extent: Extent) -> Measured:
    """Tell the bot to stop on both platforms at the same time, again and again, then amid upgrades; count what
    arrived.
    """
    campaign, upgrades = FULL if extent is Extent.FULL else SMALL
    outcomes = side_by_side(campaign, Progress() if extent is Extent.FULL else lambda _: None)
    silences = [one for one in SURELY if one in campaign.shape.silences]
    with tempfile.TemporaryDirectory(prefix="daybrief-upgrade-") as folder:
        return judged(outcomes, stop_upgrades(Path(folder), upgrades, seed=campaign.seed), silences)


def judged(outcomes: dict[str, Outcome], upgrades: Upgrades, silences: Sequence[str] = ()) -> Measured:
    """What the *outcomes* of all platforms, and *upgrades* that were stopped, say of the promise. Amid *silences* each
    platform is to have been silent when the bot was told to stop.
    """
    both = together(list(outcomes.values()))
    slowest = max(both.slowest_end, upgrades.slowest_end)
    amid = ", ".join(f"{number:,} amid {_AMID[kind]}" for kind, number in sorted(both.moments.items()))
    silent = ", ".join(f"{number:,} amid {_AMID[kind]}" for kind, number in sorted(both.silences.items()))
    codes = ", ".join(f"{number:,} with {code}" for code, number in sorted((both.codes + upgrades.codes).items()))
    figures = (
        f"{both.endings + upgrades.lives:,} times told to stop ({amid}, {upgrades.lives:,} amid an upgrade, "
        f"{upgrades.as_old} of which left the database as it was; with "
        f"{both.silences.total():,} of them the platform fell silent: {silent or 'never'}), gone within "
        f"{slowest:.1f} s at the most ({codes}); "
        f"{both.messages:,} of {both.ordered:,} messages: {len(both.lost)} lost, {len(both.duplicated)} duplicate"
    )
    broken = [*both.broken, *upgrades.broken]
    if slowest > GONE_WITHIN:
        broken.append(f"it was gone only after {slowest:.1f} s")
    for platform, one in outcomes.items():
        broken += [f"{platform} was never silent amid {_AMID[kind]}" for kind in silences if not one.silences[kind]]
    return Measured(figures=figures, broken=tuple(broken))


_AMID = {
    "birth": "starting",
    "post": "a post",
    "edit": "an edit",
    "look": "a read-back",
    "answer": "an answer to somebody",
    "tell": "telling an admin",
    "feed": "reading a feed",
    "some moment": "whatever it was",
}
