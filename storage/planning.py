"""Entering what has come due: for a round, and before a standing order changes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.model import DeliveryState, Due
from storage import codec
from storage.session import Many, Session, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A delivery that was entered and is to be made."""

    id: int
    platform: str
    workspace: str
    place: int = 0
    """How many of its workspace are known to go before it."""


OnPlanned = Callable[[Session, Sequence[Planned]], None]
"""Is told of new deliveries in the transaction that enters them: what it writes is there if they are."""


def nobody(_: Session, __: Sequence[Planned]) -> None:
    """Nobody is told: whoever delivers asks the ledger what is due."""


def plan(db: Session, dues: Sequence[Due], on_planned: OnPlanned) -> int:
    """Enter those of *dues* whose (subscription, date) is not there yet, in the caller's transaction; how many."""
    alike: defaultdict[tuple[date, datetime, DeliveryState, str], list[int]] = defaultdict(list)
    for due in dues:  # at one hour, thousands of subscriptions come due alike: one statement enters them
        alike[due.date, due.due_at, due.state, due.reason].append(due.subscription)
    places = {due.subscription: due.place for due in dues if not due.state.final}
    count = 0
    waiting: list[Planned] = []
    for (day, due_at, state, reason), subscriptions in alike.items():
        columns = {
            "subscriptions": Many(subscriptions),
            "date": day.isoformat(),
            "due_at": codec.micros(due_at),
            "state": state.value,
            "reason": reason,
            "next_at": None if state.final else codec.micros(due_at),
        }
        entered = rows(db, _DUE, columns)
        count += len(entered)
        if not state.final:
            waiting += [
                Planned(id=one["id"], platform=one["platform"], workspace=one["workspace"], place=places[one["whose"]])
                for one in entered
            ]
    if waiting:
        on_planned(db, waiting)
    return count


def planned_through(db: Session, until: Mapping[int, date]) -> dict[int, date]:
    """For each subscription in *until* that has any, the newest date that is not later."""
    by_date: defaultdict[date, list[int]] = defaultdict(list)
    for subscription, day in until.items():  # two or three dates: it is one or another today in all zones
        by_date[day].append(subscription)
    found: dict[int, date] = {}
    for day, subscriptions in by_date.items():
        parameters = {"until": day.isoformat(), "subscriptions": Many(subscriptions)}
        newest = rows(db, _NEWEST_DATES, parameters)
        found |= {one["subscription"]: date.fromisoformat(one["date"]) for one in newest if one["date"]}
    return found


_DUE = """
    INSERT INTO delivery (platform, workspace, subscription, date, due_at, state, reason, next_at)
    SELECT platform, workspace, id, :date, :due_at, :state, :reason, :next_at FROM subscription
    WHERE id IN (SELECT value FROM json_each(:subscriptions)) ORDER BY id
    ON CONFLICT (subscription, date) DO NOTHING
    RETURNING id, platform, workspace, subscription AS whose
"""

_NEWEST_DATES = """
    SELECT subscription.id AS subscription,
        (SELECT max(date) FROM delivery
            WHERE delivery.subscription = subscription.id AND delivery.date <= :until) AS date
    FROM subscription WHERE id IN (SELECT value FROM json_each(:subscriptions))
"""
