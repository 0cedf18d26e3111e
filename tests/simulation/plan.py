"""What one seed decides before anything happens: places, zones, orders, faults and the acts of people. Pure.

Swarm testing (Groce et al., ISSTA 2012): each seed switches on a few kinds of faults only, so that each is met in depth
and none hides behind another; now and then nothing goes wrong at all.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.simulation.faults import OF_A_REQUEST, OF_ONE, OF_THE_DISK, OF_THE_MACHINE, OF_THE_MODEL, Fault, Spell
from tests.simulation.zones import Rules

HOUR = 3600.0
DAY = 24 * HOUR
ACTIVE = 23 * HOUR
"""How long things may go wrong."""
CALM = 1.3 * HOUR
"""How long the world is well at the end: everything that can still be settled is, and everybody told."""
SETTLE = 60.0
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_PEOPLE = {"slack": "U00000{:03d}", "discord": "5000000000000000{:02d}", "terminal": ""}

_ACTS = ("pause", "resume", "hour", "zone", "pin", "drop", "post now", "resend", "correct", "withdraw", "reload")

WORKSPACES = (
    *((("slack", "T1"), ("slack", "T2"), ("discord", "9000000000000001"), ("discord", "9000000000000002"))),
    ("terminal", "local"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel and what is ordered for it at first."""

    platform: str
    workspace: str
    id: str
    at: str
    """``08:05``, local."""
    timezone: str
    days: tuple[int, ...]
    stories: int
    owner: str
    """Who sets it up from chat; empty: it is declared in the configuration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that somebody does, or that befalls the machine."""

    at: float
    what: str
    place: int = -1
    """Index of the channel; -1: none."""
    lasts: float = 0.0
    """Seconds that it takes, or by how many seconds the clock is set."""
    steps: int = 0
    """Of the process, after which it dies."""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One seed's world."""

    seed: int
    begins: datetime
    places: tuple[Place, ...]
    zones: dict[str, Rules]
    later_zones: dict[str, Rules]
    """After the rules have changed."""
    spells: tuple[Spell, ...]
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]
    """Those that are switched on."""
    catch_up: float
    has_model: bool
    calm_from: float
    ends: float


def plan(seed: int) -> Plan:
    """The world of *seed*."""
    chance = random.Random(seed)
    begins = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=chance.randrange(300), hours=chance.randrange(24))
    zones = draw_zones(chance, begins)
    places = tuple(draw_places(chance, sorted(zones), 20))
    faults = _swarm(chance)
    made = _Made(chance, faults, places)
    spells = tuple(made.spells())
    acts = tuple(sorted([*made.of_the_machine(), *made.of_people()], key=lambda one: one.at))
    held_back = sum(max(act.lasts, 0.0) for act in acts if act.what == "clock")
    calm_from = ACTIVE + held_back
    return Plan(
        seed=seed,
        begins=begins,
        places=places,
        zones=zones,
        later_zones={name: _changed(chance, rules, begins) for name, rules in zones.items()},
        spells=spells,
        acts=acts,
        faults=tuple(faults),
        catch_up=chance.choice((1.0, 2.0, 6.0)) * HOUR,
        has_model=bool({Fault.MODEL_FAILS, Fault.MODEL_HANGS} & set(faults)) or chance.random() < 0.1,
        calm_from=calm_from,
        ends=calm_from + CALM,
    )


def _swarm(chance: random.Random) -> list[Fault]:
    """A few kinds; once in a dozen seeds none."""
    if chance.random() < 1 / 12:
        return []
    share = chance.choice((0.15, 0.25, 0.4))
    chosen = [one for one in OF_ONE if chance.random() < share]
    # A model makes each round of a seed twice as long to compute.
    return chosen if chance.random() < 0.4 else [one for one in chosen if one not in OF_THE_MODEL]


