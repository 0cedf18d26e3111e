"""The morning is quoted from full texts and written by the model beforehand, and leaves on time whatever happens."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import brief, errands, prepare
from bot.desk import Desk
from bot.errors import BudgetSpent
from bot.fulltext import AGAIN_AFTER, PER_STORY, kept_texts, texts_of
from bot.model import Article, DeliveryState, Edition, Origin, SectionName, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Analyst, Draft
from bot.publish import post_now, publish
from tests.articles import article, story
from tests.clock import TUESDAY, HandClock
from tests.contract.values import intake
from tests.newsroom import newsroom, states
from tests.scripted import ScriptedPlatform, fails
from tests.scripted_writer import GivenPages, ScriptedWriter, broken

MINUTE = timedelta(minutes=1)
EIGHT = TUESDAY
BEFORE = EIGHT - timedelta(minutes=5)
LONG = (
    "Norvik makes the Halden chip in Tromsø. It runs models of 8 billion parameters on 4 watts. "
    "Orrery is the first customer, and takes 20,000 of them."
)


@dataclass(kw_only=True)
class Morning:
    """A newsroom whose channels are due at eight, with a model and pages."""

    room: Newsroom
    clock: HandClock
    writer: ScriptedWriter
    pages: GivenPages
    platform: ScriptedPlatform

    async def news(self, title: str, *publishers: str) -> Story:
        made = replace(story("", *publishers, title=title), takeaway="", articles=())
        told = tuple(article(title, one, extract="Norvik has a new chip, it says.") for one in publishers)
        [kept] = await self.room.store.archive.admit(intake(replace(made, articles=told)))
        return kept

    async def now(self, ref: str) -> Story:
        found = await self.room.store.archive.by_ref(ref)
        assert found is not None
        return found

    def posted(self) -> list[Edition]:
        return [edition for _, _, edition in self.platform.posts]


class Counting:
    """An analyst that counts how often it is asked."""

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self.drafts = 0

    async def draft(self, stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
        self.drafts += 1
        return await self._analyst.draft(stories)


@contextlib.asynccontextmanager
async def morning(folder: Path, *, channels: int = 1, is_early: bool = False) -> AsyncIterator[Morning]:
    clock = HandClock(BEFORE if is_early else EIGHT)
    platform, writer, pages = ScriptedPlatform(), ScriptedWriter(), GivenPages()
    async with newsroom(folder, {"terminal": platform}, channels=channels, clock=clock) as room:
        room.writer, room.pages = writer, pages
        yield Morning(room=room, clock=clock, writer=writer, pages=pages, platform=platform)
        await room.errands.close()


async def began(calls: Sequence[object], times: int = 1) -> None:
    """Return once so many calls have come in."""
    async with asyncio.timeout(5):
        while len(calls) < times:  # noqa: ASYNC110  # a fake says nothing when it is called
            await asyncio.sleep(0.005)


async def test_what_an_edition_shows_is_written_before_it_is_composed(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")

        await publish(there.room)

        [edition] = there.posted()
        assert [one.title for one in edition.stories] == ["Briefly: Norvik unveils the Halden chip"]
        assert (await there.now(kept.ref)).analyst == there.writer.name
        assert await states(there.room) == [(DeliveryState.SENT, "")]


async def test_only_what_is_shown_is_written_and_only_once(tmp_path: Path) -> None:
    async with morning(tmp_path, channels=3) as there:
        for number in range(9):
            await there.news(f"Company {number} opens office {number}", f"p{number}.test")

        await publish(there.room)
        there.clock.move_to(EIGHT + MINUTE)
        await publish(there.room)

        shown = {one.ref for edition in there.posted() for one in edition.stories}
        assert len(shown) == 5
        assert sorted(there.writer.asked("brief")) == sorted(shown)
        assert there.writer.most_at_once <= 4
        assert len(there.writer.asked("weigh")) == 1


async def test_a_slow_model_does_not_keep_the_morning_waiting_longer_than_the_deadline(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.may_go_on.clear()
        posting = asyncio.create_task(publish(there.room))
        await began(there.writer.calls)
        there.clock.move_to(EIGHT + timedelta(seconds=44))
        await asyncio.sleep(0.02)
        assert there.posted() == []

        there.clock.move_to(EIGHT + there.room.config.analyst.deadline)
        async with asyncio.timeout(5):
            await posting

        [edition] = there.posted()
        assert [one.title for one in edition.stories] == ["Norvik unveils the Halden chip"]
        assert not edition.delayed
        there.writer.may_go_on.set()
        there.clock.move_to(EIGHT + MINUTE)
        await publish(there.room)
        assert len(there.posted()) == 1
        assert (await there.now(kept.ref)).status is StoryStatus.CURRENT


async def test_what_is_under_way_already_waits_for_no_model(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        [first] = await there.room.store.subscriptions.all()
        there.platform.on_post = [fails("unknown")]
        await post_now(there.room, first)
        [delivery] = await there.room.store.ledger.deliveries()
        assert delivery.state is DeliveryState.SENDING

        other = replace(first, id=0, declared=False, channel=replace(first.channel, id="late", name="late"), since=None)
        there.clock.move_to(EIGHT + MINUTE)
        await there.room.store.subscriptions.subscribe(other)
        await there.news("Halden sues Norvik", "daily.test")
        there.writer.may_go_on.clear()
        posting = asyncio.create_task(publish(there.room))

        await there.platform.has_posted("ai-news")
        assert all(name != "late" for name, _, _ in there.platform.posts)
        there.writer.may_go_on.set()
        await posting
        assert "late" in {name for name, _, _ in there.platform.posts}


@pytest.mark.parametrize("error", [broken(), BudgetSpent("spent"), ZeroDivisionError("none of ours")])
async def test_a_model_that_fails_costs_nobody_the_morning(tmp_path: Path, error: Exception) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.fails = error

        await publish(there.room)

        [edition] = there.posted()
        assert [one.title for one in edition.stories] == ["Norvik unveils the Halden chip"]


async def test_a_fault_in_preparing_itself_costs_nobody_the_morning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")

        class Odd(ScriptedWriter):
            async def may_write(self) -> bool:
                raise ZeroDivisionError

        class OddPages(GivenPages):
            async def read(self, article: object) -> str:
                raise ZeroDivisionError

        there.room.writer, there.room.pages = Odd(), OddPages()
        with caplog.at_level(logging.ERROR):
            await publish(there.room)

        assert len(there.posted()) == 1
        assert "ZeroDivisionError" in caplog.text


async def test_without_budget_the_model_is_not_even_asked(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.is_solvent = False

        await publish(there.room)

        assert there.writer.calls == []
        assert len(there.posted()) == 1


async def test_full_texts_are_read_once_and_quoted_in_place_of_extracts(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        there.room.writer = None
        kept = await there.news("Norvik unveils the Halden chip", "wire.test", "daily.test")
        there.pages.texts = {kept.articles[0].url: LONG}

        await publish(there.room)

        after = await there.now(kept.ref)
        assert "4 watts" in after.takeaway + " ".join(point.text for point in after.sections.key_points)
        assert after.analyst == "extractive"
        assert [one.extract for one in after.articles] == [one.extract for one in kept.articles]
        assert [one.takeaway for one in there.posted()[0].stories] == [after.takeaway]
        assert [one.reason for one in await there.room.store.archive.history(kept.ref)] == ["gathered", "quoted"]
        pages = await there.room.store.archive.pages([one.key for one in kept.articles])
        assert {one.reason for one in pages.values()} == {"", "it needs a subscription"}

        there.clock.move_to(EIGHT + timedelta(hours=23))
        await prepare.prepare_ahead(there.room)
        assert len(there.pages.visits) == 2


async def test_a_page_without_text_is_tried_again_after_a_day(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        for minutes_before in (1440, 1, 0):
            there.clock.move_to(EIGHT + AGAIN_AFTER - minutes_before * MINUTE)
            there.pages.texts = {kept.articles[0].url: LONG} if not minutes_before else {}

            texts = await texts_of(there.room, kept)

            assert texts == ({kept.articles[0].key: LONG} if not minutes_before else {})
            assert len(there.pages.visits) == (1 if minutes_before else 2)


async def test_of_a_story_at_most_four_pages_are_read_each_of_another_publisher(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", *(f"p{number}.test" for number in range(6)))
        copy = kept.articles[0].key
        await there.room.store.archive.change(
            kept.ref, lambda now: replace(now, copies=(copy,)), reason="-", at=there.clock.now()
        )

        await publish(there.room)

        assert len(there.pages.visits) == PER_STORY
        assert kept.articles[0].url not in there.pages.visits


async def test_a_page_that_hangs_keeps_neither_the_model_nor_the_morning(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.pages.hangs = {kept.articles[0].url}
        posting = asyncio.create_task(publish(there.room))
        await began(there.pages.visits)

        there.clock.move_to(EIGHT + there.room.config.analyst.deadline)
        async with asyncio.timeout(5):
            await posting

        assert len(there.posted()) == 1


async def test_editions_are_prepared_before_their_hour_so_that_none_has_to_wait(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")

        await Desk(there.room).rounds.prepare()
        assert len(there.writer.asked("brief")) == 1
        there.writer.may_go_on.clear()
        there.clock.move_to(EIGHT)
        await publish(there.room)

        [edition] = there.posted()
        assert [one.title for one in edition.stories] == ["Briefly: Norvik unveils the Halden chip"]
        assert len(there.writer.asked("brief")) == 1


async def test_nothing_is_prepared_for_an_hour_that_is_far_or_for_a_date_that_has_had_its_edition(
    tmp_path: Path,
) -> None:
    async with morning(tmp_path, is_early=True) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.clock.move_to(EIGHT - prepare.AHEAD - MINUTE)
        await prepare.prepare_ahead(there.room)
        assert there.writer.calls == []

        [one] = await there.room.store.subscriptions.all()
        assert await post_now(there.room, one)
        assert len(there.writer.asked("brief")) == 1
        await there.news("Halden sues Norvik", "daily.test")
        there.clock.move_to(BEFORE)
        await prepare.prepare_ahead(there.room)
        await post_now(there.room, one)
        assert len(there.writer.asked("brief")) == 1


async def test_a_story_that_the_model_cannot_write_is_not_shown_to_it_every_minute(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.fails = broken()
        for minute in range(5):
            there.clock.move_to(BEFORE + minute * MINUTE)
            await prepare.prepare_ahead(there.room)
        assert len(there.writer.asked("brief")) == len(there.writer.asked("weigh")) == 1

        there.writer.fails = None
        there.clock.move_to(BEFORE + brief.RESTS)
        await publish(there.room)
        assert len(there.writer.asked("brief")) == 2


async def test_significance_is_asked_once_and_kept(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.weights = {kept.title: 4}

        await publish(there.room)

        assert (await there.now(kept.ref)).significance == 4
        there.clock.move_to(EIGHT + timedelta(hours=23, minutes=55))
        await prepare.prepare_ahead(there.room)
        assert len(there.writer.asked("weigh")) == 1


async def test_rounds_that_overlap_ask_for_each_story_once(tmp_path: Path) -> None:
    async with morning(tmp_path, channels=2) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.may_go_on.clear()
        rounds = [asyncio.create_task(publish(there.room)) for _ in range(3)]
        await began(there.writer.calls)
        there.writer.may_go_on.set()
        await asyncio.gather(*rounds)

        assert len(there.writer.asked("brief")) == 1
        assert sorted(name for name, _, _ in there.platform.posts) == ["ai-news", "c1"]


async def test_what_grows_while_the_model_writes_is_left_to_the_next_time(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.holds = frozenset({"brief"})
        there.writer.may_go_on.clear()
        preparing = asyncio.create_task(prepare.prepare_ahead(there.room))
        async with asyncio.timeout(5):
            while not there.writer.asked("brief"):  # noqa: ASYNC110  # a fake says nothing when it is called
                await asyncio.sleep(0.005)
        grown = replace(kept, title="Grown", articles=(*kept.articles, article("More", "daily.test")))
        await there.room.store.archive.admit(intake(grown))
        there.writer.may_go_on.set()
        await preparing
        assert (await there.now(kept.ref)).title == "Grown"

        await prepare.prepare_ahead(there.room)
        assert (await there.now(kept.ref)).title == "Briefly: Grown"


async def test_what_grows_while_its_pages_are_read_is_not_quoted_as_it_was(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        there.room.writer = None
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.pages.texts = {kept.articles[0].url: LONG}
        there.pages.hangs = {kept.articles[0].url}
        preparing = asyncio.create_task(prepare.prepare_ahead(there.room))
        await began(there.pages.visits)
        grown = replace(kept, title="Grown", articles=(*kept.articles, article("More", "daily.test")))
        await there.room.store.archive.admit(intake(grown))
        there.pages.may_go_on.set()
        await preparing

        assert (await there.now(kept.ref)).title == "Grown"


async def test_a_story_is_quoted_anew_only_when_there_is_something_new_to_quote(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        there.room.writer = None
        analyst = Counting(there.room.analyst)
        there.room.analyst = analyst
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.pages.texts = {kept.articles[0].url: LONG}
        for minute in range(4):
            there.clock.move_to(BEFORE + minute * MINUTE)
            await prepare.prepare_ahead(there.room)

        assert analyst.drafts == 1


@pytest.mark.parametrize("weight", [0, 6, -1])
async def test_a_weight_that_is_none_is_kept_for_no_story(tmp_path: Path, weight: int) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.weights = {kept.title: weight}

        await publish(there.room)

        found = await there.room.store.archive.by_ref(kept.ref)
        assert found is not None
        assert found.significance is None


async def test_only_the_best_are_read_and_weighed_and_nothing_that_a_person_brought(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        by_hand = story("", "ours.test", title="Halden writes itself", origin=Origin.IMPORT, at=EIGHT - MINUTE)
        brought = await there.room.store.archive.revise(by_hand, reason="imported", at=by_hand.news_at)
        for number in range(25):
            await there.news(f"Company {number} opens office {number}", f"p{number}.test")

        await publish(there.room)

        [weighed] = there.writer.asked("weigh")
        assert brought.ref not in weighed.split()
        assert len(weighed.split()) == prepare.CANDIDATES - 1
        assert len(there.pages.visits) == prepare.CANDIDATES - 1
        assert brought.ref in {one.ref for one in there.posted()[0].stories}
        assert brought.ref not in there.writer.asked("brief")


async def test_a_few_pages_are_read_at_once_and_the_others_wait(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        count = errands.PAGES_AT_ONCE + 2
        told = [await there.news(f"Company {number} opens", f"p{number}.test") for number in range(count)]
        there.pages.hangs = {one.articles[0].url for one in told}
        reading = asyncio.gather(*(texts_of(there.room, one) for one in told))
        await began(there.pages.visits, errands.PAGES_AT_ONCE)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(there.pages.visits) == errands.PAGES_AT_ONCE

        there.pages.may_go_on.set()
        await reading
        assert len(there.pages.visits) == count


async def test_no_page_is_read_for_a_story_that_only_some_may_see_and_one_for_each_publisher(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        again = article("The Halden chip is there", "wire.test")

        assert await texts_of(there.room, replace(kept, workspaces=("slack:T1",))) == {}
        assert there.pages.visits == []
        await texts_of(there.room, replace(kept, articles=(*kept.articles, again)))
        assert len(there.pages.visits) == 1


async def test_a_fault_in_reading_a_page_is_kept_as_the_reason_why_there_is_none(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        there.pages.fails = ZeroDivisionError("none of ours")

        assert await texts_of(there.room, kept) == {}

        [page] = (await there.room.store.archive.pages([kept.articles[0].key])).values()
        assert page.reason == "Daybrief failed on it (ZeroDivisionError)"


async def test_a_paused_channel_is_not_prepared(tmp_path: Path) -> None:
    async with morning(tmp_path, is_early=True) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        [one] = await there.room.store.subscriptions.all()
        await there.room.store.subscriptions.pause(one.id, "by hand")

        await prepare.prepare_ahead(there.room)

        assert there.writer.calls == []


@pytest.mark.parametrize("is_solvent", [True, False])
async def test_an_edition_offers_what_the_model_would_write_and_nothing_without_budget(
    tmp_path: Path, *, is_solvent: bool
) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.is_solvent = is_solvent

        await publish(there.room)

        [[shown]] = [edition.stories for edition in there.posted()]
        assert (SectionName.SECOND_ORDER_EFFECTS in shown.sections) is is_solvent


async def test_a_replay_reads_no_pages_and_asks_no_model(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.room.replayed = EIGHT

        await publish(there.room)

        assert (there.writer.calls, there.pages.visits) == ([], [])
        assert len(there.posted()) == 1


async def test_a_replay_reads_no_full_text_and_uses_none_that_is_kept(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        kept = await there.news("Norvik unveils the Halden chip", "wire.test")
        other = await there.news("Halden sues Norvik", "daily.test")
        there.pages.texts = {one.articles[0].url: LONG for one in (kept, other)}
        assert await texts_of(there.room, kept) == await kept_texts(there.room, kept) == {kept.articles[0].key: LONG}

        there.room.replayed = EIGHT

        assert await kept_texts(there.room, kept) == await texts_of(there.room, kept) == {}
        assert await texts_of(there.room, other) == {}
        assert there.pages.visits == [kept.articles[0].url]


async def test_a_story_that_only_some_may_see_is_shown_to_them_and_to_no_model(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        private = replace(story("", "wire.test", title="Halden chips for Norvik alone"), workspaces=("terminal:local",))
        kept = await there.room.store.archive.revise(private, reason="imported", at=private.news_at)
        await there.news("Norvik unveils the Halden chip", "daily.test")

        await publish(there.room)

        assert kept.ref in {one.ref for edition in there.posted() for one in edition.stories}
        assert there.writer.calls
        assert kept.ref not in " ".join(ref for _, ref in there.writer.calls)


async def test_a_bot_that_stops_drops_what_is_being_written(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.may_go_on.clear()
        posting = asyncio.create_task(publish(there.room))
        await began(there.writer.calls)

        Desk(there.room).shift.stop()
        await posting

        assert there.posted() == []
        assert await states(there.room) == []


async def test_a_bot_that_dies_while_it_prepares_loses_no_morning_and_begins_where_it_was(tmp_path: Path) -> None:
    async with morning(tmp_path) as there:
        await there.news("Norvik unveils the Halden chip", "wire.test")
        there.writer.holds = frozenset({"brief"})
        there.writer.may_go_on.clear()
        posting = asyncio.create_task(publish(there.room))
        await began(there.writer.calls, 2)
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)

    async with morning(tmp_path) as again:
        await publish(again.room)

        [edition] = again.posted()
        assert [one.title for one in edition.stories] == ["Briefly: Norvik unveils the Halden chip"]
        assert await states(again.room) == [(DeliveryState.SENT, "")]
