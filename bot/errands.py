"""What is being fetched or written just now: each once, however many wait for it; and what came of it lately."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from datetime import timedelta
from typing import Any, TypeVar

from bot.errors import AnalystFailed
from bot.ports import Clock

PAGES_AT_ONCE = 40
"""Pages of articles that are asked for at the same time. Most of these only wait for their host's turn, which lets one
page through every few seconds: a few places would all be taken by one slow host.
"""
BRIEFS_AT_ONCE = 4
"""Stories that a model writes for the morning at the same time; those that somebody asks for do not wait for them."""
_REMEMBERED = 2_000

_STOPPING = "Daybrief is being stopped; ask again in a minute"

Result = TypeVar("Result")


class Errands:
    """Shared by everybody in a process; for one event loop."""

    def __init__(self) -> None:
        self.pages = asyncio.Semaphore(PAGES_AT_ONCE)
        self.briefs = asyncio.Semaphore(BRIEFS_AT_ONCE)
        self._under_way: dict[Hashable, asyncio.Task[Any]] = {}
        self._memory: dict[Hashable, object] = {}
        self._is_over = False

    async def run(self, name: Hashable, errand: Callable[[], Awaitable[Result]]) -> Result:
        """What *errand* gives; where one of this *name* is under way, what that one gives.

        Whoever stops waiting disturbs nobody else: the errand goes on, and what it brings is kept for the next.

        Raises:
            AnalystFailed: the bot is being stopped.
        """
        if self._is_over:
            raise AnalystFailed(_STOPPING)
        task = self._under_way.get(name)
        if task is None:
            task = asyncio.ensure_future(errand())
            self._under_way[name] = task
            task.add_done_callback(lambda done: self._ended(name, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            asker = asyncio.current_task()
            if not task.cancelled() or (asker and asker.cancelling()):
                raise
            raise AnalystFailed(_STOPPING) from None

    def remember(self, name: Hashable, what: object) -> None:
        """Keep *what* came of it in mind, for as long as the process lives or until too much else has come."""
        self._memory.pop(name, None)
        self._memory[name] = what
        while len(self._memory) > _REMEMBERED:
            del self._memory[next(iter(self._memory))]

    def recall(self, name: Hashable) -> object:
        """What came of it; None: nothing is known."""
        return self._memory.get(name)

    def drop(self) -> None:
        """Begin no errand any more, and end those under way: whoever waits for one hears that the bot is stopping."""
        self._is_over = True
        for task in self._under_way.values():
            task.cancel()

    async def close(self) -> None:
        """Drop everything, and return once nothing of it works on the store any more."""
        self.drop()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    def _ended(self, name: Hashable, task: asyncio.Task[Any]) -> None:
        self._under_way.pop(name, None)
        if not task.cancelled():
            task.exception()  # whoever waited has got it; that nobody did is no trouble


async def within(clock: Clock, duration: timedelta, work: Awaitable[Result]) -> Result:
    """What *work* gives, unless it takes longer than *duration*: then it is cancelled, and not waited for.

    Raises:
        TimeoutError: it took longer.
    """
    doing = asyncio.ensure_future(work)
    try:
        await asyncio.wait({doing}, timeout=0)  # what can be done at once is done now, and needs no time
        if not doing.done():
            await _first(doing, clock.wait(duration))
        if doing.done():
            return doing.result()
        raise TimeoutError
    finally:
        doing.cancel()


async def _first(doing: asyncio.Future[Any], wait: Awaitable[None]) -> None:
    """Return when one of the two is done; the wait is not gone on with then."""
    waiting = asyncio.ensure_future(wait)
    try:
        await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
