"""Corrections of posts of which nobody knows whether they arrived, or what they show since a restore."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import retold
from bot.admit import admit
from bot.errata import REFUSED_AGAIN
from bot.errors import CannotReadBack
from bot.model import DeliveryState, Story, StoryStatus
from bot.publish import publish
from storage import backup, restore
from tests.clock import TUESDAY, VirtualClock
from tests.integration.test_amend import HOUR, MINUTE, House, messages, opened, written
from tests.newsroom import order
from tests.scripted import ScriptedPlatform, fails

BLIND = CannotReadBack("the channel's history may not be read")
REASON = f"nobody knows whether it arrived, and the channel could not be looked into: {BLIND}"
TO_DO = (
    "Look at the channel. If it is there, delete it, then resend it with the button that /daybrief status shows: it "
    "leaves as it reads now. Daybrief goes on looking for three days."
)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path, ScriptedPlatform(), VirtualClock(TUESDAY - MINUTE)) as one:
        yield one


async def uncertain(house: House, *, arrives: bool = True) -> Story:
    """Post one story to one channel, in which nobody can look whether it arrived; admins know that."""
    await house.room.store.subscriptions.declare((order(),), at=TUESDAY)
    [admitted] = await admit(house.room, [written()])
    house.platform.loses_answers = int(arrives)
    house.platform.on_post = [] if arrives else [fails("unknown")]
    house.platform.on_find = [BLIND]
    await house.morning()
    house.clock.move_to(house.clock.now() + 5 * MINUTE)
    await publish(house.room)
    [one] = await house.desk.channels.deliveries()
    assert one.state is DeliveryState.UNCERTAIN
    await house.room.store.ledger.told([one], house.clock.now())
    return admitted.story


async def test_whoever_withdraws_is_told_which_post_may_be_there_and_what_to_do(house: House) -> None:
    story = await uncertain(house)
    house.platform.on_find = [BLIND]

    amended = await house.desk.editing.withdraw(story, "a hoax")

    assert retold.outcome(amended.story, amended.changed, amended.unchanged, amended.waiting) == (
        f"{story.ref} is withdrawn. No post says so yet.",
        f"The post of Tuesday 3 March 2026 in #ai-news may show the former text. N{REASON[1:]}. {TO_DO}",
    )
    await house.later(REFUSED_AGAIN - MINUTE)
    assert house.told == [], "whoever withdrew it knows"


async def test_a_post_that_can_be_looked_for_after_all_is_changed(house: House) -> None:
    story = await uncertain(house)
    house.platform.on_find = [BLIND]
    await house.desk.editing.withdraw(story, "a hoax")

    await house.later(REFUSED_AGAIN)

    assert house.platform.amended[0][0] == "1"
    assert [status for _, _, status in house.amended] == [StoryStatus.WITHDRAWN]
    await house.later(HOUR)
    assert len(house.amended) == 1


async def test_a_post_that_surely_did_not_arrive_is_neither_changed_nor_named(house: House) -> None:
    story = await uncertain(house, arrives=False)

    amended = await house.desk.editing.withdraw(story, "a hoax")

    assert messages(amended) == (0, 0, 0)
    assert house.platform.amended == []
    assert await house.room.store.errata.owed(house.clock.now() + HOUR) == ()


async def test_admins_hear_once_of_a_correction_that_was_made_before_anybody_knew_that_nobody_knows(
    house: House,
) -> None:
    await house.room.store.subscriptions.declare((order(),), at=TUESDAY)
    [admitted] = await admit(house.room, [written()])
    house.platform.loses_answers = 1
    await house.morning()
    await house.desk.editing.correct(admitted.story, written("A lab opens in the east"))
    house.platform.on_find = [BLIND] * 4
    house.clock.move_to(house.clock.now() + 5 * MINUTE)
    await publish(house.room)

    for _ in range(3):
        await house.later(REFUSED_AGAIN)

    [told] = [sentence for sentence in house.told if "former text" in sentence]
    assert told == (
        f"#ai-news may still show the former text in its edition of 3 March 2026, although {admitted.story.ref} was "
        f"corrected or withdrawn: {REASON}. {TO_DO}"
    )


async def test_of_an_edition_of_several_messages_those_that_are_known_are_changed(tmp_path: Path) -> None:
    async with opened(tmp_path, ScriptedPlatform(parts_of=2), VirtualClock(TUESDAY - MINUTE)) as house:
        await house.room.store.subscriptions.declare((order(),), at=TUESDAY)
        [admitted] = await admit(house.room, [written()])
        house.platform.on_post = [None, fails("unknown")]
        house.platform.on_find = [BLIND] * 2
        await house.morning()
        house.clock.move_to(house.clock.now() + 5 * MINUTE)
        await publish(house.room)

        amended = await house.desk.editing.withdraw(admitted.story, "a hoax")

        assert [message for message, _ in house.platform.amended] == ["1"]
        assert messages(amended) == (0, 0, 1)


async def test_what_is_sent_once_more_and_turns_out_to_be_there_is_changed(house: House) -> None:
    """A platform that still knows the key gives the message that was posted first, with its former text."""
    story = await uncertain(house)
    house.platform.on_find = [BLIND]
    await house.desk.editing.withdraw(story, "a hoax")
    [one] = await house.desk.channels.deliveries()
    assert await house.desk.office.resend(one.id)
    await house.desk.rounds.sweep()

    house.clock.move_to(house.clock.now() + timedelta(seconds=1))
    await publish(house.room)

    [one] = await house.desk.channels.deliveries()
    assert one.state is DeliveryState.SENT
    assert [status for _, _, status in house.amended] == [StoryStatus.WITHDRAWN]


async def test_an_import_asks_before_it_changes_what_may_have_been_posted(house: House) -> None:
    story = await uncertain(house)

    [foreseen] = await house.desk.editing.foresee([replace(written(), takeaway="It matters less.")])

    assert (foreseen.old.ref, len(foreseen.carriers)) == (story.ref, 1)


async def test_admins_hear_once_of_a_correction_that_waited_in_a_copy_that_was_restored(tmp_path: Path) -> None:
    clock, platform, file = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform(), tmp_path / "daybrief.db"
    async with opened(tmp_path, platform, clock) as house:
        story = await house.set_up()
        platform.on_amend = [fails("not_sent")] * 2
        await house.desk.editing.correct(story, written("A lab opens in the east"))
    backup(file, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", file, clock.now())

    async with opened(tmp_path, platform, clock) as house:
        for _ in range(4):
            await house.later(HOUR)

        [told] = house.told
        assert told == (
            f"2 channels may still show the former text in their editions of 3 March 2026, although {story.ref} was "
            "corrected or withdrawn: the database was restored from an older copy, and the message may show a later "
            "text than is known there. Nothing was changed. Look at what was posted; where it is wrong, correct or "
            "withdraw the story once more."
        )
        assert platform.amended == []
        await house.desk.editing.correct(story, written("A lab opens in the east"))
        assert len(platform.amended) == 2


async def test_a_withdrawal_that_waited_in_a_copy_that_was_restored_is_carried_out(tmp_path: Path) -> None:
    clock, platform, file = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform(), tmp_path / "daybrief.db"
    async with opened(tmp_path, platform, clock) as house:
        story = await house.set_up()
        platform.on_amend = [fails("not_sent")] * 2
        await house.desk.editing.withdraw(story, "a hoax")
    backup(file, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", file, clock.now())

    async with opened(tmp_path, platform, clock) as house:
        await house.desk.rounds.sweep()

        assert sorted(house.amended) == [(one, story.title, StoryStatus.WITHDRAWN) for one in ("T1", "T2")]
        assert house.told == []
