"""Whoever watches the newsroom at work, and counts: for those who keep it running, not for readers or admins."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What the ledger has on its way, and what nobody knows the end of."""

    due: int
    """Deliveries that are due or being sent."""
    oldest: datetime | None
    """When the oldest of them was due; None: there is none."""
    uncertain: int
    """Of the dates of the last day: those that may have arrived, and nobody can find out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How things stand at one instant."""

    at: datetime
    backlog: Backlog
    channels: Mapping[str, int]
    """How many are ``active`` and ``paused``."""
    closed: int
    """Workspaces in which a platform has closed a channel to us."""
    feeds: Mapping[str, int]
    """How many are ``new``, ``fine`` and ``failing``."""
    budget: float | None = None
    """Dollars that today's budget for models still has; None: no model is configured."""
    size: int | None = None
    """Bytes of the database, with what is only in its log."""
    backed_up_at: datetime | None = None
    """When the last good copy was made; None: never, or it is not known."""
    free: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the disk that holds the data: ``free`` of ``all``."""


class Watch(Protocol):
    """Is told of what has happened, the moment it has. Never waits, never raises; any thread may tell it."""

    def ended(self, platform: str, state: DeliveryState, reason: str, late: timedelta | None) -> None:
        """A delivery to *platform* became final; *late* is how long after its hour it was sent, None if it was not."""

    def acknowledged(self, took: timedelta) -> None:
        """Somebody who did something in a chat was answered that it has arrived, *took* after it had."""

    def asked(self, platform: str, method: str, code: str) -> None:
        """A request to *platform* was answered with *code*: ``ok`` or its own word or number for what is wrong; or not
        at all: ``timeout``, ``connection``. *method* is one of few, without ids.
        """

    def put_off(self, platform: str) -> None:
        """The platform asked for patience."""

    def introduced(self, platform: str) -> None:
        """A new session was begun where only so many are allowed in a day."""

    def visited(self, outcome: str) -> None:
        """A feed was visited: ``read``, ``unchanged`` or ``failed``."""

    def parsed(self, took: timedelta) -> None:
        """A feed was parsed; the wait for a worker counts."""

    def wrote(self, outcome: str) -> None:
        """A model was asked: it ``answered`` or ``failed``; or the budget ``refused`` to ask it."""

    def spent(self, sent: int, received: int, microdollars: int) -> None:
        """What a model was asked cost: tokens that were sent and that came back, as the provider counts them."""

    def stumbled(self, kind: str) -> None:
        """The database failed; *kind* is one of few words: ``full``, ``busy``, ``corrupt``."""


class Unwatched:
    """Nobody watches."""

    def ended(self, platform: str, state: DeliveryState, reason: str, late: timedelta | None) -> None:
        """Nothing."""

    def acknowledged(self, took: timedelta) -> None:
        """Nothing."""

    def asked(self, platform: str, method: str, code: str) -> None:
        """Nothing."""

    def put_off(self, platform: str) -> None:
        """Nothing."""

    def introduced(self, platform: str) -> None:
        """Nothing."""

    def visited(self, outcome: str) -> None:
        """Nothing."""

    def parsed(self, took: timedelta) -> None:
        """Nothing."""

    def wrote(self, outcome: str) -> None:
        """Nothing."""

    def spent(self, sent: int, received: int, microdollars: int) -> None:
        """Nothing."""

    def stumbled(self, kind: str) -> None:
        """Nothing."""


UNWATCHED = Unwatched()
"""The one that is told where nobody watches."""
