"""What grouping goes by in a real round: meaning where there is any, and a model where it is close."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.errors import AnalystFailed, DaybriefError
from bot.gather import gather
from bot.model import Article, StoryStatus
from bot.newsroom import Newsroom
from bot.placing import CLOSE_CALLS, DEADLINE, place
from bot.ports import Search
from tests.articles import article
from tests.clock import TUESDAY
from tests.newsroom import GivenFeeds, entry, newsroom
from tests.scripted_writer import ScriptedWriter

FAR = [article("Norvik unveils a chip", "wire.test"), article("New silicon shown in Oslo", "daily.test")]
CLOSE = [
    article("Norvik signs a lease for a larger office in Oslo harbour", "wire.test"),
    article("Fishermen protest loudly as Norvik plans a tower and a pier in Oslo", "daily.test"),
    article("Regulators publish a draft on open model weights", "wire.test"),
    article("Lattice raises money for a data centre in the north", "daily.test"),
    article("A study counts the cost of synthetic training data", "ledger.test"),
    article("Orrery Labs opens its evaluation suite", "harbour.test"),
]


class Alike:
    """Implements ``bot.ports.Meaning``: everything means the same."""

    def __init__(self, trouble: str = "") -> None:
        self.trouble = trouble
        self.asked: list[tuple[str, ...]] = []

    async def of(self, titles: Sequence[str]) -> tuple[bytes, ...]:
        self.asked.append(tuple(titles))
        if self.trouble:
            raise DaybriefError(self.trouble)
        return (np.array([1, 0], dtype="<f4").tobytes(),) * len(titles)


class Judge(ScriptedWriter):
    """A model that says the same of every pair."""

    def __init__(self, says: bool | None) -> None:
        super().__init__()
        self.says = says
        self.pairs: list[tuple[Article, Article]] = []

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        self.pairs += pairs
        if self.fails:
            raise self.fails
        return (self.says,) * len(pairs)


async def stories(room: Newsroom, articles: Sequence[Article]) -> int:
    return len((await place(room, articles, ())).founded)


async def test_meaning_joins_titles_that_share_no_word(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {}) as room:
        assert await stories(room, FAR) == 2
        room.meaning = Alike()
        assert await stories(room, FAR) == 1


async def test_without_the_model_of_meaning_the_words_decide_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with newsroom(tmp_path, {}) as room:
        room.meaning = Alike("model.onnx is not the file that Daybrief knows")

        assert await stories(room, FAR) == 2
        assert "by their words alone: model.onnx is not the file that Daybrief knows" in caplog.text


@pytest.mark.parametrize(("says", "expected"), [(True, 5), (False, 6), (None, 5)])
async def test_a_model_decides_where_it_is_close(tmp_path: Path, says: bool | None, expected: int) -> None:
    async with newsroom(tmp_path, {}) as room:
        room.writer = judge = Judge(says)

        assert await stories(room, CLOSE) == expected
        assert [{one.key, other.key} for one, other in judge.pairs] == [{CLOSE[0].key, CLOSE[1].key}]
        assert len(judge.pairs) <= CLOSE_CALLS


async def test_a_model_that_fails_or_may_not_be_asked_changes_nothing(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {}) as room:
        alone = await stories(room, CLOSE)
        room.writer = failing = Judge(False)
        failing.fails = AnalystFailed("the model is not there")
        assert await stories(room, CLOSE) == alone
        assert failing.pairs

        room.writer = spent = Judge(False)
        spent.is_solvent = False
        assert await stories(room, CLOSE) == alone
        assert not spent.pairs


async def test_copies_are_found_when_a_story_is_founded_and_when_it_grows(tmp_path: Path) -> None:
    wire, daily, slow = "https://wire.test/feed", "https://reddit.com/feed", "https://msn.com/feed"
    title = "Norvik unveils the Halden chip for phones"
    reader = GivenFeeds()
    reader.entries = {
        wire: [entry(title, "https://wire.test/1", published=TUESDAY)],
        daily: [entry(title, "https://reddit.com/1", published=TUESDAY)],
    }
    async with newsroom(tmp_path, {}, feeds=(wire, daily, slow), reader=reader) as room:
        await gather(room)
        (founded,) = await room.store.archive.search(Search())
        reader.entries[slow] = [entry(f"{title} today", "https://msn.com/1", published=TUESDAY)]
        await gather(room)
        (grown,) = await room.store.archive.search(Search())

    assert (len(founded.articles), founded.publishers, len(founded.copies)) == (2, 1, 1)
    assert (len(grown.articles), grown.publishers, len(grown.copies)) == (3, 1, 2)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("bot.wiring", ("onnxruntime", "tokenizers", "publicsuffixlist")),
        ("bot.gather", ("numpy",)),  # sqlite-utils loads it for itself, wherever it is installed
        ("adapters.meaning.texts", ("numpy",)),
    ],
)
def test_the_bot_itself_loads_nothing_that_only_workers_need(module: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print([name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


async def test_a_round_that_waits_too_long_for_a_model_goes_on_without(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    class Slow(Judge):
        async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
            await asyncio.Event().wait()
            raise AssertionError

    caplog.set_level("INFO")
    async with newsroom(tmp_path, {}) as room:
        alone = await stories(room, CLOSE)
        room.writer = Slow(False)

        async with asyncio.timeout(5):
            assert await stories(room, CLOSE) == alone
        assert "it took too long" in caplog.text


async def never(*_: object) -> object:
    await asyncio.Event().wait()
    raise AssertionError


def failing(trouble: Exception) -> Callable[..., Awaitable[object]]:
    async def fail(*_: object) -> object:
        raise trouble

    return fail


def giving(*vectors: bytes) -> Callable[..., Awaitable[object]]:
    async def give(*_: object) -> object:
        return vectors

    return give


NOT_A_NUMBER = np.full(2, np.nan, dtype="<f4").tobytes()


@pytest.mark.parametrize(
    "of",
    [
        never,
        failing(TypeError("x")),
        giving(b""),
        giving(b"", b""),
        giving(b"abc", b"abc"),
        giving(bytes(8), bytes(12)),
        giving(NOT_A_NUMBER, NOT_A_NUMBER),
    ],
)
async def test_whatever_a_model_of_meaning_does_the_words_decide(
    tmp_path: Path, of: Callable[..., Awaitable[object]]
) -> None:
    same = [article("Norvik unveils the Halden chip", f"{name}.test") for name in ("wire", "daily")]
    same[1] = replace(same[1], extract="So it says.")  # or they would have one gist
    async with newsroom(tmp_path, {}) as room:
        room.meaning = Alike()
        room.meaning.of = of  # type: ignore[method-assign,assignment]

        assert await stories(room, same) == 1
        assert await stories(room, FAR) == 2


@pytest.mark.parametrize("run", [never, failing(DaybriefError("it ran out of time")), failing(TypeError("x"))])
async def test_articles_that_cannot_be_compared_found_a_story_each(
    tmp_path: Path, run: Callable[..., Awaitable[object]], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        async def run(self, *arguments: object) -> object:
            return await run(*arguments)

    async with newsroom(tmp_path, {}) as room:
        room.workers = Broken()  # type: ignore[assignment]

        assert await stories(room, CLOSE) == len(CLOSE)
        assert caplog.text.count("not compared in this round") == 1


@pytest.mark.parametrize("ask", [never, failing(RuntimeError("x")), giving(), giving(b"", b"", b"")])
@pytest.mark.parametrize("which", ["may_write", "same_event"])
async def test_whatever_a_writer_does_likeness_decides(
    tmp_path: Path, which: str, ask: Callable[..., Awaitable[object]]
) -> None:
    async with newsroom(tmp_path, {}) as room:
        alone = await stories(room, CLOSE)
        room.writer = Judge(None)
        setattr(room.writer, which, ask)

        assert await stories(room, CLOSE) == alone


async def test_placing_is_over_after_a_minute_however_many_answers_take_long(tmp_path: Path) -> None:
    async with newsroom(tmp_path, {}) as room:
        room.meaning, room.writer = Alike(), Judge(None)
        room.meaning.of = room.writer.may_write = room.writer.same_event = never  # type: ignore[assignment,method-assign]
        began = room.clock.elapsed()

        await place(room, CLOSE, ())

        assert room.clock.elapsed() - began <= DEADLINE


async def test_what_things_mean_is_worked_out_before_anybody_has_to_wait(tmp_path: Path) -> None:
    held: list[bool] = []

    class Watched(Alike):
        async def of(self, titles: Sequence[str]) -> tuple[bytes, ...]:
            held.append(room.keeping.locked())
            return await super().of(titles)

    feed, reader = "https://wire.test/feed", GivenFeeds()
    reader.entries[feed] = [entry("Norvik unveils the Halden chip", "https://wire.test/1", published=TUESDAY)]
    async with newsroom(tmp_path, {}, feeds=(feed,), reader=reader) as room:
        room.meaning = meaning = Watched()
        await gather(room)

    assert held == [False, True]
    assert meaning.asked[0] == meaning.asked[1]


async def test_news_does_not_vanish_into_a_withdrawn_story(tmp_path: Path) -> None:
    feed, reader, title = "https://wire.test/feed", GivenFeeds(), "Norvik unveils the Halden chip for phones"
    reader.entries[feed] = [entry(title, "https://wire.test/1", published=TUESDAY)]
    async with newsroom(tmp_path, {}, feeds=(feed,), reader=reader) as room:
        await gather(room)
        (story,) = await room.store.archive.search(Search())
        await room.store.archive.change(
            story.ref, lambda now: replace(now, status=StoryStatus.WITHDRAWN), reason="-", at=TUESDAY
        )
        reader.entries[feed] = [entry(title, "https://daily.test/1", published=TUESDAY)]
        await gather(room)

        assert [len(one.articles) for one in await room.store.archive.search(Search())] == [1]
