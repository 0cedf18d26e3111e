"""Hearing doorbells, through a worker of Procrastinate's that survives the database's absence; and ending what dead
workers have left in the queue.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

import psycopg
from procrastinate import App
from procrastinate.connector import BaseAsyncConnector
from procrastinate.exceptions import AppNotOpen, ConnectorException
from procrastinate.jobs import DeleteJobCondition, Job, Status

from bot.errors import DaybriefError
from bot.ports import Clock
from storage import codec
from storage.postgres.place import Place
from storage.postgres.queue import SCHEMA, TASK, connector, queue_of

log = logging.getLogger(__name__)

Answer = Callable[[int, datetime], Awaitable[bool]]
"""Takes the number of a delivery, and when somebody rang for it; False: it led to nothing, and somebody should be rung
for again. What it raises ends that doorbell alone, and is the same.
"""

Connected = Callable[[Place], BaseAsyncConnector]

AT_ONCE = 240
"""Doorbells that one worker answers at the same time. Most of them wait: for a place in their lane, for a platform."""
LOOK_EVERY = timedelta(seconds=5)
"""How often a worker looks for doorbells that it was not told of."""
HEARTBEAT = timedelta(seconds=10)
DEAD_AFTER = timedelta(seconds=40)
"""A worker that has been silent for so long is taken for dead."""
_TRY_AGAIN = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 15))
"""Waits after the first, second … time in a row that a worker ended; the last one repeats."""
_WELL_AFTER = timedelta(minutes=1)
"""A worker that ran for so long has not failed in a row."""
_UNHEARD = "UPDATE delivery SET rung_at = NULL WHERE id = %(delivery)s AND rung_at = %(rung_at)s"
"""Nobody has rung since: whoever rings again does so at once, as soon as the delivery may be touched."""
_LISTENS = f"""
    INSERT INTO {SCHEMA}.listening (queue, told_at) SELECT one, now() FROM unnest(CAST(%(queues)s AS text[])) AS one
    ORDER BY one ON CONFLICT (queue) DO UPDATE SET told_at = EXCLUDED.told_at
"""  # noqa: S608 - no text from outside is in it
_DELETE_VAIN = f"""
    DELETE FROM {SCHEMA}.procrastinate_jobs WHERE status = 'todo' AND NOT EXISTS (
        SELECT 1 FROM delivery WHERE id = CAST(args ->> 'delivery' AS bigint) AND next_at IS NOT NULL)
