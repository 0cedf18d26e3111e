"""What this process has seen of posts whose outcome is unknown, told by how much time has really passed.

The machine's clock may be set meanwhile, and proves nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    intent_at: datetime
    first: timedelta | None
    """When we posted it first, as ``Clock.elapsed`` has it; None: another process did, or it is not to be repeated."""
    last: timedelta
    """When we posted it last, or saw first what another process has left behind."""


class Doubts:
    """By the id of a delivery, for one process. An intent is known by its time."""

    def __init__(self) -> None:
        self._known: dict[int, _Doubt] = {}

    def posting(self, delivery: int, intent_at: datetime, elapsed: timedelta) -> None:
        """We post it now, for the first time or once more."""
        known = self._known.get(delivery)
        if known and known.intent_at == intent_at:
            self._known[delivery] = replace(known, last=elapsed)
        else:
            self._known[delivery] = _Doubt(intent_at=intent_at, first=elapsed, last=elapsed)

    def repeat_no_more(self, delivery: int) -> None:
        """Posting it once more cannot end well; the channel is read back in the end."""
        if known := self._known.get(delivery):
            self._known[delivery] = replace(known, first=None)

    def forget(self, delivery: int) -> None:
        """Its outcome is known."""
        self._known.pop(delivery, None)

    def age(self, delivery: int, intent_at: datetime, elapsed: timedelta) -> timedelta | None:
        """How long ago we posted it first; None if we did not, or if it is not to be repeated."""
        known = self._known.get(delivery)
        return elapsed - known.first if known and known.intent_at == intent_at and known.first is not None else None

    def settling(self, delivery: int, intent_at: datetime, elapsed: timedelta) -> timedelta:
        """For how long nothing of it has left us; what another process left behind counts from when we first saw it."""
        known = self._known.get(delivery)
        if known is None or known.intent_at != intent_at:
            known = self._known[delivery] = _Doubt(intent_at=intent_at, first=None, last=elapsed)
        return elapsed - known.last
