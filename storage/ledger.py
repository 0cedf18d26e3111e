"""The ledger: what was due, and what became of it.

Whoever works on a delivery holds a claim: a lease, so that nobody else takes it meanwhile, and a token, which grows
with every claim, so that an owner who comes back too late changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from bot.errors import Reach
from bot.model import (
    Claim,
    Composition,
    Delivery,
    DeliveryState,
    Due,
    Edition,
    Morning,
    Receipt,
    Tally,
    Verdict,
    Wish,
)
from bot.ports import Backlog
from storage import codec, deliveries, editions
from storage.planning import OnPlanned, nobody, plan, planned_through
from storage.session import Database, Many, Session, Statement, first, row
from storage.subscriptions import pause


class KeptLedger:
    """Implements ``bot.ports.Ledger``."""

    def __init__(self, database: Database, on_planned: OnPlanned = nobody) -> None:
        """*on_planned* is told of new deliveries in the transaction that enters them."""
        self._database = database
        self._on_planned = on_planned

    # ------------------------------------------------------------------------------------------------ planning

    async def planned_through(self, until: Mapping[int, date]) -> Mapping[int, date]:
        """For each in *until* that has any, the newest date that is not later."""
        return await self._database.read(lambda db: planned_through(db, until))

    async def plan(self, dues: Sequence[Due]) -> int:
        """Enter those that are not there yet; how many."""
        return await self._database.write(lambda db: plan(db, dues, self._on_planned))

    async def waiting(
        self,
        now: datetime,
        *,
        begun_by: datetime | None = None,
        only: int | None = None,
        as_one: Collection[str] = (),
    ) -> Mapping[str, tuple[int, ...]]:
        """Ids of deliveries that may be claimed, oldest due first, by where they go."""
        begun = codec.micros(begun_by) if begun_by else None
        parameters = {"now": codec.micros(now), "begun": begun, "only": only, "as_one": Many(as_one)}
        found = await self._database.read(Statement(_WAITING, parameters))
        lanes: dict[str, list[int]] = {}
        for one in found:
            lanes.setdefault(one["lane"], []).append(one["id"])
        return {lane: tuple(numbers) for lane, numbers in lanes.items()}

    async def next_wait(self, *, only: int | None = None, besides: Collection[int] = ()) -> datetime | None:
        """When the next one may be claimed."""
        parameters = {"only": only, "besides": Many(besides)}
        found = first(await self._database.read(Statement(_NEXT_WAIT, parameters)))
        return codec.moment_if(found["at"]) if found else None

    # ---------------------------------------------------------------------------------------------- delivering

    async def claim(self, delivery: int, now: datetime, lease: timedelta) -> Claim | None:
        """Take it, if it is free."""
        return await self._database.write(lambda db: _claim(db, delivery, now, lease), fenced=True)

    async def release_all(self) -> int:
        """End every lease; how many there were."""
        return await self._database.write(lambda db: db.execute(_RELEASE_ALL).rowcount)

    async def compose(self, claim: Claim, composition: Composition) -> bool:
        """Keep the edition, once."""

        def keep(db: Session) -> bool:
            held = row(db, _HOLD, {"id": claim.delivery.id, "token": claim.token})
            if held and not held["is_composed"]:
                editions.keep(db, claim.delivery.id, composition)
            return held is not None

        return await self._database.write(keep, fenced=True)

    async def intend(self, claim: Claim, part: int, key: str, at: datetime) -> bool:
        """Commit the intent to send *part*."""
        return await self._change(claim, _INTEND, {"part": part, "key": key, "at": codec.micros(at)})

    async def part_sent(self, claim: Claim, receipt: Receipt) -> bool:
        """Record what arrived."""

        def record(db: Session) -> bool:
            if not _changes(db, claim, _ARRIVED, {}):
                return False
            db.execute(_NEW_PART, [claim.delivery.id, receipt.part, codec.as_json(receipt.messages)])
            return True

        return await self._database.write(record, fenced=True)

    async def postpone(self, claim: Claim, *, until: datetime, state: DeliveryState, reason: str) -> bool:
        """Give it back until *until*."""
        columns = {"until": codec.micros(until), "state": state.value, "reason": reason}
        return await self._change(claim, _POSTPONE, columns)

    async def finish(
        self,
        claim: Claim,
        state: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        reach: Reach = Reach.VISIBLY,
    ) -> bool:
        """Give it its final state; a refused one pauses its channel as well, unless only this post was refused."""
        sent_at = codec.micros(at) if state is DeliveryState.SENT else None
        columns = {"state": state.value, "reason": reason, "sent_at": sent_at}

        def end(db: Session) -> bool:
            is_ours = _changes(db, claim, _FINISH, columns)
            if is_ours and state is DeliveryState.REFUSED and reach is not Reach.POST:
                pause(db, claim.delivery.subscription, reason, by_platform=reach is Reach.VISIBLY)
            return is_ours

        return await self._database.write(end, fenced=True)

    async def _change(self, claim: Claim, sql: str, columns: dict[str, Any]) -> bool:
        return await self._database.write(lambda db: _changes(db, claim, sql, columns), fenced=True)

    # ------------------------------------------------------------------------------------------- admins' wishes

    async def reopen(self, delivery: int, at: datetime) -> bool:
        """Make an uncertain one due again; False if it is not uncertain."""
        parameters = {"id": delivery, "at": codec.micros(at)}
        return await self._database.write(lambda db: db.execute(_REOPEN, parameters).rowcount == 1)

    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        """Ended badly, due after *since*, and no admin knows; oldest first."""
        found = await self._database.read(Statement(_UNTOLD, {"since": codec.micros(since)}))
        return deliveries.taken_down(found)

    async def told(self, news: Sequence[Delivery], at: datetime) -> None:
        """Admins know how they ended, unless they have been reopened since."""
        told_at = codec.micros(at)
        endings = [
            {"id": one.id, "state": one.state.value, "reopened_at": codec.micros(one.reopened_at) or 0, "at": told_at}
            for one in news
        ]
        await self._database.write(lambda db: db.executemany(_TOLD, endings))

    async def wish(self, subscription: int, day: date, ref: str, wish: Wish | None) -> None:
        """Keep it, or drop what was wished."""
        columns = {"subscription": subscription, "date": day.isoformat(), "ref": ref, "wish": wish and wish.value}
        await self._database.write(lambda db: db.execute(_WISH if wish else _WISH_NOTHING, columns))

    async def wishes(self, subscription: int, day: date) -> Mapping[str, Wish]:
        """By ref, in the order of wishing."""
        parameters = {"subscription": subscription, "date": day.isoformat()}
        found = await self._database.read(Statement(_WISHES, parameters))
        return {one["ref"]: Wish(one["wish"]) for one in found}

    # ------------------------------------------------------------------------------------------------- reading

    async def deliveries(
        self, *, subscription: int | None = None, day: date | None = None, limit: int = 200
    ) -> tuple[Delivery, ...]:
        """Newest date first, then by channel name."""
        parameters = {"subscription": subscription, "day": day.isoformat() if day else None, "limit": limit}
        return deliveries.taken_down(await self._database.read(Statement(_LISTED, parameters)))

    async def by_id(self, delivery: int) -> Delivery | None:
        """One row."""
        found = await self._database.read(Statement(deliveries.ONE, {"id": delivery}))
        return next(iter(deliveries.taken_down(found)), None)

    async def backlog(self, now: datetime) -> Backlog:
        """What is on its way, and what of the last day nobody knows the end of."""
        parameters = {"since": (now - timedelta(days=1)).date().isoformat()}
        [found] = await self._database.read(Statement(_BACKLOG, parameters))
        return Backlog(due=found["due"], oldest=codec.moment_if(found["oldest"]), uncertain=found["uncertain"])

    async def unsettled(self, *, only: int | None = None) -> int:
        """How many are on their way."""
        [found] = await self._database.read(Statement(_UNSETTLED, {"only": only}))
        return int(found["count"])

    async def edition(self, delivery: int) -> Edition | None:
        """The edition kept for it."""
        return editions.edition_in(await self._database.read(editions.of_delivery(delivery)))

    async def last_sent(self, subscription: int, before: datetime) -> Edition | None:
        """The newest edition that was sent and composed before *before*."""
        return editions.edition_in(await self._database.read(editions.last_sent(subscription, before)))

    async def considered(self, subscription: int, before: datetime) -> frozenset[str]:
        """The refs that the newest edition that was sent passed judgement on."""
        return await self._database.read(lambda db: editions.considered(db, subscription, before))

    async def latest_edition(self, *, subscription: int | None = None, workspace: str | None = None) -> Edition | None:
        """The newest edition that was sent, to one subscription or to any of a workspace."""
        return editions.edition_in(await self._database.read(editions.latest(subscription, workspace)))

    async def mornings(self, since: datetime, count: int) -> Mapping[int, tuple[Morning, ...]]:
        """The newest editions of subscriptions that were sent one lately."""
        return await self._database.read(lambda db: editions.mornings(db, since, count))

    async def posted(self, subscription: int, refs: Sequence[str]) -> Mapping[str, tuple[datetime, int]]:
        """Which of *refs* its readers may have seen: when last, and how many publishers the post named."""
        return editions.posted_in(await self._database.read(editions.posted(subscription, refs)))

    async def shown(self, refs: Sequence[str]) -> frozenset[str]:
        """Which of *refs* any edition holds."""
        return await self._database.read(lambda db: editions.shown(db, refs))

    async def carriers(self, ref: str, *, workspace: str = "") -> tuple[Delivery, ...]:
        """Deliveries whose edition holds the story, and that have arrived or may have."""
        parameters = {"refs": Many([ref]), "workspace": workspace}
        return deliveries.taken_down(await self._database.read(Statement(_CARRIERS, parameters)))

    async def verdicts(self, delivery: int) -> tuple[Verdict, ...]:
        """Why its edition is as it is."""
        return (await self.reasons(delivery))[0]

    async def reasons(self, delivery: int) -> tuple[tuple[Verdict, ...], Tally | None]:
        """Why its edition is as it is, and what holds for all its candidates."""
        return await self._database.read(lambda db: editions.reasons_of(db, delivery))

    # ---------------------------------------------------------------------------------------------------- time

    async def last_seen(self) -> datetime | None:
        """The newest time at which a delivering process was alive."""
        return await self._noted("last_seen")

    async def see(self, now: datetime) -> None:
        """Remember that a delivering process is alive."""
        await self._database.write(lambda db: db.execute(_SEE, [codec.micros(now)]))

    async def restored_at(self) -> datetime | None:
        """When this database was restored from a copy."""
        return await self._noted("restored_at")

    async def _noted(self, key: str) -> datetime | None:
        found = first(await self._database.read(Statement("SELECT value FROM meta WHERE key = ?", [key])))
        return codec.moment(found["value"]) if found else None


def _claim(db: Session, delivery: int, now: datetime, lease: timedelta) -> Claim | None:
    until = now + lease
    parameters = {"id": delivery, "now": codec.micros(now), "until": codec.micros(until)}
    taken = row(db, _CLAIM, parameters)
    held = deliveries.one(db, delivery) if taken else None
    return Claim(delivery=held, token=taken["token"], until=until) if taken and held else None


def _changes(db: Session, claim: Claim, sql: str, columns: dict[str, Any]) -> bool:
    """Do *sql* if the claim still holds; whether it did."""
    return db.execute(sql, {**columns, "id": claim.delivery.id, "token": claim.token}).rowcount == 1


# ----------------------------------------------------------------------------------------------------------- SQL
# next_at is empty exactly when a delivery is final, which is what the partial index on_its_way goes by.

_WAITING = """
    SELECT id,
        CASE WHEN platform IN (SELECT value FROM json_each(:as_one)) THEN platform
            ELSE platform || ':' || workspace END AS lane
    FROM delivery
    WHERE next_at IS NOT NULL AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
        AND (:begun IS NULL OR coalesce(reopened_at, due_at) <= :begun) AND (:only IS NULL OR subscription = :only)
    ORDER BY due_at, id
