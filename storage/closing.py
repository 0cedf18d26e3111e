"""Closing the past of a database that was brought back from a copy, so that none of it is posted again."""

import logging
from datetime import datetime

from bot.model import StoryStatus
from storage import codec, errata, history
from storage.session import Session, rows

log = logging.getLogger(__name__)


def close_the_past(db: Session, now: datetime) -> None:
    """Let nothing that was due before *now*, when the copy that *db* is was brought back, be sent any more.

    Nobody is told of its troubles: they were dealt with, one way or the other, after the copy was made.
    """
    for one in rows(db, _OWED):
        if not _is_taken_back(db, one):
            log.warning("the post of %(name)s of %(date)s may not show what %(refs)s reads; correct it once more", one)
            db.execute(_ONLY_TOLD, one)
    for closing in _CLOSINGS:
        db.execute(closing, {"now": codec.micros(now)})


def _is_taken_back(db: Session, owed: codec.Row) -> bool:
    """Whether all that a post owes is that its stories were withdrawn, whatever it shows by now, and surely arrived."""
    refs = owed["refs"].split()
    restated = history.restated(db, refs, owed["workspace"])
    return (
        owed["state"] == "sent"
        and bool(refs)
        and all(ref in restated and restated[ref].status is StoryStatus.WITHDRAWN for ref in refs)
    )


_OWED = """
    SELECT erratum.delivery, erratum.workspace, erratum.refs, subscription.name, delivery.date, delivery.state
    FROM erratum JOIN delivery ON delivery.id = erratum.delivery
        JOIN subscription ON subscription.id = delivery.subscription
    ORDER BY delivery.date, subscription.name
"""
"""Posts that were still to be changed when the copy was made."""
_ONLY_TOLD = f"UPDATE erratum SET version = {errata.ONLY_TOLD} WHERE delivery = :delivery"  # noqa: S608 - a constant
_CLOSINGS = (
    # An uncertain one as well: an admin may have sent it once more meanwhile, and the button for that is still there.
    """
    UPDATE delivery SET state = 'skipped', reason = 'restored', next_at = NULL, lease_until = NULL,
        intent_part = NULL, intent_key = NULL, intent_at = NULL
    WHERE next_at IS NOT NULL OR state = 'uncertain'
    """,
    "UPDATE delivery SET told_at = :now WHERE told_at IS NULL AND state IN ('refused', 'missed')",
    # Whoever was at it, or was told of it, was so with the database that is replaced.
    """
    UPDATE erratum SET lease_until = NULL, next_at = 0, attempts = 0, reason = '', failing_since = NULL, told_at = NULL
    """,
    # What was wrong may be so still, or be over; whoever was told of it, or was not, hears of what begins from now on.
    """
    UPDATE trouble SET told_at = coalesce(told_at, :now), last_told_at = :now,
        told_over_at = CASE WHEN over_at IS NOT NULL THEN coalesce(told_over_at, :now) END
    """,
    """
    INSERT INTO meta (key, value) VALUES ('restored_at', :now) ON CONFLICT (key) DO UPDATE SET value = excluded.value
    """,
)
