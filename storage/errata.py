"""Errata: which posted messages do not surely show what their stories read now."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.model import Delivery, DeliveryState, Erratum
from storage import codec, deliveries, editions
from storage.session import Database, Many, Session, Statement, row

_FURTHEST = timedelta(days=1)
"""What may not be touched for longer than this was written by a clock that was wrong."""

ONLY_TOLD = 0
"""The version of what waited in a copy that was restored; the next restatement makes it like any other."""


class KeptErrata:
    """Implements ``bot.ports.Errata``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owe(self, delivery: int) -> None:
        """Remember that the messages of *delivery* may show something else than their stories read now."""
        await self._database.write(lambda db: db.execute(_OWE_ONE, [delivery]))

    async def owed(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries whose messages may be changed now, newest first."""
        return deliveries.taken_down(await self._database.read(Statement(_OWED, _at(now))))

    async def is_owed(self, delivery: int) -> bool:
        """Whether the messages of *delivery* may show something else than their stories read now."""
        return bool(await self._database.read(Statement(_IS_OWED, [delivery])))

    async def take(self, delivery: int, now: datetime, lease: timedelta) -> Erratum | None:
        """Take it for *lease*."""
        return await self._database.write(lambda db: _take(db, delivery, now, lease))

    async def settle(self, erratum: Erratum) -> bool:
        """The messages show what their stories read, or never will."""
        return await self._database.write(lambda db: _settle(db, erratum))

    async def postpone(
        self,
        erratum: Erratum,
        *,
        until: datetime,
        now: datetime,
        reason: str,
        is_unsure: bool = False,
        is_doubted: bool = False,
    ) -> bool:
        """Give it back until *until*."""
        since = None if is_doubted else codec.micros(now)
        columns = {**_key(erratum), **_until(until, now), "reason": reason, "is_unsure": is_unsure, "since": since}
        unsure_since = now if is_unsure else None
        return await self._database.write(lambda db: _end(db, erratum, _POSTPONE, columns, unsure_since))

    async def look_again(self, erratum: Erratum, *, until: datetime, now: datetime) -> bool:
        """Give it back until *until*, with nothing that failed."""
        columns = {**_key(erratum), **_until(until, now)}
        return await self._database.write(lambda db: _end(db, erratum, _LOOK_AGAIN, columns))

    async def give_back(self, erratum: Erratum) -> None:
        """Let others take it at once."""
        await self._database.write(lambda db: _end(db, erratum, _GIVE_BACK, _key(erratum)))

    async def told(self, owed: Sequence[int], at: datetime) -> None:
        """Admins know of them."""
        parameters = {"deliveries": Many(owed), "at": codec.micros(at)}
        await self._database.write(lambda db: db.execute(_TOLD, parameters))


def owe(db: Session, ref: str, *, workspace: str) -> tuple[Delivery, ...]:
    """Enter what carries the story called *ref*, for everybody or in the channels of *workspace*; newest first.

    What is not out yet is read once more before it leaves; what is just leaving may have been read before.
    """
    db.execute(_OWE, {"refs": Many([ref]), "ref": ref, "workspace": workspace})
    return deliveries.found(db, _OWED_FOR, {"ref": ref, "workspace": workspace})


def _take(db: Session, delivery: int, now: datetime, lease: timedelta) -> Erratum | None:
    token = secrets.randbits(63)
    parameters = {"id": delivery, "until": codec.micros(now + lease), "token": token, **_at(now)}
    taken = row(db, _TAKE, parameters)
    if taken is None:
        return None
    held = deliveries.one(db, delivery)
    if held is None or not (held.receipts or taken["version"] == ONLY_TOLD or held.state is DeliveryState.UNCERTAIN):
        db.execute("DELETE FROM erratum WHERE delivery = ?", [delivery])  # nothing of it ever arrived
        return None
    return Erratum(
        delivery=held,
        refs=tuple(taken["refs"].split()),
        version=taken["version"],
        is_only_told=taken["version"] == ONLY_TOLD,
        token=token,
        until=now + lease,
        attempts=taken["attempts"],
        reason=taken["reason"],
        failing_since=codec.moment_if(taken["failing_since"]),
        told_at=codec.moment_if(taken["told_at"]),
        unsure_since=codec.moment_if(taken["unsure_since"]),
    )


def _settle(db: Session, erratum: Erratum) -> bool:
    """True: it is over. False: a story was restated again meanwhile, or it is not ours any more."""
    if db.execute(_SETTLE, _key(erratum)).rowcount:
        return True
    _end(db, erratum, _GIVE_BACK, _key(erratum))
    return False


def _end(
    db: Session,
    erratum: Erratum,
    how: str,
    columns: dict[str, Any],
    unsure_since: datetime | None = None,
) -> bool:
    """Give it back as *how* says. False: it is not ours any more, and we may have undone what others did since."""
    if db.execute(how, columns).rowcount:
        return True
    refs = " ".join(erratum.refs)
    db.execute(_OWE_AGAIN, {"id": erratum.delivery.id, "refs": refs, "unsure": codec.micros(unsure_since)})
    return False


def _key(erratum: Erratum) -> dict[str, Any]:
    return {"id": erratum.delivery.id, "token": erratum.token, "version": erratum.version}


def _until(until: datetime, now: datetime) -> dict[str, Any]:
    return {"until": codec.micros(until), "now": codec.micros(now)}


def _at(now: datetime) -> dict[str, Any]:
    return {"now": codec.micros(now), "furthest": codec.micros(now + _FURTHEST)}


# Not the workspace that a delivery was planned for: the platform may not have told yet where we are at home.
_HOME = "subscription.platform || ':' || subscription.workspace"

_IS_NAMED = "instr(' ' || erratum.refs || ' ', ' ' || :ref || ' ') > 0"

# A platform that still knows the key of what is sent once more may give the message that was posted first.
_IS_LEAVING = "(delivery.state = 'sending' OR delivery.state = 'due' AND delivery.reopened_at IS NOT NULL)"

_OWE = f"""
    {editions.CALLED}
    INSERT INTO erratum (workspace, delivery, refs, version)
    SELECT {_HOME}, delivery.id, :ref, 1 FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    WHERE delivery.id IN (
            SELECT edition_story.delivery FROM called JOIN edition_story ON edition_story.ref = called.ref)
        AND (delivery.state = 'uncertain' OR {_IS_LEAVING}
            OR EXISTS (SELECT 1 FROM delivery_part WHERE delivery_part.delivery = delivery.id))
        AND :workspace IN ('', {_HOME})
    ON CONFLICT (delivery) DO UPDATE SET version = erratum.version + 1, next_at = 0, attempts = 0, reason = '',
        failing_since = NULL, told_at = NULL,
        refs = CASE WHEN {_IS_NAMED} THEN erratum.refs ELSE trim(erratum.refs || ' ' || :ref) END
"""  # noqa: S608 - no text from outside is in it

_IS_OWED = f"SELECT 1 FROM erratum WHERE delivery = ? AND version <> {ONLY_TOLD}"  # noqa: S608 - a constant

_OWE_ONE = f"""
    INSERT INTO erratum (workspace, delivery, refs, version)
    SELECT {_HOME}, delivery.id, '', 1 FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    WHERE delivery.id = ?
    ON CONFLICT (delivery) DO UPDATE SET version = erratum.version + 1, next_at = 0
"""  # noqa: S608 - no text from outside is in it

_OWE_AGAIN = f"""
    INSERT INTO erratum (workspace, delivery, refs, version, unsure_since)
    SELECT {_HOME}, delivery.id, :refs, 1, :unsure FROM delivery
    JOIN subscription ON subscription.id = delivery.subscription WHERE delivery.id = :id
    ON CONFLICT (delivery) DO UPDATE SET version = erratum.version + 1, next_at = 0,
        unsure_since = coalesce(excluded.unsure_since, erratum.unsure_since)
"""  # noqa: S608 - no text from outside is in it

_IS_FREE = "(erratum.lease_until IS NULL OR erratum.lease_until <= :now OR erratum.lease_until > :furthest)"

_OWED = f"""
    {deliveries.DELIVERY}
    WHERE delivery.id IN (
            SELECT erratum.delivery FROM erratum
            WHERE (erratum.next_at <= :now OR erratum.next_at > :furthest) AND {_IS_FREE})
        AND NOT {_IS_LEAVING}
    ORDER BY delivery.date DESC, delivery.id DESC
"""  # noqa: S608 - no text from outside is in it

_OWED_FOR = f"""
    {deliveries.DELIVERY} JOIN erratum ON erratum.delivery = delivery.id
    WHERE {_IS_NAMED} AND :workspace IN ('', erratum.workspace)
    ORDER BY delivery.date DESC, subscription.name, delivery.id
"""

# A number that counted would begin anew with a row that is entered anew, and be that of somebody who sleeps. Whoever
# held it and never gave it back may have left an edit behind, until the lease ran out.
_TAKE = f"""
    UPDATE erratum SET token = :token, lease_until = :until,
        unsure_since = CASE WHEN lease_until IS NULL OR unsure_since >= lease_until OR unsure_since >= :now
            THEN unsure_since WHEN lease_until < :now THEN lease_until ELSE :now END
    WHERE delivery = :id AND {_IS_FREE}
        AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.id = :id AND {_IS_LEAVING})
    RETURNING *
"""  # noqa: S608 - no text from outside is in it

_SETTLE = "DELETE FROM erratum WHERE delivery = :id AND token = :token AND version = :version"

_GIVE_BACK = "UPDATE erratum SET lease_until = NULL, next_at = 0 WHERE delivery = :id AND token = :token"

_POSTPONE = """
    UPDATE erratum SET lease_until = NULL, next_at = CASE WHEN version = :version THEN :until ELSE 0 END,
        attempts = attempts + 1, reason = :reason, failing_since = coalesce(failing_since, :since),
        unsure_since = CASE WHEN :is_unsure THEN :now ELSE unsure_since END
    WHERE delivery = :id AND token = :token
"""

# A clock that was wrong makes nobody unsure for days.
_LOOK_AGAIN = """
    UPDATE erratum SET lease_until = NULL, next_at = CASE WHEN version = :version THEN :until ELSE 0 END,
        attempts = 0, reason = '', failing_since = NULL,
        unsure_since = CASE WHEN unsure_since > :now THEN :now ELSE unsure_since END
    WHERE delivery = :id AND token = :token
"""

_TOLD = "UPDATE erratum SET told_at = :at WHERE delivery IN (SELECT value FROM json_each(:deliveries))"
