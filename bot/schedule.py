"""What is due, and when. Pure.

The key of everything is the *scheduled local date*, never the date of the resulting instant: in Nuuk a post for 23:59
can land on the next day, and Samoa once skipped a whole date.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from bot.model import DeliveryState, Due, Standing, Subscription

_DAY = timedelta(days=1)
_LOOK_BACK = timedelta(days=8)
"""How far back the newest date of a subscription without any record can lie: one weekday a week, and some."""

_NIGHT = time(3)
_SUPERSEDED = "nothing was running at its hour, and a newer edition was due when it ran again"
_TOO_LATE = "nothing was running at its hour, nor within the catch-up window"


def instant_of(day: date, at: time, timezone: str) -> datetime | None:
    """When the local time *at* of *day* comes in *timezone*, in UTC.

    A time that occurs twice means its first occurrence; one that is skipped by a clock change means the first instant
    after the gap, even if that belongs to the next date. None where the whole date does not exist there.
    """
    zone = _zone(timezone)
    instant = _first_instant(day, at, zone)
    landed = instant.astimezone(zone)
    if landed.date() == day or _first_instant(day, time(12), zone).astimezone(zone).date() == day:
        return instant
    return None


def last_night(now: datetime, timezone: str) -> datetime:
    """The newest instant, no later than *now*, at which it was three o'clock at night in *timezone*."""
    today = now.astimezone(_zone(timezone)).date()
    nights = (instant_of(today - days * _DAY, _NIGHT, timezone) for days in range(3))
    return next(night for night in nights if night and night <= now)


def next_instant(subscription: Subscription, after: datetime) -> tuple[date, datetime]:
    """The first scheduled date of *subscription* whose instant is later than *after*, and that instant."""
    day = after.astimezone(_zone(subscription.timezone)).date() - _DAY
    while True:
        instant = _scheduled(subscription, day)
        if instant and instant > after:
            return day, instant
        day += _DAY


def next_look(subscription: Subscription, now: datetime) -> datetime:
    """When :func:`due` may find a date of *subscription* that it does not find at *now*, nor found before; nothing
    comes before it, whatever the ledger holds. In UTC.

    It goes by the hour, the zone and the days alone: whatever else an order says lets a date come later, or never.
    """
    today = now.astimezone(_zone(subscription.timezone)).date()
    day = today - _DAY
    while True:
        instant = _scheduled(subscription, day)
        # Tomorrow's may have come before, where clocks went back past midnight; it is found once it is tomorrow.
        if instant and (instant > now or day > today):
            return instant
        day += _DAY


def due(
    subscriptions: Sequence[Subscription],
    ledger: Mapping[int, date],
    now: datetime,
    *,
    catch_up: timedelta,
    restored_at: datetime | None = None,
    is_one_morning: bool = False,
) -> tuple[Due, ...]:
    """Every date whose hour has come and that has no record yet, with what is to become of it; oldest first in each.

    The newest date of a subscription is to be delivered if its hour came no longer than *catch_up* ago. Older ones are
    missed. What came while the subscription was paused, or before the database was restored, is skipped.

    Args:
        subscriptions: those that are served or paused.
        ledger: for each subscription the newest date that has a record. One without any, of which nobody knows since
            when it exists, starts with its newest date, if that can still be delivered: what is new has missed nothing.
        now: the present instant.
        catch_up: how late an edition may leave.
        restored_at: when the database was restored from a copy.
        is_one_morning: nothing but the newest dates matters: a past morning is lived again.
    """
    found: list[Due] = []
    for subscription in subscriptions:
        if subscription.standing is Standing.RETIRED:
            continue
        dates = list(_open_dates(subscription, ledger.get(subscription.id), now))
        is_new = subscription.id not in ledger and (subscription.since is None or is_one_morning)
        for day, instant in dates[-1:] if is_new else dates:
            if restored_at and instant <= restored_at:
                state, reason = DeliveryState.SKIPPED, "restored"
            elif subscription.standing is Standing.PAUSED:
                state, reason = DeliveryState.SKIPPED, "paused"
            else:
                state, reason = _if_served(instant, now, catch_up, is_newest=instant == dates[-1][1])
            if is_new and state is DeliveryState.MISSED:
                continue
            found.append(Due(subscription=subscription.id, date=day, due_at=instant, state=state, reason=reason))
    return tuple(found)


def _open_dates(subscription: Subscription, recorded: date | None, now: datetime) -> Iterator[tuple[date, datetime]]:
    last = now.astimezone(_zone(subscription.timezone)).date()
    first = recorded + _DAY if recorded else last - _LOOK_BACK
    if subscription.since:
        first = max(first, subscription.since.astimezone(_zone(subscription.timezone)).date() - _DAY)
    # A replay may live a morning from before the present order was given; it goes by that order all the same.
    ordered_at = subscription.ordered_at if subscription.ordered_at and subscription.ordered_at <= now else None
    if ordered_at:
        first = max(first, ordered_at.astimezone(_zone(subscription.timezone)).date())
    for offset in range((last - first).days + 1):
        day = first + offset * _DAY
        instant = _scheduled(subscription, day)
        if instant and instant <= now and (subscription.since is None or instant >= subscription.since):
            # An hour that was moved to earlier today came with the order that moved it.
            yield day, max(instant, ordered_at) if ordered_at else instant


def _if_served(instant: datetime, now: datetime, catch_up: timedelta, *, is_newest: bool) -> tuple[DeliveryState, str]:
    if not is_newest:
        return DeliveryState.MISSED, _SUPERSEDED
    if now - instant > catch_up:
        return DeliveryState.MISSED, _TOO_LATE
    return DeliveryState.DUE, ""


def _scheduled(subscription: Subscription, day: date) -> datetime | None:
    if day.isoweekday() not in subscription.days:
        return None
    return _cached_instant(day, subscription.at, subscription.timezone)


@cache
def _zone(name: str) -> ZoneInfo:
    """By the rules that this machine had when it was first asked for: a process goes by the same ones until it ends,
    and the next looks at everything anew.
    """
    return ZoneInfo(name)


@lru_cache(maxsize=65536)
def _cached_instant(day: date, at: time, timezone: str) -> datetime | None:
    return instant_of(day, at, timezone)


def _first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks in *zone* show *at* on *day*, or, if they never do, the end of the gap."""
    wall = datetime.combine(day, at)
    candidates = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [instant for instant in candidates if instant.astimezone(zone).replace(tzinfo=None) == wall]
    if shown:
        return min(shown)
    # In a gap the offsets before and after it give an instant on either side; the clock change lies between them.
    before, after = min(candidates), max(candidates)
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle in {before, after}:
            break
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