"""  # noqa: S608 - no text from outside is in it


class Porter:
    """Answers doorbells from :meth:`start` to :meth:`stop`.

    Args:
        url: where the queue is.
        answer: what is done for each.
        clock: by which it waits for a database that is away.
        platforms: it answers for deliveries to these.
        drain: how long those that are being answered when it stops may take. Those that are being answered when the
            database goes away take as long as they need.
        at_once: so many of them.
        connected: makes the connections that Procrastinate has to the place.
    """

    def __init__(
        self,
        url: str,
        answer: Answer,
        clock: Clock,
        *,
        platforms: Collection[str],
        drain: timedelta,
        at_once: int = AT_ONCE,
        connected: Connected = connector,
    ) -> None:
        self._place = Place(url)
        self._connected = connected
        self._answer = answer
        self._clock = clock
        self._queues = [queue_of(one) for one in sorted(platforms)]
        self._drain = drain
        self._at_once = at_once
        self._serving: asyncio.Task[None] | None = None
        self._app: App | None = None
        self._answers: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def start(self) -> None:
        """Begin; must be called on the event loop."""
        self._serving = asyncio.get_running_loop().create_task(self._serve())

    async def say_so(self) -> None:
        """Let whoever rings know that somebody listens here: to be done a few times within two minutes."""
        with contextlib.suppress(psycopg.Error, ConnectorException, AppNotOpen):  # then nobody does
            if self._app:
                await self._app.connector.execute_query_async(_LISTENS, queues=self._queues)

    async def stop(self) -> None:
        """Take no more; wait for those that are being answered, and cancel those that take too long."""
        self._is_stopping = True
        loop = asyncio.get_running_loop()
        until = loop.time() + self._drain.total_seconds()
        if self._serving:
            self._serving.cancel()
            await asyncio.wait([self._serving])
        if self._answers:  # also those of a worker that ended before
            await asyncio.wait(self._answers, timeout=max(0.0, until - loop.time()))
        for one in self._answers:
            one.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def _serve(self) -> None:
        failures = 0
        while not self._is_stopping:
            began = self._clock.elapsed()
            reason = await self._until_it_ends()
            if self._is_stopping:
                return
            failures = 0 if self._clock.elapsed() - began > _WELL_AFTER else failures
            pause = _TRY_AGAIN[min(failures, len(_TRY_AGAIN) - 1)]
            failures += 1
            log.warning("doorbells are heard again in %d s: %s", pause.total_seconds(), reason)
            await self._clock.wait(pause)

    async def _until_it_ends(self) -> str:
        """Run a worker of Procrastinate's, which ends where the database is away; why it did."""
        app = self._app = App(connector=self._connected(self._place))
        app.task(name=TASK)(self._heard)
        try:
            async with app.open_async():
                await app.run_worker_async(
                    queues=self._queues,
                    concurrency=self._at_once,
                    delete_jobs=DeleteJobCondition.ALWAYS,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=LOOK_EVERY.total_seconds(),
                    update_heartbeat_interval=HEARTBEAT.total_seconds(),
                    stalled_worker_timeout=DEAD_AFTER.total_seconds(),
                    shutdown_graceful_timeout=self._drain.total_seconds(),
                )
        except (psycopg.Error, ConnectorException) as error:
            return str(self._place.trouble(_cause_of(error)))
        except Exception as bug:
            log.exception("the worker of the queue failed in a way that was not foreseen")
            return type(bug).__name__
        return "its worker has ended by itself"

    async def _heard(self, delivery: int, rung_at: int) -> None:
        """A job of a worker of Procrastinate's, which cancels its jobs when it ends; a post under way must not end with
        it.
        """
        answering = asyncio.get_running_loop().create_task(self._answered(delivery, rung_at))
        self._answers.add(answering)
        answering.add_done_callback(self._answers.discard)
        await asyncio.shield(answering)

    async def _answered(self, delivery: int, rung_at: int) -> None:
        try:
            if await self._answer(delivery, codec.moment(rung_at)):
                return
        except DaybriefError as trouble:
            log.warning("delivery %d is left for later: %s", delivery, trouble)
        except Exception:
            log.exception("the doorbell of delivery %d failed in a way that was not foreseen", delivery)
        try:
            if self._app:
                await _unheard(self._app, delivery=delivery, rung_at=rung_at)
        except (psycopg.Error, ConnectorException, AppNotOpen) as error:
            log.info("delivery %d is rung for again in some minutes: %s", delivery, type(error).__name__)


async def end_jobs_of_the_dead(url: str, *, connected: Connected = connector) -> int:
    """End what workers that are dead had taken from the queue at *url*; how many jobs that were. Doorbells that nobody
    has taken, and that would lead to nothing any more, are deleted: every fetch would walk over them.

    One of them that only seemed dead goes on, and finds that its job has ended: the ledger decides whose a delivery is.

    Raises:
        StoreTrouble: the database does not answer.
    """
    place = Place(url)
    app = App(connector=connected(place))
    try:
        async with app.open_async():
            jobs = app.job_manager
            await app.connector.execute_query_async(_DELETE_VAIN)
            # A worker that is not known any more cannot take another job, and begins anew under another number.
            await jobs.prune_stalled_workers(DEAD_AFTER.total_seconds())
            left = await jobs.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER.total_seconds())
            return sum([await _ended(app, one, one.id) for one in left if one.id is not None])
    except (psycopg.Error, ConnectorException) as error:
        raise place.trouble(_cause_of(error)) from error


async def _ended(app: App, job: Job, number: int) -> bool:
    """End *job*, which has *number*, and let its delivery be rung for again; False: somebody was faster."""
    await _unheard(app, **job.task_kwargs)
    try:
        await app.job_manager.finish_job_by_id_async(number, status=Status.ABORTED, delete_job=True)
    except ConnectorException as error:
        if isinstance(error.__cause__, psycopg.errors.RaiseException):
            return False
        raise
    return True


async def _unheard(app: App, *, delivery: object, rung_at: object) -> None:
    """The doorbell that rang at *rung_at* led to nothing: without this it would pass for one that is still waiting."""
    await app.connector.execute_query_async(_UNHEARD, delivery=delivery, rung_at=rung_at)


def _cause_of(error: Exception) -> psycopg.Error:
    """What the driver said; Procrastinate wraps it."""
    for one in (error, error.__cause__):
        if isinstance(one, psycopg.Error):
            return one
    return psycopg.OperationalError(str(error))
