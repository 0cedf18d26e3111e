"""Nothing that one delivery meets costs the others their morning, nor a channel its one edition."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.admit import admit
from bot.desk import Desk
from bot.doubt import Doubts
from bot.manuscript import parse
from bot.model import Channel, Edition, Receipt, Story, StoryStatus
from bot.newsroom import Newsroom
from bot.publish import publish, publish_until_done
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import impatient, newsroom, states
from tests.scripted import Happens, ScriptedPlatform, fails, hang

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class DatingPlatform(ScriptedPlatform):
    """Dates messages by its own clock, which is right, and is read from a time on."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.clock = clock
        self.ahead = timedelta()
        """By how much the machine's clock is ahead of it."""
        self.came_at: dict[str, datetime] = {}

    def arrives(self, edition: Edition, part: int, key: str) -> Receipt:
        self.came_at[key] = self.clock.now() - self.ahead
        return super().arrives(edition, part, key)

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        if key in self.came_at and self.came_at[key] < since - self.ahead:
            return None
        return await super().find(channel, part, key, since, earlier)


@pytest.mark.parametrize("happens", [hang, KeyError("ts")])
async def test_a_read_back_that_hangs_or_breaks_stops_nobody_else(tmp_path: Path, happens: Happens) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, channels=60) as room:
        impatient(room)
        platform.on_post = [fails("unknown")]
        await publish(room)
        platform.on_find = [happens] * 3
        clock.move_to(TUESDAY + 5 * MINUTE)
        await publish(room)
        assert Counter(state for state, _ in await states(room)) == {"sent": 59, "sending": 1}

        await publish_until_done(room, patience=HOUR)
        assert Counter(state for state, _ in await states(room)) == {"sent": 60}
        assert len(set(platform.keys)) == len(platform.keys) == 60


