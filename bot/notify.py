"""Telling admins why a channel did not get its edition. The ledger is the outbox: what was not told stays untold."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import notices
from bot.errors import DaybriefError, Fate, PostFailed
from bot.model import Delivery, DeliveryState, Notice, Subscription
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=31)
"""Bad news of editions that were due longer ago is no news."""
PAUSE = timedelta(minutes=1)
"""Before an admin who could not be told is told again; doubled each time."""
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP = timedelta(hours=24)
"""For how long it is tried to tell of one delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    platform: str
    workspace: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    """How telling of one delivery has gone so far."""

    first_at: datetime
    next_at: datetime
    pause: timedelta = PAUSE


class Notifier:
    """Tells admins, one at a time. Only for the delivering process: two would tell everything twice."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._busy = asyncio.Lock()
        self._tried: dict[int, _Tried] = {}
        self._closed: dict[_Person, PostFailed] = {}
        """Who refuses messages, and how: for one round, in which a person may own hundreds of channels."""
        self._unrecorded: set[int] = set()
        """Told, but the ledger could not take it down."""

    async def tell_bad_news(self) -> None:
        """Tell of every delivery that ended badly and that no admin knows of. Never raises.

        A channel's dates that ended for the same reason make one message. Who is busy with this is not waited for.
        """
        if self._busy.locked():
            return
        async with self._busy:
            try:
                await self._tell_bad_news()
            except DaybriefError as trouble:
                log.warning("admins are told later: %s", trouble)
            except Exception:
                log.exception("telling admins failed in a way that was not foreseen")

    async def tell(self, subscription: Subscription, notice: Notice) -> bool:
        """Tell the one who set the channel up, else the installation's admins; whether anybody was reached."""
        reached, *_ = await self._tell_first(self._people(subscription), notice)
        return reached

    async def _tell_bad_news(self) -> None:
        room, now = self._room, self._room.clock.now()
        if self._unrecorded:
            await self._record(())
        untold = await room.store.ledger.untold(now - LOOK_BACK)
        self._tried = {one.id: self._tried[one.id] for one in untold if one.id in self._tried}
        ready = [one for one in untold if one.id not in self._tried or self._tried[one.id].next_at <= now]
        if not ready:
            return
        subscriptions = {one.id: one for one in await room.store.subscriptions.all(retired=True)}
        self._closed.clear()
        for news in _together(ready):
            if room.is_stopping:
                return
            await self._tell_one(subscriptions[news[0].subscription], news)

    async def _tell_one(self, subscription: Subscription, news: Sequence[Delivery]) -> None:
        people = self._people(subscription)
        notice = notices.bad_news(news)
        if not any(people):
            log.warning("nobody could be told, because no admin is known (bot.admins): %s", notice.sentence)
            await self._record(news)
            return
        reached, reason, is_refused = await self._tell_first(people, notice)
        if not reached and not self._try_again(news, LONGEST_PAUSE if is_refused else PAUSE):
            log.error("no admin could be told, and it is given up (%s): %s", reason, notice.sentence)
            reached = True
        if reached:
            await self._record(news)

    def _people(self, subscription: Subscription) -> tuple[list[_Person], list[_Person]]:
        """Whom to tell, and whom else if these will never be reached: only those on platforms that we have."""
        channel = subscription.channel
        owner = [_Person(platform=channel.platform, workspace=channel.workspace, id=subscription.owner)]
        named = [admin.partition(":") for admin in self._room.config.bot.admins]
        admins = [_Person(platform=platform, workspace="", id=person) for platform, _, person in named]
        near = [one for one in admins if one.platform == channel.platform]
        admins = [one for one in near or admins if one.platform in self._room.platforms]
        return ([one for one in owner if one.id and one.platform in self._room.platforms], admins)

    async def _tell_first(self, groups: Iterable[Sequence[_Person]], notice: Notice) -> tuple[bool, str, bool]:
        """Tell everybody in the first of *groups* in which not all refuse; whether anybody was reached, or why not,
        and whether all refused: asking them again soon would count towards a ban.
        """
        reason = ""
        for people in groups:
            failures = [await self._tell_person(person, notice) for person in people]
            if None in failures:
                return True, "", False
            reasons = [one for one in failures if one]
            reason = reasons[0].reason if reasons else reason
            if any(one.fate is not Fate.REFUSED for one in reasons):
                return False, reason, False
        return False, reason, True

    async def _tell_person(self, person: _Person, notice: Notice) -> PostFailed | None:
        """What kept *person* from being told, or nothing."""
        platform = self._room.platforms[person.platform]
        if person in self._closed:
            return self._closed[person]
        try:
            await self._room.answer(platform.tell(person.workspace, person.id, notice))
        except PostFailed as failure:
            log.warning("%s %s could not be told: %s", person.platform, person.id, failure.reason)
            if failure.fate is Fate.REFUSED:
                self._closed[person] = failure
            return failure
        return None

    def _try_again(self, news: Sequence[Delivery], pause: timedelta) -> bool:
        """Plan the next try; False: it has been tried for long enough."""
        now = self._room.clock.now()
        for one in news:
            tried = self._tried.get(one.id)
            if tried is None:
                self._tried[one.id] = _Tried(first_at=now, next_at=now + pause, pause=pause)
            elif now - tried.first_at >= GIVE_UP:
                return False
            else:
                longer = max(pause, min(2 * tried.pause, LONGEST_PAUSE))
                self._tried[one.id] = replace(tried, next_at=now + longer, pause=longer)
        return True

    async def _record(self, news: Sequence[Delivery]) -> None:
        self._unrecorded.update(one.id for one in news)
        await self._room.store.ledger.told(sorted(self._unrecorded), self._room.clock.now())
        self._unrecorded.clear()


def _together(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """What makes one message each: the same channel and the same cause. About an uncertain one there is something to
    decide, so each has its own.
    """
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for one in deliveries:
        alone = one.id if one.state is DeliveryState.UNCERTAIN else None
        groups.setdefault((one.subscription, one.state, one.reason, alone), []).append(one)
    return list(groups.values())
