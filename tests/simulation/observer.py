"""Somebody who looks into the ledger once a minute, by its engine's own driver, and notes what has changed."""

from tests.simulation.journal import Fact, Journal
from tests.simulation.ledgers import LedgerView

_DELIVERIES = """
    SELECT delivery.id, subscription.platform, subscription.channel, delivery.date, delivery.state, delivery.reason,
        delivery.due_at, delivery.told_at
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription ORDER BY delivery.id
"""
_STANDINGS = "SELECT channel, standing, CAST(paused_by_platform AS int), at, timezone FROM subscription ORDER BY id"


class Observer:
    """Knows what it saw last."""

    def __init__(self, ledger: LedgerView, journal: Journal) -> None:
        self._ledger = ledger
        self._journal = journal
        self._deliveries: dict[int, tuple[object, ...]] = {}
        self._standings: list[tuple[Fact, ...]] = []

    def look(self) -> None:
        """Note what is otherwise than at the last look."""
        for row in self._ledger.rows(_DELIVERIES):
            if self._deliveries.get(row[0]) != row[4:]:
                number, platform, channel, day, state, reason, _, told = row
                if told:
                    state = f"{state} (told)"
                self._journal.note(
                    "ledger", id=number, platform=platform, channel=channel, date=day, state=state, reason=reason
                )
                self._deliveries[number] = row[4:]
        standings = self._ledger.rows(_STANDINGS)
        if standings != self._standings:
            for channel, how, by_platform, at, timezone in sorted(set(standings) - set(self._standings)):
                self._journal.note(
                    "standing", channel=channel, is_now=how, by_platform=by_platform, at=at, timezone=timezone
                )
            self._standings = standings

    def look_away(self) -> None:
        """Let go of the ledger; another one takes its place, perhaps."""
        self._ledger.close()
        self._deliveries.clear()
