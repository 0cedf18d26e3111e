"""What is remembered of troubles."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Case


class Troubles(Protocol):
    """What is wrong, and which admins know of it: one case for each (workspace, cause, subject)."""

    async def cases(self, *, workspace: str | None = None) -> tuple[Case, ...]:
        """All that are kept, or those of one ``platform:workspace`` (``""``: of the installation), the one that began
        first first.
        """

    async def keep(self, cases: Sequence[Case], *, gone: Collection[Case] = (), at: datetime) -> None:
        """Keep each of *cases* in the place of what was kept of the same trouble, and forget *gone*.

        Something is written even if there are none, so that whoever keeps nothing for months finds out when nothing
        can be kept.
        """

    async def kept_at(self) -> datetime | None:
        """When something was kept last: as long ago as that, what is known of troubles may be old; None: never."""
