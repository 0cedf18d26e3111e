"""Somebody who watches and remembers all of it."""

from datetime import timedelta
from typing import Any

from bot.model import DeliveryState


class Witness:
    """Implements ``bot.ports.Watch``: what it was told, in order, each as the name of the method and its values."""

    def __init__(self) -> None:
        self.told: list[tuple[object, ...]] = []

    def of(self, what: str) -> list[list[Any]]:
        """The values of everything that was told by the method *what*."""
        return [values for name, *values in self.told if name == what]

    def ended(self, platform: str, state: DeliveryState, reason: str, late: timedelta | None) -> None:
        self.told.append(("ended", platform, state, reason, late))

    def acknowledged(self, took: timedelta) -> None:
        self.told.append(("acknowledged", took))

    def asked(self, platform: str, method: str, code: str) -> None:
        self.told.append(("asked", platform, method, code))

    def put_off(self, platform: str) -> None:
        self.told.append(("put_off", platform))

    def introduced(self, platform: str) -> None:
        self.told.append(("introduced", platform))

    def visited(self, outcome: str) -> None:
        self.told.append(("visited", outcome))

    def parsed(self, took: timedelta) -> None:
        self.told.append(("parsed", took))

    def wrote(self, outcome: str) -> None:
        self.told.append(("wrote", outcome))

    def spent(self, sent: int, received: int, microdollars: int) -> None:
        self.told.append(("spent", sent, received, microdollars))

    def stumbled(self, kind: str) -> None:
        self.told.append(("stumbled", kind))
