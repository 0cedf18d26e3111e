"""How the bot's lives end: at a random instant, or at the very moment when the platform does something. Pure."""

import random
from dataclasses import dataclass

BORN_WITHIN = 1.6
"""Seconds in which a bot on an idle machine has called the platform for the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When the bot is killed or told to stop."""

    after: float
    """Seconds at the most, from its first call to the platform on: how long it takes until then is the machine's."""
    is_unborn: bool = False
    """The seconds count from the start of the process instead: it may not have called anybody yet."""
    at: str = ""
    """What the platform is doing then: ``post`` and ``edit`` have been accepted and not yet answered, with ``look``
    a channel is read back; empty: whatever it may be.
    """
    count: int = 1
    """At the how many-th of those in this life."""


def ending(chance: random.Random, settling: float) -> Ending:
    """Amid starting, amid posting, amid settling, or at whatever moment it may be. *settling* is in how many seconds
    everything settles that an earlier life has left in doubt.
    """
    kind = chance.random()
    if kind < 0.12:
        return Ending(after=chance.uniform(0.05, BORN_WITHIN), is_unborn=True)
    if kind < 0.25:
        return Ending(after=chance.uniform(0.0, 0.8))
    if kind < 0.7:
        return Ending(after=3.0, at="post", count=chance.randint(1, 40))
    if kind < 0.77:
        return Ending(after=3.0, at="edit", count=chance.randint(1, 5))
    if kind < 0.86:
        return Ending(after=settling, at="look", count=chance.randint(1, 8))
    return Ending(after=chance.uniform(0.8, 3.5))