"""

_NEXT_WAIT = """
    SELECT min(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END) AS at FROM delivery
    WHERE next_at IS NOT NULL AND (:only IS NULL OR subscription = :only)
        AND id NOT IN (SELECT value FROM json_each(:besides))
"""

_UNSETTLED = """
    SELECT count(*) AS count FROM delivery
    WHERE next_at IS NOT NULL AND (:only IS NULL OR subscription = :only)
"""

_CLAIM = """
    UPDATE delivery SET token = token + 1, lease_until = :until
    WHERE id = :id AND next_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
    RETURNING token
"""

_RELEASE_ALL = "UPDATE delivery SET lease_until = NULL WHERE next_at IS NOT NULL AND lease_until IS NOT NULL"

# It changes nothing, and keeps everybody from claiming the delivery until the work is done.
_HOLD = """
    UPDATE delivery SET lease_until = lease_until
    WHERE id = :id AND token = :token AND next_at IS NOT NULL AND lease_until IS NOT NULL
    RETURNING EXISTS (SELECT 1 FROM edition WHERE edition.delivery = delivery.id) AS is_composed
"""

_INTEND = """
    UPDATE delivery SET state = 'sending', intent_part = :part, intent_key = :key, intent_at = :at,
        attempts = attempts + 1
    WHERE id = :id AND token = :token AND next_at IS NOT NULL AND lease_until IS NOT NULL
