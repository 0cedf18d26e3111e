"""What any writer must do; a new one is one line in ``WRITERS``."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.errors import AnalystFailed
from bot.model import SectionName
from bot.ports import Writer
from tests.fake_model import Prompt, Reply, says
from tests.fake_model.obeying import honest
from tests.scripted_writer import ScriptedWriter, broken
from tests.writing import STORY, writing

Opened = contextlib.AbstractAsyncContextManager[tuple[Writer, Callable[[], None]]]
"""A writer, and what makes all its calls fail from then on."""


@contextlib.asynccontextmanager
async def of_a_model(folder: Path) -> AsyncIterator[tuple[Writer, Callable[[], None]]]:
    def answered(prompt: Prompt) -> Reply:
        if prompt.asks_for & {"takeaway", "what_changed"}:
            return says(honest(prompt))
        numbers = list(prompt.lines)
        if "significance" in prompt.asks_for:
            return says({"stories": [{"number": number, "significance": 3} for number in numbers]})
        return says({"pairs": [{"number": number, "same": False} for number in numbers]})

    async with writing(folder, answered) as desk:

        def fail() -> None:
            desk.model.script = lambda _: Reply(status=503)

        yield desk.writer, fail


@contextlib.asynccontextmanager
async def scripted(_: Path) -> AsyncIterator[tuple[Writer, Callable[[], None]]]:
    writer = ScriptedWriter()
    writer.weights[STORY.title] = 3

    def fail() -> None:
        writer.fails = broken()

    yield writer, fail


WRITERS: dict[str, Callable[[Path], Opened]] = {"of a model": of_a_model, "scripted": scripted}


@pytest.fixture(params=WRITERS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opened:
    return WRITERS[request.param](tmp_path)


async def test_a_brief_is_signed_and_its_points_name_articles_of_the_story(opened: Opened) -> None:
    async with opened as (writer, _):
        draft = await writer.brief(STORY, {})

        assert draft.title
        assert draft.takeaway
        assert draft.analyst == writer.name
        assert draft.key_points
        assert {url for one in draft.key_points for url in one.sources} <= {one.url for one in STORY.articles}


async def test_it_writes_the_sections_that_it_says_it_can_and_no_other(opened: Opened) -> None:
    async with opened as (writer, _):
        written = set((await writer.write(STORY, {})).written())

        assert written <= writer.sections
        assert SectionName.KEY_POINTS not in writer.sections
        assert written


async def test_weights_are_whole_numbers_from_one_to_five_by_ref(opened: Opened) -> None:
    async with opened as (writer, _):
        assert await writer.weigh([STORY]) == {STORY.ref: 3}
        assert await writer.weigh([]) == {}


async def test_each_pair_gets_a_verdict_or_none(opened: Opened) -> None:
    first, second = STORY.articles
    async with opened as (writer, _):
        verdicts = await writer.same_event([(first, second), (second, first)])

        assert len(verdicts) == 2
        assert set(verdicts) <= {True, False, None}
        assert await writer.same_event([]) == ()


async def test_whatever_goes_wrong_is_a_sentence_and_may_write_says_only_whether_there_is_money(opened: Opened) -> None:
    async with opened as (writer, fail):
        fail()

        assert await writer.may_write()
        with pytest.raises(AnalystFailed):
            await writer.brief(STORY, {})
        with pytest.raises(AnalystFailed):
            await writer.write(STORY, {})
        with pytest.raises(AnalystFailed):
            await writer.weigh([STORY])
