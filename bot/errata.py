"""Errata: posted messages are brought up to date with what their stories read now, or left for later."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.belief import clock_trouble, time_of
from bot.errors import DaybriefError, Fate, PostFailed, Reach
from bot.model import Delivery, DeliveryState, Edition, Erratum, Receipt
from bot.newsroom import Newsroom
from bot.ports import Platform
from bot.restate import as_it_reads_now
from bot.unseen import found_after_all

log = logging.getLogger(__name__)

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (20, 60, 120, 300, 900))
"""Waits after the first, second … attempt that may still succeed; the last one repeats."""
REFUSED_AGAIN = timedelta(hours=1)
"""When a platform is asked again that has refused: somebody may have let us in again."""
LONGEST = timedelta(hours=1)
"""A platform that asks for more patience than this is asked again after this."""
GIVE_UP = timedelta(days=3)
"""For how long it is tried to change a message."""
AT_ONCE = 8
"""Deliveries of one workspace whose messages are changed at the same time; the platform's adapter keeps its pace."""
_RESTORED = "the database was restored from an older copy, and the message may show a later text than is known there"
_BUSY = "it is just being posted or changed"
_NOBODY_SHOWS: Mapping[int, Edition] = MappingProxyType({})

Progress = Callable[[int, int], None]
"""Told after each delivery: how many are dealt with, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of trying to bring the messages of one delivery up to date."""

    delivery: Delivery
    reason: str = ""
    """Why not all of them are; empty: they are."""
    is_refused: bool = False
    """The platform will not let them be changed, as far as anybody can see."""
    is_for_ever: bool = False
    """Nor will it ever: a message is not there any more, where a channel may be opened again."""
    is_absent: bool = False
    """Nothing of it is in its channel, so nothing there shows the former text."""
    again_at: datetime | None = None
    """When it is tried again; None: not any more."""
    erratum: Erratum | None = None
    """As it was before; None: somebody else is at it, or has been."""


class _Absent(Exception):
    """Nobody knew whether anything had arrived, and nothing has."""


class _Late(Exception):
    """The right to change the messages ends too soon for another one."""


async def bring_all_up_to_date(
    room: Newsroom, owed: Iterable[Delivery], *, is_awaited: bool, progress: Progress | None = None
) -> tuple[Outcome, ...]:
    """Try once for each of *owed*; in that order.

    Somebody waits for the answer where it *is_awaited*, so what is refused is told by it and not kept to be told.
    Workspaces do not wait for one another, nor is one of them asked for more than a few at a time.
    """
    listed = tuple(owed)
    outcomes: dict[int, Outcome] = {}
    places: dict[str, asyncio.Semaphore] = {}

    async def work(delivery: Delivery) -> None:
        async with places.setdefault(_lane(room, delivery), asyncio.Semaphore(AT_ONCE)):
            if not room.is_stopping:
                outcomes[delivery.id] = await _guarded(room, delivery, is_awaited=is_awaited)
        if progress:
            progress(len(outcomes), len(listed))

    async with asyncio.TaskGroup() as group:
        for delivery in listed:
            group.create_task(work(delivery))
    return tuple(outcomes[one.id] if one.id in outcomes else Outcome(delivery=one, reason=_BUSY) for one in listed)


async def bring_up_to_date(
    room: Newsroom, delivery: int, *, shows: Mapping[int, Edition] = _NOBODY_SHOWS, is_awaited: bool = False
) -> Outcome | None:
    """Try once to make the messages of *delivery* show what its stories read now.

    *shows* are the editions that parts were posted as just now, by part: what reads so already is not touched. None:
    there is nothing to do, somebody else is at it, or a part is just leaving.
    """
    errata = room.store.errata
    erratum = await errata.take(delivery, time_of(room), room.patience.lease)
    if erratum is None:
        return None
    try:
        failure = await _amend(room, erratum, shows)
    except _Late:
        await errata.give_back(erratum)
        return None
    except _Absent:
        await _settle(room, erratum)
        return Outcome(delivery=erratum.delivery, is_absent=True, erratum=erratum)
    if failure is None:
        await _settle(room, erratum)
        return Outcome(delivery=erratum.delivery, erratum=erratum)
    return await _leave(room, erratum, failure, is_awaited=is_awaited)


async def _leave(room: Newsroom, erratum: Erratum, failure: PostFailed, *, is_awaited: bool) -> Outcome:
    """Give *erratum* back after a *failure*, or give it up."""
    errata, now = room.store.errata, time_of(room)
    is_refused = failure.fate is Fate.REFUSED
    # Of several stories, each may have somebody who waits, and who must not take it for done.
    is_named = is_awaited and len(erratum.refs) <= 1
    is_doubted = bool(await clock_trouble(room))
    is_given_up = is_over(erratum, failure, None if is_doubted else now, is_named=is_named)
    until = None if is_given_up else now + pause(erratum, failure)
    if until is None and _is_for_ever(failure):
        await _settle(room, erratum, is_known=True)  # in other parts an earlier edit may be carried out yet
    elif until is None:
        await errata.settle(erratum)
    else:
        is_unsure = failure.fate is Fate.UNKNOWN
        await errata.postpone(
            erratum, until=until, now=now, reason=failure.reason, is_unsure=is_unsure, is_doubted=is_doubted
        )
        if is_awaited and is_refused:
            await errata.told([erratum.delivery.id], now)
    return Outcome(
        delivery=erratum.delivery,
        reason=failure.reason,
        is_refused=is_refused,
        is_for_ever=_is_for_ever(failure),
        again_at=until,
        erratum=erratum,
    )


