"""Telling admins why a channel did not get its edition. The ledger is the outbox: what was not told stays untold."""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from bot import notices
from bot.errors import DaybriefError
from bot.messenger import Messenger, Pending
from bot.model import Delivery, DeliveryState, Notice
from bot.newsroom import Newsroom
from bot.tries import Groups, Outcome, Person, Tries

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=31)
"""Bad news of editions that were due longer ago is no news."""
_PART = "telling of editions"
MOST_WITH_A_BUTTON = 5
"""Uncertain editions that one person is asked about one by one; more are told together."""


class Notifier:
    """Tells of deliveries that ended badly. Only for the delivering process."""

    def __init__(self, room: Newsroom, messenger: Messenger) -> None:
        self._room = room
        self._messenger = messenger
        self._busy = asyncio.Lock()
        self._tries = Tries(room)
        self._unrecorded: set[Delivery] = set()
        """Told, but the ledger could not take it down."""
        self._heard_of_refusal: dict[int, tuple[Person, ...]] = {}

    def who_heard_of(self, delivery: int) -> tuple[Person, ...]:
        """Who was told lately that an edition was refused, as far as this run of the bot knows. Forgotten thereby."""
        return self._heard_of_refusal.pop(delivery, ())

    async def tell_bad_news(self) -> None:
        """Tell of every delivery that ended badly and that no admin knows of. Never raises.

        What ended for the same reason makes one message for each admin. Who is busy with this is not waited for.
        """
        if self._busy.locked():
            return
        async with self._busy:
            try:
                await self._tell_bad_news()
            except DaybriefError as trouble:
                log.warning("admins are told later: %s", trouble)
            except Exception as bug:
                log.exception("telling admins failed in a way that was not foreseen")
                self._room.faults[_PART] = type(bug).__name__
            else:
                self._room.faults[_PART] = ""

    async def _tell_bad_news(self) -> None:
        room = self._room
        if self._unrecorded:
            await self._record([])
        untold = {one.id: one for one in await room.store.ledger.untold(room.clock.now() - LOOK_BACK)}
        self._tries.keep_only(untold)
        ready = [one for one in untold.values() if self._tries.is_ready(one.id)]
        if not ready:
            return
        subscriptions = {one.id: one for one in await room.store.subscriptions.all(retired=True)}
        pending = [
            Pending(
                matter=one.id,
                groups=self._messenger.nearest_to(subscriptions[one.subscription]),
                insists=self._tries.has(one.id),
            )
            for one in ready
        ]

        def say(numbers: Sequence[int]) -> Iterator[tuple[Sequence[int], Notice]]:
            for news in _together([untold[number] for number in numbers]):
                yield [one.id for one in news], notices.bad_news(news)

        async def heard(numbers: Sequence[int], people: tuple[Person, ...]) -> None:
            refused = [number for number in numbers if untold[number].state is DeliveryState.REFUSED]
            self._heard_of_refusal |= dict.fromkeys(refused, people)
            try:
                await self._record([untold[number] for number in numbers])
            except DaybriefError as trouble:
                log.warning("that admins have been told is recorded later: %s", trouble)

        told = await self._messenger.tell(pending, say, heard)
        for groups in dict.fromkeys(one.groups for one in pending):
            silent = [one.matter for one in pending if one.groups == groups and not told[one.matter].reached]
            await self._try_again([untold[number] for number in silent], told, groups)

    async def _try_again(self, news: Sequence[Delivery], told: Mapping[int, Outcome], groups: Groups) -> None:
        """Plan to tell of *news* again, of which nobody has heard, until it is given up."""
        for some in _together(news):
            outcome, sentence = told[some[0].id], notices.bad_news(some).sentence
            if not groups:
                log.warning("nobody could be told, because no admin is known (bot.admins): %s", sentence)
                await self._record(some)
            elif [one for one in some if not self._tries.again(one.id, outcome)]:
                log.error("no admin could be told, and it is given up (%s): %s", outcome.reason, sentence)
                self._messenger.gives_up(groups)
                await self._record(some)

    async def _record(self, news: Sequence[Delivery]) -> None:
        """Have it taken down that *news* was told, as it was told: by now one of them may have ended otherwise."""
        self._unrecorded.update(news)
        recording = sorted(self._unrecorded, key=lambda one: one.id)
        await self._room.store.ledger.told(recording, self._room.clock.now())
        self._unrecorded.difference_update(recording)


def _together(deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """What makes one message each: the same cause. About an uncertain one there is something to decide, so each has
    its own, unless they are too many to decide one by one.
    """
    uncertain = [one for one in deliveries if one.state is DeliveryState.UNCERTAIN]
    is_one_by_one = len(uncertain) <= MOST_WITH_A_BUTTON
    groups: dict[tuple[object, ...], list[Delivery]] = {}
    for one in deliveries:
        alone = one.id if one.state is DeliveryState.UNCERTAIN and is_one_by_one else None
        groups.setdefault((one.state, one.reason, alone), []).append(one)
    return list(groups.values())