def draw_zones(chance: random.Random, begins: datetime) -> dict[str, Rules]:
    """A few zones; in most of them clocks change while we look on."""
    first = int(begins.timestamp())
    night = first + chance.randrange(2, 26) * 3600
    hour = chance.choice((3600, -3600))
    return {
        "UTC": Rules(0),
        "Europe/Berlin": Rules(3600, ((night - night % 3600, 3600 + hour),)),
        "America/New_York": Rules(-18000, ((night - night % 3600 + 7200, -18000 - hour),)),
        "Asia/Kolkata": Rules(19800),
        "Australia/Lord_Howe": Rules(37800, ((night - night % 1800, 37800 + hour // 2),)),
        # Clocks leap over midnight, by more than the hour, and once over a whole date.
        "Africa/Cairo": Rules(7200, ((_midnight(first, 7200), 7200 + 3600),)),
        "America/Nuuk": Rules(-7200, ((_midnight(first, -7200) - 1800, -7200 + 3600),)),
        "Pacific/Apia": Rules(-36000, ((_midnight(first, -36000), 50400),)) if chance.random() < 0.5 else Rules(46800),
    }


def _midnight(first: int, ahead: int) -> int:
    """The first local midnight an hour or more after *first*."""
    local = first + 3600 + ahead
    return local + 86400 - local % 86400 - ahead


def _changed(chance: random.Random, rules: Rules, begins: datetime) -> Rules:
    """A government has thought again: a change less, or an hour more."""
    if rules.changes and chance.random() < 0.5:
        return Rules(rules.first)
    at = int(begins.timestamp()) + chance.randrange(6, 20) * 3600
    if rules.changes and rules.changes[-1][0] >= at:
        return rules
    ahead = rules.changes[-1][1] if rules.changes else rules.first
    return Rules(rules.first, (*rules.changes, (at, ahead + chance.choice((-3600, 3600)))))


def draw_places(chance: random.Random, zones: list[str], count: int) -> list[Place]:
    """So many channels on all platforms, most with hours of their own."""
    rush = f"{chance.randrange(24):02d}:{chance.choice((0, 30)):02d}"
    held = []
    for number in range(count):
        platform, workspace = WORKSPACES[number % len(WORKSPACES)]
        is_from_chat = platform != "terminal" and number % 3 == 0
        hour = rush if chance.random() < 0.3 else f"{chance.randrange(24):02d}:{chance.choice((0, 5, 30, 59)):02d}"
        held.append(
            Place(
                platform=platform,
                workspace=workspace,
                id={"slack": f"C{number:08d}", "discord": f"70000000000000{number:02d}"}.get(platform, f"c{number}"),
                at=hour,
                timezone=chance.choice(zones),
                days=EVERY_DAY if chance.random() < 0.8 else tuple(sorted(chance.sample(EVERY_DAY, 4))),
                stories=chance.choice((1, 3, 5)),
                owner=_PEOPLE[platform].format(number) if is_from_chat else "",
            )
        )
    return held


@dataclass
class _Made:
    """Draws what happens; the order of the draws is part of what a seed means."""

    chance: random.Random
    faults: list[Fault]
    places: tuple[Place, ...]

    def spells(self) -> list[Spell]:
        """When which fault is on, and where."""
        drawn = [self._spell(fault) for fault in self.faults for _ in range(self.chance.choice((1, 2, 4)))]
        return [one for one in drawn if one]

    def of_the_machine(self) -> list[Act]:
        """Crashes, stops, clocks, restores."""
        found: list[Act] = []
        for fault in self.faults:
            found += self._machine(fault)
        return found

    def of_people(self) -> list[Act]:
        """What admins do meanwhile; in some seeds nothing."""
        chosen = [kind for kind in _ACTS if self.chance.random() < 0.4]
        if not self.faults:
            chosen = [kind for kind in chosen if kind in {"pin", "drop", "correct", "withdraw"}]
        found = []
        for kind in chosen:
            for _ in range(self.chance.choice((1, 3, 6))):
                place = self.chance.randrange(len(self.places))
                at = self.chance.uniform(HOUR / 4, ACTIVE - HOUR)
                text = f"{self.chance.randrange(24):02d}:{self.chance.choice((0, 15)):02d}"
                found.append(Act(at=at, what=kind, place=place, text=text))
                if kind == "pause" and self.chance.random() < 0.7:
                    found.append(Act(at=at + self.chance.uniform(60, 8 * HOUR), what="resume", place=place))
        found += self._second_thoughts([one for one in found if one.what == "correct"])
        return [one for one in found if one.at < ACTIVE]

    def _second_thoughts(self, corrections: list[Act]) -> list[Act]:
        """Soon after a correction another one: the edit of the first may still be on its way."""
        chance = random.Random(f"second thoughts {[one.at for one in corrections]}")
        return [
            Act(at=one.at + chance.uniform(2, 50), what="correct", place=one.place)
            for one in corrections
            if chance.random() < 0.5
        ]

    def _spell(self, fault: Fault) -> Spell | None:
        """When *fault* comes, where, and how often it hits; all ends well before the calm."""
        if fault in OF_THE_MACHINE:
            return None
        draw, place = self.chance, self.chance.choice(self.places)
        start = draw.uniform(HOUR / 6, ACTIVE - 2 * HOUR)
        lasts, chance, last = draw.choice((120.0, 1200.0, HOUR, 3 * HOUR)), 1.0, ACTIVE - HOUR / 2
        platform, workspace, channel = place.platform, place.workspace, ""
        if fault in OF_A_REQUEST:
            # Requests are rare, so what may befall them is on for long.
            start, lasts = draw.uniform(HOUR / 6, ACTIVE / 2), draw.choice((3 * HOUR, 12 * HOUR, ACTIVE))
            chance, workspace = draw.choice((0.05, 0.3, 0.8)), ""
        elif fault in {Fault.KICKED, Fault.CLOSED, Fault.BUGGY_PARTS}:
            lasts, channel = draw.choice((HOUR, 6 * HOUR, 12 * HOUR)), place.id
        elif fault in {Fault.TELL_FAILS, Fault.TELL_REFUSED}:
            lasts, last, workspace = draw.choice((HOUR, 12 * HOUR)), ACTIVE - 2 * HOUR, ""
        elif fault in OF_THE_DISK:
            chance = 1.0 if fault is Fault.DISK_FULL else draw.choice((0.01, 0.05, 0.3))
            lasts, platform, workspace = draw.choice((60.0, 600.0, HOUR if chance == 1 else 6 * HOUR)), "", ""
        elif fault in OF_THE_MODEL or fault in {Fault.FEEDS_FAIL, Fault.FEED_BUG}:
            chance, lasts, platform, workspace = draw.choice((0.2, 1.0)), 6 * HOUR, "", ""
        elif fault is Fault.DELETES:
            start, lasts, last, chance, platform, workspace = 0.0, ACTIVE, ACTIVE - 2 * HOUR, 0.3, "", ""
        return Spell(
            fault=fault,
            start=start,
            end=min(start + lasts, last),
            platform=platform,
            workspace=workspace,
            channel=channel,
            chance=chance,
        )

    def _machine(self, fault: Fault) -> list[Act]:
        draw, last = self.chance, ACTIVE - HOUR
        times = [draw.uniform(HOUR / 6, last - 3 * HOUR) for _ in range(draw.choice((1, 2, 4)))]
        if fault is Fault.CRASH:
            more = [draw.uniform(HOUR / 6, last) for _ in range(draw.choice((4, 12, 30)))]
            return [Act(at=at, what="crash", steps=draw.randrange(1, 400)) for at in more]
        if fault is Fault.CLOCK_FORWARD or fault is Fault.CLOCK_BACK:
            by = draw.choice((90.0, 1200.0, 2 * HOUR)) * (1 if fault is Fault.CLOCK_FORWARD else -1)
            right = times[0] + draw.choice((30.0, 600.0, HOUR))
            return [Act(at=times[0], what="clock", lasts=by), Act(at=right, what="clock", lasts=-by)]
        if fault is Fault.CLOCK_LEAP:
            by = draw.choice((30.0, 365.0, 20_000.0)) * DAY * draw.choice((1, -1))
            return [Act(at=times[0], what="leap", lasts=by), Act(at=times[0] + 20, what="leap", lasts=-by)]
        if fault is Fault.RESTORE:
            copied = draw.uniform(HOUR / 6, last - 3 * HOUR)
            back = draw.uniform(copied, last)
            return [Act(at=copied, what="backup"), Act(at=back, what="restore", lasts=draw.choice((5.0, HOUR)))]
        if fault is Fault.DOWN or fault is Fault.ZONE_RULES:
            times = times[:1]
        what, lengths = _LASTING.get(fault, ("", ()))
        return [Act(at=at, what=what, lasts=draw.choice(lengths)) for at in times] if what else []


_LASTING: dict[Fault, tuple[str, tuple[float, ...]]] = {
    Fault.STOP: ("stop", (5.0, 300.0)),
    Fault.DOWN: ("stop", (2 * HOUR, 5 * HOUR, 9 * HOUR)),
    Fault.SECOND_PROCESS: ("second", (60.0, 1200.0, 2 * HOUR)),
    Fault.SUSPEND: ("suspend", (20.0, 90.0, 2400.0, 3 * HOUR)),
    Fault.ZONE_RULES: ("zone rules", (0.0,)),
}
"""What such a fault is as an act, and how many seconds it may take."""