async def test_what_a_platform_knows_again_is_posted_once_more_at_once_and_arrives_once(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown"), fails("not_sent"), fails("unknown")]
        await publish_until_done(room, patience=MINUTE)

        assert await states(room) == [("sent", "")]
        assert len(platform.keys) == 1
        assert clock.now() - TUESDAY < MINUTE


async def test_a_refusal_of_a_second_try_does_not_end_the_doubt_about_the_first(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    platform.loses_answers = 1
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [None, fails("refused")]
        await publish_until_done(room, patience=10 * MINUTE)

        assert await states(room) == [("sent", "")]
        assert len(platform.posts) == 1
        assert len(platform.on_post) == 0


@pytest.mark.parametrize("happens", [hang, KeyError("a bug")])
async def test_a_turn_that_cannot_be_had_for_a_moment_does_not_end_repeating(tmp_path: Path, happens: Happens) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        impatient(room)
        platform.on_post = [fails("unknown")]
        platform.on_turn = [None, happens]
        await publish_until_done(room, patience=MINUTE)

        assert await states(room) == [("sent", "")]
        assert clock.now() - TUESDAY < MINUTE


async def test_a_short_wait_for_a_turn_does_not_end_repeating(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        platform.pace["ai-news"] = timedelta(seconds=20)
        clock.arrange(timedelta(seconds=10), platform.pace.clear)
        await publish_until_done(room, patience=MINUTE)

        assert await states(room) == [("sent", "")]
        assert clock.now() - TUESDAY <= timedelta(seconds=25)


async def test_a_wait_that_outlasts_the_platforms_memory_ends_repeating(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    platform.loses_answers = 1
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        platform.pace["ai-news"] = 2 * MINUTE
        clock.arrange(timedelta(seconds=10), platform.pace.clear)
        platform.on_post = [fails("refused", "it was repeated")]
        await publish_until_done(room, patience=10 * MINUTE)

        assert len(platform.on_post) == 1, "it was read back"
        assert await states(room) == [("sent", "")]


async def test_a_channel_that_is_paused_amid_doubt_gets_no_second_try(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        desk = Desk(room)
        [one] = await desk.channels.subscriptions()
        await desk.office.pause(one, "paused by Ada")

        clock.move_to(TUESDAY + MINUTE)
        await publish_until_done(room, patience=10 * MINUTE)

        assert platform.posts == []
        assert [state for state, _ in await states(room)] == ["skipped"]


async def test_after_a_restart_nothing_is_posted_once_more_before_the_channel_was_read_back(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        room.doubts = Doubts()
        platform.on_find = [fails("not_sent")]
        clock.move_to(TUESDAY + MINUTE)

        await publish_until_done(room, patience=10 * MINUTE)

        assert platform.on_find == []
        assert await states(room) == [("sent", "")]


async def test_a_clock_that_was_ahead_and_was_set_right_hides_no_message_from_us(tmp_path: Path) -> None:
    clock = VirtualClock()
    platform = DatingPlatform(clock)
    platform.loses_answers = 1
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        clock.is_set_to(TUESDAY + 2 * HOUR)
        platform.ahead = 2 * HOUR
        await publish(room)
        platform.ahead = timedelta()
        clock.move_to(TUESDAY + 2 * HOUR + MINUTE)  # two hours later, by a clock that is right again
        room.doubts = Doubts()  # in another process

        await publish_until_done(room, patience=10 * MINUTE)

        assert len(platform.posts) == 1
        assert await states(room) == [("sent", "")]


async def test_a_clock_that_is_set_back_lets_no_second_try_outlive_the_platforms_memory(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.memory = 2 * MINUTE
    platform.loses_answers = 1
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        await publish(room)
        clock.move_to(TUESDAY + 3 * MINUTE)
        clock.is_set_to(TUESDAY + timedelta(seconds=10))

        await publish_until_done(room, patience=10 * MINUTE)

        assert len(platform.posts) == 1


async def test_a_channel_that_our_own_code_fails_on_disturbs_no_other_and_ends_missed(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    platform.on_parts["ai-news"] = ValueError("a bug")
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, channels=60) as room:
        await publish(room)
        assert Counter(state for state, _ in await states(room)) == {"sent": 59, "due": 1}

        await publish_until_done(room, patience=HOUR)
        [(state, reason)] = [one for one in await states(room) if one[0] != "sent"]
        assert state == "missed"
        assert "ValueError" in reason
        assert timedelta(hours=5) < clock.now() - TUESDAY <= timedelta(hours=6)


async def test_a_channel_that_our_own_code_failed_on_for_a_while_gets_its_edition(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    platform.on_parts["ai-news"] = ValueError("a bug")
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        await publish(room)
        platform.on_parts.clear()
        await publish_until_done(room, patience=HOUR)

        assert [state for state, _ in await states(room)] == ["sent"]


async def test_what_may_be_under_way_stays_in_doubt_when_our_own_code_fails(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        platform.on_parts["ai-news"] = ValueError("a bug")
        clock.move_to(TUESDAY + 5 * MINUTE)
        await publish(room)
        assert [state for state, _ in await states(room)] == ["sending"]

        await publish_until_done(room, patience=HOUR)
        assert [state for state, _ in await states(room)] == ["uncertain"]
        assert platform.posts == []


async def test_a_message_that_cannot_be_amended_in_time_is_told_and_the_others_are_amended(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock, channels=2) as room:
        impatient(room)
        text = "A lab opens in the north\n\nIt matters.\nKey Points\n- 1It does.\n"
        [admitted] = await admit(room, parse(text, name="stories.txt"))
        clock.move_to(TUESDAY)
        await publish(room)
        platform.on_amend = [hang]

        amended = await Desk(room).editing.withdraw(admitted.story, "a hoax")

        assert (len(amended.changed), len(amended.waiting)) == (1, 1)
        assert "did not answer" in amended.waiting[0][1]


async def test_a_later_part_is_not_sent_after_the_catch_up_window(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform(parts_of=2)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [None, fails("not_sent", "too many requests")]
        await publish(room)
        clock.move_to(TUESDAY + timedelta(hours=6, minutes=1))
        await publish(room)

        assert await states(room) == [("missed", "only the first 1 of its messages arrived: too many requests")]
        assert len(platform.posts) == 1


@pytest.mark.parametrize(
    ("happens", "state", "begins"),
    [
        ([fails("unknown")], "uncertain", "this installation does not post to terminal any more"),
        ([None, fails("not_sent")], "missed", "only the first 1 of its messages arrived: this installation"),
    ],
)
async def test_what_has_begun_on_a_platform_that_is_gone_ends_with_the_reason(
    tmp_path: Path, happens: list[Happens | None], state: str, begins: str
) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform(parts_of=2)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = happens
        await publish(room)
    async with newsroom(tmp_path, {}, clock=clock) as room:
        await publish_until_done(room, patience=HOUR)

        [(ended, reason)] = await states(room)
        assert ended == state
        assert reason.startswith(begins)


@pytest.mark.parametrize(("ends", "reason"), [("pause", "paused"), ("retire", "removed")])
async def test_nothing_is_sent_again_to_a_channel_that_is_not_served_any_more(
    tmp_path: Path, ends: str, reason: str
) -> None:
    platform = ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        await end(room, ends)
        await publish_until_done(room, patience=HOUR)

        assert await states(room) == [("skipped", reason)]
        assert platform.posts == []


@pytest.mark.parametrize(("ends", "reason"), [("pause", "paused"), ("retire", "removed")])
async def test_an_edition_that_is_half_out_when_its_channel_is_not_served_any_more_ends_there(
    tmp_path: Path, ends: str, reason: str
) -> None:
    platform = ScriptedPlatform(parts_of=2)
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        platform.on_post = [None, fails("not_sent")]
        await publish(room)
        await end(room, ends)
        await publish_until_done(room, patience=HOUR)

        assert await states(room) == [("missed", f"only the first 1 of its messages arrived: the channel was {reason}")]
        assert len(platform.posts) == 1


async def test_a_pause_while_the_platform_makes_us_wait_for_our_turn_is_heeded(tmp_path: Path) -> None:
    platform = ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}) as room:
        platform.on_turn = [lambda: end(room, "pause")]
        await publish(room)

        assert await states(room) == [("skipped", "paused")]


async def end(room: Newsroom, how: str) -> None:
    """Pause or retire every channel."""
    for one in await room.store.subscriptions.all():
        if how == "pause":
            await room.store.subscriptions.pause(one.id, "on holiday")
        else:
            await room.store.subscriptions.retire(one.id)


LAB = "A lab opens in the north\n\nIt matters.\nKey Points\n- 1It does.\n"


async def imported(room: Newsroom) -> Story:
    [admitted] = await admit(room, parse(LAB, name="stories.txt"))
    return admitted.story


async def test_a_story_that_was_withdrawn_after_composing_is_posted_with_its_mark(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        story = await imported(room)
        clock.move_to(TUESDAY)
        platform.on_post = [fails("not_sent")]
        await publish(room)
        await Desk(room).editing.withdraw(story, "a hoax")
        await publish_until_done(room, patience=HOUR)

        [(_, _, edition)] = platform.posts
        assert [(one.status, one.status_reason) for one in edition.stories] == [(StoryStatus.WITHDRAWN, "a hoax")]
        assert platform.amended == []


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_story_that_is_withdrawn_while_it_is_on_its_way_is_marked_once_it_is_there(
    tmp_path: Path, arrives: bool
) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform(parts_of=2)
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        story = await imported(room)
        clock.move_to(TUESDAY)

        async def withdraw() -> None:
            await Desk(room).editing.withdraw(story, "a hoax")
            if not arrives:
                raise fails("not_sent")

        platform.on_post = [withdraw]
        await publish_until_done(room, patience=HOUR)

        sent = {part: edition.stories[0].status for _, part, edition in platform.posts}
        assert sent == {0: StoryStatus.CURRENT if arrives else StoryStatus.WITHDRAWN, 1: StoryStatus.WITHDRAWN}
        amended = [(message, edition.stories[0].status) for message, edition in platform.amended]
        assert amended == ([("1", StoryStatus.WITHDRAWN)] if arrives else [])


async def test_a_message_that_was_found_again_is_marked_if_its_story_was_withdrawn_meanwhile(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        story = await imported(room)
        clock.move_to(TUESDAY)
        platform.loses_answers = 1
        await publish(room)
        assert len(platform.posts) == 1
        amended = await Desk(room).editing.withdraw(story, "a hoax")
        assert amended.changed == ()
        await publish_until_done(room, patience=HOUR)

        assert [message for message, _ in platform.amended] == ["1"]
        assert await states(room) == [("sent", "")]


async def test_a_message_that_could_not_be_marked_is_still_sent(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        story = await imported(room)
        clock.move_to(TUESDAY)

        async def withdraw() -> None:
            await Desk(room).editing.withdraw(story, "a hoax")

        platform.on_post, platform.on_amend = [withdraw], [fails("not_sent")]
        await publish(room)

        assert await states(room) == [("sent", "")]


async def test_a_clock_that_is_set_forward_does_not_make_an_outcome_known_earlier(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
        accepted_late = platform.arrives
        edition = await room.store.ledger.edition((await room.store.ledger.deliveries())[0].id)
        assert edition
        [delivery] = await room.store.ledger.deliveries()
        assert delivery.intent
        key = delivery.intent.key
        clock.arrange(timedelta(seconds=40), lambda: accepted_late(edition, 0, key))

        clock.is_set_to(clock.now() + timedelta(seconds=63))
        await publish(room)
        assert await states(room) == [("sending", "the reason")]

        await publish_until_done(room, patience=HOUR)
        assert await states(room) == [("sent", "")]
        assert len(platform.posts) == 1


async def test_what_another_process_left_in_doubt_settles_from_when_this_one_saw_it(tmp_path: Path) -> None:
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(tmp_path, {"terminal": platform}, clock=clock) as room:
        platform.on_post = [fails("unknown")]
        await publish(room)
    # A replay begins at whatever time somebody asked for; nothing has settled by that.
    later = VirtualClock(TUESDAY + HOUR)
    async with newsroom(tmp_path, {"terminal": platform}, clock=later) as room:
        room.replayed = later.now()
        await publish(room)
        assert platform.posts == []

        await publish_until_done(room, patience=HOUR)
        assert len(platform.posts) == 1
        assert later.elapsed() >= timedelta(seconds=62)
