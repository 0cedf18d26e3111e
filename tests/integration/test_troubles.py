"""Whatever is wrong, an admin hears of it within five minutes, once a day, and once more when it is well again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.model import Cause, Coverage
from tests.clock import TUESDAY
from tests.newsroom import impatient, order
from tests.scripted import ScriptedPlatform
from tests.scripted_writer import ScriptedWriter
from tests.troubled import BOB, DAY, HOUR, NORVIK, Watched, watched

TODAY = TUESDAY.date()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(tmp_path) as one:
        yield one


Act = Callable[[Watched], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """How one trouble comes and goes."""

    begins: Act
    """Leaves the clock at the moment from which admins are to hear of it."""
    ends: Act
    says: str
    """In what is told when it has begun."""
    says_over: str


async def _closed(house: Watched) -> None:
    one = await house.the_channel()
    await house.room.store.subscriptions.pause(one.id, "it is archived", by_platform=True)


async def _paused(house: Watched) -> None:
    await house.desk.office.pause(await house.the_channel(), "on holiday")


async def _resumed(house: Watched) -> None:
    await house.desk.office.resume(await house.the_channel())


async def _next_edition(house: Watched, *names: str, stories: int = 2, coverage: Coverage | None = None) -> None:
    """The channel's edition of the day after the newest one that it got."""
    one = await house.the_channel()
    got = await house.desk.channels.deliveries(subscription=one, limit=1)
    day = got[0].date + DAY if got else TODAY - 6 * DAY
    told_of = coverage or Coverage(sources=2, articles=9, newest_at=None)
    await house.got_edition(one, day, *names, stories=stories, coverage=told_of)


async def _silent(house: Watched) -> None:
    for _ in range(3):
        await _next_edition(house, stories=0)


async def _stale(house: Watched) -> None:
    failed = Coverage(sources=0, articles=0, newest_at=None, failed=("Norvik", "Halden"))
    await _next_edition(house, "Norvik", "Halden", coverage=failed)


async def _alone(house: Watched) -> None:
    await _next_edition(house, "Norvik Times")


async def _good_edition(house: Watched) -> None:
    await _next_edition(house, "Norvik Times", "Halden Post")


async def _lost_in(house: Watched, zone: str) -> None:
    channel = replace(order("far-away").channel, id="far-away")
    wanted = replace(order("far-away", timezone=zone), channel=channel, declared=False)
    await house.room.store.subscriptions.subscribe(wanted)


async def _elsewhere(house: Watched) -> None:
    await house.set_up_by("", "in-matrix", platform="matrix")


async def _has_matrix(house: Watched) -> None:
    house.room.platforms = {**house.room.platforms, "matrix": ScriptedPlatform(name="matrix")}


async def _has_no_matrix(house: Watched) -> None:
    house.room.platforms = {"terminal": house.platform}
    if not any(one.channel.platform == "matrix" for one in await house.desk.channels.subscriptions()):
        await _elsewhere(house)


async def _token(house: Watched, reason: str) -> None:
    house.platform.says_of_tokens["local"] = reason


async def _door(house: Watched, reason: str) -> None:
    async def tells() -> str:
        return reason

    house.room.doors["terminal"] = tells


async def _heard(house: Watched, *, is_heard: bool) -> None:
    async def tells() -> dict[str, bool]:
        return {"terminal": is_heard}

    house.room.heard = tells


async def _feed_fails_for_a_day(house: Watched) -> None:
    await house.feed_fails(NORVIK)
    await house.desk.rounds.tell()
    begun = house.clock.now()
    await house.until(begun + 15 * HOUR)
    await house.feed_fails(NORVIK)
    await house.until(begun + DAY - timedelta(minutes=2))


async def _budget(house: Watched, *, is_spent: bool) -> None:
    writer = house.room.writer = ScriptedWriter()
    writer.is_solvent = not is_spent


async def _model(house: Watched, times: int, reason: str) -> None:
    house.room.writer = ScriptedWriter()
    house.room.model_says = times, reason


async def _disk(house: Watched, left: int) -> None:
    house.disk.left = left


async def _store(house: Watched, *, is_full: bool) -> None:
    house.memory.is_full = is_full


async def _clock_goes_back(house: Watched) -> None:
    await house.room.store.ledger.see(house.clock.now())
    house.clock.is_set_to(house.clock.now() - 3 * HOUR)


async def _clock_is_right(house: Watched) -> None:
    house.clock.is_set_to(house.clock.now() + 3 * HOUR)


async def _noted(house: Watched, cause: Cause, reason: str) -> None:
    house.desk.shift.note(cause, reason)


async def _port(house: Watched, reason: str) -> None:
    listened = house.room.config.operations.model_copy(update={"listen": "127.0.0.1:9464"})
    house.room.config = replace(house.room.config, operations=listened)
    house.desk.shift.note(Cause.MONITORS, reason)


async def _part(house: Watched, bug: Exception | None) -> None:
    house.desk.shift.note_fault("gathering", bug)


