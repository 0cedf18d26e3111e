"""How things stand, for whoever keeps the bot running: asked of the store when somebody wants to know."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from bot.model import FeedHealth, Standing
from bot.newsroom import Newsroom
from bot.ports import Figures

Part = Callable[[], Awaitable[object]]

_MILLION = 1_000_000


class Keeper(Protocol):
    """What is asked of the database beside what the newsroom asks."""

    async def size(self) -> int:
        """Bytes."""

    async def backed_up_at(self) -> datetime | None:
        """When the last good copy was made."""

    async def probe(self, now: datetime) -> None:
        """Write something."""


async def figures(room: Newsroom, keeper: Keeper) -> Figures:
    """How things stand now, without what only the machine knows.

    Raises:
        StoreTrouble: the store does not say.
    """
    now = room.clock.now()
    feeds = Counter(state.health for _, state in await room.feeds_with_states())
    channels = await room.store.subscriptions.standings()
    closed = {(one.channel.platform, one.channel.workspace) for one in await room.store.subscriptions.closed()}
    return Figures(
        at=now,
        backlog=await room.store.ledger.backlog(now),
        channels={one.value: channels.get(one, 0) for one in (Standing.ACTIVE, Standing.PAUSED)},
        closed=len(closed),
        feeds={one.value: feeds[one] for one in FeedHealth},
        budget=await _budget(room),
        size=await keeper.size(),
        backed_up_at=await keeper.backed_up_at(),
    )


class Informer:
    """Tells monitors how a running bot is.

    Args:
        room: the newsroom.
        keeper: knows the database.
        more: further parts, by name: each gives what is to be told of it, JSON-ready.
    """

    def __init__(self, room: Newsroom, keeper: Keeper, more: Mapping[str, Part]) -> None:
        self._room = room
        self._keeper = keeper
        self._more = more

    async def figures(self) -> Figures:
        """How things stand, the disk included."""
        found = await figures(self._room, self._keeper)
        disk = await asyncio.to_thread(shutil.disk_usage, self._room.config.bot.data_dir)
        return replace(found, free={"free": disk.free, "all": disk.total})

    async def probe(self) -> None:
        """Try whether the store can be written. Raises StoreTrouble."""
        await self._keeper.probe(self._room.clock.now())

    async def parts(self) -> Mapping[str, object]:
        """How each part is."""
        now, room = await self.figures(), self._room
        own = {
            "channels": dict(now.channels),
            "workspaces_paused": now.closed,
            "deliveries": {
                "due": now.backlog.due,
                "oldest_due": _written(now.backlog.oldest),
                "uncertain_in_a_day": now.backlog.uncertain,
            },
            "feeds": dict(now.feeds),
            "analyst": {"model": room.writer.name if room.writer else None, "budget_remaining_usd": now.budget},
            "database": {"bytes": now.size, "backed_up_at": _written(now.backed_up_at)},
            "disk_bytes": dict(now.free),
        }
        return own | {name: await part() for name, part in self._more.items()}


def _written(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if when else None


async def _budget(room: Newsroom) -> float | None:
    """Dollars that today's budget for models still has."""
    if room.writer is None:
        return None
    spent = sum(one.microdollars for one in await room.store.spending.of_day(room.clock.now().astimezone(UTC).date()))
    return max(0.0, room.config.analyst.daily_budget_usd - spent / _MILLION)
