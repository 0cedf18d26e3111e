"""The places: workspaces that come and go, channels that open again or are called otherwise."""

import logging
from collections.abc import Collection
from datetime import datetime

from bot import tenants
from bot.model import Channel, Subscription
from bot.newsroom import Newsroom
from bot.revive import revive
from bot.text import clean

log = logging.getLogger(__name__)


class Places:
    """For platforms, which tell us of what has changed there."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room

    async def uninstalled(
        self, platform: str, *, team: str = "", enterprise: str = "", at: datetime
    ) -> tuple[str, ...]:
        """A workspace, or all of an organisation, put us out *at*: the token is gone once this returns. Which
        workspaces are not served any more, for :meth:`pause_gone`; whatever fails after this is made up for by it.
        """
        gone = await self._room.store.installations.remove(platform, team=team, enterprise=enterprise, at=at)
        for one in gone:
            log.warning(
                "%s says that the workspace %s has removed Daybrief; its channels wait for it", platform, clean(one)
            )
        return gone

    async def left(self, platform: str, workspaces: Collection[str], *, at: datetime | None = None) -> tuple[str, ...]:
        """The same of *workspaces* without a token of their own; now, unless the platform says when."""
        return await self._room.store.installations.leave(platform, workspaces, at=at or self._room.clock.now())

    async def returned(self, platform: str, workspaces: Collection[str], *, at: datetime | None = None) -> None:
        """We are in *workspaces*, again or still; since *at*, if the platform says when."""
        await self._room.store.installations.returned(platform, workspaces, at=at)

    async def pause_gone(self, workspaces: Collection[str] = ()) -> int:
        """Pause what is served in workspaces that put us out, all or those; how many channels."""
        return await tenants.pause_gone(self._room, workspaces)

    async def revive(self, platform: str = "", places: Collection[tuple[str, str]] = ()) -> tuple[Subscription, ...]:
        """Resume what a platform had refused and takes now. *places* are (workspace, channel or "" for all), or all.
        With all, what a crash has left to be paused is paused before.
        """
        if not places:
            await self.pause_gone()
        revived = await revive(self._room, platform=platform, places=places)
        for one in {(one.channel.platform, one.channel.workspace) for one in revived}:
            await self.returned(one[0], [one[1]])
        return revived

    async def move(self, subscription: Subscription, channel: Channel) -> bool:
        """The platform has given the channel another id or name. False: another subscription has that place."""
        return await self._room.store.subscriptions.move(subscription.id, channel)
