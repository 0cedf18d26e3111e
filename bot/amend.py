"""Correcting and withdrawing: the stored story changes, and so does every message that carries it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.admit import corrected
from bot.errors import NotFound, PostFailed
from bot.manuscript import Manuscript
from bot.model import Delivery, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.restate import as_it_reads_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What came of a correction or a withdrawal."""

    story: Story
    """As it reads now, for whom it was made."""
    changed: tuple[Delivery, ...]
    """Deliveries whose messages were changed."""
    unchanged: tuple[tuple[Delivery, str], ...]
    """Deliveries with a message that cannot be changed any more, with the reason."""
    waiting: tuple[tuple[Delivery, str], ...] = ()
    """Deliveries whose messages could not be changed just now, with the reason; the running bot goes on with them."""


async def correct(
    room: Newsroom, story: Story, manuscript: Manuscript, *, workspace: str = "", person: str = ""
) -> Amended:
    """Replace the text of *story* by *manuscript*, for everybody or as *workspace* reads it, and amend its messages.

    Raises:
        NotFound: there is no such story any more.
    """
    now = room.instant()
    return await _amend(
        room, story, lambda held: corrected(held, manuscript, now), "corrected", now, workspace=workspace, person=person
    )


async def withdraw(room: Newsroom, story: Story, reason: str, *, workspace: str = "", person: str = "") -> Amended:
    """Mark *story* as withdrawn for *reason*, for everybody or as *workspace* reads it, and amend its messages. It is
    found by its ref only, from now on.

    Raises:
        NotFound: there is no such story any more.
    """
    now = room.instant()

    def withdrawn(held: Story) -> Story:
        return replace(held, status=StoryStatus.WITHDRAWN, status_reason=reason, status_at=now)

    return await _amend(room, story, withdrawn, "withdrawn", now, workspace=workspace, person=person)


async def _amend(
    room: Newsroom,
    story: Story,
    make: Callable[[Story], Story],
    reason: str,
    now: datetime,
    *,
    workspace: str,
    person: str,
) -> Amended:
    kept = await room.store.archive.restate(story.ref, make, workspace=workspace, person=person, reason=reason, at=now)
    if kept is None:
        raise NotFound(f"no story is called {story.ref} any more")
    changed: list[Delivery] = []
    unchanged: list[tuple[Delivery, str]] = []
    for delivery in await room.store.ledger.carriers(kept.ref, workspace=workspace):
        trouble = await _amend_messages(room, delivery)
        if trouble:
            unchanged.append((delivery, trouble))
        else:
            changed.append(delivery)
    return Amended(story=kept, changed=tuple(changed), unchanged=tuple(unchanged))


async def _amend_messages(room: Newsroom, delivery: Delivery) -> str:
    """Render the messages of *delivery* anew; why that did not work, or nothing."""
    edition = await room.store.ledger.edition(delivery.id)
    platform = room.platforms.get(delivery.channel.platform)
    if edition is None or platform is None:
        return f"this installation cannot change messages on {delivery.channel.platform}"
    now_reads = await as_it_reads_now(room, edition)
    for receipt in delivery.receipts:
        try:
            await room.answer(platform.amend(now_reads, receipt.part, receipt, edition))
        except PostFailed as failure:
            return failure.reason
    return ""
