"""Correcting and withdrawing: the stored story changes, and so does every message that carries it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.admit import corrected
from bot.errata import Outcome, Progress, bring_all_up_to_date
from bot.errors import NotFound
from bot.forms import Opened, Texts
from bot.manuscript import Manuscript
from bot.model import Change, Delivery, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Restated
from bot.retold import parts_named
from bot.retyping import Unfit, other_than, retyped

LOOK = timedelta(seconds=1)
"""The least time between two tries of one command."""
_NOT_THEIRS = "the story is not for its workspace any more, so the post keeps the text that was read there last"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What came of a correction or a withdrawal."""

    story: Story
    """As it reads now, for whom it was made."""
    changed: tuple[Delivery, ...]
    """Deliveries whose messages were changed."""
    unchanged: tuple[tuple[Delivery, str], ...]
    """Deliveries with a message that the platform will never let us change, with the reason."""
    waiting: tuple[tuple[Delivery, str], ...] = ()
    """Deliveries whose messages could not be changed just now, with the reason; the running bot goes on with them. Of
    an uncertain one nobody knows whether there is a message.
    """
    shares: int = 0
    """How many answers about it people have shown to a channel: they stay as they are."""


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
    return await _amend(
        room, story.ref, lambda held, now: corrected(held, manuscript, now), reason="corrected", how=how
    )


async def retype(room: Newsroom, before: Opened, typed: Texts, change: Change, patience: timedelta) -> Amended:
    """Correct, for the workspace of *change*, what was *typed* otherwise than a form showed it as *before* says.

    What others have changed meanwhile is kept. *change* is the entry of the audit log, without its detail.

    Raises:
        Unfit: others have changed the same, or there is a mistake; nothing was changed.
        DoneBefore: *change* is recorded already; nothing was changed.
        NotFound: there is no such story any more.
    """

    def make(held: Story, now: datetime) -> Story:
        found = retyped(held, typed, before)
        if found.manuscript is None:
            raise Unfit(problems=found.problems)
        return corrected(held, found.manuscript, now)

    def entry(held: Story, kept: Story) -> Change:
        return replace(change, subject=kept.ref, detail=parts_named(retyped(held, typed, before).changed))

    how = Amending(workspace=change.workspace, person=change.person, patience=patience)
    return await _amend(room, before.ref, make, reason="corrected", how=how, entry=entry)


async def withdraw(room: Newsroom, story: Story, reason: str, how: Amending = EVERYBODY) -> Amended:
    """Mark *story* as withdrawn for *reason*, and amend its messages. It is found by its ref only, from now on.

    Raises:
        NotFound: there is no such story any more.
    """
    return await _amend(room, story.ref, lambda held, now: withdrawn(held, reason, now), reason="withdrawn", how=how)


async def withdraw_as_shown(room: Newsroom, before: Opened, change: Change, patience: timedelta) -> Amended:
    """Withdraw, for the workspace of *change* and for the reason that is its detail, a story that still reads as a form
    showed it. Raises as :func:`retype` does.
    """

    def make(held: Story, now: datetime) -> Story:
        if other := other_than(before, held):
            raise Unfit(other)
        return withdrawn(held, change.detail, now)

    how = Amending(workspace=change.workspace, person=change.person, patience=patience)
    return await _amend(
        room,
        before.ref,
        make,
        reason="withdrawn",
        how=how,
        entry=lambda _, kept: replace(change, subject=kept.ref),
    )


def withdrawn(held: Story, reason: str, now: datetime) -> Story:
    """*held*, marked as withdrawn for *reason*. Pure."""
    return replace(held, status=StoryStatus.WITHDRAWN, status_reason=reason, status_at=now)


async def _amend(
    room: Newsroom,
    ref: str,
    make: Callable[[Story, datetime], Story],
    *,
    reason: str,
    how: Amending,
    entry: Callable[[Story, Story], Change] | None = None,
) -> Amended:
    now = room.instant()
    kept = await room.store.archive.restate(
        ref,
        lambda held: make(held, now),
        workspace=how.workspace,
        person=how.person,
        reason=reason,
        at=now,
        entry=entry,
    )
    if kept is None:
        raise NotFound(f"no story is called {ref} any more")
    [amended] = await amend_messages(room, [kept], how)
    return amended


async def amend_messages(
    room: Newsroom, restated: Sequence[Restated], how: Amending = EVERYBODY
) -> tuple[Amended, ...]:
    """Change the messages that carry stories, each once, as far as that can be done within the patience of whoever
    waits; what came of it for each of *restated*. The store has them all on record, so what is left is done later.
    """
    owed = tuple({delivery.id: delivery for one in restated for delivery in one.owing}.values())
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
    amended = [_amended(one.story, [outcomes[delivery.id] for delivery in one.owing]) for one in restated]
    audit = room.store.audit
    return tuple([replace(one, shares=await audit.shares(one.story.ref, workspace=how.workspace)) for one in amended])


def _onwards(progress: Progress | None, owed: Sequence[Delivery], left: Sequence[Delivery]) -> Progress | None:
    """*progress* with what was done in earlier rounds counted in."""
    if progress is None:
        return None
    return lambda done, _: progress(len(owed) - len(left) + done, len(owed))


def tells(delivery: Delivery, story: Story) -> bool:
    """Whether the messages of *delivery*, which carry *story*, may read as it does: not what is written for other
    workspaces only. That it was withdrawn, everybody learns who has read it. Pure.
    """
    home = delivery.channel.home if delivery.channel.workspace else ""
    return not home or not story.workspaces or home in story.workspaces or story.status is StoryStatus.WITHDRAWN


def _amended(story: Story, outcomes: Sequence[Outcome]) -> Amended:
    theirs = [one for one in outcomes if tells(one.delivery, story)]
    return Amended(
        story=story,
        changed=tuple(one.delivery for one in theirs if not one.reason and not one.is_absent),
        unchanged=(
            *((one.delivery, one.reason) for one in theirs if one.reason and one.is_for_ever),
            *((one.delivery, _NOT_THEIRS) for one in outcomes if not tells(one.delivery, story)),
        ),
        waiting=tuple((one.delivery, one.reason) for one in theirs if one.reason and not one.is_for_ever),
    )
