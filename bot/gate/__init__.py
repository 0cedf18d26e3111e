"""The gate between a model and readers: no claim passes that its cited sentences do not hold. Pure.

docs/decisions/013-the-gate.md says what it sees, and what it cannot.
"""

from bot.gate.check import faults, novel, repeats

__all__ = ["faults", "novel", "repeats"]
