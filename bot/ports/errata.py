"""What is remembered of posted messages that are not up to date."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Delivery, Erratum


class Errata(Protocol):
    """The deliveries whose messages do not surely show what their stories read now.

    :meth:`Archive.restate` enters them in the transaction that changes the story, so none is forgotten, whatever
    happens before the messages are changed; what began to leave meanwhile it enters right after that transaction. What
    is to be posted yet needs none: it is read once more before it leaves.
    """

    async def owe(self, delivery: int) -> None:
        """Enter *delivery*: one of its messages is about to show something else than its stories read now."""

    async def owed(self, now: datetime) -> tuple[Delivery, ...]:
        """Deliveries whose messages may be changed now, newest first; without those of which a part is just leaving,
        and those that somebody else is at. Uncertain ones are among them: nobody knows whether there is a message.
        """

    async def is_owed(self, delivery: int) -> bool:
        """Whether *delivery* is entered."""

    async def take(self, delivery: int, now: datetime, lease: timedelta) -> Erratum | None:
        """Take it for *lease*; None: nothing is owed (any more), somebody else is at it, or a part is just leaving."""

    async def settle(self, erratum: Erratum) -> bool:
        """All its messages show what was read after it was taken, or never will. False: a story was restated again
        meanwhile, or it is not ours any more; so it is owed still, at once.

        Whoever has lost it, here and below, may have changed messages after those who took it over: it is entered
        again.
        """

    async def postpone(
        self,
        erratum: Erratum,
        *,
        until: datetime,
        now: datetime,
        reason: str,
        is_unsure: bool = False,
        is_doubted: bool = False,
    ) -> bool:
        """An attempt failed *now* for *reason*; the next one is due at *until*. False: it is not ours any more.

        What *is_unsure* may be carried out yet. A *now* that *is_doubted* does not count as when it began to fail.
        """

    async def look_again(self, erratum: Erratum, *, until: datetime, now: datetime) -> bool:
        """As :meth:`settle`, but what was unsure before may be carried out yet: once more, at *until*."""

    async def give_back(self, erratum: Erratum) -> None:
        """Not all was tried; others may take it at once."""

    async def told(self, owed: Sequence[int], at: datetime) -> None:
        """Remember that admins have been told of the trouble with these deliveries."""
