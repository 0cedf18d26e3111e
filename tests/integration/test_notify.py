"""Whoever can mend it is told why a channel did not get its edition: once, and as soon as they can be reached."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.errors import StoreTrouble
from bot.model import DeliveryState, Due, Standing, Subscription
from bot.newsroom import Newsroom
from bot.publish import publish
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, configuration, impatient, newsroom, order, states
from tests.scripted import ScriptedPlatform, fails, hang

HOUR = timedelta(hours=1)
ALICE, BOB = "U0ALICE", "U0BOB"


class House:
    """A desk, its room, its one platform, and the clock."""

    def __init__(self, room: Newsroom, platform: ScriptedPlatform, clock: VirtualClock) -> None:
        self.room, self.platform, self.clock, self.desk = room, platform, clock, Desk(room)

    def admins(self, *people: str) -> None:
        self.room.config = replace(self.room.config, bot=self.room.config.bot.model_copy(update={"admins": people}))

    async def round(self) -> None:
        await self.desk.rounds.publish_until_done(patience=SOON)

    async def set_up_by(self, person: str) -> Subscription:
        """Another channel, set up from chat."""
        channel = replace(order("from-chat").channel, workspace="T9")
        return await self.room.store.subscriptions.subscribe(
            replace(order("from-chat"), channel=channel, owner=person, declared=False)
        )

    async def ended(self, subscription: Subscription, *dates: int, state: DeliveryState, reason: str = "why") -> None:
        """Editions of these days of March that ended badly."""
        days = [TUESDAY.date().replace(day=day) for day in dates]
        await self.room.store.ledger.plan(
            [Due(subscription=subscription.id, date=day, due_at=TUESDAY, state=state, reason=reason) for day in days]
        )

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(workspace, person, notice.sentence) for workspace, person, notice in self.platform.told]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        one = House(room, platform, clock)
        one.admins(f"terminal:{BOB}")
        yield one


async def test_whoever_set_a_channel_up_is_told_once_why_it_is_paused_and_what_to_do(house: House) -> None:
    await house.set_up_by(ALICE)
    house.platform.refused["from-chat"] = "the channel is archived"
    await house.round()
    await house.round()

    assert house.told == [
        (
            "T9",
            ALICE,
            "#from-chat did not get its edition of 3 March 2026: the channel is archived. Its settings are kept. Mend "
            "that; if /daybrief status says that it is paused, /daybrief resume ends that, unless it resumes by "
            "itself once posts are taken again.",
        )
    ]


async def test_the_admins_of_the_platform_are_told_of_declared_channels(house: House) -> None:
    slack = ScriptedPlatform(name="slack")
    house.room.platforms = {"terminal": house.platform, "slack": slack}
    house.admins("slack:U0CAROL", f"terminal:{BOB}", f"terminal:{ALICE}")
    house.platform.on_post = [fails("refused")]
    await house.round()

    assert [(workspace, person) for workspace, person, _ in house.told] == [("", BOB), ("", ALICE)]
    assert slack.told == []


async def test_admins_of_another_platform_are_told_where_there_are_none_nearer(house: House) -> None:
    slack = ScriptedPlatform(name="slack")
    house.room.platforms = {"terminal": house.platform, "slack": slack}
    house.admins("slack:U0CAROL", "discord:123456789012345678")
    house.platform.on_post = [fails("refused")]
    await house.round()

    assert [(workspace, person) for workspace, person, _ in slack.told] == [("", "U0CAROL")]


async def test_an_uncertain_edition_comes_with_the_way_to_resend_it(house: House) -> None:
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.UNCERTAIN, reason="nobody may look")
    await house.round()
    (delivery,) = await house.desk.channels.deliveries(day=TUESDAY.date().replace(day=2))

    (notice,) = [notice for _, _, notice in house.platform.told]
    assert notice.resend == delivery.id
    assert notice.sentence == (
        "Nobody knows whether #ai-news got its edition of 2 March 2026: nobody may look. "
        "It may or may not have arrived; look at the channel, then resend it if it is not there."
    )

    house.platform.posts.clear()
    assert await house.desk.office.resend(delivery.id)
    assert not await house.desk.office.resend(delivery.id)
    await house.round()

    assert [edition.date.day for _, _, edition in house.platform.posts] == [2]
    assert len(house.platform.told) == 1


async def test_dates_that_ended_alike_make_one_message_and_other_causes_make_others(house: House) -> None:
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 1, 2, state=DeliveryState.MISSED, reason="nothing was running")
    await house.ended(one, 27, 28, state=DeliveryState.MISSED, reason="the disk was full")
    await house.round()

    assert [sentence.partition(".")[0] for _, _, sentence in house.told] == [
        "#ai-news did not get its editions of 1 March 2026 and 2 March 2026: nothing was running",
        "#ai-news did not get its editions of 27 March 2026 and 28 March 2026: the disk was full",
    ]


@pytest.mark.parametrize("happens", [fails("unknown"), ValueError("a bug"), hang])
async def test_who_cannot_be_reached_is_told_later_and_no_post_waits_for_it(house: House, happens: Exception) -> None:
    impatient(house.room)
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.MISSED)
    house.platform.on_tell = [happens]
    await house.round()
    assert house.told == []
    assert len(house.platform.posts) == 1

    house.clock.move_to(TUESDAY + timedelta(seconds=59))
    await house.round()
    assert house.told == []

    house.clock.move_to(TUESDAY + timedelta(minutes=1))
    await house.round()
    await house.round()
    assert len(house.told) == 1


async def test_telling_is_given_up_after_a_day(house: House, caplog: pytest.LogCaptureFixture) -> None:
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.MISSED)
    house.platform.on_tell = [fails("unknown")] * 500
    with caplog.at_level(logging.ERROR):
        for hours in range(30):
            house.clock.move_to(TUESDAY + hours * HOUR)
            await house.round()

    assert "given up" in caplog.text
    assert await house.room.store.ledger.untold(TUESDAY - HOUR) == ()
    assert 20 < 500 - len(house.platform.on_tell) < 40


async def test_an_owner_who_is_gone_is_replaced_by_the_admins(house: House) -> None:
    one = await house.set_up_by(ALICE)
    await house.ended(one, 2, state=DeliveryState.MISSED)
    house.platform.on_tell = [fails("refused", "the person has left")]
    await house.round()

    assert [(workspace, person) for workspace, person, _ in house.told] == [("", BOB)]


async def test_without_any_admin_it_is_logged_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.admins()
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.MISSED)
    with caplog.at_level(logging.WARNING, logger="bot.notify"):
        await house.round()
        await house.round()

    assert len(caplog.messages) == 1
    assert "no admin is known" in caplog.messages[0]


async def test_what_the_ledger_could_not_note_is_not_told_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.MISSED)

    async def full(*_: object) -> None:
        raise StoreTrouble("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(house.room.store.ledger, "told", full)
        await house.round()
        await house.round()
    await house.round()

    assert len(house.told) == 1
    assert await house.room.store.ledger.untold(TUESDAY - HOUR) == ()


@pytest.mark.parametrize("is_taken_down", [True, False])
async def test_how_a_resent_edition_ends_is_told_although_its_first_end_is_taken_down_later(
    house: House, monkeypatch: pytest.MonkeyPatch, is_taken_down: bool
) -> None:
    house.admins(f"terminal:{ALICE}", f"terminal:{BOB}")
    await house.round()
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.UNCERTAIN)
    (delivery,) = await house.desk.channels.deliveries(day=TUESDAY.date().replace(day=2))

    async def resend() -> None:
        house.platform.refused["ai-news"] = "the message is not well-formed"
        assert await house.desk.office.resend(delivery.id)
        await publish(house.room)

    async def full(*_: object) -> None:
        raise StoreTrouble("the disk is full")

    house.platform.on_tell = [None, resend]  # the one admin is quick, and the other one is still being told
    with monkeypatch.context() as broken:
        if not is_taken_down:
            broken.setattr(house.room.store.ledger, "told", full)
        await house.desk.rounds.tell()
    await house.desk.rounds.tell()

    assert [(person, sentence.partition(":")[0]) for _, person, sentence in house.told] == [
        (ALICE, "Nobody knows whether #ai-news got its edition of 2 March 2026"),
        (BOB, "Nobody knows whether #ai-news got its edition of 2 March 2026"),
        (ALICE, "#ai-news did not get its edition of 2 March 2026"),
        (BOB, "#ai-news did not get its edition of 2 March 2026"),
    ]
    assert await house.room.store.ledger.untold(TUESDAY - HOUR) == ()


async def test_rounds_that_overlap_tell_once(house: House) -> None:
    (one,) = await house.desk.channels.subscriptions()
    await house.ended(one, 2, state=DeliveryState.MISSED)
    told, may_tell = asyncio.Event(), asyncio.Event()

    async def slowly() -> None:
        told.set()
        await may_tell.wait()

    house.platform.on_tell = [slowly]
    first = asyncio.create_task(house.round())
    await told.wait()
    await house.round()
    may_tell.set()
    await first

    assert len(house.told) == 1


async def test_a_channel_that_takes_posts_again_is_resumed_and_its_admin_told(house: House) -> None:
    mine = await house.set_up_by(ALICE)
    house.platform.on_post = [fails("refused"), fails("refused")]
    await house.round()
    house.platform.told.clear()
    house.platform.troubles["ai-news"] = ("invite the bot",)

    revived = await house.desk.places.revive()
    await house.round()

    assert [one.id for one in revived] == [mine.id]
    assert house.told == [
        (
            "T9",
            ALICE,
            "#from-chat takes posts again and is resumed; it had been paused since Tuesday 3 March, 08:00 (UTC). "
            "Its next edition comes at its usual hour.",
        )
    ]
    standings = {one.channel.name: one.standing for one in await house.desk.channels.subscriptions()}
    assert standings == {"ai-news": Standing.PAUSED, "from-chat": Standing.ACTIVE}
    assert await house.desk.places.revive() == ()


async def test_reviving_leaves_other_places_and_what_a_person_paused_alone(house: House) -> None:
    mine = await house.set_up_by(ALICE)
    house.platform.on_post = [fails("refused"), fails("refused")]
    await house.round()
    await house.desk.office.pause(mine, "on holiday")

    assert await house.desk.places.revive("terminal", [("T9", "from-chat")]) == ()
    assert await house.desk.places.revive("slack") == ()
    assert [
        one.channel.name for one in await house.desk.places.revive("terminal", [("T9", ""), ("local", "ai-news")])
    ] == ["ai-news"]


@pytest.mark.parametrize("happens", [ValueError("a bug"), hang])
async def test_a_platform_that_cannot_say_revives_nothing_and_breaks_nothing(
    house: House, happens: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(house.room)
    house.platform.on_post = [fails("refused")]
    await house.round()

    async def examine(_: object) -> tuple[str, ...]:
        if isinstance(happens, Exception):
            raise happens
        await hang()
        return ()

    monkeypatch.setattr(house.platform, "examine", examine)

    assert await house.desk.places.revive() == ()


async def test_what_a_person_pauses_while_it_is_examined_stays_paused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.platform.on_post = [fails("refused")]
    await house.round()
    (one,) = await house.desk.channels.subscriptions()

    async def examine(_: object) -> tuple[str, ...]:
        await house.desk.office.pause(one, "on holiday")
        return ()

    monkeypatch.setattr(house.platform, "examine", examine)

    assert await house.desk.places.revive() == ()
    (after,) = await house.desk.channels.subscriptions()
    assert (after.standing, after.reason) == (Standing.PAUSED, "on holiday")


async def test_posting_now_takes_the_place_of_the_regular_hour(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - 2 * HOUR), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        (one,) = await desk.channels.subscriptions()

        assert await desk.office.post_now(one)
        assert not await desk.office.post_now(one)
        clock.move_to(TUESDAY + HOUR)
        await desk.rounds.publish_until_done(patience=SOON)
        assert [edition.date.day for _, _, edition in platform.posts] == [3]
        assert (await desk.channels.preview(one))[0].edition.date.day == 4

        clock.move_to(TUESDAY + timedelta(days=1))
        await desk.rounds.publish_until_done(patience=SOON)
        assert [edition.date.day for _, _, edition in platform.posts] == [3, 4]


async def test_after_posting_now_the_preview_is_of_the_next_date(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - 2 * HOUR), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        desk = Desk(room)
        (one,) = await desk.channels.subscriptions()
        assert (await desk.channels.preview(one))[0].edition.date.day == 3
        await desk.office.post_now(one)

        assert (await desk.channels.preview(one))[0].edition.date.day == 4


async def test_nothing_is_posted_now_in_a_channel_that_is_paused(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=VirtualClock(TUESDAY - HOUR)) as room:
        desk = Desk(room)
        (one,) = await desk.channels.subscriptions()
        await desk.office.pause(one, "by hand")
        with pytest.raises(Exception, match="ai-news is paused; resume it first"):
            await desk.office.post_now((await desk.channels.subscriptions())[0])

        assert await states(room) == []


def test_a_configuration_without_admins_is_fine(tmp_path: Path) -> None:
    assert configuration(tmp_path).bot.admins == ()
