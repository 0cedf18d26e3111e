"""What a worker does for one doorbell, and by which time."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.clock import SharedClock
from bot.desk import Desk
from bot.heard import FRESH
from bot.model import DeliveryState, Due
from bot.newsroom import Newsroom
from bot.wiring.house import agree
from storage.postgres.opening import open_store
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, states
from tests.postgres import database
from tests.scripted import ScriptedPlatform

DAY = timedelta(days=1)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path, {"terminal": ScriptedPlatform()}, channels=2, clock=VirtualClock()) as opened:
        opened.carries = False
        yield opened


async def entered(room: Newsroom, at: datetime, channel: int = 0) -> int:
    """A delivery that came due *at*, by its number."""
    order = (await room.store.subscriptions.all())[channel]
    await room.store.ledger.plan([Due(subscription=order.id, date=at.date(), due_at=at, state=DeliveryState.DUE)])
    return max(one.id for one in await room.store.ledger.deliveries())


async def test_what_is_heard_is_carried_and_nothing_else(room: Newsroom) -> None:
    number = await entered(room, TUESDAY)
    await entered(room, TUESDAY, channel=1)

    await Desk(room).hear(number)

    assert sorted(await states(room)) == [("due", ""), ("sent", "")]


async def test_a_doorbell_for_something_done_or_unknown_or_not_yet_due_does_nothing(room: Newsroom) -> None:
    desk, number = Desk(room), await entered(room, TUESDAY)
    later = await entered(room, TUESDAY + timedelta(minutes=1), channel=1)

    assert [await desk.hear(one) for one in (number, number, later, 999)] == [True, True, False, True]

    assert sorted(await states(room)) == [("due", ""), ("sent", "")]


async def test_a_worker_that_stops_begins_nothing(room: Newsroom) -> None:
    desk, number = Desk(room), await entered(room, TUESDAY)
    desk.stop()

    assert not await desk.hear(number), "somebody else is to be rung for"

    assert await states(room) == [("due", "")]


async def test_no_edition_is_composed_as_of_a_moment_before_its_hour(room: Newsroom) -> None:
    assert isinstance(room.clock, VirtualClock)
    desk, soon = Desk(room), TUESDAY + FRESH / 2
    await desk.hear(await entered(room, TUESDAY))
    room.clock.move_to(soon)
    number = await entered(room, soon, channel=1)

    await desk.hear(number)

    edition = await room.store.ledger.edition(number)
    assert edition
    assert edition.composed_at == soon


async def test_machines_of_which_one_is_a_day_ahead_agree_with_the_database() -> None:
    with database() as url:
        store = await open_store(url)
        clock = SharedClock()
        right = await store.time()
        assert right
        clock.tell(right + DAY, asked=clock.elapsed(), answered=clock.elapsed())
        assert clock.now() - right > DAY / 2

        await agree(clock, store)

        now = await store.time()
        assert now
        assert abs(clock.now() - now) < timedelta(minutes=1)
        await store.close()


def test_an_answer_that_was_long_under_way_shows_the_time_of_half_that_way() -> None:
    clock, hour = SharedClock(), timedelta(hours=1)

    clock.tell(TUESDAY, asked=clock.elapsed() - 2 * hour, answered=clock.elapsed())

    assert timedelta() <= clock.now() - TUESDAY - hour < timedelta(minutes=5)
