"""Carrying what is due: every delivery of every lane once, each lane at its own pace."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import logbook
from bot.belief import not_believed, time_of
from bot.courier import carry
from bot.editor import Editor
from bot.errors import DaybriefError
from bot.lanes import AT_ONCE
from bot.model import Delivery
from bot.newsroom import Newsroom
from bot.ports import Watch

log = logging.getLogger(__name__)

ABANDONED = timedelta(minutes=10)
"""For so long those who carry deliveries may leave one that has become too late, before whoever rings ends it: it is
posted no more, but one of them may know of a reason, or read back what has left.
"""
Progress = Callable[[Delivery], None]


async def held_back_by(room: Newsroom, now: datetime) -> str:
    """Why nothing is posted at all; empty: nothing stands in the way."""
    if held_back := await not_believed(room, now):
        log.error("posting is held back: %s", held_back)
    return held_back


@dataclass(frozen=True, slots=True)
class Tidings:
    """Where it is told which deliveries became final."""

    finished: list[Delivery]
    progress: Progress | None
    watch: Watch

    def tell(self, delivery: Delivery, took: timedelta) -> None:
        """Of *delivery*, on which we worked for so long."""
        logbook.ended(delivery, took)
        hour = delivery.reopened_at or delivery.due_at
        late = delivery.sent_at - hour if delivery.sent_at else None
        self.watch.ended(delivery.channel.platform, delivery.state, delivery.reason, late)
        self.finished.append(delivery)
        if self.progress:
            self.progress(delivery)


async def carry_waiting(room: Newsroom, now: datetime, tidings: Tidings, only: int | None) -> None:
    """Work once on every delivery whose time has come, with editions composed as of *now*. Where that is for others to
    do, on those alone for which it has become too late and nobody came: they end, and admins hear of it.
    """
    editor = Editor(room, now)
    begun = time_of(room)
    free = begun if room.carries else begun - ABANDONED
    begun_by = None if room.carries else free - room.patience.catch_up
    seen: set[int] = set()
    as_one = [name for name, platform in room.platforms.items() if platform.paces_as_one]
    while not room.is_stopping:
        lanes = await room.store.ledger.waiting(free, begun_by=begun_by, only=only, as_one=as_one)
        taken = {
            lane: room.lanes.take(number for number in waiting if number not in seen) for lane, waiting in lanes.items()
        }
        if not any(taken.values()):
            break
        seen.update(number for waiting in taken.values() for number in waiting)
        await carry_all(room, editor, taken, tidings)


async def carry_all(room: Newsroom, editor: Editor, lanes: Mapping[str, Sequence[int]], tidings: Tidings) -> set[int]:
    """Work once on each delivery of *lanes*, all of which are in our hands, and let them go; which of them we got
    somewhere with.
    """
    carried: set[int] = set()
    ours = {number for waiting in lanes.values() for number in waiting}

    async def work(lane: str, queue: Iterator[int]) -> None:
        for number in queue:
            async with room.lanes.places(lane):
                if room.is_stopping:
                    return
                began = room.clock.elapsed()
                delivery = await _carry(room, editor, number)
                took = room.clock.elapsed() - began
            ours.discard(number)
            room.lanes.let_go([number])
            if delivery:
                carried.add(number)
            if delivery and delivery.state.final:
                tidings.tell(delivery, took)

    try:
        async with asyncio.TaskGroup() as group:
            for lane, waiting in lanes.items():
                queue = iter(waiting)
                for _ in range(min(AT_ONCE, len(waiting))):
                    group.create_task(work(lane, queue))
    finally:
        room.lanes.let_go(ours)
    return carried


async def _carry(room: Newsroom, editor: Editor, number: int) -> Delivery | None:
    try:
        return await carry(room, editor, number)
    except DaybriefError as trouble:
        # One channel's trouble never costs the others their morning; this lease ends by itself.
        log.warning("delivery %d is left for later: %s", number, trouble)
    except Exception:
        # Not even a row that cannot be read may end the round.
        log.exception("delivery %d is left for later: it failed in a way that was not foreseen", number)
    return None
