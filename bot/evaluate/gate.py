"""How many wrong claims the gate refuses, and how many right ones: by what was done to them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.evaluate.lines import LabelledClaim


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A claim, and what the gate found."""

    claim: LabelledClaim
    faults: tuple[str, ...]
    """Empty: it passed."""

    @property
    def is_mistake(self) -> bool:
        """The gate refuses a right claim, or lets a wrong one pass."""
        return bool(self.faults) == self.claim.is_true


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    refused: int
    claims: int

    @property
    def share(self) -> float | None:
        """0 to 1; None of nothing."""
        return self.refused / self.claims if self.claims else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Claims to which the same was done."""

    name: str
    is_true: bool
    refused: Share
    """Caught if they are wrong, false alarms if they are right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFigures:
    """What the gate made of labelled claims."""

    kinds: tuple[Kind, ...]
    """Wrong ones first, then by name."""
    caught: Share
    """Wrong claims that were refused, of all wrong ones."""
    false_alarms: Share
    """Right claims that were refused, of all right ones."""

    @property
    def precision(self) -> float | None:
        """The share of refused claims that are wrong; None if none was refused."""
        refused = self.caught.refused + self.false_alarms.refused
        return self.caught.refused / refused if refused else None


def evaluate_gate(judged: Iterable[Judged]) -> GateFigures:
    """The figures of *judged* claims."""
    faulted: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for one in judged:
        faulted[one.claim.is_true, one.claim.kind].append(bool(one.faults))
    return GateFigures(
        kinds=tuple(
            Kind(name=name, is_true=is_true, refused=_share(faulted[is_true, name]))
            for is_true, name in sorted(faulted)
        ),
        caught=_share([fault for (is_true, _), found in faulted.items() if not is_true for fault in found]),
        false_alarms=_share([fault for (is_true, _), found in faulted.items() if is_true for fault in found]),
    )


def _share(faulted: Sequence[bool]) -> Share:
    return Share(refused=sum(faulted), claims=len(faulted))
