"""When each delivery ended, as somebody saw who looked into the ledger once a minute; a part of the checker."""

from collections.abc import Iterator

from tests.simulation.evidence import Evidence
from tests.simulation.journal import Fact

_LOOKS_EVERY = 60.0
"""Seconds between two looks into the ledger."""


def endings(seen: Evidence) -> Iterator[tuple[str, str, str, float]]:
    """(channel, date, final state, when it was first seen) of each ending that stands.

    What ended after the copy was made, a restore takes back: a date that was *skipped, paused* is due again, and may
    be *skipped, restored* in another row, or be paused again. What ended within a minute after the copy may be in it.
    """
    last: dict[tuple[str, str], tuple[tuple[str, Fact], float]] = {}
    for one in seen.history.journal.of("ledger", "restored"):
        if one.what == "restored":
            last = {key: ending for key, ending in last.items() if ending[1] <= seen.copied_at + _LOOKS_EVERY}
            continue
        key = (str(one.facts["channel"]), str(one.facts["date"]))
        how = (str(one.facts["state"]).removesuffix(" (told)"), one.facts["reason"])
        if key not in last or last[key][0] != how:
            last[key] = (how, one.at)
    for (channel, day), ((state, _), at) in last.items():
        yield channel, day, state, at
