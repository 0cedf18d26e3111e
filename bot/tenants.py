"""Workspaces that put us out and let us in again: their channels wait, and after a month they are forgotten."""

import logging
from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import orders
from bot.model import Removal, Standing
from bot.newsroom import Newsroom
from bot.wording import removed

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=30)
"""How long what was set up from chat waits for its workspace to come back."""


async def pause_gone(room: Newsroom, workspaces: Collection[str] = ()) -> int:
    """Pause what is served in workspaces that have put us out, in all or in *workspaces*; how many channels.

    What a person paused, or the platform had closed before, keeps its own reason. Whoever lets us in again while a
    channel is being paused has looked for paused ones too early (``bot.revive``), so that one is undone here.
    """
    paused = 0
    for gone in await room.store.installations.gone():
        if workspaces and gone.workspace not in workspaces:
            continue
        for one in await room.store.subscriptions.in_workspace(gone.platform, gone.workspace):
            if one.standing is Standing.ACTIVE and not await _is_back(room, gone):
                day = gone.at.astimezone(ZoneInfo(room.config.bot.timezone)).date()
                reason = removed(gone.platform, day)
                await orders.pause(room, one, reason, by_platform=True)
                if await _is_back(room, gone):
                    await _undo(room, one.id, reason)
                    continue
                paused += 1
    return paused


async def forget_gone(room: Newsroom) -> int:
    """Retire what was set up from chat in workspaces that put us out more than a month ago; how many channels.

    What is on record stays, and so do the channels of the configuration. A workspace in which something is served again
    has evidently let us in, whoever did not tell.
    """
    now, retired = room.clock.now(), 0
    for gone in await room.store.installations.gone():
        if now - gone.at < KEPT_FOR:
            continue
        theirs = await room.store.subscriptions.in_workspace(gone.platform, gone.workspace)
        if all(one.standing is Standing.PAUSED for one in theirs):
            for one in theirs:
                if not one.declared:
                    await orders.retire(room, one)
                    retired += 1
        await room.store.installations.returned(gone.platform, [gone.workspace])
    if retired:
        log.info("%d channels of workspaces that left a month ago were forgotten", retired)
    return retired


async def _undo(room: Newsroom, identifier: int, reason: str) -> None:
    """Resume what was paused for *reason*, and nothing that a person has changed since."""
    present = await room.store.subscriptions.by_id(identifier)
    if present and present.standing is Standing.PAUSED and present.paused_by_platform and present.reason == reason:
        await orders.resume(room, present)


async def _is_back(room: Newsroom, gone: Removal) -> bool:
    """Whether it has let us in while we were at it."""
    return gone not in await room.store.installations.gone()
