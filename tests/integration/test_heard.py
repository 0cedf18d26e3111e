"""What a worker does for one doorbell, and by which time."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.heard import APART, FRESH
from bot.model import DeliveryState, Due
from bot.newsroom import Newsroom
from tests.clock import TUESDAY, VirtualClock
from tests.morning import STORY
from tests.newsroom import newsroom, states
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


async def composed_at(room: Newsroom, number: int) -> datetime:
    edition = await room.store.ledger.edition(number)
    assert edition
    return edition.composed_at


def passes(room: Newsroom, until: datetime) -> None:
    """Time."""
    assert isinstance(room.clock, VirtualClock)
    room.clock.move_to(until)


async def test_what_is_heard_is_carried_and_nothing_else(room: Newsroom) -> None:
    number = await entered(room, TUESDAY)
    await entered(room, TUESDAY, channel=1)

    await Desk(room).rounds.hear(number, TUESDAY)

    assert sorted(await states(room)) == [("due", ""), ("sent", "")]


async def test_a_doorbell_for_something_done_or_unknown_or_not_yet_due_does_nothing(room: Newsroom) -> None:
    desk, number = Desk(room), await entered(room, TUESDAY)
    later = await entered(room, TUESDAY + timedelta(minutes=1), channel=1)

    assert [await desk.rounds.hear(one, TUESDAY) for one in (number, number, later, 999)] == [True, True, False, True]

    assert sorted(await states(room)) == [("due", ""), ("sent", "")]


async def test_a_worker_that_stops_begins_nothing(room: Newsroom) -> None:
    desk, number = Desk(room), await entered(room, TUESDAY)
    desk.shift.stop()

    assert not await desk.rounds.hear(number, TUESDAY), "somebody else is to be rung for"

    assert await states(room) == [("due", "")]


async def test_no_edition_is_composed_as_of_a_moment_before_its_hour(room: Newsroom) -> None:
    desk, soon = Desk(room), TUESDAY + FRESH / 2
    await desk.rounds.hear(await entered(room, TUESDAY), TUESDAY)
    passes(room, soon)
    number = await entered(room, soon, channel=1)

    await desk.rounds.hear(number, TUESDAY)

    assert await composed_at(room, number) == soon


async def test_what_was_there_when_it_rang_is_in_the_edition(room: Newsroom) -> None:
    desk, soon = Desk(room), TUESDAY + FRESH / 2
    await desk.rounds.hear(await entered(room, TUESDAY), TUESDAY)
    news = replace(STORY, ref="", news_at=TUESDAY + FRESH / 4)
    await room.store.archive.revise(news, reason="imported", at=soon)
    passes(room, soon)
    number = await entered(room, TUESDAY, channel=1)

    await desk.rounds.hear(number, soon)

    edition = await room.store.ledger.edition(number)
    assert edition
    assert [one.title for one in edition.stories] == [STORY.title]


async def test_those_who_were_rung_for_together_share_what_was_read(room: Newsroom) -> None:
    desk, soon = Desk(room), TUESDAY + FRESH / 2
    await desk.rounds.hear(await entered(room, TUESDAY), TUESDAY)
    passes(room, soon)
    number = await entered(room, TUESDAY, channel=1)

    await desk.rounds.hear(number, TUESDAY)

    assert await composed_at(room, number) == TUESDAY


async def test_a_worker_whose_clock_is_a_little_behind_composes_as_of_no_moment_before_the_ring(
    room: Newsroom,
) -> None:
    number, rung_at = await entered(room, TUESDAY), TUESDAY + APART

    assert await Desk(room).rounds.hear(number, rung_at)

    assert await composed_at(room, number) == rung_at


async def test_one_whose_clock_is_far_behind_reads_once_for_all_who_were_rung_for_together(room: Newsroom) -> None:
    desk, rung_at = Desk(room), TUESDAY + 2 * FRESH
    first, second = await entered(room, TUESDAY), await entered(room, TUESDAY, channel=1)

    await desk.rounds.hear(first, rung_at)
    passes(room, TUESDAY + FRESH / 2)
    await desk.rounds.hear(second, rung_at)

    assert await composed_at(room, second) == TUESDAY


async def test_what_cannot_be_posted_here_is_left_to_others_untouched(room: Newsroom) -> None:
    number = await entered(room, TUESDAY)
    room.platforms = {}

    assert not await Desk(room).rounds.hear(number, TUESDAY)

    assert await states(room) == [("due", "")]
    claim = await room.store.ledger.claim(number, TUESDAY, DAY)
    assert claim
    assert claim.token == 1, "nobody had it in hand"
