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


async def posted_meanwhile(room: Newsroom, platform: Platform, delivery: Delivery, parts: int) -> Wait | Finish | None:
    """What keeps *delivery*, in so many *parts*, from leaving because one of them may be in the channel, though a
    restored database knows nothing of it: that it is there, or that nobody can tell (yet). None: it may leave.

    What was due before the restore is closed anyway; this is about the one date after it. Whoever wishes it to be sent
    although nobody can tell has looked. All parts are looked for: a moderator may have deleted the first.
    """
    restored_at = await room.store.ledger.restored_at()
    if restored_at is None or delivery.attempts or delivery.reopened_at:
        return None
    if not timedelta() <= delivery.due_at - restored_at < AHEAD:
        return None
    since = delivery.due_at - AHEAD
    for part in range(parts):
        key = delivery_key(delivery.channel, delivery.date, part)
        try:
            found = await room.answer(platform.find(delivery.channel, part, key, since, ()))
        except CannotReadBack as blind:
            return deliver.unseen(str(blind))
        except PostFailed as failure:
            return deliver.after_failed_look(delivery, failure, time_of(room), room.patience)
        if found:
            return Finish(DeliveryState.SKIPPED, "restored")
    return None
