"""How large a fleet is, what befalls it, and what came of it."""

from collections import Counter
from dataclasses import dataclass, field

COMPLAINTS = ("lost", "duplicated", "disputed", "unruly", "late", "spared")
"""The fields of an outcome that must be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What is played."""

    workers: int = 4
    alarms: int = 2
    """One of them rings, the others stand by."""
    channels: int = 400
    """On each platform."""
    workspaces: int = 8
    """Over which they are spread, on each platform."""
    kills: int = 60
    freezes: int = 4
    """So many workers are stopped for longer than their lease, and go on afterwards."""
    pause: float = 2.0
    """Seconds between two accidents, on average."""
    settle: float = 6.0
    request_timeout: float = 5.0
    """Both in seconds, as in the configuration."""
    faults: bool = True
    """Whether the platforms fail as well: posts that are accepted and then dropped, or late, and all other ways."""
    at_once: bool = False
    """All channels come due in one minute, which is waited for; otherwise wave after wave, whose hour has just come."""

    @property
    def frozen_for(self) -> float:
        """Seconds after which every lease of whoever was frozen has ended: see ``bot.deliver.Patience.lease``."""
        return 3 * self.request_timeout + 30 + 5


@dataclass(kw_only=True)
class Outcome:
    """What was done, and what came of it."""

    kills: Counter[str] = field(default_factory=Counter)
    """By role."""
    freezes: int = 0
    waves: int = 0
    ordered: int = 0
    """Messages."""
    messages: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)
    """Deliveries of which the ledger does not say that they were sent."""
    unruly: list[str] = field(default_factory=list)
    """Processes that ended by themselves, or not when they were told to."""
    late: list[str] = field(default_factory=list)
    """Platforms that had to wait for longer than they themselves need, and a fifth."""
    spared: list[str] = field(default_factory=list)
    """What was to befall somebody, and did not: then little was shown."""
    requests: dict[str, dict[str, int]] = field(default_factory=dict)
    """By platform: how often posts were answered how."""
    took: dict[str, float] = field(default_factory=dict)
    """By platform, where all came due at once: seconds from their minute to the last message."""
    bound: dict[str, float] = field(default_factory=dict)
    """Seconds that the platform itself needs for as much, by the rate that it names, or that we keep to."""
    seconds: float = 0.0

    @property
    def broken(self) -> list[str]:
        """Everything that must not be."""
        return [f"{kind}: {one}" for kind in COMPLAINTS for one in getattr(self, kind)]

    def told(self) -> str:
        """The figures, in a few sentences."""
        kills = ", ".join(f"{number} × {role}" for role, number in sorted(self.kills.items())) or "none"
        said = [
            f"{self.messages:,} of {self.ordered:,} messages in {self.waves} waves; killed: {kills}; "
            f"{self.freezes} frozen past their lease: {len(self.lost)} lost, {len(self.duplicated)} duplicated, "
            f"{len(self.disputed)} disputed by the ledger; in {self.seconds:.0f} s"
        ]
        for platform, answers in self.requests.items():
            how = ", ".join(f"{number:,} {what}" for what, number in sorted(answers.items()))
            said.append(f"{platform}: posts were answered with {how}")
        for platform, took in self.took.items():
            bound = self.bound[platform]
            said.append(
                f"{platform}: the last message came {took:.1f} s after the minute, {took / bound:.2f} × {bound:.0f} s"
            )
        return "\n".join(said)
