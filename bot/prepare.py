"""Preparing the morning: what coming editions would show is quoted from full texts and written by the model, in good
time, and never at the expense of the hour.

What is prepared is kept story by story, so nothing is lost by a crash in between, and an edition that is composed
meanwhile shows what is there.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.brief import brief, quote, weigh
from bot.editor import Editor
from bot.errands import within
from bot.errors import DaybriefError
from bot.model import Composition, DeliveryState, Origin, Stage, Standing, Story, Subscription
from bot.newsroom import Newsroom
from bot.orders import open_dates
from bot.planning import to_look_at
from bot.schedule import next_instant
from bot.zones import names

log = logging.getLogger(__name__)

AHEAD = timedelta(minutes=10)
"""How long before its hour a channel's edition begins to be prepared."""
CANDIDATES = 20
"""Stories, the best ones, whose full texts are read and which the model weighs."""
ORDERS = 50
"""Channels whose editions are looked at: those with the same hour, topics and number of stories show much the same."""

_IN_THE_RUNNING = frozenset({Stage.POSTED, Stage.CUT, Stage.DIVERSITY, Stage.SOURCE_LIMIT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """An edition that is due, or will be soon."""

    subscription: Subscription
    day: date
    due_at: datetime


def is_called_for(room: Newsroom) -> bool:
    """Whether anything can be prepared at all. Not in a replay: pages, and what a model would say, are of another time
    than the morning that is lived again.
    """
    return room.replayed is None and (room.pages is not None or room.writer is not None)


async def prepare_due(room: Newsroom, *, only: int | None = None) -> None:
    """Prepare the editions that have come due and are not in the ledger yet; *only* those of one subscription."""
    await _in_time(room, lambda now: _due(room, now, only), room.config.analyst.deadline)


async def prepare_at_once(room: Newsroom, subscription: Subscription) -> None:
    """Prepare the edition of *subscription* for the present local date, whatever its hour."""
    await _in_time(room, lambda now: _today(room, now, subscription), room.config.analyst.deadline)


async def prepare_ahead(room: Newsroom) -> None:
    """Prepare the editions of the channels whose hour comes within :data:`AHEAD`."""
    await _in_time(room, lambda now: _soon(room, now), AHEAD)


async def _in_time(
    room: Newsroom, find: Callable[[datetime], Awaitable[Sequence[Coming]]], patience: timedelta
) -> None:
    """Prepare what *find* finds, for as long as *patience* lasts.

    Never raises: whatever goes wrong here costs an edition what would have been written for it, and nothing else.
    """
    if not is_called_for(room):
        return
    try:
        if coming := await find(room.instant()):
            await within(room.clock, patience, _prepare(room, coming))
    except TimeoutError:
        log.warning("editions show what is written by now: preparing them takes longer than %s", patience)
    except DaybriefError as trouble:
        log.warning("editions show what is written by now: %s", trouble)
    except Exception:
        log.exception("editions show what is written by now: preparing them failed in a way that was not foreseen")


# ------------------------------------------------------------------------------------------------------- for whom


async def _due(room: Newsroom, now: datetime, only: int | None) -> list[Coming]:
    subscriptions = {one.id: one for one in await to_look_at(room, now, only)}
    dues = await open_dates(room, list(subscriptions.values()), now)
    return [
        Coming(subscription=subscriptions[one.subscription], day=one.date, due_at=one.due_at)
        for one in dues
        if one.state is DeliveryState.DUE
    ]


async def _today(room: Newsroom, now: datetime, subscription: Subscription) -> list[Coming]:
    day = now.astimezone(ZoneInfo(subscription.timezone)).date()
    return await _not_planned(room, [Coming(subscription=subscription, day=day, due_at=now)])


async def _soon(room: Newsroom, now: datetime) -> list[Coming]:
    by_schedule: dict[object, tuple[date, datetime]] = {}
    soon = []
    for one in await room.store.subscriptions.to_look_at(now + AHEAD):
        if one.standing is not Standing.ACTIVE or one.timezone not in names():
            continue
        if one.schedule not in by_schedule:
            by_schedule[one.schedule] = next_instant(one, now)
        day, due_at = by_schedule[one.schedule]
        if due_at - now <= AHEAD:
            soon.append(Coming(subscription=one, day=day, due_at=due_at))
    return await _not_planned(room, soon)


async def _not_planned(room: Newsroom, coming: Sequence[Coming]) -> list[Coming]:
    """Those of *coming* whose dates are not in the ledger: others have had their edition."""
    planned = await room.store.ledger.planned_through({one.subscription.id: one.day for one in coming})
    return [one for one in coming if planned.get(one.subscription.id) != one.day]


# ------------------------------------------------------------------------------------------------------ what is done


async def _prepare(room: Newsroom, coming: Sequence[Coming]) -> None:
    some = _of_each_kind(coming)
    candidates = await _stories(room, _best(await _editions(room, some)))
    await asyncio.gather(weigh(room, candidates), *(quote(room, one) for one in candidates))
    if room.writer is None:
        return
    # What the model finds significant may have changed the order, and new quotes what is known.
    shown = await _stories(room, _shown(await _editions(room, some)))
    await asyncio.gather(*(brief(room, one) for one in shown))


def _of_each_kind(coming: Sequence[Coming]) -> list[Coming]:
    """One for each kind of standing order."""
    kinds = {(one.subscription.schedule, one.subscription.topics, one.subscription.stories): one for one in coming}
    return list(kinds.values())[:ORDERS]


async def _editions(room: Newsroom, coming: Iterable[Coming]) -> list[Composition]:
    """The editions as they would be now."""
    editor = Editor(room, room.instant())
    return [await editor.compose(one.subscription, one.day, one.due_at) for one in coming]


def _best(editions: Iterable[Composition]) -> list[str]:
    """The refs of the stories in the running for *editions*: the best by score, and all that would be shown."""
    scores: dict[str, float] = {}
    for edition in editions:
        for verdict in edition.verdicts:
            if verdict.stage in _IN_THE_RUNNING and verdict.score is not None:
                scores[verdict.ref] = max(verdict.score, scores.get(verdict.ref, verdict.score))
    best = sorted(scores, key=lambda ref: (-scores[ref], ref))[:CANDIDATES]
    return list(dict.fromkeys((*best, *_shown(editions))))


def _shown(editions: Iterable[Composition]) -> list[str]:
    """The refs of the stories that *editions* show, each once."""
    return list(dict.fromkeys(shown.ref for edition in editions for shown in edition.edition.stories))


async def _stories(room: Newsroom, refs: Iterable[str]) -> list[Story]:
    """The stories called *refs* that may be prepared: public ones from feeds. What a person brought is ready."""
    found = [await room.store.archive.by_ref(ref) for ref in refs]
    return [one for one in found if one and one.origin is Origin.FEEDS and not one.workspaces]
