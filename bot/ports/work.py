"""Time, and other processors."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Clock(Protocol):
    """The time, and the only way to let some of it pass."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def elapsed(self) -> timedelta:
        """How much time has really passed since some moment, whatever has been done to the machine's clock since."""

    async def wait(self, duration: timedelta) -> None:
        """Return after *duration*."""


class Workers(Protocol):
    """Other processors, for work that would keep the event loop from answering people."""

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What the module-level *function* returns for picklable *arguments*; its errors come back as they are."""


class Disk(Protocol):
    """Where the data lie."""

    async def free(self) -> int | None:
        """Bytes that are left for us; None: nobody can say."""