SCENES: dict[Cause, Scene] = {
    Cause.CLOSED: Scene(
        begins=_closed,
        ends=lambda house: house.desk.places.revive(),
        says="#ai-news has been paused since Tuesday 3 March, 08:01 (UTC): it is archived.",
        says_over="#ai-news takes posts again and is resumed; it had been paused since Tuesday 3 March, 08:01 (UTC).",
    ),
    Cause.PAUSED: Scene(
        begins=_paused,
        ends=_resumed,
        says="#ai-news has not been served since Tuesday 3 March, 08:01 (UTC): paused (on holiday).",
        says_over="#ai-news is served again",
    ),
    Cause.SILENT: Scene(
        begins=_silent,
        ends=_good_edition,
        says="#ai-news had no story in its last three editions; the first was that of 25 February 2026.",
        says_over="#ai-news has stories again",
    ),
    Cause.STALE: Scene(
        begins=_stale,
        ends=_good_edition,
        says="#ai-news got an edition that lacks news, that of 25 February 2026, because 2 feeds could not be read and "
        "none could.",
        says_over="#ai-news got an edition again from which no news is missing",
    ),
    Cause.ONE_SOURCE: Scene(
        begins=_alone,
        ends=_good_edition,
        says="#ai-news got an edition in which one publisher tells all stories: Norvik Times, on 25 February 2026.",
        says_over="#ai-news got an edition of several publishers again",
    ),
    Cause.ZONE: Scene(
        begins=lambda house: _lost_in(house, "Europe/Atlantis"),
        ends=lambda house: _lost_in(house, "Europe/Berlin"),
        says="#far-away has not been served since Tuesday 3 March, 08:01 (UTC): this machine knows no time zone "
        "Europe/Atlantis.",
        says_over="#far-away is served again",
    ),
    Cause.PLATFORM: Scene(
        begins=_has_no_matrix,
        ends=_has_matrix,
        says="#in-matrix has not been served since Tuesday 3 March, 08:01 (UTC): this installation cannot post to "
        "matrix.",
        says_over="#in-matrix can be posted to again",
    ),
    Cause.TOKEN: Scene(
        begins=lambda house: _token(house, "the token was revoked"),
        ends=lambda house: _token(house, ""),
        says="Terminal local has not taken Daybrief's token since Tuesday 3 March, 08:01 (UTC): the token was revoked.",
        says_over="Terminal local takes Daybrief's token again",
    ),
    Cause.UNREACHABLE: Scene(
        begins=lambda house: _door(house, "there is no connection"),
        ends=lambda house: _door(house, ""),
        says="Nobody on Terminal has been answered since Tuesday 3 March, 08:01 (UTC): there is no connection.",
        says_over="Commands on Terminal are answered again",
    ),
    Cause.WORKERS: Scene(
        begins=lambda house: _heard(house, is_heard=False),
        ends=lambda house: _heard(house, is_heard=True),
        says="Nobody has posted to Terminal since Tuesday 3 March, 08:01 (UTC): editions wait, and no worker that can "
        "post there is running.",
        says_over="A worker listens for Terminal again",
    ),
    Cause.FEED: Scene(
        begins=_feed_fails_for_a_day,
        ends=lambda house: house.feed_works(NORVIK),
        says="norvik.example has failed for more than a day, since Tuesday 3 March, 08:00 (UTC): HTTP 503.",
        says_over="norvik.example can be read again",
    ),
    Cause.BUDGET: Scene(
        begins=lambda house: _budget(house, is_spent=True),
        ends=lambda house: _budget(house, is_spent=False),
        says="What models may cost in a day, $1, has been spent since Tuesday 3 March, 08:01 (UTC).",
        says_over="Models may write again",
    ),
    Cause.MODEL: Scene(
        begins=lambda house: _model(house, 5, "the provider does not accept the key"),
        ends=lambda house: _model(house, 0, ""),
        says="The model has given nothing since Tuesday 3 March, 08:01 (UTC): the provider does not accept the key.",
        says_over="The model writes again",
    ),
    Cause.STORE: Scene(
        begins=lambda house: _store(house, is_full=True),
        ends=lambda house: _store(house, is_full=False),
        says="Nothing can be recorded, and so nothing has been posted, since Tuesday 3 March, 08:01 (UTC)",
        says_over="Everything can be recorded again",
    ),
    Cause.SPACE: Scene(
        begins=lambda house: _disk(house, 312_000_000),
        ends=lambda house: _disk(house, 700_000_000),
        says="The disk of Daybrief's data has been nearly full since Tuesday 3 March, 08:01 (UTC): 312 MB are free.",
        says_over="There is room again",
    ),
    Cause.CLOCK: Scene(
        begins=_clock_goes_back,
        ends=_clock_is_right,
        says="Nothing is posted: this machine's clock says 2026-03-03 05:01 UTC, but Daybrief has already run at "
        "2026-03-03 08:00 UTC",
        says_over="This machine's clock is believed again",
    ),
    Cause.CONFIGURATION: Scene(
        begins=lambda house: _noted(house, Cause.CONFIGURATION, "config.toml has 1 problem"),
        ends=lambda house: _noted(house, Cause.CONFIGURATION, ""),
        says="A new configuration has been refused since Tuesday 3 March, 08:01 (UTC), and the former one stays",
        says_over="The configuration was loaded",
    ),
    Cause.BACKUP: Scene(
        begins=lambda house: _noted(house, Cause.BACKUP, "the folder /copies cannot be written"),
        ends=lambda house: _noted(house, Cause.BACKUP, ""),
        says="Since Tuesday 3 March, 08:01 (UTC) no copy of the database could be made at night: the folder /copies",
        says_over="The database is copied at night again",
    ),
    Cause.MONITORS: Scene(
        begins=lambda house: _port(house, "127.0.0.1:9464 cannot be opened (address already in use)"),
        ends=lambda house: _port(house, ""),
        says="Monitors have not been answered since Tuesday 3 March, 08:01 (UTC): 127.0.0.1:9464 cannot be opened "
        "(address already in use).",
        says_over="Monitors are answered again",
    ),
    Cause.FAULT: Scene(
        begins=lambda house: _part(house, KeyError("a bug")),
        ends=lambda house: _part(house, None),
        says="A part of Daybrief has failed since Tuesday 3 March, 08:01 (UTC), in a way that nobody foresaw: "
        "gathering (KeyError).",
        says_over="The part of Daybrief that had failed since Tuesday 3 March, 08:01 (UTC) works again: gathering.",
    ),
}
every_cause = pytest.mark.parametrize("cause", list(Cause))


