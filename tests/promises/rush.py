"""Acknowledgement during the rush: people ask while thousands of channels are being served, on every way in.

Bot, platform and people are processes of their own, which share the machine; the platform measures.
"""

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.promises.table import Extent, Measured
from tests.rush.asking import Waits, ask
from tests.rush.morning import Morning, surroundings, underway

RATE = 50.0
"""Commands a second."""
CHANNELS = 5_000
P99, LONGEST, NEVER = 1.0, 2.0, 3.0
"""Seconds."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """How people's commands reach the bot."""

    name: str
    channels: Mapping[str, int]
    mode: str = "socket"


SOCKET = Way(name="Slack over sockets", channels={"slack": CHANNELS})
HTTP = Way(name="Slack over HTTP", channels={"slack": CHANNELS}, mode="http")
DISCORD = Way(name="Discord", channels={"discord": CHANNELS})
BOTH = Way(name="Slack over sockets and Discord by turns", channels={"slack": CHANNELS // 2, "discord": CHANNELS // 2})


def measure(extent: Extent) -> Measured:
    """Ten minutes on each way; small: thirty seconds on two of them together."""
    if extent is Extent.FULL:
        return judged({way.name: asyncio.run(_asked(way, 600.0)) for way in (SOCKET, HTTP, DISCORD)})
    return judged({BOTH.name: asyncio.run(_asked(BOTH, 30.0))})


def judged(waits: Mapping[str, Waits]) -> Measured:
    """What the *waits* on each way say of the promise."""
    figures = "; ".join(f"{way}: {_told(one)}" for way, one in waits.items())
    broken = [f"{way}: {line}" for way, one in waits.items() for line in _wrong(one)]
    return Measured(
        figures=f"{RATE:.0f} commands/s while {CHANNELS:,} channels were served. {figures} ({surroundings()})",
        broken=tuple(broken),
    )


def _told(waits: Waits) -> str:
    p50, p99, longest = (1000 * waits.percentile(share) for share in (0.5, 0.99, 1.0))
    return (
        f"{waits.asked:,} in {waits.seconds:.0f} s, {sum(waits.posts) / max(1.0, waits.seconds):.0f} posts/s beside "
        f"them, p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {longest:.0f} ms, {waits.errors.total()} errors, the bot used "
        f"{waits.processor:.0%} of a processor"
    )


def _wrong(waits: Waits) -> list[str]:
    found = []
    if waits.percentile(0.99) > P99:
        found.append(f"one in a hundred waited longer than {waits.percentile(0.99):.2f} s")
    if waits.percentile(1.0) > LONGEST:
        found.append(f"the longest wait was {waits.percentile(1.0):.2f} s")
    late = waits.asked - sum(wait <= NEVER for wait in waits.acknowledged)
    if late:
        found.append(f"{late} were not acknowledged within {NEVER:.0f} s")
    found += [f"{number} × {error}" for error, number in waits.errors.items()]
    if not waits.posts or not all(waits.posts):
        found.append("there was no rush: for some seconds nothing was posted")
    return found


async def _asked(way: Way, seconds: float) -> Waits:
    # Editions of many messages, so that the rush lasts.
    now = datetime.now(UTC)
    morning = Morning(
        channels=way.channels,
        hour=max(now - timedelta(minutes=1), now.replace(hour=0, minute=0)),
        mode=way.mode,
        stories=10,
        layout="thread",
    )
    with tempfile.TemporaryDirectory(prefix="daybrief-rush-") as folder:
        async with underway(Path(folder), morning) as there:
            while not await there.posts():
                await asyncio.sleep(0.2)
                assert there.bot.has_ended() is None, there.bot.log.read_text(encoding="utf-8")[-2000:]
            return await ask(there, rate=RATE, seconds=seconds)
