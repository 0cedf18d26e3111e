"""Ringing: whoever carries deliveries hears the number of one that is due, through a job in the queue.

A doorbell may be lost, heard twice or come too late: the ledger alone decides what becomes of a delivery.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import psycopg
from procrastinate import SyncPsycopgConnector, exceptions
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from bot.ports import Clock
from storage import codec
from storage.planning import Planned
from storage.postgres.database import PostgresSession
from storage.postgres.queue import SCHEMA, TASK, queue_of
from storage.session import Database, Many, Session, rows

HEARD_WITHIN = timedelta(seconds=30)
"""A doorbell that is not in the queue any more and led to nothing for so long is rung again."""
FORGOTTEN_AFTER = timedelta(minutes=10)
"""One that is not in the queue any more, though older ones wait there, is rung again after this: it was lost, or who
took it never answers.
"""
WAITS_UNHEARD = timedelta(minutes=3)
"""A doorbell that has waited for so long, where no worker has said for two minutes that it listens, waits in vain."""
_AT_ONCE = 5_000
"""Doorbells that are rung again in one transaction; the rest a moment later."""


class Doorbell:
    """Rings in the transaction of whoever enters deliveries, and again for those that nobody came for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # It is given the connection of each transaction, so it is never opened.
        self._jobs = JobManager(SyncPsycopgConnector())

    def ring(self, db: Session, planned: Sequence[Planned]) -> None:
        """Ring for *planned* if the transaction of *db* is committed; implements ``storage.planning.OnPlanned``.

        The first of every workspace is heard before the second of any.
        """
        if not isinstance(db, PostgresSession):
            raise TypeError("doorbells ring in PostgreSQL alone")
        now = codec.micros(self._clock.now())
        db.execute(_RUNG, {"now": now, "deliveries": Many(one.id for one in planned)})
        # Procrastinate's triggers look for its tables by their bare names; ours still come first.
        rows(db, _BESIDE)
        places: Counter[tuple[str, str]] = Counter()
        jobs = []
        for one in planned:
            # Of a workspace with thousands, some were entered in a transaction before this one.
            jobs.append(_job(one, now, place=max(one.place, places[one.platform, one.workspace])))
            places[one.platform, one.workspace] += 1
        try:
            self._jobs.batch_defer_jobs(jobs, connection=db.connection)
        except exceptions.ConnectorException as wrapped:
            if isinstance(wrapped.__cause__, psycopg.Error):
                raise wrapped.__cause__ from None  # whoever does the work knows which of these pass
            raise

    async def ring_again(self, database: Database) -> int:
        """Ring for what is due in *database* and nobody came for; how many."""
        now = self._clock.now()
        times = {
            "now": codec.micros(now),
            "heard": codec.micros(now - HEARD_WITHIN),
            "forgotten": codec.micros(now - FORGOTTEN_AFTER),
            "at_once": _AT_ONCE,
            "queue": queue_of(""),
        }
        silent = await database.read(lambda db: rows(db, _UNHEARD, times))
        if not silent:
            return 0
        numbers = Many(one["id"] for one in silent)

        def again(db: Session) -> int:
            free = rows(db, _STILL_FREE, {"now": times["now"], "deliveries": numbers})
            if free:
                self.ring(db, [Planned(**one) for one in free])
            return len(free)

        return await database.write(again)

    async def heard(self, database: Database) -> Mapping[str, bool]:
        """By platform, whether a worker listens there, whatever waits in *database*, or lets it wait; missing: nobody
        listens, and nothing has waited there for long.
        """
        since = {"since": codec.micros(self._clock.now() - WAITS_UNHEARD)}
        found = await database.read(lambda db: rows(db, _HEARD, since))
        told = {one["queue"].removeprefix(queue_of("")): one for one in found}
        return {name: one["is_heard"] for name, one in told.items() if one["is_heard"] or one["is_late"]}


def _job(one: Planned, now: int, *, place: int) -> Job:
    return Job(
        id=None,
        lock=None,  # a worker that dies would keep it
        queueing_lock=None,  # one that is taken would poison the ledger's transaction
        task_name=TASK,
        queue=queue_of(one.platform),
        task_kwargs={"delivery": one.id, "rung_at": now},
        priority=-place,
    )


_BESIDE = f"SELECT set_config('search_path', current_setting('search_path') || ', {SCHEMA}', true)"

_RUNG = "UPDATE delivery SET rung_at = :now WHERE id IN (SELECT value FROM json_each(:deliveries))"

_FREE = "next_at IS NOT NULL AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)"

# A doorbell that rang before the delivery could be touched, or while a worker that is dead now held it, led to nothing.
# Of those of one platform, the oldest that nobody has taken from the queue yet tells which may still be waiting.
_UNHEARD = f"""
    WITH todo AS (
        SELECT queue_name, CAST(args ->> 'rung_at' AS bigint) AS rang_at,
            CAST(args ->> 'delivery' AS bigint) AS delivery
        FROM {SCHEMA}.procrastinate_jobs WHERE status = 'todo'),
    waiting AS (SELECT queue_name, min(rang_at) AS oldest FROM todo GROUP BY queue_name)
    SELECT id FROM delivery LEFT JOIN waiting ON queue_name = :queue || platform
    WHERE {_FREE} AND (rung_at IS NULL OR rung_at < next_at OR rung_at < lease_until
        OR (rung_at <= :forgotten AND id NOT IN (SELECT delivery FROM todo WHERE delivery IS NOT NULL))
        OR (rung_at <= :heard AND (oldest IS NULL OR rung_at < oldest)))
    ORDER BY due_at, id LIMIT :at_once
"""  # noqa: S608 - no text from outside is in it

_HEARD = f"""
    SELECT coalesce(queue, queue_name) AS queue,
        coalesce(told_at > now() - interval '2 minutes', false) AS is_heard,
        coalesce(oldest <= :since, false) AS is_late
    FROM {SCHEMA}.listening FULL JOIN (
        SELECT queue_name, min(CAST(args ->> 'rung_at' AS bigint)) AS oldest FROM {SCHEMA}.procrastinate_jobs
        WHERE status = 'todo' GROUP BY queue_name) AS waiting ON queue_name = queue
"""  # noqa: S608 - no text from outside is in it

_STILL_FREE = f"""
    SELECT id, platform, workspace FROM delivery
    WHERE {_FREE} AND id IN (SELECT value FROM json_each(:deliveries)) ORDER BY due_at, id
"""  # noqa: S608 - no text from outside is in it
