"""The morning after a restore: what the lost time may have posted ahead of its hour."""

from datetime import timedelta

from bot import deliver
from bot.belief import time_of
from bot.deliver import Finish, Wait
from bot.errors import CannotReadBack, PostFailed
from bot.model import Delivery, DeliveryState, delivery_key
from bot.newsroom import Newsroom
from bot.ports import Platform
from bot.unseen import AHEAD


async def posted_meanwhile(room: Newsroom, platform: Platform, delivery: Delivery) -> Wait | Finish | None:
    """What keeps *delivery* from leaving because its first part may be in the channel, though a restored database knows
    nothing of it: that it is there, or that nobody can tell (yet). None: it may leave.

    What was due before the restore is closed anyway; this is about the one date after it. Whoever wishes it to be sent
    although nobody can tell has looked.
    """
    restored_at = await room.store.ledger.restored_at()
    if restored_at is None or delivery.attempts or delivery.reopened_at:
        return None
    if not timedelta() <= delivery.due_at - restored_at < AHEAD:
        return None
    key, since = delivery_key(delivery.channel, delivery.date, 0), delivery.due_at - AHEAD
    try:
        found = await room.answer(platform.find(delivery.channel, 0, key, since, ()))
    except CannotReadBack as blind:
        return deliver.unseen(str(blind))
    except PostFailed as failure:
        return deliver.after_failed_look(delivery, failure, time_of(room), room.patience)
    return Finish(DeliveryState.SKIPPED, "restored") if found else None
