"""From entries of feeds to stories in the archive: each article once, each story once, nothing lost by a failure."""

import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import WrongUsage
from bot.gather import gather
from bot.model import Entry, Feed, FeedHealth, FeedState, Reading
from bot.newsroom import Newsroom
from bot.ports import Search
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import GivenFeeds, entry, newsroom

WIRE, DAILY, SLOW = "https://wire.test/feed", "https://daily.test/feed", "https://slow.test/feed"
HOUR = timedelta(hours=1)


def chip(publisher: str, words: str = "Norvik unveils the Halden chip for on-device inference") -> Entry:
    return entry(
        words,
        f"https://{publisher}/halden-chip",
        extract="Norvik unveiled the Halden chip on Tuesday. It runs models of 8 billion parameters on 4 watts.",
        published=TUESDAY - HOUR,
    )


async def titles(room: Newsroom) -> list[str]:
    return sorted(story.title for story in await room.store.archive.search(Search(limit=100)))


async def test_one_event_in_two_feeds_is_one_story_with_two_publishers(tmp_path: Path) -> None:
    reader = GivenFeeds()
    reader.entries = {
        WIRE: [chip("wire.test")],
        DAILY: [chip("daily.test", "Norvik's new Halden chip runs inference on devices")],
    }
    async with newsroom(tmp_path, {}, feeds=(WIRE, DAILY), reader=reader) as room:
        report = await gather(room)
        (story,) = await room.store.archive.search(Search())

        assert (report.new_articles, report.new_stories) == (2, 1)
        assert story.publishers == 2
        assert story.takeaway
        assert all(point.sources for point in story.sections.key_points)


async def test_gathering_again_brings_nothing_new(tmp_path: Path) -> None:
    reader = GivenFeeds()
    reader.entries = {WIRE: [chip("wire.test")]}
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, feeds=(WIRE,), reader=reader, clock=clock) as room:
        await gather(room)
        for minute in range(50):
            # A feed that gives its one item another date on every visit.
            moved = chip("wire.test")
            reader.entries[WIRE] = [
                Entry(
                    title=moved.title,
                    url=moved.url,
                    guid=moved.guid,
                    published=TUESDAY + timedelta(minutes=minute),
                    extract=moved.extract,
                )
            ]
            await clock.wait(timedelta(minutes=30))
            report = await gather(room)

            assert (report.new_articles, report.new_stories, report.grown_stories) == (0, 0, 0)


async def test_a_story_keeps_its_ref_when_another_publisher_joins_the_next_hour(tmp_path: Path) -> None:
    reader = GivenFeeds()
    reader.entries = {WIRE: [chip("wire.test")], DAILY: [entry("Something else entirely", "https://daily.test/1")]}
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, feeds=(WIRE, DAILY), reader=reader, clock=clock) as room:
        await gather(room)
        before = await room.store.archive.by_url("https://wire.test/halden-chip")
        reader.entries[DAILY] += [chip("daily.test", "Norvik's new Halden chip runs inference on devices")]
        await clock.wait(HOUR)
        report = await gather(room)
        after = await room.store.archive.by_url("https://daily.test/halden-chip")

        assert before is not None
        assert after is not None
        assert after.ref == before.ref
        assert (report.new_stories, report.grown_stories) == (0, 1)
        assert [revision.number for revision in await room.store.archive.history(after.ref)] == [1, 2]


async def test_a_broken_feed_holds_up_no_other_and_is_visited_ever_more_slowly(tmp_path: Path) -> None:
    reader = GivenFeeds()
    reader.entries = {WIRE: [chip("wire.test")]}
    reader.broken = {SLOW: "took longer than 30 s"}
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, feeds=(SLOW, WIRE), reader=reader, clock=clock) as room:
        await gather(room)
        state = (await room.store.feeds.states())[SLOW]

        assert await titles(room) == ["Norvik unveils the Halden chip for on-device inference"]
        assert (state.health, state.reason) == (FeedHealth.FAILING, "took longer than 30 s")

        waits = []
        for _ in range(12):
            state = (await room.store.feeds.states())[SLOW]
            assert state.next_at is not None
            waits.append(state.next_at - clock.now())
            clock.move_to(state.next_at)
            await gather(room, only_due=True)

        assert waits[0] < waits[1] < waits[2]
        assert waits[-1] == timedelta(hours=24)
        assert state.failures == 12


async def test_what_feeds_brought_that_could_be_read_is_kept_before_the_others_are_visited(tmp_path: Path) -> None:
    kept: dict[str, list[str]] = {}

    class Looking(GivenFeeds):
        async def read(self, feed: Feed, state: FeedState) -> Reading:
            kept[feed.url] = await titles(room)
            return await super().read(feed, state)

    reader, clock = Looking(), VirtualClock()
    reader.entries, reader.broken = {WIRE: [], DAILY: []}, {SLOW: "the server took longer than 30 s"}
    async with newsroom(tmp_path, {}, feeds=(SLOW, WIRE), reader=reader, clock=clock) as room:
        await gather(room)
        reader.entries[WIRE] = [chip("wire.test")]
        clock.move_to(TUESDAY + HOUR)
        report = await gather(room)

        assert kept == {WIRE: [], SLOW: [chip("wire.test").title]}
        assert [one.feed.url for one in report.outcomes] == [SLOW, WIRE]
        assert (report.new_articles, report.new_stories) == (1, 1)


