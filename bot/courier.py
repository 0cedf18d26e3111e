"""Carrying one delivery as far as it gets: claim, compose, then step by step as ``bot.deliver`` decides."""

import logging
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from bot import deliver, logbook
from bot.belief import time_of
from bot.deliver import Finish, ReadBack, Repeat, Send, Wait
from bot.editor import Editor
from bot.errata import bring_up_to_date
from bot.errors import CannotReadBack, DaybriefError, Fate, PostFailed
from bot.model import Claim, Delivery, DeliveryState, Edition, Intent, Receipt, Subscription, delivery_key
from bot.newsroom import Newsroom
from bot.ports import Platform
from bot.restate import as_it_reads_now
from bot.restored import posted_meanwhile

log = logging.getLogger(__name__)

Result = TypeVar("Result")


async def carry(room: Newsroom, editor: Editor, number: int) -> Delivery | None:
    """Work on delivery *number* until it is final or has to wait; as it stands then. None: it is not ours."""
    async with room.lanes.preparing:
        claim = await room.store.ledger.claim(number, time_of(room), room.patience.lease)
        if claim is None:
            return None
        journey = _Journey(room, claim)
        edition = await journey.guarded(journey.prepare(editor))
    if edition:
        await journey.guarded(journey.go(edition))
    return await room.store.ledger.by_id(number)


