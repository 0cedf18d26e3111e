"""Correcting and withdrawing: the stored story changes, and so does every message that carries it."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.admit import corrected
from bot.errors import PostFailed
from bot.manuscript import Manuscript
from bot.model import Delivery, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.restate import as_it_reads_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What came of a correction or a withdrawal."""

    story: Story
    changed: tuple[Delivery, ...]
    """Deliveries whose messages were changed."""
    unchanged: tuple[tuple[Delivery, str], ...]
    """Deliveries with a message that could not be changed, with the reason."""


async def correct(room: Newsroom, story: Story, manuscript: Manuscript) -> Amended:
    """Replace the text of *story* by *manuscript*, and amend its messages."""
    now = room.instant()
    return await _amend(room, corrected(story, manuscript, now), "corrected", now)


async def withdraw(room: Newsroom, story: Story, reason: str) -> Amended:
    """Mark *story* as withdrawn for *reason*, and amend its messages. It is found by its ref only, from now on."""
    now = room.instant()
    withdrawn = replace(story, status=StoryStatus.WITHDRAWN, status_reason=reason, status_at=now)
    return await _amend(room, withdrawn, "withdrawn", now)


async def _amend(room: Newsroom, story: Story, reason: str, now: datetime) -> Amended:
    kept = await room.store.archive.revise(story, reason=reason, at=now)
    changed: list[Delivery] = []
    unchanged: list[tuple[Delivery, str]] = []
    for delivery in await room.store.ledger.carriers(kept.ref):
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
