from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from bot.model import Story
from bot.newsroom import Newsroom
from bot.ports import Archive
from tests.promises.table import Extent
from tests.promises.tenants import measure, play


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


@pytest.mark.parametrize("leak", ["by_ref", "by_title", "complete", "history", "restated", "as_read"])
async def test_a_leak_of_any_kind_would_be_seen(leak: str) -> None:
    def spoil(room: Newsroom) -> None:
        room.store.archive = Leaky(room.store.archive, leak)

    # Most withdrawals are kept out of editions by what they read when they leave; it takes a few mornings.
    run = await play(2_000 if leak == "as_read" else 400, spoil=spoil)

    assert run.broken