async def test_a_feed_that_works_again_is_fine_again_and_the_log_tells_each_turn_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.gather")
    reader = GivenFeeds()
    reader.broken = {WIRE: "the server answered 503"}
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, feeds=(WIRE,), reader=reader, clock=clock) as room:
        await gather(room)
        await gather(room)
        reader.broken.clear()
        reader.entries = {WIRE: [chip("wire.test")]}
        await clock.wait(HOUR * 3)
        await gather(room, only_due=True)
        await gather(room)
        [feed] = await room.feeds()
        state = (await room.store.feeds.states())[WIRE]

        assert (state.health, state.reason, state.failures) == (FeedHealth.FINE, "", 0)
        assert [one.getMessage() for one in caplog.records] == [
            f"{feed.name} cannot be read: the server answered 503",
            f"{feed.name} can be read again",
        ]
        assert await titles(room) == ["Norvik unveils the Halden chip for on-device inference"]


async def test_a_cold_start_of_old_articles_is_stored_and_floods_nobody(tmp_path: Path) -> None:
    reader = GivenFeeds()
    old = [
        entry(
            f"Report {number} on the year {1900 + number}",
            f"https://wire.test/{number}",
            published=TUESDAY - number * 3 * HOUR * 8,
        )
        for number in range(2, 60)
    ]
    undated = [entry(f"An undated note about subject {number}", f"https://wire.test/u{number}") for number in range(20)]
    reader.entries = {WIRE: [*old, *undated, chip("wire.test")]}
    async with newsroom(tmp_path, {}, feeds=(WIRE,), reader=reader) as room:
        report = await gather(room)
        fresh = await room.store.archive.window(TUESDAY - timedelta(hours=24), TUESDAY)

        assert report.new_articles == 79
        assert [story.title for story in fresh] == ["Norvik unveils the Halden chip for on-device inference"]


async def test_a_public_article_never_joins_a_private_story(tmp_path: Path) -> None:
    reader = GivenFeeds()
    reader.entries = {WIRE: [chip("wire.test")]}
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, feeds=(WIRE, DAILY), reader=reader, clock=clock) as room:
        await gather(room)
        story = await room.store.archive.by_url("https://wire.test/halden-chip")
        assert story is not None
        private = replace(story, workspaces=("slack:T1",))
        await room.store.archive.revise(private, reason="imported", at=clock.now())
        reader.entries[DAILY] = [chip("daily.test", "Norvik's new Halden chip runs inference on devices")]
        await clock.wait(HOUR)
        await gather(room)
        public = await room.store.archive.by_url("https://daily.test/halden-chip", workspace="slack:T2")

        assert public is not None
        assert public.ref != story.ref


class SlowFeeds(GivenFeeds):
    """Feeds that take their time: meanwhile, the hour of an edition comes."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        reading = await super().read(feed, state)
        await self._clock.wait(timedelta(seconds=40))
        return reading


async def test_an_article_that_arrives_while_an_edition_is_composed_is_dated_after_it(tmp_path: Path) -> None:
    clock = VirtualClock(TUESDAY - timedelta(seconds=10))
    reader = SlowFeeds(clock)
    async with newsroom(tmp_path, {}, feeds=(WIRE,), reader=reader, clock=clock) as room:
        reader.entries = {WIRE: [entry("An older report on something else", "https://wire.test/0")]}
        await gather(room)
        clock.move_to(TUESDAY - timedelta(seconds=10))
        reader.entries[WIRE] += [chip("wire.test")]
        await gather(room)
        story = await room.store.archive.by_url("https://wire.test/halden-chip")

        assert story is not None
        assert story.news_at > TUESDAY


async def test_a_feed_that_our_own_code_stumbles_over_costs_no_other_its_articles(tmp_path: Path) -> None:
    class Stumbling(GivenFeeds):
        async def read(self, feed: Feed, state: FeedState) -> Reading:
            if feed.url == WIRE:
                raise ValueError("a bug")
            return await super().read(feed, state)

    reader = Stumbling()
    reader.entries = {DAILY: [chip("daily.test")]}
    async with newsroom(tmp_path, {}, feeds=(WIRE, DAILY), reader=reader) as room:
        report = await gather(room)

        assert report.new_articles == 1
        failed = (await room.store.feeds.states())[WIRE]
        assert (failed.health, failed.reason) == (FeedHealth.FAILING, "Daybrief failed on it (ValueError)")
        assert failed.next_at is not None


def holding(folder: Path, what: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and what in path.read_bytes()]


async def test_a_feed_with_a_secret_in_its_address_is_read_and_kept_without_it(tmp_path: Path) -> None:
    url = "https://feeds.test/rss?page=2&token=vml73ctyxv2k"
    feeds = GivenFeeds()
    feeds.entries[url] = [entry("Norvik opens a laboratory", "https://feeds.test/1")]
    async with newsroom(tmp_path, {}, feeds=(url,), reader=feeds) as room:
        await gather(room)
        await gather(room)
        [(feed, state)] = await Desk(room).supply.feeds()

    assert feeds.visits == [url, url]
    assert (feed.url, state.articles) == (url, 1)
    assert not holding(tmp_path, b"vml73ctyxv2k")


async def test_a_feed_with_a_secret_in_its_address_is_not_added_to_the_database(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {}) as room:
        with pytest.raises(WrongUsage, match="declare it in the configuration"):
            await Desk(room).supply.add_feed(
                Feed(url="https://feeds.test/rss?token=vml73ctyxv2k", name="x", declared=False)
            )
        assert await Desk(room).supply.feeds() == ()
