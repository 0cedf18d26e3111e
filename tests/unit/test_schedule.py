"""Nothing is due twice, and no date is forgotten, in any zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.model import Channel, DeliveryState, Standing, Subscription
from bot.schedule import due, instant_of, next_instant, next_look

CATCH_UP = timedelta(hours=6)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
MONDAY = date(2026, 3, 2)


def subscription(
    *,
    number: int = 1,
    at: time = time(8),
    timezone: str = "UTC",
    days: tuple[int, ...] = EVERY_DAY,
    since: datetime | None = None,
    standing: Standing = Standing.ACTIVE,
) -> Subscription:
    channel = Channel(platform="terminal", workspace="local", id=f"c{number}", name=f"c{number}")
    return Subscription(id=number, channel=channel, at=at, timezone=timezone, days=days, since=since, standing=standing)


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        pytest.param(
            "America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:00", id="gap: first valid after"
        ),
        pytest.param("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30", id="fold: the first one"),
        pytest.param(
            "Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30", id="half an hour's gap"
        ),
        pytest.param("America/Nuuk", date(2024, 3, 30), time(23, 59), "2024-03-31T01:00", id="gap past midnight"),
        pytest.param("Asia/Kathmandu", date(2026, 1, 5), time(8), "2026-01-05T02:15", id="odd offset"),
        pytest.param("Africa/Cairo", date(2026, 4, 24), time(0, 0), "2026-04-23T22:00", id="gap at midnight"),
    ],
)
def test_a_local_time_comes_at_its_first_valid_instant(zone: str, day: date, at: time, expected: str) -> None:
    assert instant_of(day, at, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_date_that_a_zone_skipped_never_comes() -> None:
    assert instant_of(date(2011, 12, 30), time(8), "Pacific/Apia") is None
    assert instant_of(date(2011, 12, 31), time(8), "Pacific/Apia") is not None


def test_every_date_of_every_zone_comes_once_in_order_and_about_a_day_apart() -> None:
    days = [date(2025, 12, 31) + timedelta(days=offset) for offset in range(366)]
    times = (time(0), time(2, 30), time(8), time(23, 59))

    for zone in sorted(available_timezones()):
        for at in times:
            instants = [instant_of(day, at, zone) for day in days]
            known = [instant for instant in instants if instant]

            assert len(known) >= len(days) - 1, (zone, at)
            gaps = [after - before for before, after in pairwise(known)]
            assert min(gaps) >= timedelta(hours=20), (zone, at)
            assert max(gaps) <= timedelta(hours=28), (zone, at)


def test_an_instant_shows_its_own_wall_clock_unless_a_gap_swallowed_it() -> None:
    for zone in sorted(available_timezones()):
        for month in range(1, 13):
            day = date(2026, month, 10)
            instant = instant_of(day, time(8), zone)

            assert instant is not None
            assert instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == datetime.combine(day, time(8)), zone


def test_the_newest_date_is_delivered_and_the_older_ones_are_missed() -> None:
    dues = due([subscription()], {1: MONDAY}, utc(MONDAY + timedelta(days=3), 9), catch_up=CATCH_UP)

    assert [(one.date.day, one.state) for one in dues] == [
        (3, DeliveryState.MISSED),
        (4, DeliveryState.MISSED),
        (5, DeliveryState.DUE),
    ]


def test_what_is_later_than_the_catch_up_window_is_missed() -> None:
    day = MONDAY + timedelta(days=1)

    at_the_edge = due([subscription()], {1: MONDAY}, utc(day, 14), catch_up=CATCH_UP)
    past_it = due([subscription()], {1: MONDAY}, utc(day, 14, 1), catch_up=CATCH_UP)

    assert [one.state for one in at_the_edge] == [DeliveryState.DUE]
    assert [one.state for one in past_it] == [DeliveryState.MISSED]


def test_nothing_is_due_before_its_hour_nor_on_other_weekdays() -> None:
    weekdays = subscription(days=(1, 2, 3, 4, 5))
    saturday = MONDAY + timedelta(days=5)

    assert due([subscription()], {1: MONDAY}, utc(MONDAY + timedelta(days=1), 7, 59), catch_up=CATCH_UP) == ()
    assert due([weekdays], {1: saturday - timedelta(days=1)}, utc(saturday, 23), catch_up=CATCH_UP) == ()


def test_a_date_with_a_record_is_never_due_again_even_if_the_hour_or_zone_changes() -> None:
    for changed in (subscription(at=time(10)), subscription(timezone="Pacific/Honolulu")):
        assert due([changed], {1: MONDAY}, utc(MONDAY, 23), catch_up=timedelta(hours=24)) == ()


def test_a_channel_without_any_record_has_missed_nothing() -> None:
    in_time = due([subscription()], {}, utc(MONDAY, 9), catch_up=CATCH_UP)
    too_late = due([subscription()], {}, utc(MONDAY, 20), catch_up=CATCH_UP)

    assert [(one.date, one.state) for one in in_time] == [(MONDAY, DeliveryState.DUE)]
    assert too_late == ()


def test_nothing_is_due_from_before_a_subscription_began() -> None:
    began = utc(MONDAY, 9)

    assert due([subscription(since=began)], {}, utc(MONDAY, 10), catch_up=CATCH_UP) == ()
    tomorrow = due([subscription(since=began)], {}, utc(MONDAY + timedelta(days=1), 8), catch_up=CATCH_UP)
    assert [one.date for one in tomorrow] == [MONDAY + timedelta(days=1)]


def test_what_comes_while_paused_or_before_a_restore_is_skipped_with_the_reason() -> None:
    day = MONDAY + timedelta(days=1)
    paused = due([subscription(standing=Standing.PAUSED)], {1: MONDAY}, utc(day, 9), catch_up=CATCH_UP)
    restored = due([subscription()], {1: MONDAY}, utc(day, 9), catch_up=CATCH_UP, restored_at=utc(day, 8, 30))

    assert [(one.state, one.reason) for one in paused] == [(DeliveryState.SKIPPED, "paused")]
    assert [(one.state, one.reason) for one in restored] == [(DeliveryState.SKIPPED, "restored")]
    assert due([subscription(standing=Standing.RETIRED)], {1: MONDAY}, utc(day, 9), catch_up=CATCH_UP) == ()


def test_the_next_instant_is_later_than_the_one_before_and_on_a_subscribed_day() -> None:
    weekdays = subscription(days=(1, 2, 3, 4, 5), timezone="Europe/Berlin")

    day, instant = next_instant(weekdays, utc(date(2026, 3, 27), 7))

    assert (day, instant) == (date(2026, 3, 30), utc(date(2026, 3, 30), 6))


def test_a_channel_that_exists_since_a_known_moment_has_missed_what_came_after_it() -> None:
    began = utc(MONDAY, 7)
    late = utc(MONDAY, 8) + CATCH_UP + timedelta(minutes=1)

    [missed] = due([subscription(since=began)], {}, late, catch_up=CATCH_UP)

    assert (missed.date, missed.state) == (MONDAY, DeliveryState.MISSED)
    assert due([subscription(since=began)], {}, late, catch_up=CATCH_UP, is_one_morning=True) == ()
    assert due([subscription()], {}, late, catch_up=CATCH_UP) == ()


@pytest.mark.parametrize(
    ("zone", "around"),
    [
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/Havana", date(2026, 11, 1)),
        ("America/St_Johns", date(2006, 10, 29)),  # at a minute past midnight, back to the day before
        ("America/Nuuk", date(2024, 3, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Kiritimati", date(2026, 1, 1)),
    ],
)
@pytest.mark.parametrize("days", [EVERY_DAY, (5,)])
def test_nothing_comes_due_before_the_next_look(zone: str, around: date, days: tuple[int, ...]) -> None:
    for at in (time(0), time(0, 30), time(1, 30), time(2, 30), time(23, 59)):
        one = subscription(at=at, timezone=zone, days=days)
        ledger: dict[int, date] = {}
        look = now = utc(around - timedelta(days=2), 0, 5)
        while now < utc(around + timedelta(days=3), 0):
            found = due([one], ledger, now, catch_up=CATCH_UP)
            assert now >= look or not found, (at, now, look)
            if now >= look:
                ledger |= {one.id: max(two.date for two in found)} if found else {}
                look = next_look(one, now)
                assert look <= next_instant(one, now)[1], (at, now)
            now += timedelta(minutes=10)


def test_a_look_in_vain_is_rare() -> None:
    one, now = subscription(timezone="Europe/Berlin", days=(1, 4)), utc(MONDAY, 0)
    looks = [now]
    while len(looks) < 6:
        looks.append(next_look(one, looks[-1]))

    assert [look.isoweekday() for look in looks[1:]] == [1, 4, 1, 4, 1]
