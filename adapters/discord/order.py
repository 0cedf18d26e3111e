"""What somebody typed for a channel's standing order, as an order. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import TypeVar

from bot import zones
from bot.config.tables import MAX_STORIES
from bot.errors import WrongUsage
from bot.model import Channel, Layout, Subscription
from bot.text import clean, cut

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERY = {
    "every day": (1, 2, 3, 4, 5, 6, 7),
    "daily": (1, 2, 3, 4, 5, 6, 7),
    "weekdays": (1, 2, 3, 4, 5),
    "weekends": (6, 7),
}
_HOUR = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)
_SHOWN = 40
"""Characters of what was typed that are said back."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed; None or blank: not said, so that it stays as it is."""

    at: str | None = None
    timezone: str | None = None
    days: str | None = None
    stories: str | None = None
    topics: str | None = None
    layout: str | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was said at all."""
        return not any((getattr(self, field.name) or "").strip() for field in fields(self))


def as_typed(present: Subscription | None) -> Wanted:
    """What holds now, or what a new channel begins with, as somebody would type it."""
    if present is None:
        return Wanted(at="08:00", timezone="", days="weekdays", stories="5", topics="all")
    return Wanted(
        at=f"{present.at:%H:%M}",
        timezone=present.timezone,
        days=days_named(present.days),
        stories=str(present.stories),
        topics=", ".join(present.topics) or "all",
    )


def order(
    channel: Channel,
    present: Subscription | None,
    wanted: Wanted,
    *,
    owner: str,
    now: datetime,
    topics: tuple[str, ...],
) -> Subscription:
    """The standing order that *wanted* makes of *present*, or of a new one.

    Raises:
        WrongUsage: all that is wrong with it, a line each.
    """
    problems: list[str] = []

    def said(value: str | None, read: Callable[[str], Read], default: Read) -> Read:
        if value is None or not value.strip():
            return default
        try:
            return read(value.strip())
        except ValueError as error:
            problems.append(str(error))
            return default

    was = present or Subscription(id=0, channel=channel, at=time(8), timezone="UTC", days=(1, 2, 3, 4, 5), stories=5)
    # What holds now can be kept even if no feed has it any more.
    known = tuple(dict.fromkeys((*topics, *was.topics)))
    made = Subscription(
        id=was.id,
        channel=channel,
        at=said(wanted.at, hour, was.at),
        timezone=said(wanted.timezone, zone, was.timezone),
        days=said(wanted.days, days, was.days),
        stories=said(wanted.stories, number, was.stories),
        topics=said(wanted.topics, lambda text: chosen(text, known), was.topics),
        layout=said(wanted.layout, layout, was.layout),
        declared=False,
        since=present.since if present else now,
        owner=was.owner or owner,
    )
    if problems:
        raise WrongUsage("\n".join(problems))
    return made


def hour(text: str) -> time:
    """``08:00`` or ``8.00``."""
    found = _HOUR.fullmatch(text.strip())
    if not found:
        raise ValueError(f"time: {_quoted(text)} is no hour; write it like 08:00")
    return time(int(found[1]), int(found[2]))


def zone(text: str) -> str:
    """The exact name of an IANA zone, or a city that has one."""
    name = clean(text)
    held = zones.matching(name, len(zones.names()))
    exact = [one for one in held if one.casefold() == zones.plain(name)]
    found = exact or [one for one in held if zones.city(one) == zones.plain(name)] or held
    if len(found) == 1:
        return found[0]
    offered = found[:3] or zones.like(name[:_SHOWN], 3)
    hint = f"; {', '.join(offered)}?" if offered else ""
    raise ValueError(f"timezone: {_quoted(text)} is no time zone{hint}")


def number(text: str) -> int:
    """How many stories a day."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= MAX_STORIES:
        raise ValueError(f"stories: {_quoted(text)} is no number between 1 and {MAX_STORIES}")
    return int(text)


def layout(text: str) -> Layout:
    """One of the layouts, by its name."""
    if text not in set(Layout):
        raise ValueError(f"layout: {_quoted(text)} is none; there are {', '.join(Layout)}")
    return Layout(text)


def days(text: str) -> tuple[int, ...]:
    """``weekdays``, ``every day``, ``mon, wed``, ``mon-fri``."""
    said = text.strip().casefold()
    if said in _EVERY:
        return _EVERY[said]
    found: set[int] = set()
    for word in filter(None, re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", said))):
        first, dash, last = word.partition("-")
        begin, end = _day(first, text), _day(last if dash else first, text)
        # From Saturday to Monday goes over the end of the week.
        found.update(range(begin, end + 1) if begin <= end else {*range(begin, len(DAYS) + 1), *range(1, end + 1)})
    if not found:
        raise ValueError(_no_day(text))
    return tuple(sorted(found))


def chosen(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Topics that the feeds have, separated by commas, in any case; ``all`` for all."""
    wanted = [clean(one).casefold() for one in text.split(",") if clean(one)]
    if wanted in ([], ["all"]):
        return ()
    by_name = {one.casefold(): one for one in known}
    unknown = [one for one in wanted if one not in by_name]
    if unknown:
        about = ", ".join(_quoted(one) for one in unknown[:5])
        raise ValueError(f"topics: no feed is about {about}; there are {', '.join(known) or 'none'}")
    return tuple(dict.fromkeys(by_name[one] for one in wanted))


def days_named(numbers: tuple[int, ...]) -> str:
    """``every day``, ``Mon–Fri``, ``Tue, Sun``."""
    if len(numbers) == len(DAYS):
        return "every day"
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):  # noqa: PLR2004
        return f"{DAYS[numbers[0] - 1]}–{DAYS[numbers[-1] - 1]}"
    return ", ".join(DAYS[number - 1] for number in numbers)


def _day(word: str, text: str) -> int:
    for number, name in enumerate(DAYS, start=1):
        if len(word) >= 2 and name.casefold().startswith(word[:3]):  # noqa: PLR2004
            return number
    raise ValueError(_no_day(text))


def _no_day(text: str) -> str:
    return f"days: {_quoted(text)} names no day; write mon, wed or weekdays"


def _quoted(text: str) -> str:
    return f"“{cut(clean(text), _SHOWN)}”"
