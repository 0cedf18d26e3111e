"""Whether the machine's clock can be believed: a wrong one could post old editions, or hold back all to come."""

from datetime import datetime, timedelta

from bot.newsroom import Newsroom

CLOCK_SLACK = timedelta(minutes=5)
"""A clock that is further back than this behind the newest time we have seen is not believed."""
FAR_AHEAD = timedelta(days=7)
"""One that is further ahead than this of it is believed on a second look only."""
AGREES_AFTER = timedelta(seconds=30)
"""How much later the second look is."""


async def clock_trouble(room: Newsroom) -> str:
    """What is strange about the machine's clock, and what to do; empty: nothing. Changes nothing."""
    if room.replayed:
        return ""
    return _trouble(room.clock.now(), await room.store.ledger.last_seen())


async def not_believed(room: Newsroom, now: datetime) -> str:
    """Why nothing can be posted by this clock, or nothing; then it is remembered that we were alive at *now*.

    A clock far ahead may be right, after a long absence. It is believed once a second look agrees with the first, by a
    clock that nobody can set. A single leap, if believed, would hold back every real morning until it is caught up
    with, because a clock behind what was seen is not believed at all.
    """
    if room.replayed:
        return ""
    elapsed = room.clock.elapsed()
    seen = await room.store.ledger.last_seen()
    trouble = _trouble(now, seen)
    if trouble and seen and (now < seen or not _agrees(room, now)):
        return trouble
    room.doubted = None
    room.believed = now, elapsed
    await room.store.ledger.see(now)
    return ""


def time_of(room: Newsroom) -> datetime:
    """What the machine's clock says, for waits and leases that are reckoned in the middle of something; where it has
    leapt ahead since it was last believed, what it would say without that, or they would outlast the leap by as much.

    Whether a lease has run out is for the clock itself to say: a machine that slept may have leapt for good.
    """
    now = room.clock.now()
    if room.believed is None:
        return now
    said, then = room.believed
    leap = (now - said) - (room.clock.elapsed() - then)
    return now - leap if leap > CLOCK_SLACK else now


def _agrees(room: Newsroom, now: datetime) -> bool:
    """This look agrees with one that was long enough ago; else it is the first one."""
    elapsed = room.clock.elapsed()
    if room.doubted:
        first, then = room.doubted
        if abs((now - first) - (elapsed - then)) <= CLOCK_SLACK:
            return elapsed - then >= AGREES_AFTER
    room.doubted = (now, elapsed)
    return False


def _trouble(now: datetime, seen: datetime | None) -> str:
    if seen is None or seen - CLOCK_SLACK <= now <= seen + FAR_AHEAD:
        return ""
    says = f"this machine's clock says {now:%Y-%m-%d %H:%M} UTC, but Daybrief "
    if now < seen:
        return f"{says}has already run at {seen:%Y-%m-%d %H:%M} UTC; set the clock, or replay a past morning with --at"
    return f"{says}last ran at {seen:%Y-%m-%d %H:%M} UTC; it is looked at once more, and if it is wrong, set it"
