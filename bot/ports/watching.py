"""Whoever watches the newsroom at work, and counts: for those who keep it running, not for readers or admins."""

from datetime import timedelta
from typing import Protocol

from bot.model import DeliveryState


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
        """A model was asked: ``answered``, ``failed``, or ``refused`` before it began to work."""

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
