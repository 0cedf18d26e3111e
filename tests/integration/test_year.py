"""A year of a thousand channels through a hundred and twenty outages: every date has exactly one record."""

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.model import Channel, DeliveryState, Due, Subscription
from bot.schedule import due

CATCH_UP = timedelta(hours=6)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
Outage = tuple[datetime, datetime]


def channels(count: int, chance: random.Random) -> list[Subscription]:
    zones = sorted(available_timezones())
    weeks = [(1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6, 7), (6, 7), (3,)]
    return [
        Subscription(
            id=number,
            channel=Channel(platform="terminal", workspace="local", id=str(number), name=str(number)),
            at=time(chance.randrange(24), chance.choice((0, 15, 30, 59))),
            timezone=chance.choice(zones),
            days=chance.choice(weeks),
        )
        for number in range(1, count + 1)
    ]


def outages(count: int, chance: random.Random) -> list[Outage]:
    """From a minute to thirty hours long, in order; some touch."""
    starts = sorted(BEGIN + (END - BEGIN) * chance.random() for _ in range(count))
    return [(start, start + timedelta(minutes=chance.randint(1, 30 * 60))) for start in starts]


def is_up(at: datetime, down: list[Outage]) -> bool:
    return not any(start <= at < end for start, end in down)


def live_through(subscription: Subscription, rings: list[datetime]) -> list[Due]:
    """What the product enters into the ledger when its alarm rings at *rings*."""
    ledger: dict[int, date] = {subscription.id: BEGIN.date() - timedelta(days=2)}
    records: list[Due] = []
    for now in rings:
        for one in due([subscription], ledger, now, catch_up=CATCH_UP):
            records.append(one)
            ledger[subscription.id] = max(one.date, ledger[subscription.id])
    return records


def expected_dates(subscription: Subscription) -> list[date]:
    """By plain arithmetic that shares nothing with the product: whatever date's hour lies in the year."""
    zone = ZoneInfo(subscription.timezone)
    days = [BEGIN.date() + timedelta(days=offset) for offset in range(-1, 367)]
    wall = {day: datetime.combine(day, subscription.at, zone).astimezone(UTC) for day in days}
    margin = timedelta(hours=3)  # no zone moves its clocks by more in 2026, so only dates near the edges are in doubt
    return [
        day
        for day, instant in wall.items()
        if day.isoweekday() in subscription.days and BEGIN + margin <= instant < END - margin - timedelta(days=2)
    ]


def test_every_due_date_of_a_year_with_outages_has_exactly_one_record() -> None:
    chance = random.Random(20260101)
    down = outages(120, chance)
    restarts = [end for _, end in down if is_up(end, down)]
    states: Counter[DeliveryState] = Counter()

    for subscription in channels(400, chance):
        hours = [
            datetime.combine(BEGIN.date() + timedelta(days=offset), subscription.at, ZoneInfo(subscription.timezone))
            for offset in range(-1, 367)
        ]
        # The alarm rings every minute; only rings near the hour or after an outage can find anything.
        near = [hour.astimezone(UTC) + timedelta(minutes=late) for hour in hours for late in (0, 61)]
        rings = sorted({ring for ring in (*near, *restarts, END) if BEGIN <= ring <= END and is_up(ring, down)})
        records = live_through(subscription, rings)

        recorded = Counter(one.date for one in records)
        assert not [day for day, count in recorded.items() if count != 1], subscription
        missing = [day for day in expected_dates(subscription) if day not in recorded]
        assert not missing, (subscription, missing)
        for one in (one for one in records if one.due_at >= BEGIN):
            was_up = is_up(one.due_at, down)
            assert was_up or one.state in {DeliveryState.MISSED, DeliveryState.DUE}
            assert not was_up or one.state is DeliveryState.DUE, (subscription, one)
        states.update(one.state for one in records)

    assert states[DeliveryState.DUE] > 60_000
    assert states[DeliveryState.MISSED] > 400
