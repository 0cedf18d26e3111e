"""Finding out what is known of everything that can be wrong; what cannot be found out just now is left open."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from bot.belief import clock_trouble
from bot.errors import DaybriefError
from bot.model import OF_CHANNELS, Case, Cause, Feed, FeedState, Morning, Subscription
from bot.newsroom import Newsroom
from bot.ports import Platform
from bot.troubles import SILENT_FOR, Circumstances, is_remarkable, token_of
from bot.zones import names

log = logging.getLogger(__name__)

Found = TypeVar("Found")
LOOK_BACK = timedelta(days=31)
"""Editions that were sent longer ago say nothing of how a channel is."""


class Survey:
    """Looks at everything, again and again: of editions only at those that are new since the last look, and of channels
    only at those that something may be wrong with.
    """

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._mornings: dict[int, tuple[Morning, ...]] | None = None
        self._sent_until: datetime | None = None
        self._reading: asyncio.Task[Mapping[int, tuple[Morning, ...]]] | None = None
        """Of tens of thousands of channels, whose editions take longer than anybody waits: a later look has them."""

    async def circumstances(self, store: str, cases: Collection[Case]) -> Circumstances:
        """What is known now, of *cases* too; *store* is why nothing can be recorded. Never raises because of what it
        looks at.
        """
        room = self._room
        now, clock = await self._time()
        writer = room.writer
        channels = {int(one.trouble.subject) for one in cases if one.trouble.cause in OF_CHANNELS}
        mornings = await self._if_possible(self._newest_mornings(now, channels))
        tokens = await self._tokens()
        places = {place for place, reason in tokens.items() if reason}
        places |= {token_of(one.trouble) for one in cases if one.trouble.cause is Cause.TOKEN}
        return Circumstances(
            now=now,
            subscriptions=await self._if_possible(self._suspects(now, channels | set(mornings or ()))),
            mornings=mornings,
            feeds=await self._if_possible(self._feeds()),
            platforms=frozenset(room.platforms),
            zones=names(),
            tokens=tokens,
            served=await self._if_possible(self._served(places)) or {},
            doors=await self._doors() if room.doors else None,
            heard=await self._if_possible(self._heard()),
            may_write=await self._if_possible(writer.may_write()) if writer and self._has_budget else None,
            has_model=writer is not None,
            model=room.model_says,
            budget=f"${room.config.analyst.daily_budget_usd:g}",
            store=store,
            free=await self._if_possible(room.disk.free()) if room.disk else None,
            clock=clock,
            noted=dict(room.noted),
            has_monitors=bool(room.config.operations.listen),
            faults=dict(room.faults),
        )

    @property
    def _has_budget(self) -> bool:
        """A budget of nothing is a wish, and never spent."""
        return self._room.config.analyst.daily_budget_usd > 0

    async def _time(self) -> tuple[datetime, str | None]:
        """What time it is, and why the clock is not believed; None: nobody can say. By a clock that is behind what we
        have seen, or so far ahead that it is looked at once more, it is the newest time that we have seen.
        """
        room = self._room
        now = room.clock.now()
        trouble = await self._if_possible(clock_trouble(room))
        seen = await self._if_possible(room.store.ledger.last_seen()) if trouble else None
        if not trouble:
            return now, trouble
        if seen is None:
            return now, None
        return seen, trouble if now < seen else ""

    async def _suspects(self, now: datetime, also: Collection[int]) -> Mapping[int, Subscription]:
        found = await self._room.store.subscriptions.suspects(
            now, platforms=tuple(self._room.platforms), zones=names(), also=sorted(also)
        )
        return {one.id: one for one in found}

    async def _served(self, places: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], bool]:
        is_served = self._room.store.subscriptions.is_served
        return {place: await is_served(*place) for place in sorted(places)}

    async def _newest_mornings(self, now: datetime, channels: Collection[int]) -> Mapping[int, tuple[Morning, ...]]:
        """Those that say of a channel that something is wrong, and all of *channels*."""
        since = self._sent_until or now - LOOK_BACK
        self._reading = self._reading or asyncio.ensure_future(self._room.store.ledger.mornings(since, SILENT_FOR))
        try:
            found = await asyncio.shield(self._reading)
        finally:
            self._reading = None if self._reading.done() else self._reading
        known = {**(self._mornings or {}), **found}
        self._mornings = {one: some for one, some in known.items() if one in channels or is_remarkable(some)}
        self._sent_until = max((some[0].sent_at for some in found.values()), default=since)
        return self._mornings

    async def _feeds(self) -> tuple[tuple[Feed, FeedState], ...]:
        return await self._room.feeds_with_states()

    async def _tokens(self) -> Mapping[tuple[str, str], str]:
        async def told_by(platform: Platform) -> Mapping[str, str]:
            return platform.tokens()

        said = {name: await self._if_possible(told_by(one)) for name, one in self._room.platforms.items()}
        return {(name, workspace): why for name, all_ in said.items() for workspace, why in (all_ or {}).items()}

    async def _doors(self) -> Mapping[str, str | None]:
        return {name: await self._if_possible(tells()) for name, tells in self._room.doors.items()}

    async def _heard(self) -> Mapping[str, bool]:
        tells = self._room.heard
        return await tells() if tells else dict.fromkeys(self._room.platforms, True)

    async def _if_possible(self, looking: Awaitable[Found]) -> Found | None:
        """What *looking* finds, within the time that a platform has for an answer. None if it fails: that is a trouble
        of its own that somebody else finds, and keeps nobody from hearing of the others.
        """
        try:
            async with asyncio.timeout(self._room.patience.request_timeout.total_seconds()):
                return await looking
        except TimeoutError:
            log.warning("troubles are looked for without something that takes too long: %s", _name(looking))
        except DaybriefError as trouble:
            log.info("troubles are looked for without it: %s", trouble)
        except Exception:
            log.exception("looking for troubles failed in a way that was not foreseen")
        return None


def _name(looking: Awaitable[object]) -> str:
    return getattr(looking, "__qualname__", type(looking).__name__)
