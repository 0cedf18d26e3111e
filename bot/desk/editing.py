"""Editing: what people write of stories, here and in every message that carries them."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from bot import amend, taking
from bot.errata import Progress
from bot.forms import Opened, Texts
from bot.manuscript import Manuscript
from bot.model import Change, Story
from bot.newsroom import Newsroom


class Editing:
    """For whoever takes stories in, corrects or withdraws them."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room

    async def foresee(self, manuscripts: Sequence[Manuscript]) -> tuple[taking.Restatement, ...]:
        """Which posted stories *manuscripts* would change; nothing is kept."""
        return await taking.foresee(self._room, manuscripts)

    async def foresee_correction(self, story: Story, manuscript: Manuscript) -> taking.Restatement | None:
        """What :meth:`correct` would change for everybody; None: nothing."""
        return await taking.foresee_correction(self._room, story, manuscript)

    async def foresee_withdrawal(self, story: Story, reason: str) -> taking.Restatement | None:
        """What :meth:`withdraw` would change for everybody; None: nothing."""
        return await taking.foresee_withdrawal(self._room, story, reason)

    async def admit(
        self,
        manuscripts: Sequence[Manuscript],
        *,
        confirmed: Collection[str] | None = None,
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> tuple[taking.Taken, ...]:
        """Take ready-written stories in, and change the messages of those that have been posted and read otherwise now:
        of those *confirmed*, by ref, or of all. Raises WrongUsage if another one would have to be changed.
        """
        return await taking.take_in(self._room, manuscripts, confirmed=confirmed, patience=patience, progress=progress)

    async def correct(
        self,
        story: Story,
        manuscript: Manuscript,
        *,
        workspace: str = "",
        person: str = "",
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> amend.Amended:
        """Replace the text of *story*, here and in every message that carries it: for everybody, or as *workspace*
        (``platform:workspace``) reads it and in its own channels; *person* did it from chat. What the platform does not
        take just now is tried again within *patience*, and then by the running bot. Raises NotFound.
        """
        how = amend.Amending(workspace=workspace, person=person, patience=patience, progress=progress)
        return await amend.correct(self._room, story, manuscript, how)

    async def withdraw(
        self,
        story: Story,
        reason: str,
        *,
        workspace: str = "",
        person: str = "",
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> amend.Amended:
        """Withdraw *story*, here and in every message that carries it, as :meth:`correct` does."""
        how = amend.Amending(workspace=workspace, person=person, patience=patience, progress=progress)
        return await amend.withdraw(self._room, story, reason, how)

    async def retype(
        self, before: Opened, typed: Texts, change: Change, *, patience: timedelta = timedelta()
    ) -> amend.Amended:
        """Correct from chat what was *typed* otherwise than a form showed it, and write *change* down with it: all of
        that or nothing. What others have changed meanwhile is kept. Raises Unfit, DoneBefore, NotFound.
        """
        return await amend.retype(self._room, before, typed, change, patience)

    async def withdraw_as_shown(
        self, before: Opened, change: Change, *, patience: timedelta = timedelta()
    ) -> amend.Amended:
        """Withdraw from chat, for the reason that is the detail of *change*, a story that reads as a form showed it.
        Raises as :meth:`retype` does.
        """
        return await amend.withdraw_as_shown(self._room, before, change, patience)
