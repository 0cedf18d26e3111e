"""Worker processes: they keep heavy work off the event loop, and whatever a hostile input breaks dies with them.

One process and one pipe for each worker, rather than one executor for all of them: an executor cannot stop a job
without breaking every other job as well.
"""

import asyncio
import contextlib
import math
import multiprocessing
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from types import ModuleType
from typing import TypeVar, cast

from adapters.footprint import MODULES, Footprint, reserved, resident
from bot.errors import DaybriefError
from bot.ports import Workers

resource: ModuleType | None
try:
    import resource
except ImportError:  # no such caps on this system; the time limit still holds
    resource = None

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """What one job may use; beyond it, its worker is killed."""

    time: timedelta = timedelta(minutes=5)
    """On the wall, from the moment at which a worker takes the job."""
    memory: int = 2 * 2**30
    """Bytes on top of what the worker has when it takes the job; holds on Linux only."""
    leaves: int | None = 32 * 2**20
    """Bytes that may stay in use after the job, on top of the least that the worker has held after any; one that has
    kept more is replaced, because what a large document has scattered over its memory never comes back. None: it may
    keep what it likes, as a model. On Linux only.
    """


@dataclass(frozen=True, slots=True)
class _Job:
    function: Callable[..., object]
    arguments: tuple[object, ...]
    caps: Caps


@dataclass(frozen=True, slots=True)
class _Failure:
    """What a job raised, as opposed to what it returned."""

    error: Exception


class ProcessWorkers:
    """Runs jobs in processes of their own, which are started when they are needed.

    The processes hold no files or sockets of ours: they come from a fork server, or are started afresh where the
    system has none. They do not outlive us, however we die.
    """

    def __init__(self, processes: int = 2, *, caps: Caps | None = None, preload: Sequence[str] = ()) -> None:
        """With *caps* for jobs that come without their own; *preload* names modules that make workers start faster."""
        self._caps = caps or Caps()
        # A thread for each worker waits for its pipe, so threads are what limits the number of workers.
        self._threads = ThreadPoolExecutor(processes, thread_name_prefix="daybrief-worker")
        self._context = _context(preload)
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._is_closed = False
        self._guard = threading.Lock()

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What the module-level *function* returns for picklable *arguments*; its errors come back as they are.

        Raises:
            DaybriefError: the worker ran out of memory or time, or died of something else.
        """
        return await self.run_within(self._caps, function, *arguments)

    def within(self, caps: Caps) -> Workers:
        """These workers, with *caps* on every job."""
        return _Capped(self, caps)

    async def close(self) -> None:
        """End all workers, busy or not; what they were doing is lost."""
        with self._guard:
            self._is_closed = True
            for worker in self._all:
                worker.kill()
            for worker in self._idle:
                worker.bury()
        await asyncio.to_thread(self._threads.shutdown)

    async def run_within(self, caps: Caps, function: Callable[..., Result], *arguments: object) -> Result:
        """As :meth:`run`, under *caps*. Who is cancelled ends the job, and the worker with it."""
        loop = asyncio.get_running_loop()
        job = _Job(function, arguments, caps)
        if self._is_closed:
            raise DaybriefError("the workers have been closed")
        busy: set[_Worker] = set()
        try:
            return cast(Result, await loop.run_in_executor(self._threads, self._do, job, busy))
        except asyncio.CancelledError:
            with self._guard:
                for worker in busy:
                    worker.kill()
            raise

    def _do(self, job: _Job, busy: "set[_Worker]") -> object:
        """Run *job* on an idle worker or a new one, which is in *busy* meanwhile. In a thread."""
        worker = self._take(busy)
        is_lean = False
        try:
            outcome = worker.do(job)
            is_lean = worker.is_lean(job.caps.leaves)
        finally:
            with self._guard:
                busy.clear()
                if is_lean:
                    self._idle.append(worker)
            if not is_lean:
                self._drop(worker)
        if isinstance(outcome, _Failure):
            raise outcome.error
        return outcome

    def _take(self, busy: "set[_Worker]") -> "_Worker":
        with self._guard:
            if self._is_closed:
                raise DaybriefError("the workers have been closed")
            while self._idle and not self._idle[-1].is_alive:
                worker = self._idle.pop()
                worker.bury()
                self._all.discard(worker)
            worker = self._idle.pop() if self._idle else _Worker(self._context)
            self._all.add(worker)
            busy.add(worker)
            return worker

    def _drop(self, worker: "_Worker") -> None:
        worker.kill()
        worker.bury()
        with self._guard:
            self._all.discard(worker)


@dataclass(frozen=True, slots=True)
class _Capped:
    """The same workers, under other caps."""

    workers: ProcessWorkers
    caps: Caps

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        return await self.workers.run_within(self.caps, function, *arguments)


class _Worker:
    """One process and the pipe to it. Used by one thread at a time; any thread may kill it."""

    def __init__(self, context: BaseContext) -> None:
        self._pipe, theirs = context.Pipe()
        # Context.Process is there in every context, but only typed in the concrete ones.
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()  # so that the pipe ends when the process does
        self._least = MODULES

    @property
    def is_alive(self) -> bool:
        return bool(self._process.is_alive())

    def do(self, job: _Job) -> object:
        """What *job* returned, or a failure.

        Raises:
            DaybriefError: the process was too slow, or died; it is of no more use.
        """
        try:
            self._pipe.send(job)
            if self._pipe.poll(job.caps.time.total_seconds()):
                return self._pipe.recv()
        except (EOFError, OSError) as died:
            raise DaybriefError("its process died, of too little memory perhaps") from died
        raise DaybriefError(f"it took longer than {job.caps.time.total_seconds():g} s")

    def is_lean(self, leaves: int | None) -> bool:
        """Whether it has kept no more than it may, after a job that may leave so much; None: whatever it likes."""
        held = resident(self._process.pid)
        if leaves is None:
            self._least = held
        elif held > self._least + leaves:
            return False
        self._least = min(self._least, held)
        return True

    def kill(self) -> None:
        """End the process now; whoever waits for it gets an error."""
        self._process.kill()

    def bury(self) -> None:
        """Let go of what a dead process leaves behind."""
        self._process.join()
        self._pipe.close()


def _context(preload: Sequence[str]) -> BaseContext:
    """How to start processes that share nothing with this one: no sockets, no locks, no threads."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", *preload])
    return context


