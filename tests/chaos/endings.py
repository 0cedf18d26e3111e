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
    a channel is read back, with ``answer`` somebody is being answered, with ``tell`` an admin is being told, with
    ``feed`` a feed is being read; empty: whatever it may be.
    """
    count: int = 1
    """At the how many-th of those in this life."""
    is_silent: bool = False
    """The platform falls silent just before: that call is never answered, nor is any other, nor a goodbye."""


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


def silent_ending(chance: random.Random, settling: float, amid: str) -> Ending:
    """Amid one of :data:`SILENCES`, when the platform falls silent. *settling* as with :func:`ending`."""
    if amid == "birth":
        return Ending(after=chance.uniform(0.05, BORN_WITHIN), is_unborn=True, is_silent=True)
    most, after = _SILENT[amid]
    return Ending(after=max(after, settling), at=amid, count=chance.randint(1, most), is_silent=True)


_SILENT = {
    "post": (20, 3.0),
    "answer": (8, 5.0),
    "tell": (1, 10.0),
    "look": (3, 3.0),
    "feed": (1, 5.0),
    "edit": (3, 3.0),
}
"""At which of those at the latest, and how many seconds it is waited for at least."""
SILENCES = ("birth", *_SILENT)
"""Amid what a platform, or whoever serves a feed, may fall silent."""
