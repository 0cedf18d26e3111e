"""What becomes of deliveries that are for others to carry, and that nobody comes for: whoever rings ends them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.carrying import ABANDONED
from bot.desk import Desk
from bot.model import Claim, DeliveryState
from bot.newsroom import Newsroom
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, states
from tests.scripted import ScriptedPlatform

MOMENT = timedelta(seconds=1)
UNHEARD = "no worker that can post to terminal came for it within the catch-up window"


@pytest.fixture
def platform() -> ScriptedPlatform:
    return ScriptedPlatform()


@pytest.fixture
async def room(tmp_path: Path, platform: ScriptedPlatform) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path, {"terminal": platform}, clock=VirtualClock()) as opened:
        opened.carries = False
        bot = opened.config.bot.model_copy(update={"admins": ("terminal:U1",)})
        opened.config = replace(opened.config, bot=bot)
        await Desk(opened).rounds.publish()
        assert await states(opened) == [("due", "")]
        yield opened


def too_late(room: Newsroom) -> datetime:
    return TUESDAY + room.patience.catch_up + ABANDONED


async def rings_at(room: Newsroom, when: datetime) -> None:
    assert isinstance(room.clock, VirtualClock)
    room.clock.move_to(when)
    await Desk(room).rounds.publish()


async def claimed(room: Newsroom, at: datetime) -> Claim:
    [delivery] = await room.store.ledger.deliveries()
    claim = await room.store.ledger.claim(delivery.id, at, room.patience.lease)
    assert claim
    return claim


async def test_it_ends_with_a_reason_once_it_is_too_late_and_an_admin_hears_of_it(
    room: Newsroom, platform: ScriptedPlatform
) -> None:
    await rings_at(room, too_late(room) - MOMENT)
    assert await states(room) == [("due", "")]

    await rings_at(room, too_late(room))

    assert await states(room) == [("missed", UNHEARD)]
    assert platform.posts == []
    [(_, person, notice)] = platform.told
    assert person == "U1"
    assert UNHEARD in notice.sentence


async def test_what_a_worker_has_in_hand_or_was_to_take_up_a_moment_ago_is_left_to_it(room: Newsroom) -> None:
    claim = await claimed(room, too_late(room) - MOMENT)
    await rings_at(room, too_late(room))
    assert await states(room) == [("due", "")]

    await room.store.ledger.postpone(claim, until=too_late(room), state=DeliveryState.DUE, reason="it was busy")
    await rings_at(room, too_late(room) + ABANDONED - MOMENT)
    assert await states(room) == [("due", "it was busy")]

    await rings_at(room, too_late(room) + ABANDONED)
    assert await states(room) == [("missed", "it was busy")]


async def test_what_a_worker_came_for_is_not_said_to_be_unheard(room: Newsroom) -> None:
    await claimed(room, TUESDAY)

    await rings_at(room, too_late(room))

    assert await states(room) == [("missed", "it could not be sent within the catch-up window")]


@pytest.mark.parametrize(("has_arrived", "ended"), [(True, "sent"), (False, "missed")])
async def test_what_may_have_left_is_looked_for_and_not_posted_again(
    room: Newsroom, platform: ScriptedPlatform, has_arrived: bool, ended: str
) -> None:
    room.carries = True
    platform.loses_answers = 1
    await Desk(room).rounds.publish()
    assert [state for state, _ in await states(room)] == ["sending"]
    room.carries = False
    if not has_arrived:
        platform.keys.clear()

    await rings_at(room, too_late(room) + ABANDONED)

    assert [state for state, _ in await states(room)] == [ended]
    assert len(platform.posts) == 1


async def test_a_paused_channel_skips_what_nobody_came_for(room: Newsroom) -> None:
    desk = Desk(room)
    [one] = await desk.channels.subscriptions()
    await desk.office.pause(one, "by hand")

    await rings_at(room, too_late(room))

    assert await states(room) == [("skipped", "paused")]
