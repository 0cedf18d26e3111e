"""The checker's own clockwork, against days that everybody can look up."""

from datetime import UTC, date, datetime

from tests.simulation.arithmetic import instant, local_date
from tests.simulation.zones import Rules

BERLIN = Rules(3600, ((int(datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()), 7200),))
AUTUMN = Rules(7200, ((int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()), 3600),))
APIA = Rules(-36_000, ((int(datetime(2011, 12, 30, 10, tzinfo=UTC).timestamp()), 50_400),))


def utc(at: int | None) -> str:
    assert at is not None
    return datetime.fromtimestamp(at, UTC).strftime("%d %H:%M")


def test_an_ordinary_hour_comes_when_clocks_show_it() -> None:
    assert utc(instant(date(2026, 3, 28), "08:00", BERLIN)) == "28 07:00"
    assert utc(instant(date(2026, 3, 29), "08:00", BERLIN)) == "29 06:00"


def test_an_hour_in_a_gap_comes_at_its_end() -> None:
    assert utc(instant(date(2026, 3, 29), "02:30", BERLIN)) == "29 01:00"


def test_an_hour_that_comes_twice_comes_first() -> None:
    assert utc(instant(date(2026, 10, 25), "02:30", AUTUMN)) == "25 00:30"


def test_a_date_that_was_leapt_over_has_no_hour() -> None:
    assert instant(date(2011, 12, 30), "08:00", APIA) is None
    assert utc(instant(date(2011, 12, 31), "08:00", APIA)) == "30 18:00"


def test_the_calendar_turns_at_local_midnight() -> None:
    assert local_date(datetime(2026, 3, 28, 22, 59, tzinfo=UTC).timestamp(), BERLIN) == date(2026, 3, 28)
    assert local_date(datetime(2026, 3, 28, 23, 0, tzinfo=UTC).timestamp(), BERLIN) == date(2026, 3, 29)
