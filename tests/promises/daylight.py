"""Daylight saving: the schedule is asked at every hour that matters, and plain arithmetic says what it must answer.

The arithmetic knows of a zone only what its clocks show at an instant. From that, read hour by hour, it makes a list of
offsets, and from the list the instant at which a local time comes.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.model import Channel, Due, Subscription
from bot.schedule import due
from tests.promises.table import Extent, Measured

Schedule = Callable[[Sequence[Subscription], Mapping[int, date], datetime], Sequence[Due]]
"""What has come due for subscriptions at an instant, if the ledger holds dates up to those."""

TIMES = tuple(time(hour, minute) for hour, minute in (
    *((0, 0), (0, 30), (1, 0), (1, 30), (2, 0), (2, 30), (3, 0), (8, 0), (23, 59)),
))  # fmt: skip
YEARS = range(2026, 2031)
PAST = {
    "Pacific/Apia": 2011,
    "Pacific/Fakaofo": 2011,
    "Pacific/Kwajalein": 1993,
    "America/Nuuk": 2023,
    "Africa/Juba": 2021,
    "Africa/Sao_Tome": 2018,
    "Asia/Pyongyang": 2018,
    "America/Caracas": 2016,
    "Europe/Istanbul": 2016,
    "Asia/Amman": 2022,
    "America/Sao_Paulo": 2018,
    "Asia/Beirut": 2023,
}
"""Years in which clocks did what they may do again: a date that never came, half an hour, midnight, for good."""
NASTY = (
    *("Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "America/Adak", "America/Anchorage", "America/Asuncion"),
    *("America/Godthab", "America/Havana", "America/Los_Angeles", "America/Miquelon", "America/New_York"),
    *("America/Nuuk", "America/Santiago", "America/Scoresbysund", "America/St_Johns", "Antarctica/Troll"),
    *("Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Nicosia", "Asia/Tehran"),
    *("Atlantic/Azores", "Australia/Adelaide", "Australia/Eucla", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Europe/Berlin", "Europe/Chisinau", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Pacific/Apia"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Easter", "Pacific/Kiritimati", "Pacific/Marquesas", "UTC"),
)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_NEAREST_FIRST = sorted(range(-26, 27), key=abs)
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What the clocks of a zone show from *begins[n]* on: *offsets[n]* more than UTC. Instants are in UTC."""

    begins: tuple[datetime, ...]
    offsets: tuple[timedelta, ...]

    def comes(self, day: date, at: time) -> datetime | None:
        """When clocks first show *at* on *day*, else the first instant at which they have passed it; None: they never
        show *day*.
        """
        wall = datetime.combine(day, at, UTC)
        if not self._shows(day):
            return None
        first = max(bisect_left(self.begins, wall - 2 * _DAY) - 1, 0)
        for number in range(first, len(self.begins)):
            ends = self.begins[number + 1] if number + 1 < len(self.begins) else datetime.max.replace(tzinfo=UTC)
            instant = wall - self.offsets[number]
            if self.begins[number] <= instant < ends:
                return instant
            if instant < self.begins[number]:  # clocks went from before it to behind it
                return self.begins[number]
        raise ValueError(f"the clocks were not read until {wall}")

    def _shows(self, day: date) -> bool:
        noon = datetime.combine(day, time(12), UTC)
        return any(
            (instant + self.offset(instant)).date() == day
            for instant in (noon + hours * _HOUR for hours in _NEAREST_FIRST)
        )

    def offset(self, instant: datetime) -> timedelta:
        return self.offsets[bisect_right(self.begins, instant) - 1]


@lru_cache(maxsize=64)
def read(zone: ZoneInfo, since: datetime, until: datetime) -> Clocks:
    """The clocks of *zone*, looked at every hour; a change in between is found by halving."""
    begins, offsets = [since], [_shown(zone, since)]
    at = since
    while at < until:
        if (shown := _shown(zone, at + _HOUR)) != offsets[-1]:
            low, high = at, at + _HOUR
            while high - low > _A_MOMENT:
                middle = low + (high - low) // 2
                low, high = (middle, high) if _shown(zone, middle) == offsets[-1] else (low, middle)
            begins.append(high.replace(microsecond=0))
            offsets.append(shown)
        at += _HOUR
    return Clocks(tuple(begins), tuple(offsets))


def _shown(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).replace(tzinfo=UTC) - instant


def _stretches(clocks: Clocks, first: date, last: date, *, whole: bool) -> Iterator[list[date]]:
    """All dates from *first* to *last*, or those around each change of the clocks."""
    if whole:
        yield [first + number * _DAY for number in range((last - first).days + 1)]
        return
    for begin in clocks.begins[1:]:
        if first <= begin.date() <= last:
            yield [begin.date() + number * _DAY for number in range(-2, 3)]


def _ask(
    schedule: Schedule, order: Subscription, clocks: Clocks, days: Sequence[date]
) -> Iterator[tuple[date, list[date], list[date]]]:
    """For each of *days* that comes: what the schedule gives just before its hour, and what at its hour."""
    ledger = {order.id: days[0] - _DAY}
    for day in days:
        instant = clocks.comes(day, order.at)
        if instant is None:
            continue
        early = [one.date for one in schedule([order], ledger, instant - _A_MOMENT)]
        found = [one.date for one in schedule([order], ledger, instant)]
        yield day, early, found
        ledger[order.id] = max([ledger[order.id], *early, *found])


def _order(zone: str, at: time) -> Subscription:
    channel = Channel(platform="terminal", workspace="local", id=zone, name=zone)
    return Subscription(id=1, channel=channel, at=at, timezone=zone, days=(1, 2, 3, 4, 5, 6, 7))


def _by_the_product(orders: Sequence[Subscription], ledger: Mapping[int, date], now: datetime) -> Sequence[Due]:
    return due(orders, ledger, now, catch_up=timedelta(hours=6))


def measure(extent: Extent, schedule: Schedule = _by_the_product) -> Measured:
    """Every zone (the nasty ones alone, around changes of their clocks), all times, all years."""
    is_full = extent is Extent.FULL
    zones = sorted(available_timezones()) if is_full else NASTY
    spans = [(zone, date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)) for zone in zones]
    spans += [(zone, date(year, 1, 1), date(year, 12, 31)) for zone, year in PAST.items()]
    asked, changes, skipped, doubled = 0, 0, 0, 0
    broken: list[str] = []
    for zone, first, last in spans:
        since, until = (datetime.combine(day, time(), UTC) for day in (first - 9 * _DAY, last + 9 * _DAY))
        clocks = read(ZoneInfo(zone), since, until)
        changes += len(clocks.begins) - 1
        for at in TIMES:
            for days in _stretches(clocks, first, last, whole=is_full):
                for day, early, found in _ask(schedule, _order(zone, at), clocks, days):
                    asked += 1
                    skipped += day not in (*early, *found)
                    doubled += len(early) + len(found) > 1
                    if (early, found) != ([], [day]):
                        broken.append(f"{zone} {day} {at:%H:%M}: {early} before its hour, {found} at it")
    figures = (
        f"{len(zones):,} zones × {len(TIMES)} times × {len(YEARS)} years, and {len(PAST)} odd years: "
        f"{changes:,} changes of clocks, {asked:,} dates: {skipped:,} skipped, {doubled:,} doubled, "
        f"{len(broken):,} at another instant than they must come"
    )
    return Measured(figures=figures, broken=tuple(broken))
