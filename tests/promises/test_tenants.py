from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.model import Answer, Story
from bot.newsroom import Newsroom
from bot.ports import Archive, Ledger
from tests.articles import story as told
from tests.postgres import database
from tests.promises.marks import marked, marks
from tests.promises.table import Extent
from tests.promises.tenants import OPERATIONS, measure, play


class Leaky:
    """An archive that forgets in one of its answers who asks."""

    def __init__(self, archive: Archive, leak: str) -> None:
        self._archive, self._leak = archive, leak

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the archive has
        asked: Callable[..., Awaitable[object]] = getattr(self._archive, name)
        if name != self._leak:
            return asked

        async def answer(*arguments: Any, workspace: str | None = None, **options: Any) -> object:  # noqa: ANN401
            return await asked(*arguments, workspace="" if name == "restated" else None, **options)

        return answer

    async def as_read(self, stories: Sequence[Story], *, workspace: str) -> tuple[Story, ...]:
        if self._leak == "as_read":
            return tuple(stories)
        return await self._archive.as_read(stories, workspace=workspace)


def test_workspaces_see_nothing_of_one_another() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured
    assert " 0 readings" not in measured.figures
    assert " 0 messages" not in measured.figures
    assert " 0 imports refused" not in measured.figures


async def test_workspaces_see_nothing_of_one_another_in_postgres_either() -> None:
    from storage.postgres.opening import open_store

    with database() as url:
        run = await play(OPERATIONS[Extent.SMALL] // 4, opened=partial(open_store, url))

    assert not run.broken
    assert run.answers


@pytest.mark.parametrize("leak", ["by_ref", "by_title", "complete", "history", "restated", "as_read"])
async def test_a_leak_of_any_kind_would_be_seen(leak: str) -> None:
    def spoil(room: Newsroom) -> None:
        room.store.archive = Leaky(room.store.archive, leak)

    # Most withdrawals are kept out of editions by what they read when they leave; it may take many mornings.
    run = await play(2_000, spoil=spoil, enough=bool)

    assert run.broken


def _is_said(words: str, broken: list[str]) -> bool:
    return any(words in line for line in broken)


class Mixed:
    """An archive that adds an article of one workspace's story to what another one is shown."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._private: Story | None = None

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the archive has
        return getattr(self._archive, name)

    async def by_ref(self, ref: str, *, workspace: str | None = None) -> Story | None:
        whole = await self._archive.by_ref(ref)
        if whole and whole.workspaces and whole.articles:
            self._private = whole
        found = await self._archive.by_ref(ref, workspace=workspace)
        if found is None or self._private is None or not workspace or workspace in self._private.workspaces:
            return found
        return replace(found, articles=(*found.articles, self._private.articles[-1]))


async def test_one_article_of_another_workspace_s_story_would_be_seen() -> None:
    def spoil(room: Newsroom) -> None:
        room.store.archive = Mixed(room.store.archive)

    run = await play(1_000, spoil=spoil, enough=partial(_is_said, "texts of others"))

    assert _is_said("texts of others", run.broken)


class Muddled:
    """A ledger that forgets in one of its answers of which channel it is asked."""

    def __init__(self, ledger: Ledger, leak: str) -> None:
        self._ledger, self._leak = ledger, leak

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the ledger has
        asked: Callable[..., Awaitable[object]] = getattr(self._ledger, name)
        if name != self._leak:
            return asked

        async def answer(**options: Any) -> object:  # noqa: ANN401
            return await asked(**{**options, "subscription": None})

        return answer


async def test_another_workspace_s_delivery_would_be_seen() -> None:
    def spoil(room: Newsroom) -> None:
        room.store.ledger = Muddled(room.store.ledger, "deliveries")

    run = await play(1_000, spoil=spoil, enough=partial(_is_said, "was told of a delivery of"))

    assert _is_said("was told of a delivery of", run.broken)


def test_a_mark_is_seen_at_whatever_depth_of_an_answer() -> None:
    story = told("K7Q4", "wire.test")
    hidden = replace(
        story, articles=(replace(story.articles[0], extract="so z000007 said"),), sections=marked("z000009")
    )

    assert marks([Answer(asked="it", others=(hidden,))]) == {"z000007", "z000009"}
