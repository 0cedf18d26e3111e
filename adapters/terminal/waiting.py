"""A line on standard error while somebody waits; it is gone when there is an answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from rich.console import Console

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
