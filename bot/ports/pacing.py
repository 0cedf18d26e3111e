"""Turns at what a platform allows, for one process or for all that share a budget."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

SPREAD = timedelta(minutes=1)
"""Those who are told to ask again are told to do so one after the other, spread over as much as this."""
RECOVERY = 0.98
"""What is left of the space between two turns after each message that was accepted."""
ERRORS_WITHIN = timedelta(minutes=10)
"""For how long an error is remembered."""
CLOSED_FOR = timedelta(minutes=1)
"""By too many of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What one limit of a platform is, as far as we go."""

    name: str
    """Of a workspace, or of a whole platform; whoever uses the same name spends the same budget."""
    spacing: timedelta
    """Between two turns, as long as nothing is refused."""
    slowest: timedelta
    """What refusals make of that at the most."""
    burst: timedelta = timedelta()
    """So much of what was not spent may be made up for, after a moment in which we were late ourselves."""
    apart: timedelta = timedelta()
    """Between two turns of one channel."""
    most_errors: int = 0
    """So many within ten minutes close it for a minute, and so does each that comes after them; 0: they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What whoever asked for a turn got."""

    wait: timedelta
    """Until it comes. If none was to be had: until it is worth while to ask again, more than nothing."""
    is_ours: bool
    lasts: timedelta = timedelta.max
    """For how long after it has come it may be used; whoever is late by more takes another."""


class Turns(Protocol):
    """Who is next. Nothing here raises, and nothing takes much longer than a second: while nobody can say whose turn it
    is, nobody has one. A turn that is taken and not used is lost, and a moment with it.
    """

    async def take(self, budget: Budget, channel: str = "", *, longest: timedelta) -> Turn:
        """The next turn of *budget*, and of *channel* in it; not one that comes later than *longest* from now."""

    async def closed(self, budget: Budget) -> timedelta:
        """For how long the platform takes nothing; a turn that was taken before is worth nothing until then."""

    def refused(self, budget: Budget, patience: timedelta) -> None:
        """The platform takes nothing for *patience*, and wants half as much from then on; the slowest is the end of
        that. Answers to what was under way at the same time say it again, and count once. Never waits.
        """

    def accepted(self, budget: Budget) -> None:
        """The platform took something: a little faster again. Never waits."""

    def erred(self, budget: Budget) -> None:
        """The platform counted an error against us. Never waits."""