# ------------------------------------------------------------------------------------------------ in the process


def _serve(pipe: Connection) -> None:
    """A worker's life: one job after the other, until nobody is left to ask."""
    # Ctrl-C reaches every process of a terminal; the one that was asked to stop ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    footprint = Footprint()
    with contextlib.suppress(EOFError, OSError):
        while True:
            outcome = _outcome(pipe.recv())
            footprint.shrink()
            _hand_over(pipe, outcome)


def _die_with_parent() -> None:
    """End this process, however busy, as soon as the one that it works for has ended, kill -9 included."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _outcome(job: _Job) -> object:
    try:
        with _capped(job.caps):
            return job.function(*job.arguments)
    except MemoryError:
        return _Failure(DaybriefError("it needs too much memory"))
    except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to the caller
        return _Failure(error)


def _hand_over(pipe: Connection, outcome: object) -> None:
    try:
        pipe.send(outcome)
    except (AttributeError, TypeError, pickle.PicklingError) as error:
        pipe.send(_Failure(DaybriefError(f"its result cannot be handed over: {error}")))


@contextlib.contextmanager
def _capped(caps: Caps) -> Iterator[None]:
    """Hold this process to *caps* for a while, as far as the system can.

    Beyond its memory, a job gets a MemoryError. Beyond its time, its process is ended by our parent, or by the system
    where the parent has no chance to.
    """
    if resource is None:
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limits = {resource.RLIMIT_CPU: math.ceil(used.ru_utime + used.ru_stime + caps.time.total_seconds()) + 1}
    if has := reserved():
        limits[resource.RLIMIT_AS] = has + caps.memory
    before = {what: resource.getrlimit(what) for what in limits}
    for what, (soft, hard) in before.items():
        # One that somebody has set lower from outside stays.
        resource.setrlimit(what, (limits[what] if soft == resource.RLIM_INFINITY else min(soft, limits[what]), hard))
    try:
        yield
    finally:
        for what, values in before.items():
            resource.setrlimit(what, values)
