"""What somebody types for a channel's standing order, as an order."""

from datetime import time

import pytest

from adapters.discord.order import Wanted, as_typed, chosen, days, days_named, hour, layout, number, order, zone
from bot.errors import WrongUsage
from bot.model import Channel, Layout
from tests.morning import NOW

HERE = Channel(platform="discord", workspace="1001", id="3001", name="ai-news")


@pytest.mark.parametrize(("text", "means"), [("08:00", time(8)), ("7.30", time(7, 30)), (" 23:59 ", time(23, 59))])
def test_an_hour_is_understood(text: str, means: time) -> None:
    assert hour(text) == means


@pytest.mark.parametrize("text", ["24:00", "8", "08:60", "\u0660\u0668:00", "noon", "08:00:00"])
def test_what_is_no_hour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no hour"):
        hour(text)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("weekdays", (1, 2, 3, 4, 5)),
        ("Every Day", (1, 2, 3, 4, 5, 6, 7)),
        ("mon, wed", (1, 3)),
        ("Monday;Thursday", (1, 4)),
        ("mon - fri", (1, 2, 3, 4, 5)),
        ("sat–mon", (1, 6, 7)),
        ("sun", (7,)),
    ],
)
def test_days_are_understood_and_named_so_that_they_are_understood_again(text: str, means: tuple[int, ...]) -> None:
    assert days(text) == means
    assert days(days_named(means)) == means


@pytest.mark.parametrize("text", ["noday", "mon-", "m", ",", "1,2", "mon-xyz"])
def test_what_names_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="names no day"):
        days(text)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("Zürich", "Europe/Zurich"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("London", "Europe/London"),
    ],
)
def test_a_zone_or_a_city_that_has_one_is_understood(text: str, means: str) -> None:
    assert zone(text) == means


@pytest.mark.parametrize(("text", "offers"), [("Berlim", "Europe/Berlin"), ("Mars/Base", ""), ("europe", "Europe/")])
def test_what_is_no_zone_is_refused_with_those_that_are_like_it(text: str, offers: str) -> None:
    with pytest.raises(ValueError, match=f"is no time zone.*{offers}"):
        zone(text)


@pytest.mark.parametrize("text", ["0", "21", "-1", "five", "²", "9" * 5000])
def test_a_number_of_stories_has_bounds(text: str) -> None:
    with pytest.raises(ValueError, match="no number between 1 and 20"):
        number(text)


def test_topics_are_those_of_the_feeds_in_any_case_and_all_means_all() -> None:
    assert chosen("Chips,  labs,CHIPS", ("labs", "chips")) == ("chips", "labs")
    assert chosen("ALL", ("labs",)) == ()
    with pytest.raises(ValueError, match="no feed is about “zebras”; there are labs"):
        chosen("labs, zebras", ("labs",))


def test_a_layout_that_nobody_knows_is_refused() -> None:
    assert layout("thread") is Layout.THREAD
    with pytest.raises(ValueError, match="is none"):
        layout("origami")


def test_everything_that_is_wrong_is_said_in_a_line_each() -> None:
    wrong = Wanted(at="x", timezone="x/y", days="x", stories="x", topics="x", layout="x")

    with pytest.raises(WrongUsage) as refused:
        order(HERE, None, wrong, owner="2001", now=NOW, topics=())

    heads = [line.partition(":")[0] for line in str(refused.value).splitlines()]
    assert heads == ["time", "timezone", "days", "stories", "topics", "layout"]


def test_what_holds_typed_in_again_changes_nothing() -> None:
    wanted = Wanted(at="06:15", timezone="Asia/Tokyo", days="tue", stories="3", topics="labs")
    made = order(HERE, None, wanted, owner="2001", now=NOW, topics=("labs",))

    assert order(HERE, made, as_typed(made), owner="2002", now=NOW, topics=()) == made
