"""When a local hour comes: worked out from bare tables of offsets, by nothing that the product uses. Pure."""

import math
from collections.abc import Iterator
from datetime import date, timedelta

from tests.simulation.zones import Rules

_DAY = 86_400
_EPOCH = date(1970, 1, 1)


def instant(day: date, at: str, rules: Rules) -> int | None:
    """Seconds since 1970 at which clocks first show *at* on *day*; the end of the gap where they never do; None where
    the whole day is leapt over.
    """
    hours, minutes = at.split(":")[:2]
    midnight = (day - _EPOCH).days * _DAY
    shown = midnight + int(hours) * 3600 + int(minutes) * 60
    found = [shown - ahead for begins, ends, ahead in _periods(rules) if begins <= shown - ahead < ends]
    if found:
        return int(min(found))
    before = rules.first
    for change, after in rules.changes:
        if change + before <= shown < change + after:
            is_whole_day = change + before <= midnight and change + after >= midnight + _DAY
            return None if is_whole_day else change
        before = after
    raise AssertionError("clocks neither show this hour nor leap over it")


def local_date(at: float, rules: Rules) -> date:
    """What the calendar in the zone says *at* seconds since 1970."""
    ahead = next(ahead for begins, ends, ahead in _periods(rules) if begins <= at < ends)
    return _EPOCH + timedelta(days=math.floor((at + ahead) / _DAY))


def _periods(rules: Rules) -> Iterator[tuple[float, float, int]]:
    """(first instant, first instant after it, seconds ahead) of each stretch without a change."""
    begins, ahead = -math.inf, rules.first
    for change, after in rules.changes:
        yield begins, change, ahead
        begins, ahead = change, after
    yield begins, math.inf, ahead
