"""Which standing orders are worth a look: those that something may be due for, or that something may be wrong with.

Of tens of thousands few are so in any one minute, and no question here reads the others.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.model import Standing, Subscription
from storage import codec
from storage.session import Many, Session, row, rows


def to_look_at(db: Session, by: datetime) -> tuple[Subscription, ...]:
    """Those for which something can have come due by *by*, by id."""
    found = rows(db, _TO_LOOK_AT, [codec.micros(by)])
    return tuple(codec.subscription_of(one) for one in sorted(found, key=lambda one: int(one["id"])))


def look_later(db: Session, looks: Sequence[tuple[Subscription, datetime]]) -> None:
    """Look at each not before the time beside it, unless its schedule has been changed since it was read."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for one, next_at in looks:  # at one hour, thousands have the same schedule: one statement is enough for them
        columns = codec.subscription_row(one)
        alike[codec.micros(next_at), columns["at"], columns["timezone"], columns["days"]].append(one.id)
    for (moment, at, timezone, days), subscriptions in alike.items():
        schedule = {"next_at": moment, "at": at, "timezone": timezone, "days": days}
        db.execute(_LOOK_LATER, {**schedule, "subscriptions": Many(subscriptions)})


def suspects(
    db: Session, now: datetime, *, platforms: Collection[str], zones: Collection[str], also: Collection[int]
) -> tuple[Subscription, ...]:
    """Those that are paused, on a platform besides *platforms*, or to be looked at and in a zone besides *zones*; and
    those with an id in *also*, retired or not. By id.
    """
    strange = [one["name"] for one in rows(db, _PLATFORMS) if one["name"] not in {*platforms, None}]
    parameters = {
        "now": codec.micros(now),
        "platforms": Many(strange),
        "zones": Many(sorted(zones)),
        "also": Many(also),
    }
    return tuple(codec.subscription_of(one) for one in rows(db, _SUSPECTS, parameters))


def is_served(db: Session, platform: str, workspace: str) -> bool:
    """Whether any channel of a workspace, or of all of a platform, is set up."""
    return row(db, _IS_SERVED, {"platform": platform, "workspace": workspace}) is not None


def standings(db: Session) -> Mapping[Standing, int]:
    """How many there are of each."""
    return {Standing(one["standing"]): one["count"] for one in rows(db, _STANDINGS)}


# In the order of the index: in that of the ids, an engine would rather read all of them than sort a few.
_TO_LOOK_AT = "SELECT * FROM subscription WHERE next_at <= ? AND standing <> 'retired' ORDER BY next_at, id"

_LOOK_LATER = """
    UPDATE subscription SET next_at = :next_at
    WHERE id IN (SELECT value FROM json_each(:subscriptions)) AND next_at <> :next_at
        AND at = :at AND timezone = :timezone AND days = :days
"""

# From one name to the next, so that it takes as many steps as there are platforms, and not channels.
_PLATFORMS = """
    WITH RECURSIVE met (name) AS (
        SELECT min(platform) FROM subscription
        UNION ALL SELECT (SELECT min(platform) FROM subscription WHERE platform > met.name) FROM met
            WHERE met.name IS NOT NULL)
    SELECT name FROM met
"""

_SUSPECTS = """
    SELECT * FROM subscription WHERE id IN (
        SELECT id FROM subscription WHERE standing = 'paused'
        UNION SELECT id FROM subscription WHERE id IN (SELECT value FROM json_each(:also))
        UNION SELECT id FROM subscription WHERE platform IN (SELECT value FROM json_each(:platforms))
        UNION SELECT id FROM subscription WHERE next_at <= :now AND standing <> 'retired'
            AND timezone NOT IN (SELECT value FROM json_each(:zones)))
    ORDER BY id
"""

_IS_SERVED = """
    SELECT 1 FROM subscription
    WHERE platform = :platform AND (:workspace = '' OR workspace = :workspace) AND standing <> 'retired' LIMIT 1
"""

_STANDINGS = "SELECT standing, count(*) AS count FROM subscription GROUP BY standing"
