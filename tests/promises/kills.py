"""``kill -9`` of the real process, at any instant, over the real SDKs and the local Slack and Discord."""

from tests.chaos.campaign import Campaign, side_by_side
from tests.chaos.outcome import Outcome, Shape, together
from tests.chaos.progress import Progress
from tests.promises.table import Extent, Measured

WITHIN = 3600.0
"""Seconds that a full measurement may take."""
FULL = Campaign(shape=Shape(endings=500, channels=120), seed=1)
SMALL = Campaign(shape=Shape(endings=15, channels=60, settle=2.0, request_timeout=3.0), seed=1, late_by=1.5)


def measure(extent: Extent) -> Measured:
    """Kill the bot on both platforms at the same time, and count what arrived."""
    if extent is Extent.FULL:
        return judged(side_by_side(FULL, Progress()), is_timed=True)
    return judged(side_by_side(SMALL), is_timed=False)


def judged(outcomes: dict[str, Outcome], *, is_timed: bool) -> Measured:
    """What the *outcomes* of all platforms say of the promise."""
    both, seconds = together(list(outcomes.values())), max(one.seconds for one in outcomes.values())
    kills = " and ".join(f"{one.endings:,} on {platform.capitalize()}" for platform, one in outcomes.items())
    amid = ", ".join(f"{both.moments[kind]:,} amid {what}" for kind, what in _AMID.items() if both.moments[kind])
    figures = (
        f"{kills} ({amid}), {both.messages:,} of {both.ordered:,} messages, {both.corrections} corrections, "
        f"{both.answered:,} answers to people: {len(both.lost)} lost, {len(both.duplicated)} duplicate, "
        f"{len(both.disputed)} otherwise in the ledger, in {seconds / 60:.0f} minutes"
    )
    broken = both.broken
    if is_timed and seconds > WITHIN:
        broken.append(f"it took {seconds / 60:.0f} minutes")
    return Measured(figures=figures, broken=tuple(broken))


_AMID = {
    "birth": "starting",
    "post": "a post",
    "edit": "an edit",
    "look": "a read-back",
    "some moment": "whatever it was",
}
