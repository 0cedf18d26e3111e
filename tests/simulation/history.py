"""What is left of a world that has ended: all that a checker goes by."""

from collections import Counter
from dataclasses import dataclass

from tests.simulation.journal import Journal
from tests.simulation.ledgers import LedgerView
from tests.simulation.plan import Plan
from tests.simulation.store import Held


@dataclass(frozen=True, kw_only=True)
class History:
    """One seed, after the fact."""

    plan: Plan
    journal: Journal
    held: dict[str, Held]
    """By platform."""
    ledger: LedgerView
    hits: Counter[str]
    """How often each fault really hit something."""
