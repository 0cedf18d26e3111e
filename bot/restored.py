"""The morning after a restore: what the lost time may have posted ahead of its hour."""

import logging
from datetime import timedelta

from bot.deliver import Finish
from bot.errors import DaybriefError
from bot.model import Delivery, DeliveryState, delivery_key
from bot.newsroom import Newsroom
from bot.ports import Platform

log = logging.getLogger(__name__)

_AHEAD = timedelta(days=1)
"""How long before its hour a date can be posted on somebody's wish, at the most."""


async def posted_meanwhile(room: Newsroom, platform: Platform, delivery: Delivery) -> Finish | None:
    """What ends *delivery* because its first part is in the channel, though a restored database knows nothing of it.

    What was due before the restore is closed anyway; this is about the one date after it. Where the channel cannot be
    read, nothing ends it: that somebody wished for it in the lost time is too rare to leave everybody without.
    """
    restored_at = await room.store.ledger.restored_at()
    if restored_at is None or delivery.attempts or not timedelta() <= delivery.due_at - restored_at < _AHEAD:
        return None
    key, since = delivery_key(delivery.channel, delivery.date, 0), delivery.due_at - _AHEAD
    try:
        found = await room.answer(platform.find(delivery.channel, 0, key, since, ()))
    except DaybriefError as trouble:
        log.warning("%s: nobody can tell whether it was posted before the restore: %s", delivery.channel.name, trouble)
        return None
    return Finish(DeliveryState.SKIPPED, "restored") if found else None
