"""The names of the time zones that this machine knows, for those who pick one. Pure, but for the zones themselves."""

import unicodedata
from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

_USUAL = ("Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/")


def matching(typed: str, limit: int) -> tuple[str, ...]:
    """IANA names that hold *typed*, those first whose city begins with it; without anything typed the usual ones."""
    wanted = plain(typed)
    held = [name for name in names() if wanted in name.casefold()]
    return tuple(sorted(held, key=lambda name: (not city(name).startswith(wanted), *_order(name)))[:limit])


def like(typed: str, limit: int) -> tuple[str, ...]:
    """IANA names whose city is written much like *typed*, the likest first."""
    cities = {city(name): name for name in sorted(names(), key=_order, reverse=True)}
    return tuple(cities[one] for one in get_close_matches(plain(typed), cities, n=limit, cutoff=0.75))


def plain(typed: str) -> str:
    """*typed* as it would stand in a name, in small letters: without accents, and with lines for spaces."""
    letters = "".join(one for one in unicodedata.normalize("NFKD", typed) if not unicodedata.combining(one))
    return "_".join(letters.casefold().split())


def city(name: str) -> str:
    """The last part of *name*, in small letters."""
    return name.rpartition("/")[2].casefold()


def _order(name: str) -> tuple[bool, str]:
    return (not name.startswith(_USUAL), name)


@cache
def names() -> frozenset[str]:
    """All of them."""
    # Kept: the whole data base is read from disk, 60 ms.
    return frozenset(available_timezones())
