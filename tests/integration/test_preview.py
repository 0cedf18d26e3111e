"""A preview is the edition that will be posted, as far as it is known by now."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.desk import Desk
from bot.gather import gather
from bot.model import Edition
from bot.newsroom import Newsroom
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import GivenFeeds, entry, newsroom
from tests.scripted import ScriptedPlatform

FEED = "https://a.example/feed"
HOUR = timedelta(hours=1)
EVENING = TUESDAY - 13 * HOUR


def given() -> GivenFeeds:
    """At the evening: one article 20 hours old, 33 at the next hour; and one of that evening."""
    reader = GivenFeeds()
    reader.entries[FEED] = [
        entry("Norvik opens a new chapter", "https://a.example/old", published=EVENING - 20 * HOUR),
        entry("Halden chips go to Tromso", "https://a.example/new", published=EVENING - HOUR),
    ]
    return reader


async def previewed(room: Newsroom) -> Edition:
    desk = Desk(room)
    (one,) = await desk.channels.subscriptions()
    return (await desk.channels.preview(one))[0].edition


async def test_what_will_be_too_old_at_the_hour_is_not_in_the_preview(tmp_path: Path) -> None:
    clock, platform = VirtualClock(EVENING), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, feeds=(FEED,), reader=given()) as room:
        await gather(room)
        preview = await previewed(room)
        clock.move_to(TUESDAY)
        await Desk(room).rounds.publish()
        (_, _, posted) = platform.posts[0]

    assert [one.title for one in preview.stories] == ["Halden chips go to Tromso"]
    assert preview.composed_at == preview.due_at == TUESDAY
    assert (preview.window_start, preview.delayed) == (TUESDAY - 24 * HOUR, False)
    assert preview == posted


async def test_a_replayed_preview_is_of_the_time_that_was_asked_for(tmp_path: Path) -> None:
    clock = VirtualClock(TUESDAY + 100 * HOUR)
    parts = {"terminal": ScriptedPlatform()}
    async with newsroom(tmp_path, parts, clock=clock, feeds=(FEED,), reader=given()) as room:
        room.replayed = EVENING
        await gather(room)
        evening = await previewed(room)
        room.replayed = TUESDAY
        hour = await previewed(room)

    assert (evening.composed_at, len(evening.stories)) == (EVENING, 2)
    assert (hour.composed_at, len(hour.stories)) == (hour.due_at, 1)


async def test_a_preview_whose_window_is_yet_to_begin_shows_what_is_here_now(tmp_path: Path) -> None:
    clock = VirtualClock(EVENING)
    parts = {"terminal": ScriptedPlatform()}
    async with newsroom(tmp_path, parts, clock=clock, feeds=(FEED,), reader=given()) as room:
        await gather(room)
        desk = Desk(room)
        (one,) = await desk.channels.subscriptions()
        thursday = replace(one, days=(4,))
        edition = (await desk.channels.preview(thursday))[0].edition

    assert (len(edition.stories), edition.composed_at) == (2, EVENING)
    assert not edition.coverage.degraded


async def test_a_bot_that_has_read_nothing_yet_says_so(tmp_path: Path) -> None:
    clock, reader = VirtualClock(EVENING), given()
    parts = {"terminal": ScriptedPlatform()}
    async with newsroom(tmp_path, parts, clock=clock, feeds=(FEED,), reader=reader) as room:
        before = await previewed(room)
        reader.broken[FEED] = "it does not answer"
        await gather(room)
        failed = await previewed(room)
        reader.broken.clear()
        clock.move_to(EVENING + 12 * HOUR)
        await gather(room)
        read = await previewed(room)

    assert (before.coverage.unread, before.coverage.failed) == (True, ())
    assert (failed.coverage.unread, failed.coverage.failed) == (True, ("a.example",))
    assert not read.coverage.unread
