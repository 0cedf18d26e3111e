"""The names of the time zones that this machine knows, for those who pick one. Pure, but for the zones themselves."""

from functools import cache
from zoneinfo import available_timezones

_USUAL = ("Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/")


def matching(typed: str, limit: int) -> tuple[str, ...]:
    """IANA names that hold *typed*, those first whose city begins with it; without anything typed the usual ones."""
    wanted = typed.strip().replace(" ", "_").casefold()
    held = [name for name in names() if wanted in name.casefold()]
    return tuple(sorted(held, key=lambda name: (not _city(name).startswith(wanted), *_order(name)))[:limit])


def _city(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _order(name: str) -> tuple[bool, str]:
    return (not name.startswith(_USUAL), name)


@cache
def names() -> frozenset[str]:
    """All of them."""
    # Kept: the whole data base is read from disk, 60 ms.
    return frozenset(available_timezones())
