"""What many seeds came to, in figures and words."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.simulation.history import History
from tests.simulation.journal import Entry
from tests.simulation.violation import Violation

_ENDS = ("sent", "refused", "missed", "uncertain", "skipped")
_OF_THE_MACHINE = frozenset(
    {"process begins", "process ends", "clock", "zone rules", "restored", "act", "wakes", "freezes", "thaws"}
)
_AROUND = 45
"""Lines of the journal that are shown of one violation."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One seed, judged."""

    seed: int
    digest: str
    violations: tuple[str, ...] = ()
    story: tuple[str, ...] = ()
    """The journal around the first violation."""
    states: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    told: int = 0
    seconds: float = 0.0
    """Of simulated time."""
    of_many: bool = False
    """Whether many processes shared a database."""


@dataclass
class Total:
    """Many seeds."""

    seeds: int = 0
    states: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    told: int = 0
    seconds: float = 0.0
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.seeds += 1
        self.states += outcome.states
        self.hits += outcome.hits
        self.messages += outcome.messages
        self.told += outcome.told
        self.seconds += outcome.seconds
        if outcome.violations:
            self.failed.append(outcome)

    def figures(self) -> str:
        """All that was counted, in a line."""
        ends = ", ".join(f"{self.states[state]:,} {state}" for state in _ENDS)
        deliveries, days = sum(self.states.values()), self.seconds / 86_400
        machine = ", ".join(
            f"{self.hits[fault]:,} {words}"
            for fault, words in (
                ("crash", "crashes"),
                ("stop", "stops"),
                ("down", "outages"),
                ("second process", "second processes"),
                ("suspend", "suspensions"),
                ("freeze", "freezes"),
                ("restore", "restores"),
                ("zone rules", "changes of zone rules"),
            )
        )
        broken = sum(len(one.violations) for one in self.failed)
        where = f" (seeds {', '.join(str(one.seed) for one in self.failed)})" if self.failed else ""
        return (
            f"{_counted(self.seeds, 'seed')}, {_counted(round(days), 'day')}, {deliveries:,} deliveries: {ends}; "
            f"{self.messages:,} messages, {self.told:,} notices; {machine}; {_counted(broken, 'broken promise')}{where}"
        )


def _counted(count: int, what: str) -> str:
    """``1 seed``, ``1,000 seeds``."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def tell(outcome: Outcome) -> Iterator[str]:
    """A failed seed for people: what is broken, what led to it, and how to see it again."""
    yield f"seed {outcome.seed} breaks {_counted(len(outcome.violations), 'promise')}:"
    yield from (f"  {one}" for one in outcome.violations[:10])
    yield from outcome.story
    many = " --many" * outcome.of_many
    yield f"see it again: .venv/bin/python -m tests.simulation{many} --seed {outcome.seed} --trace"


def around(history: History, violation: Violation) -> Iterator[str]:
    """The lines of the journal that have to do with *violation*, and what befell the machine meanwhile."""
    chosen = [one for one in history.journal.entries if _concerns(one, violation)]
    if len(chosen) > _AROUND:
        yield f"  … {len(chosen) - _AROUND} lines before"
    yield from (f"  {one.line()}"[:240] for one in chosen[-_AROUND:])


def _concerns(entry: Entry, violation: Violation) -> bool:
    if entry.what in _OF_THE_MACHINE:
        return True
    values = {str(value) for value in entry.facts.values()}
    if violation.channel not in values and violation.channel not in str(entry.facts.get("says", "")):
        return not violation.channel and entry.what == "log"
    return not violation.date or "date" not in entry.facts or entry.facts["date"] in {violation.date, ""}


def not_met(total: Total, wanted: Iterable[str], least: int) -> list[str]:
    """Which of *wanted* faults hit fewer than *least* times."""
    return [f"{name}: {total.hits[name]}" for name in wanted if total.hits[name] < least]
