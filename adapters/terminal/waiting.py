"""A line on standard error while somebody waits; it is gone when there is an answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot import wording
from bot.model import Answer

_SOON = 1.0
"""Seconds within which nobody need be told that something takes time."""


@contextlib.asynccontextmanager
async def for_answer(asked: Answer, console: Console | None = None) -> AsyncIterator[None]:
    """Within, what *asked* waits for is named once it takes longer than a second; where nobody reads, nothing is."""
    shown = console or Console(stderr=True)
    if not (asked.is_awaited and asked.story and asked.section):
        yield
        return
    async with for_work(wording.being_written(asked.story, asked.section), shown):
        yield


@contextlib.asynccontextmanager
async def for_work(sentence: str, console: Console | None = None) -> AsyncIterator[None]:
    """Within, *sentence* is shown once it takes longer than a second; where nobody reads, nothing is."""
    shown = console or Console(stderr=True)
    if not shown.is_terminal:
        yield
        return
    status = shown.status(sentence)
    later = asyncio.get_running_loop().call_later(_SOON, status.start)
    try:
        yield
    finally:
        later.cancel()
        status.stop()


@contextlib.asynccontextmanager
async def for_many(doing: str, console: Console | None = None) -> AsyncIterator[Callable[[int, int], None]]:
    """Within, a bar says how far *doing* something many times is, once it takes longer than a second; where nobody
    reads, nothing is. What it gives is told how many are done, of how many.
    """
    shown = console or Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=shown, transient=True, disable=not shown.is_terminal)
    task = bar.add_task("", total=None)
    later: asyncio.TimerHandle | None = None

    def told(done: int, of: int) -> None:
        nonlocal later
        later = later or asyncio.get_running_loop().call_later(_SOON, bar.start)
        bar.update(task, completed=done, total=of)

    try:
        yield told
    finally:
        if later:
            later.cancel()
        bar.stop()
