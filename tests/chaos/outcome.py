"""How much chaos there is to be, and what came of it."""

import dataclasses
import json
import signal
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMPLAINTS = ("lost", "duplicated", "outdated", "disputed", "unruly", "neglected")
"""The fields of an outcome that must be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much there is of what."""

    endings: int
    channels: int
    """In a wave."""
    settle: float = 6.0
    """Seconds, as in the configuration."""
    request_timeout: float = 5.0
    """Seconds. Reading a channel of Discord back takes five requests, and two dozen are read back at once, at 45
    requests a second: with two seconds none would ever end in time.
    """
    means: signal.Signals = signal.SIGKILL
    """How lives end."""
    silences: tuple[str, ...] = ()
    """Amid what the platform falls silent when a life ends (``tests.chaos.endings.SILENCES``), in as many of the lives
    of each round, spread over all.
    """
    program: str = "bot"
    """The module that is run as the bot."""

    def silence(self, life: int) -> str:
        """Amid what it falls silent at the end of *life*, counted from 0; empty: it does not."""
        before, after = (one * len(self.silences) // self.endings for one in (life, life + 1))
        return self.silences[before] if after > before else ""

    @property
    def settling(self) -> float:
        """Seconds of a life in which everything settles that an earlier one has left in doubt: it waits for the time
        that the intent names, then as long as it takes from when it first looked.
        """
        return 2 * (self.settle + self.request_timeout) + 2


@dataclass(kw_only=True)
class Outcome:
    """What was done, and what came of it."""

    endings: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    """Amid what lives ended."""
    silences: Counter[str] = field(default_factory=Counter)
    """Of these, where the platform had fallen silent at that very moment."""
    waves: int = 0
    ordered: int = 0
    messages: int = 0
    corrections: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    """Messages that do not show the latest correction."""
    disputed: list[str] = field(default_factory=list)
    """Deliveries of which the ledger does not say that they were sent."""
    unruly: list[str] = field(default_factory=list)
    """Lives that ended otherwise than they were told to."""
    neglected: list[str] = field(default_factory=list)
    """Commands that were delivered to a bot that lived on, and got no answer."""
    asked: int = 0
    answered: int = 0
    slowest: float = 0.0
    """Seconds of the longest wait for an acknowledgement."""
    slowest_end: float = 0.0
    """Seconds from SIGTERM to the end, at the most."""
    codes: Counter[str] = field(default_factory=Counter)
    """With which exit codes it ended."""
    requests: Mapping[str, int] = field(default_factory=dict)
    """How often posts were answered how."""
    seconds: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Everything that must not be."""
        return [f"{kind}: {one}" for kind in COMPLAINTS for one in getattr(self, kind)]

    def place(self, where: Path) -> None:
        """Name with every complaint the folder that explains it."""
        for kind in COMPLAINTS:
            setattr(self, kind, [f"{one} [{where}]" for one in getattr(self, kind)])


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """All of *outcomes* as one."""
    total = Outcome()
    for one in outcomes:
        for field_ in dataclasses.fields(Outcome):
            before, more = getattr(total, field_.name), getattr(one, field_.name)
            is_longest = field_.name.startswith("slowest")
            setattr(total, field_.name, max(before, more) if is_longest else _sum(before, more))
    return total


def written(outcome: Outcome) -> str:
    """*outcome* in one line, for :func:`read`."""
    return json.dumps(vars(outcome))


def read(line: str) -> Outcome:
    """What :func:`written` wrote."""
    values: dict[str, Any] = json.loads(line)
    return Outcome(**values | {name: Counter(values[name]) for name in ("moments", "silences", "codes", "requests")})


def told(outcome: Outcome) -> str:
    """The figures, in a sentence or two."""
    moments = ", ".join(f"{number} at {what}" for what, number in sorted(outcome.moments.items()))
    answers = ", ".join(f"{number} {how}" for how, number in sorted(outcome.requests.items()))
    codes = ", ".join(f"{number} with {code}" for code, number in sorted(outcome.codes.items()))
    ends = f"gone within {outcome.slowest_end:.1f} s of being told to ({codes}); " if codes else ""
    return (
        f"{outcome.endings} lives ended ({moments}) over {outcome.ordered} messages in {outcome.waves} waves: "
        f"{len(outcome.lost)} lost, {len(outcome.duplicated)} duplicated, {len(outcome.disputed)} disputed by the "
        f"ledger; {outcome.corrections} corrections, {len(outcome.outdated)} outdated; {outcome.asked} commands, "
        f"{outcome.answered} answered, {len(outcome.neglected)} neglected, acknowledged within {outcome.slowest:.2f} "
        "s; "
        f"posts were answered with {answers}; {ends}in {outcome.seconds:.0f} s"
    )


def _sum(before: Any, more: Any) -> Any:  # noqa: ANN401  # numbers, lists and counters alike
    return Counter(before) + Counter(more) if isinstance(before, dict) else before + more
