"""Lateness: how long after its hour each edition arrives, beside what the platform's own limit allows.

Bot and platform are processes of their own; the platform keeps its limit, and says when what arrived.
"""

import asyncio
import itertools
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.promises.table import Extent, Measured
from tests.rush.local import Local
from tests.rush.morning import WORKSPACES, Morning, Underway, place, soon, surroundings, underway

CHANNELS = 5_000
FACTOR, GRACE = 1.2, 60.0
"""Times the platform's own bound, and seconds on top of it."""
SHARE = 0.95
A_SECOND = {"slack": WORKSPACES * 240 / 60, "discord": 50.0}
"""Posts that the local platforms take: Slack speaks of several hundred a minute for each workspace, and Discord names
its number.
"""
PER_THOUSAND = 1.0
"""Refusals for coming too fast among a thousand posts."""
_TO_START = timedelta(seconds=15)
_TOO_FAST = frozenset({"429", "ratelimited"})
_WITHIN = 300.0
"""Seconds after which nothing is waited for any more."""


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What one platform got."""

    platform: str
    channels: int
    lateness: Sequence[float]
    """Seconds from the hour until the first message of each channel, sorted."""
    refused: int
    """Answers of 429 to posts."""

    @property
    def bound(self) -> float:
        """Seconds that the platform's limit alone needs for 95 of 100 channels."""
        return SHARE * self.channels / A_SECOND[self.platform]

    @property
    def late(self) -> float:
        """Seconds within which 95 of 100 channels had their edition; endless if fewer have."""
        at = int(SHARE * self.channels) - 1
        return self.lateness[at] if at < len(self.lateness) else float("inf")


def measure(extent: Extent) -> Measured:
    """All channels of a platform are due at one minute; small: a few hundred, after a downtime over their hour."""
    if extent is Extent.FULL:
        found = [asyncio.run(_morning({platform: CHANNELS})) for platform in ("slack", "discord")]
    else:
        found = [asyncio.run(_morning({"slack": 500, "discord": 400}, is_over=True))]
    return judged(list(itertools.chain(*found)))


def judged(arrivals: Sequence[Arrivals]) -> Measured:
    """What *arrivals* say of the promise."""
    told = (
        f"{one.channels:,} channels on {one.platform.capitalize()}: 95 % within {one.late:.1f} s, "
        f"{one.late / one.bound:.2f} × its bound of {one.bound:.1f} s; {one.refused} refused as too fast"
        for one in arrivals
    )
    return Measured(
        figures=f"{'; '.join(told)} ({surroundings()})", broken=tuple(line for one in arrivals for line in _wrong(one))
    )


def _wrong(arrivals: Arrivals) -> list[str]:
    found = []
    if arrivals.late > FACTOR * arrivals.bound + GRACE:
        found.append(
            f"{arrivals.platform}: 95 % only within {arrivals.late:.1f} s of a bound of {arrivals.bound:.1f} s"
        )
    if missing := arrivals.channels - len(arrivals.lateness):
        found.append(f"{arrivals.platform}: {missing} channels got nothing")
    if arrivals.refused > PER_THOUSAND * arrivals.channels / 1000:
        found.append(f"{arrivals.platform}: {arrivals.refused} posts were refused as too fast")
    return found


async def _morning(channels: Mapping[str, int], *, is_over: bool = False) -> list[Arrivals]:
    """One morning; with *is_over* its hour has passed when the bot starts, and lateness counts from the start."""
    now = datetime.now(UTC)
    hour = max(now - timedelta(minutes=2), now.replace(hour=0, minute=0)) if is_over else soon(_TO_START)
    with tempfile.TemporaryDirectory(prefix="daybrief-late-") as folder:
        async with underway(Path(folder), Morning(channels=channels, hour=hour)) as there:
            due = there.bot.started_at
            if not is_over:
                due = time.monotonic() + (hour - datetime.now(UTC)).total_seconds()
            await _all_arrived(there, sum(channels.values()))
            return [await _arrivals(local, channels[name], due) for name, local in there.platforms.items()]


async def _all_arrived(there: Underway, count: int) -> None:
    until = time.monotonic() + _WITHIN
    while await there.posts() < count and time.monotonic() < until:
        await asyncio.sleep(0.5)
        assert there.bot.has_ended() is None, there.bot.log.read_text(encoding="utf-8")[-2000:]


async def _arrivals(local: Local, channels: int, due: float) -> Arrivals:
    """By the platform's own list of calls; all processes read the same monotonic clock."""
    posts = await local.do("arrivals")
    first: dict[str, float] = {}
    for channel, at, outcome in posts:
        if outcome == "ok":
            first.setdefault(channel, at - due)
    known = {place(local.name, number)[0] for number in range(channels)}
    return Arrivals(
        platform=local.name,
        channels=channels,
        lateness=sorted(late for channel, late in first.items() if channel in known),
        refused=sum(outcome in _TOO_FAST for _, _, outcome in posts),
    )
