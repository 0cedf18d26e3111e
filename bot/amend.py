"""Correcting and withdrawing: the stored story changes, and so does every message that carries it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.admit import corrected
from bot.errata import Outcome, Progress, bring_all_up_to_date
from bot.errors import NotFound
from bot.manuscript import Manuscript
from bot.model import Delivery, Story, StoryStatus
from bot.newsroom import Newsroom

LOOK = timedelta(seconds=1)
"""The least time between two tries of one command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What came of a correction or a withdrawal."""

    story: Story
    """As it reads now, for whom it was made."""
    changed: tuple[Delivery, ...]
    """Deliveries whose messages were changed."""
    unchanged: tuple[tuple[Delivery, str], ...]
    """Deliveries with a message that the platform does not let us change, with the reason."""
    waiting: tuple[tuple[Delivery, str], ...] = ()
    """Deliveries whose messages could not be changed just now, with the reason; the running bot goes on with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amending:
    """For whom a story is restated, who did it, and how long whoever waits for it has time."""

    workspace: str = ""
    """``platform:workspace``; empty: for everybody."""
    person: str = ""
    """Who did it from chat; empty: nobody did from there."""
    patience: timedelta = timedelta()
    """How long messages are tried again that could not be changed at once."""
    progress: Progress | None = None


EVERYBODY = Amending()


async def correct(room: Newsroom, story: Story, manuscript: Manuscript, how: Amending = EVERYBODY) -> Amended:
    """Replace the text of *story* by *manuscript*, and amend its messages.

    Raises:
        NotFound: there is no such story any more.
    """
    return await _amend(room, story, lambda held, now: corrected(held, manuscript, now), "corrected", how)


async def withdraw(room: Newsroom, story: Story, reason: str, how: Amending = EVERYBODY) -> Amended:
    """Mark *story* as withdrawn for *reason*, and amend its messages. It is found by its ref only, from now on.

    Raises:
        NotFound: there is no such story any more.
    """

    def withdrawn(held: Story, now: datetime) -> Story:
        return replace(held, status=StoryStatus.WITHDRAWN, status_reason=reason, status_at=now)

    return await _amend(room, story, withdrawn, "withdrawn", how)


async def _amend(
    room: Newsroom, story: Story, make: Callable[[Story, datetime], Story], reason: str, how: Amending
) -> Amended:
    now = room.instant()
    kept = await room.store.archive.restate(
        story.ref,
        lambda held: make(held, now),
        workspace=how.workspace,
        person=how.person,
        reason=reason,
        at=now,
    )
    if kept is None:
        raise NotFound(f"no story is called {story.ref} any more")
    return await amend_messages(room, kept, how)


async def amend_messages(room: Newsroom, story: Story, how: Amending = EVERYBODY) -> Amended:
    """Change the messages that carry *story*, which has been restated, as far as that can be done within the patience
    of whoever waits. The store has them all on record, so what is left is done later.
    """
    owed = await room.store.errata.owed_for(story.ref, workspace=how.workspace)
    outcomes = {one.id: Outcome(delivery=one) for one in owed}
    end = room.clock.elapsed() + how.patience
    left = owed
    while left:
        tried = await bring_all_up_to_date(room, left, is_awaited=True, progress=_onwards(how.progress, owed, left))
        outcomes.update((one.delivery.id, one) for one in tried)
        waiting = [one for one in tried if one.again_at and not one.is_refused]
        left = tuple(one.delivery for one in waiting)
        now = room.clock.now()
        again = max(LOOK, min((one.again_at - now for one in waiting if one.again_at), default=LOOK))
        if room.is_stopping or room.clock.elapsed() + again > end:
            break
        if left:
            await room.clock.wait(again)
    return _amended(story, [outcomes[one.id] for one in owed])


def _onwards(progress: Progress | None, owed: Sequence[Delivery], left: Sequence[Delivery]) -> Progress | None:
    """*progress* with what was done in earlier rounds counted in."""
    if progress is None:
        return None
    return lambda done, _: progress(len(owed) - len(left) + done, len(owed))


def _amended(story: Story, outcomes: Sequence[Outcome]) -> Amended:
    return Amended(
        story=story,
        changed=tuple(one.delivery for one in outcomes if not one.reason),
        unchanged=tuple((one.delivery, one.reason) for one in outcomes if one.reason and one.is_refused),
        waiting=tuple((one.delivery, one.reason) for one in outcomes if one.reason and not one.is_refused),
    )
