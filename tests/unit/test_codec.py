import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.model import Stage, Verdict
from storage import codec, reasons
from tests.morning import EDITION

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES))  # noqa: DTZ001
def test_a_time_comes_back_to_the_microsecond_in_utc(at: datetime) -> None:
    back = codec.moment(codec.micros(at))

    assert back == at
    assert back.tzinfo is UTC


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_strings_come_back_as_they_were(texts: list[str]) -> None:
    assert codec.strings(codec.as_json(texts)) == tuple(texts)


def test_what_an_older_version_recorded_still_loads() -> None:
    packed = zlib.compress(b'[{"ref":"K7Q4","stage":"cut","rank":7,"score":1.19,"numbers":[],"detail":"close"}]')
    content = codec.edition_json(EDITION).replace(',"failing":[]', "")

    verdict = Verdict(ref="K7Q4", stage=Stage.CUT, rank=7, score=1.19, detail="close")
    assert reasons.unpacked(packed) == ((verdict,), None)
    assert "failing" not in content
    assert codec.edition_of(content) == replace(EDITION, coverage=replace(EDITION.coverage, failing=()))
