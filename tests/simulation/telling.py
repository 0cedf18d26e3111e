"""Whether somebody really heard of each edition that ended badly; a part of the checker."""

import re
from collections.abc import Iterator

from tests.simulation.endings import endings
from tests.simulation.evidence import Evidence, Row
from tests.simulation.faults import Fault
from tests.simulation.violation import Violation, violation

BAD = frozenset({"refused", "missed", "uncertain"})
TELLING = 300.0
"""Seconds of a running process within which an admin is told, or somebody tries to."""
AGAIN = 3600.0
"""Seconds after which those who could not be reached are tried again, at the latest."""
_SEEN_LATE = 130.0
"""Seconds by which the ledger may be looked at later than an admin."""
_SLACK = 60.0
_ON_THE_DISK = frozenset({Fault.DISK_FULL, Fault.FAILING_WRITES, Fault.LOST_COMMIT})


def bad_news_is_told(seen: Evidence) -> Iterator[Violation]:
    """Soon after the ending somebody is told. Where that fails it is tried again, until it is heard: the world is well
    for long enough at the end, and nobody is out of reach for as long as it takes to be given up.
    """
    rows = {(row.channel, row.date): row for row in seen.rows}
    for channel, day, state, at in endings(seen):
        row = rows.get((channel, day))
        if state not in BAD or row is None or seen.ends - at < TELLING:
            continue
        if not any(at <= restore + 90 for restore in seen.restores):
            why = _how_it_was_kept_from(seen, row, at)
            if why:
                yield violation("told", channel, day, f"it was {state}, and {why}")
        if not row.is_told:
            yield violation("told", channel, day, f"it was {state}, and the ledger has nobody who knows")


def _how_it_was_kept_from(seen: Evidence, row: Row, at: float) -> str:
    """What was wrong with telling of *row*, which was first seen to have ended at *at*; empty: nothing."""
    heard = [
        one.at
        for held in seen.history.held.values()
        for one in held.told
        if one.at >= at - _SEEN_LATE and _tells(seen, one.text, row, one.at)
    ]
    tries = [
        one.at
        for one in seen.history.journal.of("tell")
        if one.at >= at - _SEEN_LATE and _tells(seen, str(one.facts["text"]), row, one.at)
    ]
    since, patience = max([at, *_mended(seen, at)]), TELLING + _SLACK
    for moment in sorted({*heard, *tries}):
        if seen.up(since, moment) > patience:
            return f"an admin was told {moment - at:.0f} s later"
        if heard and min(heard) <= moment:
            return ""
        since, patience = moment, AGAIN + TELLING + _SLACK
    return "no admin ever heard of it" if tries else "nobody tried to tell an admin"


def _mended(seen: Evidence, at: float) -> Iterator[float]:
    """When the troubles of the disk that were there at *at* were over."""
    for one in seen.plan.spells:
        if one.fault in _ON_THE_DISK and one.start <= at <= one.end + 120:
            yield one.end + 120


def _tells(seen: Evidence, text: str, row: Row, at: float) -> bool:
    """Whether *text*, said at *at*, tells how *row* ended; one that only counts it does, if the ledger says so then."""
    says = "Nobody knows whether" if row.state == "uncertain" else "did not get"
    if says not in text:
        return False
    if re.search(rf"#{row.channel}\b", text):
        return True
    return bool(re.search(r"and \d+ more", text)) and any(
        one.facts["channel"] == row.channel
        and one.facts["date"] == row.date
        and str(one.facts["state"]).endswith("(told)")
        and at <= one.at <= at + _SEEN_LATE
        for one in seen.history.journal.of("ledger")
    )
