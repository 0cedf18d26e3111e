"""What one seed decides where many processes share a database: two hours, in which any may die or stand still."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.simulation.faults import OF_A_PLACE, OF_A_REQUEST, OF_THE_DISK, Fault, Spell
from tests.simulation.plan import HOUR, Act, Place, Plan, draw_places, draw_zones
from tests.simulation.zones import Rules

MINUTE = 60.0
ACTIVE = 1.25 * HOUR
"""How long things may go wrong."""
CALM = 1.3 * HOUR
"""How long the world is well at the end: an edit that was refused for a while is tried again after an hour."""
CATCH_UP = 30 * MINUTE
PLACES = 30
_FIRST, _LAST = 6 * MINUTE, ACTIVE - 10 * MINUTE
"""Between these, hours come and spells are on."""
_OFTEN = (Fault.CRASH, Fault.FREEZE)
_SOMETIMES = (
    *OF_A_REQUEST,
    *OF_A_PLACE,
    Fault.DELETES,
    Fault.STOP,
    Fault.DISK_FULL,
    Fault.FAILING_WRITES,
    Fault.LOST_COMMIT,
    Fault.FEEDS_FAIL,
)
MET = (*_OFTEN, *_SOMETIMES)
"""All that can go wrong here. Left to worlds of one process: restores, clocks, rules of zones, machines that sleep,
models, and people who cannot be told, for whom the calm at the end is too short.
"""
_PEOPLE = ("pause", "resume", "hour", "pin", "drop", "post now", "resend", "correct", "withdraw", "reload")


def plan_of_many(seed: int) -> Plan:
    """The world of *seed*."""
    chance = random.Random(f"many {seed}")
    begins = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=chance.randrange(300), hours=chance.randrange(24))
    zones = draw_zones(chance, begins)
    rush = _minute(chance)
    places = tuple(
        replace(one, at=_shown(begins, rush if chance.random() < 0.5 else _minute(chance), zones[one.timezone]))
        for one in draw_places(chance, sorted(zones), PLACES)
    )
    faults = [] if chance.random() < 1 / 12 else _swarm(chance)
    return Plan(
        seed=seed,
        begins=begins,
        places=places,
        zones=zones,
        later_zones=zones,
        spells=tuple(_spell(chance, one, places) for one in faults if one not in _ACTS for _ in range(3)),
        acts=_in_order([*_of_the_machines(chance, faults, rush), *_of_people(chance, faults)]),
        faults=tuple(faults),
        catch_up=CATCH_UP,
        has_model=False,
        calm_from=ACTIVE,
        ends=ACTIVE + CALM,
    )


def _in_order(acts: list[Act]) -> tuple[Act, ...]:
    return tuple(sorted(acts, key=lambda one: one.at))


def _swarm(chance: random.Random) -> list[Fault]:
    share = chance.choice((0.05, 0.15, 0.3))
    return [one for one in MET if chance.random() < (0.7 if one in _OFTEN else share)]


def _minute(chance: random.Random) -> float:
    """A full minute of the world, in seconds since it began."""
    return MINUTE * chance.randrange(int(_FIRST / MINUTE), int(_LAST / MINUTE))


def _shown(begins: datetime, at: float, rules: Rules) -> str:
    """What a clock by *rules* shows at that moment."""
    instant = begins.timestamp() + at
    ahead = next((ahead for change, ahead in reversed(rules.changes) if change <= instant), rules.first)
    return f"{begins + timedelta(seconds=at + ahead):%H:%M}"


def _spell(chance: random.Random, fault: Fault, places: tuple[Place, ...]) -> Spell:
    place = chance.choice(places)
    start, lasts, hits = chance.uniform(MINUTE, _LAST), chance.choice((MINUTE, 5 * MINUTE, 20 * MINUTE)), 1.0
    platform, workspace, channel = place.platform, place.workspace, ""
    if fault in OF_A_REQUEST:
        # Requests are rare, so what may befall them is on for long.
        start, lasts, workspace = chance.uniform(MINUTE, ACTIVE / 2), chance.choice((HOUR / 3, HOUR, ACTIVE)), ""
        hits = chance.choice((0.05, 0.3, 0.8))
    elif fault in {Fault.KICKED, Fault.CLOSED, Fault.BUGGY_PARTS}:
        lasts, channel = chance.choice((10 * MINUTE, 40 * MINUTE)), place.id
    elif fault in OF_THE_DISK:
        lasts, platform, workspace = chance.choice((20.0, MINUTE, 10 * MINUTE)), "", ""
        hits = 1.0 if fault is Fault.DISK_FULL else chance.choice((0.01, 0.05, 0.3))
    elif fault in {Fault.DELETES, Fault.FEEDS_FAIL}:
        start, lasts, platform, workspace, hits = 0.0, ACTIVE, "", "", 0.3
    return Spell(
        fault=fault,
        start=start,
        end=min(start + lasts, _LAST),
        platform=platform,
        workspace=workspace,
        channel=channel,
        chance=hits,
    )


def _of_the_machines(chance: random.Random, faults: list[Fault], rush: float) -> list[Act]:
    found = []
    for fault in faults:
        if fault not in _ACTS:
            continue
        kind, how_many, lengths = _ACTS[fault]
        for _ in range(chance.choice(how_many)):
            what = chance.choice(("stop", "end", "end", "end")) if fault is Fault.STOP else kind
            # Half of them while most has to be done.
            at = rush + chance.uniform(-2, 60) if chance.random() < 0.5 else chance.uniform(MINUTE, _LAST)
            found.append(Act(at=at, what=what, lasts=chance.choice(lengths), steps=chance.randrange(1, 200)))
    return found


_ACTS: dict[Fault, tuple[str, tuple[int, ...], tuple[float, ...]]] = {
    Fault.CRASH: ("crash", (4, 12, 40), (0.0,)),
    Fault.FREEZE: ("freeze", (2, 6, 12), (5.0, 40.0, 90.0, 200.0, 1200.0)),
    Fault.STOP: ("stop", (2, 6), (5.0, 300.0)),
}
"""What such a fault is as an act, how often it comes, and how many seconds it may take: a lease lasts 75."""


def _of_people(chance: random.Random, faults: list[Fault]) -> list[Act]:
    chosen = [kind for kind in _PEOPLE if chance.random() < 0.4]
    if not faults:
        chosen = [kind for kind in chosen if kind in {"pin", "drop", "correct", "withdraw"}]
    found = []
    for kind in chosen:
        for _ in range(chance.choice((1, 3, 6))):
            place, at = chance.randrange(PLACES), chance.uniform(5 * MINUTE, _LAST)
            text = f"{chance.randrange(24):02d}:{chance.choice((0, 15)):02d}"
            found.append(Act(at=at, what=kind, place=place, text=text))
            if kind == "pause":
                found.append(Act(at=min(at + chance.uniform(MINUTE, HOUR), _LAST), what="resume", place=place))
    return found
