"""Editions: kept once, with the reasons for them, and asked for in several ways."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.model import Composition, Edition, Morning, Tally, Verdict
from storage import codec, reasons
from storage.session import Many, Session, Statement, first, row, rows


def keep(db: Session, delivery: int, composition: Composition) -> None:
    """Keep the edition of *delivery*, which has none yet."""
    edition = composition.edition
    packed = reasons.packed(composition.verdicts, composition.tally)
    digest = hashlib.sha256(packed).hexdigest()
    db.execute("INSERT INTO reasons (digest, verdicts) VALUES (?, ?) ON CONFLICT DO NOTHING", [digest, packed])
    db.execute(
        _NEW,
        {
            "delivery": delivery,
            "composed_at": codec.micros(edition.composed_at),
            "refs": codec.as_json(story.ref for story in edition.stories),
            "content": codec.edition_json(edition),
            "reasons": digest,
        },
    )
    db.execute(_NEW_STORIES, [delivery])


def of_delivery(delivery: int) -> Statement:
    """Finds the edition kept for *delivery*, for :func:`edition_in`."""
    return Statement("SELECT content FROM edition WHERE delivery = ?", [delivery])


def last_sent(subscription: int, before: datetime | None) -> Statement:
    """Finds the newest that was sent and composed before *before*, for :func:`edition_in`."""
    return Statement(_LAST_SENT, {"subscription": subscription, "before": codec.micros(before)})


def latest(subscription: int | None, workspace: str | None) -> Statement:
    """Finds the newest that was sent, to *subscription* or to any of *workspace*, for :func:`edition_in`."""
    return Statement(_LATEST, {"workspace": workspace}) if subscription is None else last_sent(subscription, None)


def edition_in(found: Sequence[codec.Row]) -> Edition | None:
    """The edition in the first of the rows *found*."""
    return codec.edition_of(found[0]["content"]) if found else None


def considered(db: Session, subscription: int, before: datetime) -> frozenset[str]:
    """The refs of all candidates of what :func:`last_sent` finds."""
    found = first(last_sent(subscription, before)(db))
    if found is None:
        return frozenset()
    verdicts, tally = reasons_of(db, found["delivery"])
    rest = tally.rest if tally else ()
    return frozenset({*(one.ref for one in verdicts), *(ref for one in rest for ref in one.refs)})


def mornings(db: Session, since: datetime, count: int) -> Mapping[int, tuple[Morning, ...]]:
    """The newest *count* that were sent to each subscription that was sent one at *since* or later, newest first."""
    found: dict[int, tuple[Morning, ...]] = {}
    for one in rows(db, _MORNINGS, {"since": codec.micros(since), "count": count}):
        morning = _morning_of(one)
        found[morning.subscription] = (*found.get(morning.subscription, ()), morning)
    return found


def posted(subscription: int, refs: Sequence[str]) -> Statement:
    """Finds which of *refs* readers of *subscription* may have seen, for :func:`posted_in`."""
    return Statement(_POSTED, {"subscription": subscription, "refs": Many(refs)})


def posted_in(found: Sequence[codec.Row]) -> Mapping[str, tuple[datetime, int]]:
    """When the stories in the rows *found* were seen last, by ref, and how many publishers the post named."""
    return {one["asked"]: (codec.moment(one["composed_at"]), one["publishers"]) for one in found}  # the last one stays


def shown(db: Session, refs: Sequence[str]) -> frozenset[str]:
    """Which of *refs* any edition holds."""
    return frozenset(one["asked"] for one in rows(db, _SHOWN, {"refs": Many(refs)}))


def reasons_of(db: Session, delivery: int) -> tuple[tuple[Verdict, ...], Tally | None]:
    """Why the edition of *delivery* is as it is, best first, and what holds for all its candidates."""
    found = row(db, _REASONS, [delivery])
    return reasons.unpacked(found["verdicts"]) if found else ((), None)


def _morning_of(found: codec.Row) -> Morning:
    return Morning(
        subscription=found["subscription"],
        date=date.fromisoformat(found["date"]),
        sent_at=codec.moment(found["sent_at"]),
        stories=found["stories"],
        publishers=codec.strings(found["publishers"] or "[]"),
        unnamed=found["unnamed"],
        coverage=codec.coverage_of(found["coverage"]),
    )


_NEW = """
    INSERT INTO edition (delivery, workspace, subscription, composed_at, refs, content, reasons)
    SELECT id, workspace, subscription, :composed_at, :refs, :content, :reasons FROM delivery WHERE id = :delivery
