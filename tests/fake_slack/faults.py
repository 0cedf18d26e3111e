"""What the fake Slack does wrong: by plan and seed, by script, or for a while on one workspace."""

import json
import random
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What happens to one request. "Accepted" means that the method did its work."""

    NONE = "none"
    TOO_MANY = "too_many"
    """429 with Retry-After: surely not accepted."""
    DROP_BEFORE = "drop_before"
    """The connection breaks before the request is accepted."""
    DROP_AFTER = "drop_after"
    """Accepted, then the connection breaks."""
    HANG = "hang"
    """Accepted, and no answer until the client's patience ends."""
    LATE = "late"
    """The connection breaks at once, and the request is accepted a while later."""
    ERROR_BEFORE = "error_before"
    """500, not accepted."""
    ERROR_AFTER = "error_after"
    """500, although accepted."""
    UNAVAILABLE_BEFORE = "unavailable_before"
    """503, not accepted."""
    UNAVAILABLE_AFTER = "unavailable_after"
    """503, although accepted."""
    HTML_BEFORE = "html_before"
    """502 with a page of HTML, not accepted."""
    HTML_AFTER = "html_after"
    """502 with a page of HTML, although accepted."""
    FATAL_BEFORE = "fatal_before"
    """``fatal_error``, not accepted."""
    FATAL_AFTER = "fatal_after"
    """``fatal_error``, although accepted."""


ACCEPTED = frozenset(
    {
        Fault.NONE,
        Fault.DROP_AFTER,
        Fault.HANG,
        Fault.ERROR_AFTER,
        Fault.UNAVAILABLE_AFTER,
        Fault.HTML_AFTER,
        Fault.FATAL_AFTER,
    }
)
"""Of these the method does its work before the answer; with ``LATE`` it does so afterwards, with the others never."""

FAILURES = {
    Fault.ERROR_BEFORE: (500, "internal_error"),
    Fault.ERROR_AFTER: (500, "internal_error"),
    Fault.UNAVAILABLE_BEFORE: (503, "service_unavailable"),
    Fault.UNAVAILABLE_AFTER: (503, "service_unavailable"),
    Fault.FATAL_BEFORE: (200, "fatal_error"),
    Fault.FATAL_AFTER: (200, "fatal_error"),
}
"""Faults that are answered with a status and an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPlan:
    """How often which fault happens, by seed, so that a run can be repeated."""

    seed: int = 0
    chance: float = 0.0
    """Of any fault, for one request."""
    late_by: float = 1.0
    """Seconds after which a late request is accepted, at the most."""
    latency: float = 0.0
    """Seconds until an answer."""
    hang: float = 60.0
    """Seconds that a hanging request is held at the most."""
    retry_after: int = 1
    """Seconds in the Retry-After of a planned 429."""
    methods: tuple[str, ...] = ("chat.postMessage",)
    """Where faults happen; ``response_url`` names the answers to commands and actions."""
    faults: tuple[str, ...] = tuple(fault.value for fault in Fault if fault is not Fault.NONE)
    """Which ones."""

    def fault(self, method: str, key: str, attempt: int) -> Fault:
        """What happens to the *attempt*-th request with *key*."""
        if not self.chance or method not in self.methods:
            return Fault.NONE
        chance = random.Random(f"{self.seed}/{method}/{key}/{attempt}")
        return Fault(chance.choice(self.faults)) if chance.random() < self.chance else Fault.NONE

    def lateness(self, key: str) -> float:
        """After how many seconds a late request with *key* is accepted."""
        return random.Random(f"{self.seed}/{key}").uniform(0, self.late_by)


def as_argument(plan: FaultPlan) -> str:
    """*plan* as the command line of this package takes it."""
    return json.dumps(asdict(plan))


def from_argument(text: str) -> FaultPlan:
    """The plan that :func:`as_argument` wrote."""
    given: dict[str, Any] = json.loads(text)
    for name in {"methods", "faults"} & given.keys():
        given[name] = tuple(given[name])
    return FaultPlan(**given)


def key_of(arguments: dict[str, Any]) -> str:
    """What two attempts at the same message have in common: the metadata's payload, else channel and text."""
    metadata = arguments.get("metadata")
    if isinstance(metadata, dict) and metadata.get("event_payload"):
        return json.dumps(metadata["event_payload"], sort_keys=True)
    return f"{arguments.get('channel')}/{arguments.get('ts')}/{arguments.get('text')}"


@dataclass(slots=True)
class Faults:
    """Decides about every request: first the storms, then the script, then the plan."""

    plan: FaultPlan
    scripted: dict[str, deque[Fault]] = field(default_factory=dict)
    storms: dict[str, tuple[float, int]] = field(default_factory=dict)
    """Until when on the monotonic clock a workspace gets nothing but 429, and their Retry-After."""
    attempts: Counter[str] = field(default_factory=Counter)
    happened: Counter[Fault] = field(default_factory=Counter)

    def script(self, method: str, faults: Iterable[Fault]) -> None:
        """The next requests of *method* meet *faults*, one each; ``Fault.NONE`` lets one pass."""
        self.scripted.setdefault(method, deque()).extend(Fault(fault) for fault in faults)

    def storm(self, team: str, now: float) -> int:
        """The Retry-After of the storm over *team*; 0 in fair weather."""
        until, retry_after = self.storms.get(team, (now, 0))
        return retry_after if now < until else 0

    def next(self, method: str, arguments: dict[str, Any]) -> Fault:
        """What happens to this request."""
        queue = self.scripted.get(method)
        if queue:
            fault = queue.popleft()
        elif self.plan.chance:
            key = key_of(arguments)
            attempt = f"{method}/{key}"
            self.attempts[attempt] += 1
            fault = self.plan.fault(method, key, self.attempts[attempt])
        else:
            return Fault.NONE
        self.happened[fault] += 1
        return fault