"""

_ARRIVED = """
    UPDATE delivery SET state = 'due', intent_part = NULL, intent_key = NULL, intent_at = NULL
    WHERE id = :id AND token = :token AND next_at IS NOT NULL AND lease_until IS NOT NULL
"""

_NEW_PART = """
    INSERT INTO delivery_part (delivery, part, messages) VALUES (?, ?, ?)
    ON CONFLICT (delivery, part) DO UPDATE SET messages = excluded.messages
"""

_POSTPONE = """
    UPDATE delivery SET state = :state, reason = :reason, next_at = :until, lease_until = NULL,
        intent_part = CASE WHEN :state = 'sending' THEN intent_part END,
        intent_key = CASE WHEN :state = 'sending' THEN intent_key END,
        intent_at = CASE WHEN :state = 'sending' THEN intent_at END
    WHERE id = :id AND token = :token AND next_at IS NOT NULL AND lease_until IS NOT NULL
"""

_FINISH = """
    UPDATE delivery SET state = :state, reason = :reason, sent_at = :sent_at, next_at = NULL, lease_until = NULL,
        intent_part = NULL, intent_key = NULL, intent_at = NULL
    WHERE id = :id AND token = :token AND next_at IS NOT NULL AND lease_until IS NOT NULL
"""

_LISTED = f"""
    {deliveries.DELIVERY}
    WHERE (:subscription IS NULL OR delivery.subscription = :subscription) AND (:day IS NULL OR delivery.date = :day)
    ORDER BY delivery.date DESC, subscription.name, delivery.id LIMIT :limit