"""

_NEW_STORIES = """
    INSERT INTO edition_story (ref, subscription, delivery, publishers)
    SELECT story.value ->> 'ref', subscription, delivery, CAST(story.value ->> 'publishers' AS integer)
    FROM edition, json_each(edition.content -> 'stories') AS story WHERE delivery = ?
"""

_LAST_SENT = """
    SELECT edition.delivery, edition.content FROM edition JOIN delivery ON delivery.id = edition.delivery
    WHERE edition.subscription = :subscription AND delivery.state = 'sent'
        AND (:before IS NULL OR edition.composed_at < :before)
    ORDER BY edition.composed_at DESC, edition.delivery DESC LIMIT 1
"""

_LATEST = """
    SELECT edition.content FROM edition CROSS JOIN delivery ON delivery.id = edition.delivery
        JOIN subscription ON subscription.id = delivery.subscription
    WHERE delivery.state = 'sent'
        AND (:workspace IS NULL OR subscription.platform || ':' || subscription.workspace = :workspace)
    ORDER BY edition.composed_at DESC, edition.delivery DESC LIMIT 1
"""

# The texts of an edition are not read out of it: with thousands of channels they would be megabytes each time.
# The sign keeps SQLite from walking over all deliveries, only because there is an index in this order.
_MORNINGS = """
    WITH lately AS (
        SELECT DISTINCT +subscription AS subscription FROM delivery WHERE state = 'sent' AND sent_at >= :since)
    SELECT delivery.subscription, delivery.date, delivery.sent_at, json_array_length(edition.refs) AS stories,
        edition.content -> 'coverage' AS coverage,
        (SELECT json_group_array(DISTINCT source.value ->> 'name')
            FROM json_each(edition.content -> 'stories') AS story, json_each(story.value -> 'sources') AS source
        ) AS publishers,
        (SELECT count(*) FROM json_each(edition.content -> 'stories') AS story
            WHERE json_array_length(story.value -> 'sources') = 0) AS unnamed
    FROM lately JOIN edition ON edition.delivery IN (
        SELECT newest.delivery FROM edition AS newest JOIN delivery AS sent ON sent.id = newest.delivery
        WHERE newest.subscription = lately.subscription AND sent.state = 'sent'
        ORDER BY newest.composed_at DESC, newest.delivery DESC LIMIT :count)
    JOIN delivery ON delivery.id = edition.delivery
    ORDER BY delivery.subscription, edition.composed_at DESC, edition.delivery DESC
"""

CALLED = """
    WITH RECURSIVE called (asked, ref) AS (
        SELECT value, value FROM json_each(:refs)
        UNION SELECT called.asked, ref.ref FROM ref JOIN called ON ref.leads_to = called.ref)
"""
"""What the stories of *refs* are or were called: an edition names a story as it was called before it was merged."""

_POSTED = f"""
    {CALLED}
    SELECT called.asked, edition_story.publishers, edition.composed_at
    FROM called
    JOIN edition_story ON edition_story.ref = called.ref AND edition_story.subscription = :subscription
    JOIN edition ON edition.delivery = edition_story.delivery
    JOIN delivery ON delivery.id = edition.delivery
    WHERE delivery.state IN ('sent', 'sending', 'uncertain')
        OR EXISTS (SELECT 1 FROM delivery_part WHERE delivery_part.delivery = delivery.id)
    ORDER BY edition.composed_at, edition.delivery
"""  # noqa: S608 - no text from outside is in it

_SHOWN = f"{CALLED} SELECT DISTINCT called.asked FROM called JOIN edition_story ON edition_story.ref = called.ref"  # noqa: S608

_REASONS = """
    SELECT reasons.verdicts FROM edition JOIN reasons ON reasons.digest = edition.reasons WHERE edition.delivery = ?
"""
