"""What this process has seen of posts whose outcome is unknown, told by how much time has really passed.

The machine's clock may be set meanwhile, and proves nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ports import Clock

_UNSET = timedelta(minutes=5)
"""Two clocks that have drifted apart by less were not set."""
_WAS_AHEAD = timedelta(hours=25)
"""By how much a clock may have been ahead: no hour that was taken for one of another zone is further off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubt:
    intent_at: datetime
    first: timedelta | None
    """When we posted it first, as ``Clock.elapsed`` has it; None: another process did, or it is not to be repeated."""
    last: timedelta
    """When we posted it last, or saw first what another process has left behind."""
    begun: timedelta | None
    """When we committed the intent; None: another process did."""


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
            self._known[delivery] = _Doubt(intent_at=intent_at, first=elapsed, last=elapsed, begun=elapsed)

    def ended(self, delivery: int, elapsed: timedelta, request_timeout: timedelta) -> None:
        """The request is over, as far as we are concerned. A machine that fell asleep in between may have sent it only
        on waking, so what settles counts from here, less what a request may take.
        """
        if known := self._known.get(delivery):
            self._known[delivery] = replace(known, last=max(known.last, elapsed - request_timeout))

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

    def readable_from(self, delivery: int, intent_at: datetime, clock: Clock) -> datetime:
        """From when on its part can be in the channel, by the machine's clock as it is now.

        A clock that was ahead when the intent was committed, and was set right since, would hide the message; nobody
        knows of that if another process committed it.
        """
        known = self._known.get(delivery)
        if known and known.intent_at == intent_at and known.begun is not None:
            was_set_by = (clock.now() - intent_at) - (clock.elapsed() - known.begun)
            if abs(was_set_by) <= _UNSET:
                return intent_at
        return intent_at - _WAS_AHEAD

    def settling(self, delivery: int, intent_at: datetime, elapsed: timedelta) -> timedelta:
        """For how long nothing of it has left us; what another process left behind counts from when we first saw it."""
        known = self._known.get(delivery)
        if known is None or known.intent_at != intent_at:
            known = self._known[delivery] = _Doubt(intent_at=intent_at, first=None, last=elapsed, begun=None)
        return elapsed - known.last
