"""Turns of the budgets that all machines spend together: a row for each, moved forward by one statement.

The sums are those of ``adapters.turns``, with the server's clock. Nothing of this waits for a disk: what a server that
crashes forgets are the turns of its last moment.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import psycopg

from bot.errors import StoreTrouble
from bot.ports import UNWATCHED, Budget, Turn, Watch
from bot.ports.pacing import CLOSED_FOR, ERRORS_WITHIN, RECOVERY, SPREAD
from storage import codec
from storage.postgres import budgets
from storage.postgres.database import PostgresSession
from storage.postgres.place import Connection, Place
from storage.postgres.queue import SCHEMA
from storage.session import Result, Session, Work, row
from storage.threads import Job, Threads

log = logging.getLogger(__name__)

WITHIN = timedelta(seconds=2)
"""How long an answer is waited for."""
AWAY = timedelta(seconds=5)
"""After so long it is worth while to ask again where nobody could say whose turn it is."""
LASTS = timedelta(milliseconds=50)
"""How late a turn may be used where nothing may be made up for. What leaves in any second had its turn in it or so long
before: of 45 a second at most 49 do, those included that a slow network delays by as much as half of this.
"""
FORGOTTEN_AFTER = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)


class SharedTurns:
    """Implements ``bot.ports.Turns`` over the database at *place*."""

    def __init__(
        self,
        place: Place,
        *,
        within: timedelta = WITHIN,
        watch: Watch = UNWATCHED,
        now: Callable[[], datetime | None] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """*within*: who asks is answered by then; *watch* hears of what fails; *now* instead of the server's clock."""
        self._within = within.total_seconds()
        self._now = now
        self._monotonic = monotonic
        # One connection: what is told arrives before what is asked afterwards.
        self._threads = Threads(place.name, [], [_Hand(place, within)], group=1, watch=watch)
        self._shut: dict[str, float] = {}
        """Until when this process knows that a budget is closed, whether or not the others could be told."""
        self._slow: set[str] = set()
        """Names of budgets that had been slowed down when we last asked."""
        self._trouble = ""

    async def take(self, budget: Budget, channel: str = "", *, longest: timedelta) -> Turn:
        """As the port has it."""
        values = self._values(budget, channel=channel, longest=_micros(longest))

        def taken(db: Session) -> tuple[dict[str, Any], float]:
            return _moved(db, budgets.TAKE, values), self._monotonic()

        answer = await self._asked(taken)
        if answer is None:
            return Turn(wait=AWAY, is_ours=False)
        found, answered = answer
        if found["spacing"] > _micros(budget.spacing):
            self._slow.add(budget.name)
        else:
            self._slow.discard(budget.name)
        # The loop may have been busy since the answer came.
        left = found["wait"] * _MICROSECOND - timedelta(seconds=self._monotonic() - answered)
        wait = max(left, self._shut_for(budget), timedelta())
        if not found["is_given"] or wait > longest:
            return Turn(wait=max(wait, _MICROSECOND), is_ours=False)
        return Turn(wait=wait, is_ours=True, lasts=max(LASTS, budget.burst) + min(left, timedelta()))

    async def closed(self, budget: Budget) -> timedelta:
        """As the port has it."""
        values = self._values(budget)
        found = await self._asked(lambda db: row(db, budgets.CLOSED, values) or {"wait": 0})
        return AWAY if found is None else max(found["wait"] * _MICROSECOND, self._shut_for(budget))

    def refused(self, budget: Budget, patience: timedelta) -> None:
        """As the port has it."""
        until = self._monotonic() + patience.total_seconds()
        self._shut[budget.name] = max(until, self._shut.get(budget.name, 0.0))
        self._slow.add(budget.name)
        values = self._values(budget, patience=_micros(patience))
        self._told(lambda db: _moved(db, budgets.REFUSED, values))

    def accepted(self, budget: Budget) -> None:
        """As the port has it; nobody is told of what changes nothing."""
        if budget.name in self._slow:
            values = self._values(budget, recovery=RECOVERY)
            self._told(lambda db: db.execute(budgets.ACCEPTED, values))

    def erred(self, budget: Budget) -> None:
        """As the port has it. Counted by the minute."""
        values = self._values(budget, patience=_micros(CLOSED_FOR), minutes=ERRORS_WITHIN // timedelta(minutes=1))

        def counted(db: Session) -> None:
            if 0 < budget.most_errors <= _moved(db, budgets.ERRED, values)["errors"]:
                _moved(db, budgets.REFUSED, values)

        self._told(counted)

    async def forget(self) -> None:
        """Forget budgets that nobody has asked for a turn for a day: they have long recovered.

        Raises:
            StoreTrouble: the database does not answer.
        """
        since = {"now": self._clock(), "long": _micros(FORGOTTEN_AFTER)}
        await self._threads.write(lambda db: db.execute(budgets.FORGET, since))

    async def close(self) -> None:
        """Tell what is to be told, then let go of the database."""
        await self._threads.close()

    async def _asked(self, work: Work[Result]) -> Result | None:
        """What *work* finds; None: nobody could say in time."""
        try:
            async with asyncio.timeout(self._within):
                found = await self._threads.write(work)
        except (StoreTrouble, TimeoutError) as trouble:
            said = str(trouble) or f"the database has not answered within {self._within:g} s"
            if not self._trouble:
                log.warning("posts are held back, because nobody can say whose turn it is: %s", said)
            self._trouble = said
            return None
        if self._trouble:
            log.info("posts go on: the database says again whose turn it is")
            self._trouble = ""
        return found

    def _told(self, work: Work[object]) -> None:
        """Have *work* done without waiting for it."""
        with contextlib.suppress(StoreTrouble):  # we are closing
            self._threads.send(work).add_done_callback(_note)

    def _shut_for(self, budget: Budget) -> timedelta:
        """For how long this process itself was told to be patient."""
        left = self._shut.get(budget.name, 0.0) - self._monotonic()
        if left <= 0:
            self._shut.pop(budget.name, None)
        return timedelta(seconds=max(left, 0.0))

    def _values(self, budget: Budget, **others: object) -> dict[str, object]:
        return {
            "now": self._clock(),
            "name": budget.name,
            "spacing": _micros(budget.spacing),
            "slowest": _micros(budget.slowest),
            "burst": _micros(budget.burst),
            "apart": _micros(budget.apart),
            "spread": _micros(SPREAD),
            "channel": "",
            **others,
        }

    def _clock(self) -> int | None:
        return codec.micros(self._now())


async def turns_of_others(url: str, watch: Watch = UNWATCHED, *, within: timedelta = WITHIN) -> SharedTurns | None:
    """The turns that machines with a role take over the database at *url*, for whoever posts beside them; None: there
    never were any. To be closed beside the store.

    Raises:
        StoreTrouble: the database does not answer.
    """
    place = Place(url)
    is_shared = await asyncio.to_thread(_has_budgets, place)
    return SharedTurns(place, within=within, watch=watch) if is_shared else None


def _has_budgets(place: Place) -> bool:
    try:
        with contextlib.closing(place.connect(autocommit=True)) as connection:
            found = connection.execute("SELECT to_regclass(%s) IS NOT NULL AS yes", [f"{SCHEMA}.budget"]).fetchone()
    except psycopg.Error as error:
        raise place.trouble(error) from error
    return bool(found and found["yes"])


class _Hand:
    """Implements ``storage.threads.Hand``: each statement by itself, at once, on a connection of its own."""

    def __init__(self, place: Place, within: timedelta) -> None:
        self._place = place
        self._within = within
        self._connection: Connection | None = None

    def do(self, jobs: Sequence[Job[Any]]) -> None:
        """Do *jobs*, but for those that nobody waits for any more."""
        for job in jobs:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                result = self._done(job)
            except psycopg.Error as error:
                job.future.set_exception(self._place.trouble(error))
            except Exception as bug:  # noqa: BLE001 - whatever went wrong, the caller hears of it and the thread goes on
                job.future.set_exception(bug)
            else:
                job.future.set_result(result)

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _done(self, job: Job[Result]) -> Result:
        """Do *job*. A connection that has broken since it was last used is opened anew; a turn may be lost by that."""
        is_old = self._connection is not None
        try:
            return job.work(PostgresSession(self._opened()))
        except psycopg.Error:
            if self._connection and not self._connection.closed:
                raise  # it was the statement
            self.close()
            if not is_old:
                raise
        return job.work(PostgresSession(self._opened()))

    def _opened(self) -> Connection:
        if self._connection is None:
            self._connection = self._place.connect(autocommit=True)
            longest = self._within // timedelta(milliseconds=1)
            self._connection.execute(f"SET synchronous_commit = off; SET statement_timeout = '{longest}ms'".encode())
        return self._connection


def _moved(db: Session, statement: str, values: dict[str, object]) -> dict[str, Any]:
    """What *statement* returns of the budget's row, which is made where there is none yet."""
    while (found := row(db, statement, values)) is None:
        db.execute(budgets.BEGIN, values)
    return dict(found)


def _note(told: Future[object]) -> None:
    if error := told.exception():
        log.info("the other machines do not know yet how a platform took a message: %s", error)


def _micros(duration: timedelta) -> int:
    return duration // _MICROSECOND
