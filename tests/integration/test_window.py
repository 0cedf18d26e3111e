"""No news is lost between two editions, and none comes twice, whoever gathers it and when."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.admit import admit
from bot.gather import gather
from bot.manuscript import parse
from bot.model import Edition
from bot.newsroom import Newsroom
from bot.publish import publish
from tests.clock import TUESDAY, HandClock, VirtualClock
from tests.newsroom import GivenFeeds, entry, newsroom
from tests.scripted import ScriptedPlatform

FEED = "https://a.example/feed"
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
Result = TypeVar("Result")
WORDS = ("Norvik robots", "Halden chips", "Tromso ships", "Bergen bridges", "Oslo trams", "Bodo kites", "Moss looms")


def news(number: int) -> tuple[str, str]:
    return f"{WORDS[number]} open a new chapter", f"https://{number}.example/story"


async def titles_by_day(platform: ScriptedPlatform) -> dict[int, list[str]]:
    return {edition.date.day: _titles(edition) for _, _, edition in platform.posts}


def _titles(edition: Edition) -> list[str]:
    return sorted(story.title for story in edition.stories)


async def test_an_article_that_another_process_keeps_while_an_edition_is_composed_is_in_the_next(
    tmp_path: Path,
) -> None:
    clock, platform, reader = HandClock(TUESDAY - timedelta(minutes=10)), ScriptedPlatform(), GivenFeeds()
    reader.entries[FEED] = []
    parts = {"clock": clock, "feeds": (FEED,), "reader": reader}
    async with (
        newsroom(tmp_path, {"terminal": platform}, **parts) as bot,  # type: ignore[arg-type]
        newsroom(tmp_path, {"terminal": platform}, **parts) as command,  # type: ignore[arg-type]
    ):
        await gather(command)
        title, url = news(0)
        reader.entries[FEED] = [entry(title, url, published=TUESDAY - timedelta(minutes=3))]
        clock.move_to(TUESDAY - 5 * SECOND)
        run = command.workers.run

        class Slowly:
            async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
                clock.move_to(TUESDAY + SECOND)
                await publish(bot)  # the bot's tick at eight, while `daybrief gather` groups
                clock.move_to(TUESDAY + 5 * SECOND)
                return await run(function, *arguments)

        command.workers = Slowly()
        await gather(command)
        for day in (1, 2, 3):
            clock.move_to(TUESDAY + day * DAY + 2 * SECOND)
            await publish(bot)

        assert await titles_by_day(platform) == {3: [], 4: [title], 5: [], 6: []}


async def test_what_was_cut_shortly_before_an_edition_does_not_come_back_with_the_next(tmp_path: Path) -> None:
    clock, platform, reader = VirtualClock(TUESDAY - timedelta(minutes=20)), ScriptedPlatform(), GivenFeeds()
    reader.entries[FEED] = []
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, feeds=(FEED,), reader=reader) as room:
        await gather(room)
        reader.entries[FEED] = [
            entry(title, url, published=TUESDAY - timedelta(minutes=30)) for title, url in map(news, range(7))
        ]
        clock.move_to(TUESDAY - timedelta(minutes=5))
        assert (await gather(room)).new_stories == 7
        clock.move_to(TUESDAY + SECOND)
        await publish(room)
        clock.move_to(TUESDAY + DAY + 2 * SECOND)
        await publish(room)

        found = await titles_by_day(platform)
        assert len(found[3]) == 5
        assert found[4] == []


async def test_what_is_imported_waits_for_an_edition_that_is_being_composed(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}) as room:
        manuscripts = parse(f"{news(0)[0]}\n\nIt matters.\nKey Points\n- 1It does.\n", name="stories.txt")
        held: list[bool] = []
        revise = room.store.archive.revise

        async def look(*arguments: object, **named: object) -> object:
            held.append(room.keeping.locked())
            return await revise(*arguments, **named)  # type: ignore[arg-type]

        room.store.archive.revise = look  # type: ignore[method-assign,assignment]
        await admit(room, manuscripts)

        assert held == [True]


async def test_an_edition_leaves_without_news_that_takes_long_to_be_kept(tmp_path: Path) -> None:
    clock, platform, reader = VirtualClock(TUESDAY - timedelta(minutes=10)), ScriptedPlatform(), GivenFeeds()
    title, url = news(0)
    reader.entries[FEED] = [entry(title, url, published=TUESDAY - timedelta(minutes=30))]
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, feeds=(FEED,), reader=reader) as room:
        await gather(room)
        clock.move_to(TUESDAY + SECOND)
        async with room.keeping, asyncio.timeout(20):
            await publish(room)

        assert await titles_by_day(platform) == {3: [title]}


async def test_friday_evening_is_not_lost_to_monday(tmp_path: Path) -> None:
    friday = TUESDAY - 4 * DAY
    clock, platform, reader = VirtualClock(friday - DAY), ScriptedPlatform(), GivenFeeds()
    reader.entries[FEED] = []
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, feeds=(FEED,), reader=reader) as room:
        await gather(room)
        await only_workdays(room)
        clock.move_to(friday + SECOND)
        await publish(room)
        title, url = news(0)
        reader.entries[FEED] = [entry(title, url, published=friday + 3 * SECOND)]
        clock.move_to(friday + 4 * SECOND)
        await gather(room)
        clock.move_to(friday + 3 * DAY + 8 * SECOND)
        await publish(room)

        assert (await titles_by_day(platform))[2] == [title]


async def only_workdays(room: Newsroom) -> None:
    from dataclasses import replace

    (one,) = room.config.channels
    await room.store.subscriptions.declare([replace(one, days=(1, 2, 3, 4, 5))], at=room.clock.now())
