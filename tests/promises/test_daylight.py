from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.model import DeliveryState, Due, Subscription
from bot.schedule import due
from tests.promises.daylight import measure, read
from tests.promises.table import Extent


def by_the_clock(orders: Sequence[Subscription], ledger: Mapping[int, date], now: datetime) -> list[Due]:
    """Goes by the date and the hour that the clock on the wall shows, as many bots do."""
    [order] = orders
    local = now.astimezone(ZoneInfo(order.timezone))
    is_there = local.time() >= order.at and local.date() > ledger[order.id]
    return [Due(subscription=1, date=local.date(), due_at=now, state=DeliveryState.DUE)] if is_there else []


def forgetful(orders: Sequence[Subscription], ledger: Mapping[int, date], now: datetime) -> Sequence[Due]:
    """Takes no notice of what the ledger has."""
    before = {one: day - timedelta(days=1) for one, day in ledger.items()}
    return due(orders, before, now, catch_up=timedelta(hours=6))


def test_no_date_is_skipped_or_doubled_where_clocks_change() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured.broken[:5]
    assert ": 0 skipped, 0 doubled, 0 at another" in measured.figures


def test_a_schedule_that_goes_by_the_clock_on_the_wall_would_be_seen_to_skip_dates() -> None:
    assert any("[] at it" in one for one in measure(Extent.SMALL, by_the_clock).broken)


def test_a_schedule_that_forgets_would_be_seen_to_double_dates() -> None:
    assert not measure(Extent.SMALL, forgetful).held


def test_the_arithmetic_knows_what_clocks_did() -> None:
    apia = read(ZoneInfo("Pacific/Apia"), datetime(2011, 12, 20, tzinfo=UTC), datetime(2012, 1, 9, tzinfo=UTC))
    berlin = read(ZoneInfo("Europe/Berlin"), datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC))

    assert apia.comes(date(2011, 12, 30), time(8)) is None
    assert apia.comes(date(2011, 12, 31), time(8)) == datetime(2011, 12, 30, 18, tzinfo=UTC)
    assert berlin.comes(date(2026, 3, 29), time(2, 30)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert berlin.comes(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
