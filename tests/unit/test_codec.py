from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from storage import codec

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))  # noqa: DTZ001
def test_a_time_comes_back_to_the_microsecond_in_utc(at: datetime) -> None:
    back = codec.moment(codec.micros(at))

    assert back == at
    assert back.tzinfo is UTC


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_strings_come_back_as_they_were(texts: list[str]) -> None:
    assert codec.strings(codec.as_json(texts)) == tuple(texts)
