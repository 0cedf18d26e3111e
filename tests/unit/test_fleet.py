"""What a fleet is told to deliver, and how it is judged: a configuration that holds, and figures that can be wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.config import load
from bot.deliver import Patience
from tests.chaos.campaign import chat_of
from tests.chaos.chat import Chat
from tests.fleet.morning import Morning
from tests.fleet.play import PLATFORMS
from tests.fleet.shape import Outcome, Shape

HOUR = datetime(2026, 3, 3, 7, tzinfo=UTC)
SMALL = Shape(channels=25, workspaces=2, at_once=True)


@pytest.fixture
def chats(tmp_path: Path) -> Iterator[list[Chat]]:
    made = [chat_of(name, tmp_path / name, 1, per_fault=0.0, workspaces=SMALL.workspaces) for name in PLATFORMS]
    for one in made:
        one.furnish()
    yield made
    for one in made:
        one.close()


def morning(folder: Path, chats: list[Chat], shape: Shape) -> Morning:
    return Morning(folder=folder, url="postgresql://daybrief@localhost/daybrief", chats=chats, shape=shape)


def test_the_channels_of_all_waves_and_platforms_make_one_configuration(tmp_path: Path, chats: list[Chat]) -> None:
    made = morning(tmp_path, chats, SMALL)
    for wave in range(2):
        made.add_wave(HOUR + timedelta(minutes=wave))
    made.write()

    config = load(tmp_path / "config.toml", {})

    assert len({one.channel.name for one in config.channels}) == len(config.channels) == 100
    assert {f"{one.at:%H:%M}" for one in config.channels} == {"07:00", "07:01"}


def test_where_all_is_timed_every_channel_gets_one_message(tmp_path: Path, chats: list[Chat]) -> None:
    made = morning(tmp_path, chats, SMALL)
    made.add_wave(HOUR)

    assert made.ordered == 2 * SMALL.channels
    assert made.bound("discord") == SMALL.channels / 50
    assert made.bound("slack") == pytest.approx(13 * 60 / 200)


def test_what_did_not_arrive_is_missed(tmp_path: Path, chats: list[Chat]) -> None:
    made = morning(tmp_path, chats, SMALL)
    made.add_wave(HOUR)

    assert {name: len(found.lost) for name, found in made.counts()} == {"slack": 25, "discord": 25}


def test_a_frozen_worker_outlives_its_lease() -> None:
    shape = Shape(request_timeout=7)

    assert shape.frozen_for > Patience(request_timeout=timedelta(seconds=7)).lease.total_seconds()


@pytest.mark.parametrize("kind", ["lost", "duplicated", "disputed", "unruly", "late", "spared"])
def test_no_complaint_is_kept_quiet(kind: str) -> None:
    assert Outcome(**{kind: ["this"]}).broken == [f"{kind}: this"]  # type: ignore[arg-type] # each is a list of texts
