"""What the fake Discord does wrong: by plan and seed, by script, or for a while to everybody."""

import json
import random
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """What happens to one request. "Accepted" means that the request did its work."""

    NONE = "none"
    TOO_MANY = "too_many"
    """429 of the route: surely not accepted."""
    TOO_MANY_GLOBAL = "too_many_global"
    """429 of the whole bot."""
    TOO_MANY_SHARED = "too_many_shared"
    """429 that other bots have caused too; counts towards no ban."""
    CLOUDFLARE_429 = "cloudflare_429"
    """429 with a page of HTML and no ``Via``, as when the address is banned."""
    CLOUDFLARE_403 = "cloudflare_403"
    """403 with a page of HTML."""
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


ACCEPTED = frozenset(
    {
        Fault.NONE,
        Fault.DROP_AFTER,
        Fault.HANG,
        Fault.ERROR_AFTER,
        Fault.UNAVAILABLE_AFTER,
        Fault.HTML_AFTER,
    }
)
"""Of these the request does its work before the answer; with ``LATE`` it does so afterwards, with the others never."""

FAILURES = {
    Fault.ERROR_BEFORE: (500, "500: Internal Server Error"),
    Fault.ERROR_AFTER: (500, "500: Internal Server Error"),
    Fault.UNAVAILABLE_BEFORE: (503, "503: Service Unavailable"),
    Fault.UNAVAILABLE_AFTER: (503, "503: Service Unavailable"),
}
PAGES = {
    Fault.CLOUDFLARE_429: (429, "<html><head><title>Error 1015</title></head><body>You are being rate limited</body>"),
    Fault.CLOUDFLARE_403: (403, "<html><head><title>Access denied</title></head><body>Error 1020</body>"),
    Fault.HTML_BEFORE: (502, "<html><body><h1>502 Bad Gateway</h1><p>cloudflare</p></body>"),
    Fault.HTML_AFTER: (502, "<html><body><h1>502 Bad Gateway</h1><p>cloudflare</p></body>"),
}
LIMITED = {Fault.TOO_MANY: "user", Fault.TOO_MANY_GLOBAL: "global", Fault.TOO_MANY_SHARED: "shared"}
"""The scope that such a 429 names."""


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
    retry_after: float = 1.0
    """Seconds that a planned 429 asks for."""
    methods: tuple[str, ...] = ("create_message",)
    """On which routes faults happen; their names stand in ``tests.fake_discord.routes``."""
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


def key_of(path: str, body: object) -> str:
    """What two attempts at the same message have in common: the path, and the nonce or else everything."""
    if isinstance(body, dict) and body.get("nonce"):
        return f"{path}/{body['nonce']}"
    return f"{path}/{json.dumps(body, sort_keys=True, default=str)}"


@dataclass(slots=True)
class Faults:
    """Decides about every request: first the storms, then the script, then the plan."""

    plan: FaultPlan
    scripted: dict[str, deque[Fault]] = field(default_factory=dict)
    storms: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Until when on the monotonic clock a channel, or everything (``""``), gets nothing but 429, and what they ask."""
    attempts: Counter[str] = field(default_factory=Counter)
    happened: Counter[Fault] = field(default_factory=Counter)

    def script(self, method: str, faults: Iterable[Fault]) -> None:
        """The next requests of *method* meet *faults*, one each; ``Fault.NONE`` lets one pass."""
        self.scripted.setdefault(method, deque()).extend(Fault(fault) for fault in faults)

    def storm(self, channel: str, now: float) -> tuple[float, str]:
        """The seconds that a storm asks for, and its scope; 0 in fair weather."""
        for name, scope in (("", "global"), (channel, "user")):
            until, retry_after = self.storms.get(name, (now, 0.0))
            if now < until:
                return retry_after, scope
        return 0.0, ""

    def next(self, method: str, path: str, body: object) -> Fault:
        """What happens to this request."""
        queue = self.scripted.get(method)
        if queue:
            fault = queue.popleft()
        elif self.plan.chance:
            key = key_of(path, body)
            attempt = f"{method}/{key}"
            self.attempts[attempt] += 1
            fault = self.plan.fault(method, key, self.attempts[attempt])
        else:
            return Fault.NONE
        self.happened[fault] += 1
        return fault