async def _settle(room: Newsroom, erratum: Erratum, *, is_known: bool = False) -> None:
    """Nothing more is to be changed now; once more later, where an earlier edit may be carried out after this one.

    Whether it *is_known* that some of it cannot be.
    """
    errata, patience, now = room.store.errata, room.patience, time_of(room)
    began = erratum.until - patience.lease
    if erratum.unsure_since is None or began >= erratum.unsure_since + patience.still_arriving:
        await errata.settle(erratum)
        return
    await errata.look_again(erratum, until=min(erratum.unsure_since, now) + patience.still_arriving, now=now)
    if is_known:
        await errata.told([erratum.delivery.id], now)


def pause(erratum: Erratum, failure: PostFailed) -> timedelta:
    """How long to wait after *failure*. Pure."""
    if failure.fate is Fate.REFUSED:
        return REFUSED_AGAIN
    wait = BACKOFF[min(erratum.attempts, len(BACKOFF) - 1)]
    return max(wait, min(failure.retry_after or timedelta(), LONGEST))


def is_over(erratum: Erratum, failure: PostFailed, now: datetime | None, *, is_named: bool) -> bool:
    """Whether nothing more is to be tried: the message is beyond our reach for ever and somebody knows it, or it has
    been tried for long enough. Pure. *now* is None where the clock is not believed: a leap makes nothing long enough.

    A channel that is closed to us may be opened again, and a token be renewed.
    """
    if _is_for_ever(failure) and (is_named or erratum.told_at is not None):
        return True
    return now is not None and erratum.failing_since is not None and now - erratum.failing_since >= GIVE_UP


def _is_for_ever(failure: PostFailed) -> bool:
    return failure.fate is Fate.REFUSED and failure.reach is Reach.POST


async def _guarded(room: Newsroom, delivery: Delivery, *, is_awaited: bool) -> Outcome:
    """As :func:`bring_up_to_date`; what nobody foresaw about one delivery must not keep others from being changed."""
    try:
        outcome = await bring_up_to_date(room, delivery.id, is_awaited=is_awaited)
        if outcome:
            return outcome
        if await room.store.errata.is_owed(delivery.id):
            return Outcome(delivery=delivery, reason=_BUSY, again_at=time_of(room))
        return Outcome(delivery=delivery)
    except DaybriefError as trouble:
        return Outcome(delivery=delivery, reason=str(trouble))
    except Exception as bug:
        log.exception("the messages of delivery %d are left for later: something was not foreseen", delivery.id)
        return Outcome(
            delivery=delivery, reason=f"Daybrief failed in a way that was not foreseen ({type(bug).__name__})"
        )


async def _amend(room: Newsroom, erratum: Erratum, shows: Mapping[int, Edition]) -> PostFailed | None:
    """Change every message that may not show what is read now; what kept one of them from it, or nothing."""
    delivery = erratum.delivery
    if erratum.is_only_told:
        return PostFailed(_RESTORED, fate=Fate.REFUSED, reach=Reach.POST)
    edition = await room.store.ledger.edition(delivery.id)
    platform = room.platforms.get(delivery.channel.platform)
    if edition is None or platform is None:
        reason = f"this installation cannot change messages on {delivery.channel.platform}"
        return PostFailed(reason, fate=Fate.REFUSED, reach=Reach.CHANNEL)
    present = await as_it_reads_now(room, edition)
    receipts, refusal = await _there(room, platform, delivery)
    for receipt in receipts:
        posted = shows.get(receipt.part)
        if posted == present:
            continue
        if room.clock.now() + room.patience.request_timeout > erratum.until:
            raise _Late
        try:
            await room.answer(platform.amend(present, receipt.part, receipt, posted or edition))
        except PostFailed as failure:
            if failure.fate is not Fate.REFUSED or failure.reach is not Reach.POST:
                return failure
            refusal = refusal or failure  # one message may be gone while the others are there
    return refusal


async def _there(
    room: Newsroom, platform: Platform, delivery: Delivery
) -> tuple[tuple[Receipt, ...], PostFailed | None]:
    """What of *delivery* is in its channel, and what keeps anybody from knowing whether there is more: what is known to
    be there is changed all the same.
    """
    if delivery.state is not DeliveryState.UNCERTAIN:
        return delivery.receipts, None
    try:
        found = await found_after_all(room, platform, delivery)
    except PostFailed as unseen:
        return delivery.receipts, unseen
    if not (found or delivery.receipts):
        raise _Absent
    return (*delivery.receipts, found) if found else delivery.receipts, None


def _lane(room: Newsroom, delivery: Delivery) -> str:
    """Whoever shares a pace waits in one lane."""
    platform = room.platforms.get(delivery.channel.platform)
    return delivery.channel.platform if platform and platform.paces_as_one else delivery.channel.home
