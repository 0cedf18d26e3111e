"""Entering what has come due: for a round, and before a standing order changes."""

from collections.abc import Sequence

import sqlite_utils

from bot.model import Due
from storage import codec


def plan(db: sqlite_utils.Database, dues: Sequence[Due]) -> int:
    """Enter those of *dues* whose (subscription, date) is not there yet, in the caller's transaction; how many."""
    before = db.conn.total_changes
    db.conn.executemany(
        _DUE,
        (
            {
                "subscription": due.subscription,
                "date": due.date.isoformat(),
                "due_at": codec.micros(due.due_at),
                "state": due.state.value,
                "reason": due.reason,
                "next_at": None if due.state.final else codec.micros(due.due_at),
            }
            for due in dues
        ),
    )
    return db.conn.total_changes - before


_DUE = """
    INSERT INTO delivery (platform, workspace, subscription, date, due_at, state, reason, next_at)
    SELECT platform, workspace, id, :date, :due_at, :state, :reason, :next_at FROM subscription WHERE id = :subscription
    ON CONFLICT (subscription, date) DO NOTHING
"""
