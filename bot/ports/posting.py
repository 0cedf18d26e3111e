"""Platforms: where editions are posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import Channel, Edition, Notice, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An edition as its platform would show it, sent nowhere."""

    text: str
    """For reading in a terminal."""
    payloads: tuple[Mapping[str, object], ...]
    """One per part, in posting order, exactly as the platform would get it; JSON-ready."""


class Platform(Protocol):
    """Posts editions. One per kind of chat."""

    name: str
    """``slack``, ``discord``, ``terminal``."""
    paces_as_one: bool
    """Whether all its workspaces share one pace, so that none can be faster than the others together allow."""

    def parts(self, edition: Edition) -> int:
        """How many messages carry *edition*, at least one; the same number for the same edition."""

    def render(self, edition: Edition) -> Rendering:
        """How *edition* would look, without sending anything."""

    async def turn(self, channel: Channel) -> timedelta:
        """Wait for a place in the platform's pace, a few seconds at the most; nothing: post to *channel* now.

        More than nothing: for that long the platform will take no post there; no place was taken.
        """

    def remembers(self, channel: Channel) -> timedelta:
        """For how long the platform knows again what was posted to *channel*: a part that is posted once more with the
        same key within that time arrives once, whatever became of the first try. Nothing: it does not.
        """

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Post one part and return once the platform has confirmed it. Never retries.

        Args:
            edition: what to post.
            part: which part, from 0.
            key: goes out with the message, so that :meth:`find` can recognise it.
            earlier: receipts of the parts before this one; a thread hangs on the first.

        Raises:
            PostFailed: the platform did not confirm; ``fate`` says what to make of it.
        """

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        """The receipt of our message with *key* if *channel* has it since *since*; None if it surely has not.

        *earlier* are the receipts of the parts before this one; a thread hangs on the first.

        Raises:
            CannotReadBack: the channel cannot be searched.
            PostFailed: the platform did not answer; try again later.
        """

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Replace a posted part by its rendering in *edition*, whose stories carry their new text and status.

        *posted* is the edition as it was posted: each story stays in the message that it was in.

        Raises:
            PostFailed: the message could not be changed.
        """

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """Tell *person*, by the platform's own id, in private. Empty *workspace*: the one that the bot is at home in.

        Raises:
            PostFailed: the message did not surely arrive.
        """

    def tokens(self) -> Mapping[str, str]:
        """By workspace, why the platform does not take our token of it; empty: it does. Workspaces of which it has not
        said anything yet are missing; one token for all of them has the workspace ``""``.
        """

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """What keeps us from posting to *channel*, a sentence each with the way to mend it; empty: nothing."""
