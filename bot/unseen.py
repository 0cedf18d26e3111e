"""Looking once more for a message of which nobody knows whether it arrived, because a story of it was restated."""

from datetime import timedelta

from bot.errors import CannotReadBack, Fate, PostFailed, Reach
from bot.model import Delivery, Receipt, delivery_key
from bot.newsroom import Newsroom
from bot.ports import Platform

AHEAD = timedelta(hours=26)
"""How long before its hour a date can be posted on somebody's wish, at the most: days of 25 hours exist."""
_NOBODY_KNOWS = "nobody knows whether it arrived, and the channel could not be looked into"


async def found_after_all(room: Newsroom, platform: Platform, delivery: Delivery) -> Receipt | None:
    """The first part of *delivery*, which is uncertain, that nothing was known of, if it is in the channel; None: it
    surely is not.

    Raises:
        PostFailed: nobody can tell (yet): refused, if whoever runs the channel must let us look, else not sent, for
            looking leaves nothing behind.
    """
    part = len(delivery.receipts)
    key, since = delivery_key(delivery.channel, delivery.date, part), delivery.due_at - AHEAD
    try:
        return await room.answer(platform.find(delivery.channel, part, key, since, delivery.receipts))
    except CannotReadBack as blind:
        raise _unseen(str(blind), Fate.REFUSED) from blind
    except PostFailed as failure:
        fate = Fate.REFUSED if failure.fate is Fate.REFUSED else Fate.NOT_SENT
        raise _unseen(failure.reason, fate, failure.retry_after) from failure


def _unseen(why: str, fate: Fate, retry_after: timedelta | None = None) -> PostFailed:
    return PostFailed(f"{_NOBODY_KNOWS}: {why}", fate=fate, retry_after=retry_after, reach=Reach.CHANNEL)
