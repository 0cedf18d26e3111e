"""Serving again what the platform had refused, once nothing keeps us from posting there."""

import asyncio
import logging
from collections.abc import Collection

from bot import orders
from bot.errors import DaybriefError
from bot.model import Standing, Subscription
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Channels that are examined at the same time."""


async def revive(
    room: Newsroom, *, platform: str = "", places: Collection[tuple[str, str]] = ()
) -> tuple[Subscription, ...]:
    """Resume those channels that the platform's refusal paused and that it would take posts in now. Admins hear of it
    at the next look (``bot.lookout``).

    *places* are (workspace, channel), or (workspace, "") for all of it; none at all stands for everywhere. What a
    person paused stays paused.
    """
    wanted = frozenset(places)
    paused = [
        one
        for one in await room.store.subscriptions.closed()
        if one.channel.platform in room.platforms
        and (not platform or one.channel.platform == platform)
        and (not wanted or wanted & {(one.channel.workspace, one.channel.id), (one.channel.workspace, "")})
    ]
    at_once = asyncio.Semaphore(AT_ONCE)

    async def examine(one: Subscription) -> bool:
        async with at_once:
            return not room.is_stopping and await _takes_posts(room, one)

    async with asyncio.TaskGroup() as group:
        examined = [(one, group.create_task(examine(one))) for one in paused]
    revived = [one for one, task in examined if task.result() and await _is_still_ours(room, one)]
    for one in revived:
        await orders.resume(room, one)
        log.info("%s takes posts again and is resumed", one.channel.name)
    return tuple(revived)


async def _is_still_ours(room: Newsroom, subscription: Subscription) -> bool:
    """A person may have paused or removed it while it was examined, and that is theirs to undo."""
    present = await room.store.subscriptions.by_id(subscription.id)
    return present is not None and present.paused_by_platform and present.standing is Standing.PAUSED


async def _takes_posts(room: Newsroom, subscription: Subscription) -> bool:
    """A platform that cannot say is taken for one that still refuses; it is asked again in an hour."""
    channel = subscription.channel
    try:
        return not await room.answer(room.platforms[channel.platform].examine(channel))
    except DaybriefError as trouble:
        log.warning("%s could not be examined: %s", channel.name, trouble)
        return False