class _Journey:
    """One claimed delivery on its way. ``delivery`` is kept equal to what the ledger holds."""

    def __init__(self, room: Newsroom, claim: Claim) -> None:
        self.room = room
        self.claim = claim
        self.delivery = claim.delivery
        self.arrived: list[Receipt] = []
        """Receipts that this journey brought."""
        self.sent_as: dict[int, Edition] = {}
        """How each part read that was posted on this journey; one that is found was posted on an earlier one."""

    @property
    def platform(self) -> Platform | None:
        return self.room.platforms.get(self.delivery.channel.platform)

    async def guarded(self, step: Awaitable[Result]) -> Result | None:
        """What *step* gives. What nobody foresaw about one channel must cost no other its morning: the delivery is
        given back, to be tried again until its catch-up window ends.
        """
        try:
            return await step
        except DaybriefError:
            raise
        except Exception as bug:
            log.exception("delivery %d failed in a way that was not foreseen", self.delivery.id)
            reason = f"Daybrief failed in a way that was not foreseen ({type(bug).__name__}); its log has the details"
            await self._take_all(deliver.after_bug(self.delivery, reason, time_of(self.room), self.room.patience))
            return None

    async def prepare(self, editor: Editor) -> Edition | None:
        """The edition, composed unless it is kept already; None if the delivery ends here, or is not ours any more."""
        ledger = self.room.store.ledger
        subscription = await self._subscription()
        if reason_to_end := self.stop_before_composing(subscription):
            await self.take(reason_to_end)
            return None
        is_composed = self.delivery.edition is not None
        edition = await ledger.edition(self.delivery.id) if is_composed else None
        if edition is None:
            if subscription is None:
                return None
            composition = await editor.compose(subscription, self.delivery.date, self.delivery.due_at)
            return composition.edition if await ledger.compose(self.claim, composition) else None
        has_begun = self.delivery.receipts or self.delivery.intent
        return edition if has_begun else await as_it_reads_now(self.room, edition)

    def stop_before_composing(self, subscription: Subscription | None) -> Finish | None:
        """What ends the delivery before it has begun, if anything does; *subscription* is its channel's."""
        if self.delivery.receipts or self.delivery.intent:
            return None
        if unwanted := deliver.unwanted(self.delivery, subscription):
            return unwanted
        if self.platform is None:
            return Finish(DeliveryState.REFUSED, f"this installation cannot post to {self.delivery.channel.platform}")
        is_unheard = not self.room.carries and self.claim.token == 1
        return deliver.end_if_too_late(self.delivery, time_of(self.room), self.room.patience, is_unheard=is_unheard)

    async def _unwanted(self) -> Finish | None:
        """What ends the delivery because nobody wants it (any more), if that is so."""
        return deliver.unwanted(self.delivery, await self._subscription())

    async def _subscription(self) -> Subscription | None:
        return await self.room.store.subscriptions.by_id(self.delivery.subscription)

    async def go(self, edition: Edition) -> None:
        """Take one step after the other until one ends the journey."""
        platform = self.platform
        if platform is None:
            reason = f"this installation does not post to {self.delivery.channel.platform} any more"
            await self.take(deliver.abandoned(self.delivery, reason))
            return
        async with self.room.thinking:
            parts = platform.parts(edition)
        if ended := await posted_meanwhile(self.room, platform, self.delivery, parts):
            await self.take(ended)
            return
        is_on_its_way = True
        while is_on_its_way:
            now, is_repeatable = time_of(self.room), self._is_repeatable(platform)
            step = deliver.next_step(self.delivery, parts, now, self.room.patience, is_repeatable=is_repeatable)
            match step:
                case Send(part):
                    is_on_its_way = await self._send(platform, edition, part)
                case Repeat(intent):
                    is_on_its_way = await self._repeat(platform, edition, intent)
                case ReadBack(intent):
                    is_on_its_way = await self._read_back(platform, intent)
                case Wait() | Finish():
                    await self.take(step)
                    is_on_its_way = False
        await self._restate()

    async def _restate(self) -> None:
        """Amend what has arrived just now, if a story was corrected or withdrawn while it was on its way. What does not
        go now is on record, and swept up later.
        """
        if not self.arrived or not await self.room.store.errata.is_owed(self.delivery.id):
            return
        shows = {} if self.delivery.reopened_at else self.sent_as  # the platform may have given the first message
        outcome = await bring_up_to_date(self.room, self.delivery.id, shows=shows)
        if outcome and outcome.reason:
            log.warning("delivery %d: a story changed, and the message could not: %s", self.delivery.id, outcome.reason)

    async def take(self, step: Wait | Finish) -> None:
        """Write down that the delivery waits or is over; a refused one pauses its channel, which keeps its settings."""
        ledger = self.room.store.ledger
        if isinstance(step, Wait):
            await ledger.postpone(self.claim, until=step.until, state=step.state, reason=step.reason)
            return
        self.room.doubts.forget(self.delivery.id)
        await ledger.finish(self.claim, step.state, at=time_of(self.room), reason=step.reason, reach=step.reach)

    async def _send(self, platform: Platform, edition: Edition, part: int) -> bool:
        """Wait for our turn, commit the intent, post, record. Whether there is more to do now."""
        ledger, clock, patience = self.room.store.ledger, self.room.clock, self.room.patience
        if not_now := await self._not_now(platform):
            await self.take(not_now)
            return False
        if self._is_late() or (self.room.is_stopping and not self.delivery.receipts):
            await self._give_back()
            return False
        now = time_of(self.room)
        intent = Intent(part=part, key=delivery_key(self.delivery.channel, self.delivery.date, part), at=now)
        if not await ledger.intend(self.claim, part, intent.key, now):
            return False
        # Read only now: whoever corrects a story after this finds the part leaving, and sees to it that it is amended.
        reads = await self._as_it_reads_now(platform, edition)
        self.room.doubts.posting(self.delivery.id, now, clock.elapsed())
        if self._is_late():  # a disk can take its time
            await self._give_back()
            return False
        self.delivery = replace(
            self.delivery, state=DeliveryState.SENDING, intent=intent, attempts=self.delivery.attempts + 1
        )
        self.sent_as[part] = reads
        try:
            receipt = await self.room.answer(platform.post(reads, part, intent.key, self.delivery.receipts))
        except PostFailed as failure:
            logbook.failed(self.delivery, failure)
            self.room.doubts.ended(self.delivery.id, clock.elapsed(), patience.request_timeout)
            if failure.fate is Fate.UNKNOWN and platform.remembers(self.delivery.channel):
                await self._stay_in_doubt(platform, intent, failure)
            else:
                await self._take_all(deliver.after_failed_post(self.delivery, failure, time_of(self.room), patience))
            return False
        return await self._arrived(receipt)

    def _is_repeatable(self, platform: Platform, wait: timedelta = timedelta()) -> bool:
        """Whether the part that is in doubt may be posted once more after *wait*. A bot that stops begins nothing."""
        remembers = platform.remembers(self.delivery.channel) - wait
        return not self.room.is_stopping and deliver.may_repeat(self._age(), self.room.patience, remembers)

    def _age(self) -> timedelta | None:
        """How long ago this process first posted the part that is in doubt, if it did."""
        intent, room = self.delivery.intent, self.room
        age = room.doubts.age(self.delivery.id, intent.at, room.clock.elapsed()) if intent else None
        # A machine that sleeps stops the one clock and not the other; the platform forgets meanwhile.
        return max(age, room.clock.now() - intent.at) if intent and age is not None else None

    async def _repeat(self, platform: Platform, edition: Edition, intent: Intent) -> bool:
        """Post a part once more that may have arrived. Whether there is more to do now.

        Nothing but its arrival ends the doubt about the first try: a refusal does not say that there was none.
        """
        room = self.room
        wait, _ = await self._turn(platform)
        reads = await self._as_it_reads_now(platform, edition)
        if not self._is_repeatable(platform, wait) or await self._unwanted():
            room.doubts.repeat_no_more(self.delivery.id)
            wait = timedelta()  # when it is read back does not depend on it
        if wait > timedelta() or self._is_late() or not self._is_repeatable(platform):
            await self.take(Wait(time_of(room) + wait, DeliveryState.SENDING, self.delivery.reason))
            return False
        room.doubts.posting(self.delivery.id, intent.at, room.clock.elapsed())
        try:
            receipt = await room.answer(platform.post(reads, intent.part, intent.key, self.delivery.receipts))
        except PostFailed as failure:
            await self._stay_in_doubt(platform, intent, failure)
            return False
        return await self._arrived(receipt)

    async def _stay_in_doubt(self, platform: Platform, intent: Intent, failure: PostFailed) -> None:
        now, patience, age = time_of(self.room), self.room.patience, self._age()
        self.room.doubts.ended(self.delivery.id, self.room.clock.elapsed(), patience.request_timeout)
        again = deliver.repeats_in(failure, patience, age=age, remembers=platform.remembers(self.delivery.channel))
        if again is None:
            self.room.doubts.repeat_no_more(self.delivery.id)
        await self.take(deliver.in_doubt(intent, failure, now, patience, again))

    async def _not_now(self, platform: Platform) -> Wait | Finish | None:
        """What keeps the next part from being posted at this moment: the platform's pace, or that nobody wants it."""
        wait, reason = await self._turn(platform)
        if wait > timedelta():
            return deliver.after_turn(self.delivery, wait, time_of(self.room), self.room.patience, reason)
        # Hours may have passed since it was composed, for retries, a turn or a read-back.
        return await self._unwanted()

    def _is_late(self) -> bool:
        """So much of the lease is used up that whoever claims it next could be posting before we have finished."""
        return self.room.clock.now() + self.room.patience.request_timeout > self.claim.until

    async def _give_back(self) -> None:
        """To be taken up again at once, by us or by others; surely nothing of the next part has left."""
        await self.take(Wait(time_of(self.room), DeliveryState.DUE, self.delivery.reason))

    async def _as_it_reads_now(self, platform: Platform, edition: Edition) -> Edition:
        """*edition* as it reads now; as it was where it would take another number of messages, amended later."""
        present = await as_it_reads_now(self.room, edition)
        if present is edition or platform.parts(present) == platform.parts(edition):
            return present
        await self.room.store.errata.owe(self.delivery.id)
        return edition

    async def _turn(self, platform: Platform) -> tuple[timedelta, str]:
        """For how long nothing is posted in this channel, and why: the platform takes no post, or does not say whether
        it does. Nobody goes without a turn: what keeps one of them from being told keeps thousands.
        """
        try:
            return await self.room.answer(platform.turn(self.delivery.channel)), deliver.PATIENCE_ASKED
        except DaybriefError as trouble:
            log.warning("%s does not say when it takes a post (%s), and is asked again", platform.name, trouble)
            return deliver.UNTOLD, "the platform does not say when it takes a post"

    async def _read_back(self, platform: Platform, intent: Intent) -> bool:
        """Adopt the part if it is there, else send it again with the same key. Whether there is more to do now."""
        if (left := self._to_settle(intent)) > timedelta():
            reason = self.delivery.reason or "its outcome is unknown"
            await self.take(Wait(time_of(self.room) + left, DeliveryState.SENDING, reason))
            return False
        since = self.room.doubts.readable_from(self.delivery.id, intent.at, self.room.clock)
        found = platform.find(self.delivery.channel, intent.part, intent.key, since, self.delivery.receipts)
        try:
            receipt = await self.room.answer(found)
        except CannotReadBack as blind:
            await self.take(Finish(DeliveryState.UNCERTAIN, str(blind)))
            return False
        except PostFailed as failure:
            now = time_of(self.room)
            await self._take_all(deliver.after_failed_read_back(self.delivery, failure, now, self.room.patience))
            return False
        if receipt:
            return await self._arrived(receipt)
        self.delivery = replace(self.delivery, state=DeliveryState.DUE, intent=None)
        return True

    def _to_settle(self, intent: Intent) -> timedelta:
        """How long nothing can be proved yet of *intent*, whatever the machine's clock says."""
        room, patience = self.room, self.room.patience
        settled = room.doubts.settling(self.delivery.id, intent.at, room.clock.elapsed())
        return patience.still_arriving - settled

    async def _arrived(self, receipt: Receipt) -> bool:
        self.arrived.append(receipt)
        receipts = (*self.delivery.receipts, receipt)
        self.delivery = replace(self.delivery, state=DeliveryState.DUE, intent=None, receipts=receipts)
        return await self.room.store.ledger.part_sent(self.claim, receipt)

    async def _take_all(self, step: deliver.Step) -> None:
        if isinstance(step, Wait | Finish):
            await self.take(step)
