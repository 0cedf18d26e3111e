"""Threads that own the connections of a database, none of them the event loop's: work goes in, an outcome comes out."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from bot.errors import StoreTrouble
from bot.ports import UNWATCHED, Watch
from storage.session import Result, Work

Given_contra = TypeVar("Given_contra", contravariant=True)


class Outcome(Protocol[Given_contra]):
    """Where the outcome of a job goes: what :class:`concurrent.futures.Future` is to whoever does the work."""

    def set_running_or_notify_cancel(self) -> bool:
        """The work begins. False: nobody wants it any more."""

    def done(self) -> bool:
        """There is an outcome."""

    def set_result(self, result: Given_contra, /) -> None:
        """It went well."""

    def set_exception(self, error: BaseException, /) -> None:
        """It failed."""


@dataclass(frozen=True, slots=True)
class Job(Generic[Result]):
    """Work on its way to a connection, and where its outcome goes."""

    work: Work[Result]
    future: Outcome[Result]
    alone: bool = False
    """No other work that is to be done alone is done meanwhile."""
    fenced: bool = False
    """The row that it updates first keeps others out of all that it reads and writes."""


class Hand(Protocol):
    """One connection and how jobs are done on it; for one thread at a time. It opens for the first of them."""

    def do(self, jobs: Sequence[Job[Any]]) -> None:
        """Do *jobs*; each hears how it went. Never raises."""

    def close(self) -> None:
        """Let go of the connection."""


_Queue = queue.SimpleQueue[Job[Any] | None]
"""None is the end."""


class Threads:
    """A thread for each hand.

    The threads are daemons: a program that ends without :meth:`close` ends at once, and loses nothing, because what is
    committed is committed and the rest was never promised.
    """

    def __init__(
        self, name: str, readers: Sequence[Hand], writers: Sequence[Hand], *, group: int, watch: Watch = UNWATCHED
    ) -> None:
        """*name* is what people call the database; a writer takes up to *group* jobs at once; *watch* hears of what
        fails.
        """
        self._name = name
        self._watch = watch
        self._writes: _Queue = queue.SimpleQueue()
        self._reads: _Queue = queue.SimpleQueue()
        self._is_closed = False
        self._queues: list[_Queue] = [*(self._writes for _ in writers), *(self._reads for _ in readers)]
        hands = zip(self._queues, (*writers, *readers), strict=True)
        tasks = [(jobs, hand, group if jobs is self._writes else 1) for jobs, hand in hands]
        self._threads = [threading.Thread(target=_serve, args=task, daemon=True) for task in tasks]
        for thread in self._threads:
            thread.start()

    async def read(self, work: Work[Result]) -> Result:
        """What *work* finds."""
        return await self._do(self._reads, work)

    async def write(self, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Result:
        """What *work* returns, once it is safely on disk."""
        return await self._do(self._writes, work, alone=alone, fenced=fenced)

    def send(self, work: Work[Result]) -> Future[Result]:
        """Have *work* written without waiting for it. Raises StoreTrouble if the database has been closed."""
        return self._begun(self._writes, work)

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
        if not self._is_closed:
            self._is_closed = True
            for jobs in self._queues:
                jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def _do(self, jobs: _Queue, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Result:
        future = self._begun(jobs, work, alone=alone, fenced=fenced)
        try:
            return await asyncio.wrap_future(future)
        except StoreTrouble as failure:
            self._watch.stumbled(failure.kind)
            raise

    def _begun(self, jobs: _Queue, work: Work[Result], *, alone: bool = False, fenced: bool = False) -> Future[Result]:
        if self._is_closed:
            raise StoreTrouble(f"{self._name} has been closed")
        future: Future[Result] = Future()
        jobs.put(Job(work, future, alone, fenced))
        return future


def _serve(jobs: _Queue, hand: Hand, group: int) -> None:
    """On a thread: take jobs until the end comes, *group* at a time at the most."""
    is_open = True
    while is_open:
        taken = _take(jobs, group)
        is_open = None not in taken
        hand.do([job for job in taken if job])
    hand.close()


def _take(jobs: _Queue, limit: int) -> list[Job[Any] | None]:
    """What waits, at least one and at most *limit*, and nothing behind the end."""
    taken = [jobs.get()]
    while taken[-1] is not None and len(taken) < limit:
        try:
            taken.append(jobs.get_nowait())
        except queue.Empty:
            break
    return taken
