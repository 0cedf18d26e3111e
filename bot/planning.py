"""Entering what has come due: of tens of thousands of standing orders only those are looked at whose time has come.

The store has for each the next instant at which a look can find anything (``bot.schedule.next_look``). That is a hint
and no more: what is due is decided as if all were looked at, by the order and the ledger, and a look in vain costs a
moment. All are looked at where hints may be wrong: at the first look of a process, whose zones may have other rules
than those of the one before; after another configuration was loaded; and when the clock shows an earlier time than at
the look before (docs/decisions/025-looks.md).
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot import logbook
from bot.model import DeliveryState, Due, Standing, Subscription
from bot.newsroom import Newsroom
from bot.orders import open_dates
from bot.schedule import next_look
from bot.zones import names

SOME = 1_000
"""Standing orders whose dates are entered in one transaction: carrying the first of them begins meanwhile."""
AT_A_TIME = 5_000
"""Standing orders that are looked at together where all are; of the others no more are in memory than are due."""
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


async def to_look_at(room: Newsroom, now: datetime, only: int | None = None) -> tuple[Subscription, ...]:
    """Those, served or paused, that may have come due by *now*, by id; *only* the one with that id."""
    return tuple([one async for together in _to_look_at(room, now, only, room.looked_at) for one in together])


async def enter_due(
    room: Newsroom, now: datetime, only: int | None = None, *, some: int = SOME, at_a_time: int = AT_A_TIME
) -> int:
    """Enter what has come due by *now*, of *some* orders at a time; how many dates. A date that can only be let go is
    told of here. Where all are looked at, they are so many *at_a_time*.

    A bot that is stopping leaves the rest to the next one.
    """
    looked_at = room.looked_at
    if only is not None:
        return await _enter_all(room, now, _to_look_at(room, now, only, looked_at), some, puts_off=False)
    room.looked_at = now  # first, so that whoever has all looked at again meanwhile has the last word
    try:
        orders = _to_look_at(room, now, None, looked_at, at_a_time)
        return await _enter_all(room, now, orders, some, puts_off=not room.replayed)
    except BaseException:
        if room.looked_at is now:  # whose dates were not entered was not put off, and is found by the next look
            room.looked_at = looked_at
        raise


async def _to_look_at(
    room: Newsroom, now: datetime, only: int | None, looked_at: datetime | None, at_a_time: int = AT_A_TIME
) -> AsyncIterator[tuple[Subscription, ...]]:
    orders, last = room.store.subscriptions, 0
    if only is not None:
        one = await orders.by_id(only)
        yield (one,) if one and one.standing is not Standing.RETIRED else ()
    elif room.replayed or looked_at is None or now < looked_at:
        while together := await orders.some(after=last, most=at_a_time):
            yield together
            last = together[-1].id
    else:
        yield await orders.to_look_at(now)


async def _enter_all(
    room: Newsroom, now: datetime, orders: AsyncIterator[tuple[Subscription, ...]], some: int, *, puts_off: bool
) -> int:
    found: defaultdict[int, list[Due]] = defaultdict(list)
    are_due: list[Subscription] = []
    async for together in orders:
        for due in await open_dates(room, together, now):
            found[due.subscription].append(due)
        are_due += [one for one in together if one.id in found]
        if puts_off and (others := [one for one in together if one.id not in found]):
            await room.store.subscriptions.look_later(_looks(others, now))
    in_turn = _in_turn(are_due)
    planned = 0
    for first in range(0, len(in_turn), some):
        if first and room.is_stopping:
            return planned
        batch = in_turn[first : first + some]
        # All dates of an order at once: the ledger is asked for its newest one, and nobody would look for older ones.
        dues = [replace(due, place=place) for one, place in batch for due in found[one.id]]
        planned += await _enter(room, dues, {one.id: one for one, _ in batch})
        if puts_off:
            await room.store.subscriptions.look_later(_looks([one for one, _ in batch], now))
    return planned


def _in_turn(are_due: Sequence[Subscription]) -> list[tuple[Subscription, int]]:
    """Those that *are_due*, each with its place among those of its workspace: the first of every workspace, then the
    second of every workspace, and so on.
    """
    places: Counter[tuple[str, str]] = Counter()
    due = []
    for one in are_due:
        home = one.channel.platform, one.channel.workspace
        due.append((one, places[home]))
        places[home] += 1
    return sorted(due, key=lambda one: one[1])


async def _enter(room: Newsroom, dues: Sequence[Due], orders: Mapping[int, Subscription]) -> int:
    planned = await room.store.ledger.plan(dues)
    for one in dues:
        channel = orders[one.subscription].channel
        if one.state is DeliveryState.MISSED:
            logbook.missed(one, channel)
        if one.state.final:
            room.watch.ended(channel.platform, one.state, one.reason, None)
    return planned


def _looks(orders: Sequence[Subscription], now: datetime) -> list[tuple[Subscription, datetime]]:
    """When each of *orders* is looked at again. Whoever is in a zone that this machine does not know stays in view."""
    known: dict[object, datetime] = {}
    for one in orders:
        if one.schedule not in known:
            known[one.schedule] = next_look(one, now) if one.timezone in names() else _AT_ONCE
    return [(one, known[one.schedule]) for one in orders]
