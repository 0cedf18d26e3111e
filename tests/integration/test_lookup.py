"""Whatever somebody calls a story, they get it, or the nearest ones."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.admit import admit
from bot.lookup import look_up
from bot.manuscript import parse
from bot.model import Asker, SectionName
from bot.newsroom import Newsroom
from bot.publish import publish
from tests.fake_platform.posting import FakePlatform
from tests.fake_platform.server import FakeServer, FaultPlan, serve
from tests.newsroom import newsroom

ME = Asker()
STORIES = """Norvik opens a laboratory for self-improving agents

It is the first of its kind in the north.
Key Points
- 1The laboratory works without large clusters.
- 2It publishes everything.
Second-Order Effects
Data centres may be built elsewhere.
Source: https://wire.test/norvik-lab?utm_source=feed
---
Halden chip runs models on four watts

A small chip for large models.
Key Points
- 1Four watts are enough.
---
Regulators publish a draft on open weights

The draft asks for comments.
Key Points
- 1Comments are open for a month.
"""


@contextlib.asynccontextmanager
async def stocked(folder: Path) -> AsyncIterator[Newsroom]:
    runner, port = await serve(FakeServer(folder / "platform.jsonl", FaultPlan(latency=0)))
    adapter = FakePlatform(f"http://127.0.0.1:{port}")
    try:
        async with newsroom(folder, {"terminal": adapter}) as room:
            await admit(room, parse(STORIES, name="stories.txt"))
            await publish(room)
            yield room
    finally:
        await adapter.close()
        await runner.cleanup()


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("norvik laboratory", "Norvik opens a laboratory for self-improving agents"),
        ("NORVIK LAB", "Norvik opens a laboratory for self-improving agents"),
        ("norvk labratory self improving", "Norvik opens a laboratory for self-improving agents"),
        ("haldn chip", "Halden chip runs models on four watts"),
        ("https://www.wire.test/norvik-lab/", "Norvik opens a laboratory for self-improving agents"),
        ("regulators publish a draft on open weights", "Regulators publish a draft on open weights"),
    ],
)
async def test_a_story_is_found_by_words_with_typing_errors_and_by_url(tmp_path: Path, name: str, title: str) -> None:
    async with stocked(tmp_path) as room:
        answer = await look_up(room, name, None, ME)

        assert answer.story is not None
        assert answer.story.title == title


async def test_a_story_is_found_by_its_ref_in_any_case_and_by_its_number(tmp_path: Path) -> None:
    async with stocked(tmp_path) as room:
        edition = await room.store.ledger.latest_edition()
        assert edition is not None
        for shown in edition.stories:
            for name in (shown.ref, shown.ref.lower(), f" {shown.ref} ", str(shown.number), f"#{shown.number}"):
                answer = await look_up(room, name, None, ME)

                assert answer.story is not None, name
                assert answer.story.ref == shown.ref


@pytest.mark.parametrize("name", ["99", "ZZZZ", "", "   ", "https://wire.test/unknown", "\x00", "🦊🦊🦊", "a" * 5000])
async def test_what_does_not_exist_is_answered_without_a_story_and_without_an_error(tmp_path: Path, name: str) -> None:
    async with stocked(tmp_path) as room:
        answer = await look_up(room, name, SectionName.KEY_POINTS, ME)

        assert answer.story is None
        assert len(answer.nearest) <= 3


async def test_what_is_nearly_a_title_is_answered_with_the_nearest_three(tmp_path: Path) -> None:
    async with stocked(tmp_path) as room:
        answer = await look_up(room, "a laboratory for watts and drafts", None, ME)

        assert answer.story is None
        assert len(answer.nearest) == 3


async def test_a_number_beyond_the_latest_edition_is_answered_with_how_many_it_has(tmp_path: Path) -> None:
    async with stocked(tmp_path) as room:
        beyond = await look_up(room, "#9", None, ME)
        unserved = await look_up(room, "1", None, Asker(subscription=99))
        name = await look_up(room, "a laboratory for watts and drafts", None, ME)

        assert (beyond.story, beyond.because) == (None, "the latest edition has 3 stories")
        assert (unserved.story, unserved.because) == (None, "no edition has been posted yet")
        assert name.because == ""


async def test_a_section_that_nobody_wrote_is_known_to_be_absent(tmp_path: Path) -> None:
    async with stocked(tmp_path) as room:
        written = await look_up(room, "norvik laboratory", SectionName.SECOND_ORDER_EFFECTS, ME)
        absent = await look_up(room, "halden chip", SectionName.SECOND_ORDER_EFFECTS, ME)

        assert written.is_written
        assert absent.story is not None
        assert not absent.is_written


async def test_a_private_story_does_not_exist_for_another_workspace(tmp_path: Path) -> None:
    async with stocked(tmp_path) as room:
        story = (await look_up(room, "halden chip", None, ME)).story
        assert story is not None
        private = replace(story, workspaces=("slack:T1",))
        await room.store.archive.revise(private, reason="imported", at=room.clock.now())
        for name in ("halden chip", story.ref, story.title):
            theirs = await look_up(room, name, None, Asker(workspace="slack:T2"))
            ours = await look_up(room, name, None, Asker(workspace="slack:T1"))

            assert theirs.story is None
            assert story.ref not in {near.ref for near in theirs.nearest}
            assert ours.story is not None
