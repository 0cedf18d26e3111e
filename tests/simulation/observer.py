"""Somebody who looks into the ledger once a minute, with nothing but SQLite, and notes what has changed."""

import sqlite3
from pathlib import Path

from tests.simulation.journal import Fact, Journal

_DELIVERIES = """
    SELECT delivery.id, subscription.platform, subscription.channel, delivery.date, delivery.state, delivery.reason,
        delivery.due_at, delivery.told_at
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription ORDER BY delivery.id
"""
_STANDINGS = "SELECT channel, standing, paused_by_platform, at, timezone FROM subscription ORDER BY id"


class Observer:
    """Knows what it saw last."""

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._db: sqlite3.Connection | None = None
        self._deliveries: dict[int, tuple[object, ...]] = {}
        self._standings: list[tuple[Fact, ...]] = []

    def look(self) -> None:
        """Note what is otherwise than at the last look."""
        if self._db is None:
            if not self._path.exists():
                return
            self._db = sqlite3.connect(self._path, isolation_level=None)
        for row in self._db.execute(_DELIVERIES).fetchall():
            if self._deliveries.get(row[0]) != row[4:]:
                number, platform, channel, day, state, reason, _, told = row
                if told:
                    state = f"{state} (told)"
                self._journal.note(
                    "ledger", id=number, platform=platform, channel=channel, date=day, state=state, reason=reason
                )
                self._deliveries[number] = row[4:]
        standings = self._db.execute(_STANDINGS).fetchall()
        if standings != self._standings:
            for channel, how, by_platform, at, timezone in sorted(set(standings) - set(self._standings)):
                self._journal.note(
                    "standing", channel=channel, is_now=how, by_platform=by_platform, at=at, timezone=timezone
                )
            self._standings = standings

    def look_away(self) -> None:
        """Let go of the file; another one takes its place, perhaps."""
        if self._db:
            self._db.close()
        self._db = None
        self._deliveries.clear()
