"""What is remembered of those who let us in, and of those who put us out again."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.model import Installation, Removal


class Installations(Protocol):
    """Who has let us in: one installation for each (platform, enterprise, team). And who has put us out since.

    Platforms tell of both in any order, and more than once: what counts is what happened last by the platform's clock,
    and of one instant the removal.
    """

    async def save(self, installation: Installation) -> bool:
        """Keep it in the place of any of the same workspace or organisation, and end the removal that came before.
        False: a later removal is on record, or a later installation; nothing is kept.
        """

    async def find(self, platform: str, team: str, enterprise: str = "") -> Installation | None:
        """The one that serves the workspace *team*: its own, else that of *enterprise*, else that of the organisation
        to which :meth:`belongs` has said that it belongs.
        """

    async def belongs(self, platform: str, team: str, enterprise: str) -> None:
        """The platform says that the workspace *team* belongs to *enterprise*, as of now."""

    async def all(self) -> tuple[Installation, ...]:
        """By their keys."""

    async def reseal(self, installation: Installation, sealed: str) -> bool:
        """Keep its token in another wrapping. False: it is not there any more as *installation* has it."""

    async def remove(self, platform: str, *, team: str = "", enterprise: str = "", at: datetime) -> tuple[str, ...]:
        """The platform has told that *team*, or without one all of *enterprise*, put us out *at*: forget the token.

        Which workspaces are not served any more, and are on record as such; none: it was let in later, or is served by
        its organisation all the same.
        """

    async def leave(self, platform: str, workspaces: Collection[str], *, at: datetime) -> tuple[str, ...]:
        """Put on record that those of *workspaces* that have no token of their own, and have not let us in later, put
        us out *at*; which these are.
        """

    async def returned(self, platform: str, workspaces: Collection[str], *, at: datetime | None = None) -> None:
        """We are in *workspaces*, whatever is on record; or the platform has told that they let us in *at*, which ends
        what was before. A removal that has been ended either way and is told again puts nobody out.
        """

    async def gone(self) -> tuple[Removal, ...]:
        """Those that have put us out, the longest ago first."""

    async def put_state(self, digest: str, *, until: datetime, now: datetime, most: int) -> None:
        """Remember that somebody has begun to let us in; no more than *most* of them, the newest."""

    async def take_state(self, digest: str, *, now: datetime) -> bool:
        """Whether somebody had, and may still go on: this once."""
