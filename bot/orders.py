"""Changing standing orders: the dates before a change keep to the former order, and those after it to the new one.

Whatever had come due by the moment of a change is entered into the ledger in the transaction that makes the change: a
channel that was paused for a week has skipped that week, and one that is posted to on more days has missed none.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.belief import clock_trouble
from bot.config import Config
from bot.differences import declared_anew, in_short, is_same_place
from bot.model import Due, Standing, Subscription
from bot.newsroom import Newsroom
from bot.schedule import due
from bot.zones import names

log = logging.getLogger(__name__)

_SOME = 1_000


async def open_dates(room: Newsroom, subscriptions: Sequence[Subscription], now: datetime) -> tuple[Due, ...]:
    """What has come due for *subscriptions* by *now* and is not in the ledger, with what is to become of it.

    One whose time zone this machine does not know is left out, and told of: it must not cost the others their morning.
    """
    found: list[Due] = []
    restored_at = await room.store.ledger.restored_at() if subscriptions else None
    known = [one for one in subscriptions if _has_a_zone(one)]
    for first in range(0, len(known), _SOME):  # between any two of these the event loop serves others
        found += await _open_dates(room, known[first : first + _SOME], now, restored_at)
    return tuple(found)


async def _open_dates(
    room: Newsroom, subscriptions: Sequence[Subscription], now: datetime, restored_at: datetime | None
) -> tuple[Due, ...]:
    recorded: Mapping[int, date] = {}
    if not room.replayed:
        # A replay lives one morning: its newest date is looked at as if for the first time, whatever lies between it
        # and the real mornings, and the ledger refuses by itself what it has.
        today = {one.id: now.astimezone(ZoneInfo(one.timezone)).date() for one in subscriptions}
        recorded = await room.store.ledger.planned_through(today)
    return due(
        subscriptions,
        recorded,
        now,
        catch_up=room.patience.catch_up,
        restored_at=restored_at,
        is_one_morning=room.replayed is not None,
    )


def _has_a_zone(subscription: Subscription) -> bool:
    if subscription.timezone in names():
        return True
    name, zone = subscription.channel.name, subscription.timezone
    log.error("%s is not served: this machine knows no time zone %s; update tzdata, or set another", name, zone)
    return False


async def declare(room: Newsroom, config: Config) -> None:
    """Make the declared channels equal to those of *config*."""
    held = await room.store.subscriptions.all()
    changing = [one for one in held if one.declared and not _stays(one, config.channels)]
    at = room.clock.now()
    kept = await room.store.subscriptions.declare(config.channels, at=at, closing=await _closing(room, changing))
    if changes := declared_anew(held, kept):
        log.info("the declared channels have changed: %s", in_short(changes))
    room.looked_at = None


async def subscribe(room: Newsroom, order: Subscription) -> Subscription:
    """Set a channel up, or change it, or resume it."""
    channel = order.channel
    held = await room.store.subscriptions.by_place(channel.platform, channel.workspace, channel.id)
    closing = await _closing(room, [held] if held else [])
    return await room.store.subscriptions.subscribe(order, at=room.clock.now(), closing=closing)


async def pause(room: Newsroom, subscription: Subscription, reason: str, *, by_platform: bool = False) -> None:
    """Serve the channel no more until it is resumed; *by_platform*, until the platform lets us in again."""
    closing = await _closing(room, await _present(room, subscription))
    await room.store.subscriptions.pause(subscription.id, reason, by_platform=by_platform, closing=closing)


async def resume(room: Newsroom, subscription: Subscription) -> None:
    """Serve the channel again."""
    closing = await _closing(room, await _present(room, subscription))
    await room.store.subscriptions.resume(subscription.id, closing=closing)


async def retire(room: Newsroom, subscription: Subscription) -> None:
    """Remove the channel; what was sent to it stays on record."""
    closing = await _closing(room, await _present(room, subscription))
    await room.store.subscriptions.retire(subscription.id, closing=closing)


async def _present(room: Newsroom, subscription: Subscription) -> list[Subscription]:
    """As it is stored now: what a person was shown may be old."""
    present = await room.store.subscriptions.by_id(subscription.id)
    return [present] if present else []


async def _closing(room: Newsroom, changing: Sequence[Subscription]) -> tuple[Due, ...]:
    """The open dates of what is about to change; none in a replay, nor by a clock that is not to be believed."""
    served = [one for one in changing if one.standing is not Standing.RETIRED]
    if not served or room.replayed or await clock_trouble(room):
        return ()
    return await open_dates(room, served, room.clock.now())


def _stays(held: Subscription, orders: Sequence[Subscription]) -> bool:
    return any(is_same_place(held.channel, one.channel) and one.schedule == held.schedule for one in orders)