"""

_CARRIERS = f"""
    {editions.CALLED} {deliveries.DELIVERY}
    WHERE delivery.id IN (
            SELECT edition_story.delivery FROM called JOIN edition_story ON edition_story.ref = called.ref)
        AND (delivery.state = 'uncertain'
            OR EXISTS (SELECT 1 FROM delivery_part WHERE delivery_part.delivery = delivery.id))
        AND :workspace IN ('', subscription.platform || ':' || subscription.workspace)
    ORDER BY delivery.date DESC, subscription.name, delivery.id
"""  # noqa: S608 - no text from outside is in it

_SEE = """
    INSERT INTO meta (key, value) VALUES ('last_seen', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE excluded.value > meta.value
"""

_REOPEN = """
    UPDATE delivery SET state = 'due', reason = '', next_at = :at, reopened_at = :at, told_at = NULL
    WHERE id = :id AND state = 'uncertain'
"""

_UNTOLD = f"""
    {deliveries.DELIVERY}
    WHERE delivery.told_at IS NULL AND delivery.state IN ('refused', 'missed', 'uncertain') AND delivery.due_at > :since
    ORDER BY delivery.due_at, delivery.id LIMIT 1000
"""

_BACKLOG = """
    SELECT count(*) AS due, min(due_at) AS oldest,
        (SELECT count(*) FROM delivery WHERE date >= :since AND state = 'uncertain') AS uncertain
    FROM delivery WHERE next_at IS NOT NULL
"""

_TOLD = """
    UPDATE delivery SET told_at = :at
    WHERE id = :id AND state = :state AND coalesce(reopened_at, 0) = :reopened_at
"""

_WISH = """
    INSERT INTO wish (workspace, subscription, date, ref, wish)
    SELECT platform || ':' || workspace, id, :date, :ref, :wish FROM subscription WHERE id = :subscription
    ON CONFLICT (subscription, date, ref) DO UPDATE SET wish = excluded.wish
"""

_WISH_NOTHING = "DELETE FROM wish WHERE (subscription, date, ref) = (:subscription, :date, :ref)"

_WISHES = "SELECT ref, wish FROM wish WHERE (subscription, date) = (:subscription, :date) ORDER BY id"
