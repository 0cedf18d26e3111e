"""Publishing: enter what has come due into the ledger, then carry every delivery whose time has come, or let others."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.belief import AGREES_AFTER, not_believed
from bot.carrying import Progress, Tidings, carry_waiting, held_back_by
from bot.errors import WrongUsage
from bot.model import Delivery, DeliveryState, Due, Standing, Subscription
from bot.newsroom import Newsroom
from bot.planning import enter_due
from bot.prepare import is_called_for, prepare_at_once, prepare_due

_DOUBTS = 3
"""Looks that one command waits for."""
_GLANCE = timedelta(seconds=1)
"""How often a bot that waits looks whether it is to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What publishing led to."""

    planned: int = 0
    """Dates entered into the ledger."""
    finished: tuple[Delivery, ...] = ()
    """Deliveries that became final."""
    held_back: str = ""
    """Why nothing was posted at all; empty: nothing stood in the way."""


async def publish(room: Newsroom, *, only: int | None = None, progress: Progress | None = None) -> Round:
    """One round: plan what has come due, then work once on every delivery whose time has come.

    Deliveries that have to wait, for a retry or for an unknown outcome to settle, are left for a later round. Rounds
    may overlap: what one has in hand the others leave alone, and no workspace waits for another one.
    *only* is the id of a subscription, where the others are to be left alone.
    """
    now = room.instant()
    if held_back := await held_back_by(room, now):
        return Round(held_back=held_back)
    tidings = Tidings([], progress, room.watch)
    if not is_called_for(room):
        planned = await _carry_due(room, now, tidings, only)
        return Round(planned=planned, finished=tuple(tidings.finished))
    # What is in the ledger already waits for nobody; what has come due waits until it is prepared.
    _, this = await asyncio.gather(carry_waiting(room, now, tidings, only), _carry_prepared(room, tidings, only))
    return replace(this, finished=tuple(tidings.finished))


async def _carry_prepared(room: Newsroom, tidings: Tidings, only: int | None) -> Round:
    """Prepare what has come due, within the deadline, then enter and carry it."""
    await prepare_due(room, only=only)
    if room.is_stopping:
        return Round()  # what is entered only after the next start is prepared before it
    now = room.instant()
    if held_back := await held_back_by(room, now):
        return Round(held_back=held_back)
    return Round(planned=await _carry_due(room, now, tidings, only))


async def _carry_due(room: Newsroom, now: datetime, tidings: Tidings, only: int | None) -> int:
    """Enter what has come due, and work once on all whose time has come; how many dates were entered."""
    async with room.planning:
        planned = await enter_due(room, now, only)
    await carry_waiting(room, now, tidings, only)
    return planned


async def publish_until_done(
    room: Newsroom,
    *,
    patience: timedelta,
    at_most: timedelta = timedelta.max,
    only: int | None = None,
    progress: Progress | None = None,
) -> Round:
    """Rounds of publishing until nothing is on its way, or all that is has to wait for longer than *patience*, or until
    later than *at_most* after now.

    What another round has in hand is left to that one.
    """
    began = room.clock.elapsed()
    total = Round()
    doubts = 0
    while True:
        this = await publish(room, only=only, progress=progress)
        total = Round(
            planned=total.planned + this.planned,
            finished=(*total.finished, *this.finished),
            held_back=this.held_back,
        )
        if this.held_back and room.doubted and not room.is_stopping and doubts < _DOUBTS:
            doubts += 1
            await _pause(room, AGREES_AFTER)
            continue
        if this.held_back or room.is_stopping or not room.carries:
            return total
        upcoming = await room.store.ledger.next_wait(only=only, besides=room.lanes.in_hand)
        if upcoming is None:
            return total
        wait = upcoming - room.clock.now()
        if wait > patience or wait > at_most - (room.clock.elapsed() - began):
            return total
        await _pause(room, wait)


async def _pause(room: Newsroom, duration: timedelta) -> None:
    """Return after *duration*, or soon after the bot is told to stop."""
    end = room.clock.elapsed() + duration
    while (left := end - room.clock.elapsed()) > timedelta(0) and not room.is_stopping:
        await room.clock.wait(min(left, _GLANCE))


async def post_now(room: Newsroom, subscription: Subscription, *, progress: Progress | None = None) -> bool:
    """Enter the present local date of *subscription* as due now, and carry it. False: it is in the ledger already.

    Its regular hour, if it is still to come, finds the date recorded and does nothing.

    Raises:
        WrongUsage: nothing can be posted there now.
    """
    now = room.instant()
    name = subscription.channel.name
    if subscription.standing is not Standing.ACTIVE:
        raise WrongUsage(f"{name} is {subscription.standing}; resume it first")
    if held_back := await not_believed(room, now):
        raise WrongUsage(f"nothing is posted: {held_back}")
    await prepare_at_once(room, subscription)
    async with room.planning:
        # Dates before this one that are still open keep their record: nothing is entered behind the newest date.
        await enter_due(room, now, subscription.id)
        day = now.astimezone(ZoneInfo(subscription.timezone)).date()
        today = Due(subscription=subscription.id, date=day, due_at=now, state=DeliveryState.DUE)
        is_new = await room.store.ledger.plan([today]) == 1
    await publish(room, only=subscription.id, progress=progress)
    return is_new