def test_there_is_a_scene_for_each_cause() -> None:
    assert set(SCENES) == set(Cause)


@every_cause
async def test_whatever_is_wrong_is_told_within_five_minutes_and_once(house: Watched, cause: Cause) -> None:
    await house.desk.rounds.tell()
    assert house.told == []

    await SCENES[cause].begins(house)
    await house.minutes(5)

    assert len(house.told) == 1
    assert house.told[0].startswith(SCENES[cause].says)
    assert house.people == [BOB]

    await house.minutes(5)
    if cause is not Cause.STORE:  # of which nothing can be remembered
        house.restart()
    await house.until(house.clock.now() + (2 * HOUR if cause is Cause.CLOCK else 2 * DAY))

    assert len(house.told) == 1


@every_cause
async def test_who_was_told_hears_once_that_it_is_well_again(house: Watched, cause: Cause) -> None:
    await SCENES[cause].begins(house)
    await house.minutes(5)
    if cause is not Cause.STORE:
        house.restart()
    await SCENES[cause].ends(house)
    await house.minutes(5)

    assert len(house.told) == 2
    assert house.told[1].startswith(SCENES[cause].says_over)
    assert house.people == [BOB, BOB]

    house.restart()
    await house.until(house.clock.now() + 2 * DAY)

    assert len(house.told) == 2


@pytest.mark.parametrize("cause", [one for one in Cause if one is not Cause.FEED])  # which is no news for a day
async def test_what_comes_and_goes_is_told_once_a_day(house: Watched, cause: Cause) -> None:
    for _ in range(3):
        await SCENES[cause].begins(house)
        await house.minutes(5)
        await SCENES[cause].ends(house)
        await house.minutes(5)

    assert [sentence.startswith(SCENES[cause].says_over) for sentence in house.told] == [False, True]

    await house.until(TUESDAY + DAY)
    await SCENES[cause].begins(house)
    await house.minutes(5)

    assert len(house.told) == 3


@every_cause
async def test_what_is_told_says_what_to_do(house: Watched, cause: Cause) -> None:
    await SCENES[cause].begins(house)
    await house.minutes(5)

    assert len(house.told[0]) > len(SCENES[cause].says) + 60
    (wrong,) = await house.desk.channels.open_troubles()
    assert wrong[:45] == house.told[0][:45]
    assert wrong.partition(". ")[2] == house.told[0].partition(". ")[2]


async def test_editions_that_take_longer_than_anybody_waits_are_read_once_and_looked_at_later(house: Watched) -> None:
    await _silent(house)
    ledger, begun, ready = house.room.store.ledger, [], asyncio.Event()

    class Slow:
        """It has tens of thousands of channels, and a disk with much else to do."""

        def __getattr__(self, name: str) -> object:
            return getattr(ledger, name)

        async def mornings(self, since: datetime, count: int) -> object:
            begun.append(since)
            await ready.wait()
            return await ledger.mornings(since, count)

    house.room.store.ledger = Slow()  # type: ignore[assignment] # the others are as they were
    impatient(house.room)
    house.disk.left = 312_000_000
    await house.minutes(2)
    assert [one.split()[0] for one in house.told] == ["The"], "others are told meanwhile"
    assert len(begun) == 1

    ready.set()
    async with asyncio.timeout(20):
        while len(house.told) < 2:
            await house.minutes(1)
    assert house.told[1].startswith(SCENES[Cause.SILENT].says)
