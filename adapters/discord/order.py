"""What somebody typed for a channel's standing order, as an order. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from bot import zones
from bot.errors import WrongUsage
from bot.model import Channel, Layout, Subscription
from bot.problems import did_you_mean
from bot.text import clean

MAX_STORIES = 20
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERY = {"every day": (1, 2, 3, 4, 5, 6, 7), "daily": (1, 2, 3, 4, 5, 6, 7), "weekdays": (1, 2, 3, 4, 5)}
_HOUR = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What was typed; None: not said, so that it stays as it is."""

    at: str | None = None
    timezone: str | None = None
    days: str | None = None
    stories: int | None = None
    topics: str | None = None
    layout: str | None = None

    @property
    def is_empty(self) -> bool:
        """Nothing was said at all."""
        return self == Wanted()


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

    def said(value: str | None, read: Callable[[str], object], default: object) -> object:
        if value is None or not value.strip():
            return default
        try:
            return read(value)
        except ValueError as error:
            problems.append(str(error))
            return default

    was = present
    made = Subscription(
        id=was.id if was else 0,
        channel=channel,
        at=said(wanted.at, hour, was.at if was else time(8)),  # type: ignore[arg-type]
        timezone=said(wanted.timezone, zone, was.timezone if was else "UTC"),  # type: ignore[arg-type]
        days=said(wanted.days, days, was.days if was else (1, 2, 3, 4, 5)),  # type: ignore[arg-type]
        stories=wanted.stories or (was.stories if was else 5),
        topics=said(wanted.topics, lambda text: chosen(text, topics), was.topics if was else ()),  # type: ignore[arg-type]
        layout=Layout(wanted.layout) if wanted.layout else (was.layout if was else Layout.MESSAGE),
        declared=False,
        since=was.since if was else now,
        owner=was.owner if was and was.owner else owner,
    )
    if not 1 <= made.stories <= MAX_STORIES:
        problems.append(f"stories: between 1 and {MAX_STORIES}")
    if problems:
        raise WrongUsage("\n".join(problems))
    return made


def hour(text: str) -> time:
    """``08:00`` or ``8.00``."""
    found = _HOUR.fullmatch(text.strip())
    if not found:
        raise ValueError(f"time: “{clean(text)[:40]}” is no hour; write it like 08:00")
    return time(int(found[1]), int(found[2]))


def zone(text: str) -> str:
    """The exact name of an IANA zone, or a city that has one."""
    name = text.strip()
    if name in zones.names():
        return name
    found = zones.matching(name, 2)
    if len(found) == 1:
        return found[0]
    hint = f"; {', '.join(found)}?" if found else did_you_mean(name, zones.names())
    raise ValueError(f"timezone: “{clean(text)[:40]}” is no time zone{hint}")


def days(text: str) -> tuple[int, ...]:
    """``weekdays``, ``every day``, ``mon, wed``, ``mon-fri``."""
    said = text.strip().casefold()
    if said in _EVERY:
        return _EVERY[said]
    found: set[int] = set()
    for word in re.split(r"[\s,;]+", re.sub(r"\s*[-–]\s*", "-", said)):
        first, dash, last = word.partition("-")
        begin, end = _day(first, text), _day(last or first, text)
        found.update(range(begin, end + 1) if dash else (begin,))
    if not found:
        raise ValueError(f"days: “{clean(text)[:40]}” names no day; write mon, wed or weekdays")
    return tuple(sorted(found))


def chosen(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Topics that the feeds have, separated by commas; ``all`` for all."""
    wanted = [clean(one) for one in text.split(",") if one.strip()]
    if [one.casefold() for one in wanted] in ([], ["all"]):
        return ()
    unknown = [one for one in wanted if one not in known]
    if unknown:
        raise ValueError(f"topics: no feed is about {', '.join(unknown)}; there are {', '.join(known) or 'none'}")
    return tuple(dict.fromkeys(wanted))


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
    raise ValueError(f"days: “{clean(text)[:40]}” names no day; write mon, wed or weekdays")
