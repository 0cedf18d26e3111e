"""Forgetting: what is older than the configuration keeps, by a clock that can be believed."""

import logging

from bot import tenants
from bot.belief import clock_trouble
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)


async def forget_old(room: Newsroom) -> int:
    """Drop what is older than the configuration keeps, and what is kept of workspaces that left a month ago; how many
    stories went. None by a clock that is not believed: nothing brings back what a leap into another year would drop,
    and posts of it would read again as they did before they were corrected or withdrawn.
    """
    if doubted := await clock_trouble(room):
        log.warning("nothing old is dropped: %s", doubted)
        return 0
    await tenants.forget_gone(room)
    return await room.store.archive.forget(room.clock.now() - room.config.storage.keep)
