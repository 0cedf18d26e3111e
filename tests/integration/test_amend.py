"""Corrections and withdrawals: of the stored story, and of every message that carries it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.admit import admit
from bot.amend import Amended, amend_messages
from bot.desk import Desk
from bot.errata import GIVE_UP, REFUSED_AGAIN
from bot.errors import Fate, NotFound, PostFailed, Reach, WrongUsage
from bot.forms import Part, form
from bot.manuscript import Manuscript, parse
from bot.model import Asker, Change, Edition, Receipt, Story, StoryStatus, Wish
from bot.newsroom import Newsroom
from bot.publish import publish, publish_until_done
from bot.retyping import Unfit
from bot.sweep import TELL_AFTER
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import EVERY_DAY, newsroom, order
from tests.scripted import ScriptedPlatform, fails, hang

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
HERE, THERE = "terminal:T1", "terminal:T2"
BOB = "U0BOB"


def written(title: str = "A lab opens in the south") -> Manuscript:
    [manuscript] = parse(f"{title}\n\nIt matters more.\nKey Points\n- 1It does.\n", name="story.txt")
    return manuscript


def gone() -> PostFailed:
    """What a platform answers of a message that somebody has deleted."""
    return PostFailed("the message is gone", fate=Fate.REFUSED, reach=Reach.POST)


class House:
    """A newsroom with one channel in each of two workspaces, and a story that both have posted."""

    def __init__(self, room: Newsroom, platform: ScriptedPlatform, clock: VirtualClock) -> None:
        self.room, self.platform, self.clock, self.desk = room, platform, clock, Desk(room)
        bot = room.config.bot.model_copy(update={"admins": (f"terminal:{BOB}",)})
        room.config = replace(room.config, bot=bot)

    async def set_up(self) -> Story:
        """Post one story in both workspaces."""
        await self.room.store.subscriptions.declare((), at=self.clock.now())
        for workspace in ("T1", "T2"):
            channel = replace(order("news").channel, workspace=workspace, name=f"news-{workspace}")
            await self.room.store.subscriptions.subscribe(replace(order(), channel=channel, declared=False))
        [admitted] = await admit(self.room, [written("A lab opens in the north")])
        await self.morning()
        assert sorted(edition.channel.workspace for _, _, edition in self.platform.posts) == ["T1", "T2"]
        return admitted.story

    async def morning(self) -> None:
        """The next one: all channels get their editions."""
        day = self.clock.now().replace(hour=8, minute=0)
        self.clock.move_to(day if day > self.clock.now() else day + DAY)
        await publish(self.room)

    async def later(self, passed: timedelta) -> None:
        """Let time pass, then sweep."""
        self.clock.move_to(self.clock.now() + passed)
        await self.desk.rounds.sweep()

    @property
    def amended(self) -> list[tuple[str, str, StoryStatus]]:
        """Of every message that was changed: its workspace, and the first story's title and mark."""
        return [
            (edition.channel.workspace, edition.stories[0].title, edition.stories[0].status)
            for _, edition in self.platform.amended
        ]

    @property
    def told(self) -> list[str]:
        return [notice.sentence for _, _, notice in self.platform.told]


@contextlib.asynccontextmanager
async def opened(folder: Path, platform: ScriptedPlatform, clock: VirtualClock) -> AsyncIterator[House]:
    async with newsroom(folder, {"terminal": platform}, clock=clock) as room:
        yield House(room, platform, clock)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(tmp_path, ScriptedPlatform(), VirtualClock(TUESDAY - MINUTE)) as one:
        yield one


def messages(amended: Amended) -> tuple[int, int, int]:
    """How many deliveries are changed, are not to be changed, and wait."""
    return len(amended.changed), len(amended.unchanged), len(amended.waiting)


# ------------------------------------------------------------------------------------------------- for whom it is


async def test_a_correction_that_names_no_workspaces_makes_nothing_public(house: House) -> None:
    [admitted] = await admit(house.room, [replace(written(), workspaces=("slack:T1",))])

    amended = await house.desk.editing.correct(admitted.story, written("A lab opens in the east"))

    assert amended.story.status is StoryStatus.CORRECTED
    assert amended.story.workspaces == ("slack:T1",)


async def test_no_import_shows_others_that_a_story_was_withdrawn_and_why(house: House) -> None:
    [admitted] = await admit(house.room, [replace(written(), workspaces=(HERE,))])
    await house.desk.editing.withdraw(admitted.story, "our client said so", workspace=HERE)

    for audience in ((), (HERE, THERE)):
        public = replace(written("Public now"), ref=admitted.story.ref, workspaces=audience)
        with pytest.raises(WrongUsage, match=f"{admitted.story.ref} was withdrawn"):
            await house.desk.editing.admit([written("Another"), public])

    assert (await house.desk.stories.look_up("Another", None, Asker())).story is None
    [again] = await house.desk.editing.admit(
        [replace(written("Ours still"), ref=admitted.story.ref, workspaces=(HERE,))]
    )
    assert (again.story.title, again.story.status) == ("Ours still", StoryStatus.WITHDRAWN)


async def test_nothing_can_be_corrected_that_is_not_there(house: House) -> None:
    [admitted] = await admit(house.room, [written()])

    with pytest.raises(NotFound, match="ZZZ9"):
        await house.desk.editing.correct(replace(admitted.story, ref="ZZZ9"), written())
    private = await admit(house.room, [replace(written("A secret lab"), workspaces=(HERE,))])
    with pytest.raises(NotFound):
        await house.desk.editing.withdraw(private[0].story, "a hoax", workspace=THERE)


async def test_the_same_text_for_everybody_is_a_correction_while_a_workspace_reads_another(house: House) -> None:
    [admitted] = await admit(house.room, [written()])
    story = admitted.story

    assert await house.desk.editing.foresee_correction(story, written()) is None
    await house.desk.editing.correct(story, written("A lab opens nowhere"), workspace=HERE)
    assert await house.desk.editing.foresee_correction(story, written()) is not None
    amended = await house.desk.editing.correct(story, written())
    assert await house.desk.editing.foresee_correction(amended.story, written()) is None

    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
    assert await house.desk.editing.foresee_correction(amended.story, written()) is not None
    amended = await house.desk.editing.withdraw(story, "a hoax")
    assert await house.desk.editing.foresee_withdrawal(amended.story, "a hoax") is None
    assert await house.desk.editing.foresee_withdrawal(amended.story, "a mistake") is not None
    assert await house.desk.editing.foresee_correction(amended.story, written()) is not None


async def test_a_post_keeps_what_its_workspace_read_when_others_alone_get_another_text(house: House) -> None:
    story = await house.set_up()
    await house.desk.editing.correct(story, written("A lab opens in the east"), workspace=HERE)
    narrow = replace(written("A lab for the others"), workspaces=(THERE,), ref=story.ref)

    [foreseen] = await house.desk.editing.foresee([narrow])
    assert [one.channel.workspace for one in foreseen.carriers] == ["T2"]
    [taken] = await house.desk.editing.admit([narrow])

    assert taken.amended
    assert messages(taken.amended) == (1, 1, 0)
    [(delivery, reason)] = taken.amended.unchanged
    assert (delivery.channel.workspace, reason) == (
        "T1",
        "the story is not for its workspace any more, so the post keeps the text that was read there last",
    )
    assert {text for text in house.amended if text[0] == "T1"} == {
        ("T1", "A lab opens in the east", StoryStatus.CORRECTED)
    }
    edition = await house.desk.stories.latest_edition(Asker(workspace=HERE))
    assert edition
    assert edition.stories[0].title == "A lab opens in the east"


async def test_a_withdrawal_reaches_the_posts_of_workspaces_that_may_not_look_the_story_up_any_more(
    house: House,
) -> None:
    story = await house.set_up()
    [taken] = await house.desk.editing.admit([replace(written(story.title), workspaces=(THERE,), ref=story.ref)])

    amended = await house.desk.editing.withdraw(taken.story, "It never happened")

    assert messages(amended) == (2, 0, 0)
    assert sorted(house.amended[-2:]) == [
        ("T1", story.title, StoryStatus.WITHDRAWN),
        ("T2", story.title, StoryStatus.WITHDRAWN),
    ]


async def test_what_was_withdrawn_is_offered_to_nobody_who_reads_it_so(house: House) -> None:
    story = await house.set_up()
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)

    for typed in ("", "lab", story.ref):
        assert await house.desk.stories.complete(typed, Asker(workspace=HERE)) == ()
        assert await house.desk.stories.complete(typed, Asker(workspace=THERE)) == ((story.ref, story.title),)


async def test_the_history_of_a_story_exists_for_those_who_may_see_it(house: House) -> None:
    [admitted] = await admit(house.room, [replace(written(), workspaces=(HERE,))])
    ref = admitted.story.ref

    assert await house.desk.stories.history(ref, Asker(workspace=THERE)) == ()
    assert len(await house.desk.stories.history(ref, Asker(workspace=HERE))) == 1
    assert len(await house.desk.stories.history(ref, Asker())) == 1


def change(event: str, action: str = "correct", detail: str = "") -> Change:
    """What an admin does with a form, as the audit log is to have it."""
    person = f"{event} (U1)"
    return Change(at=TUESDAY, workspace=HERE, person=person, action=action, subject="", detail=detail, event=event)


async def test_what_changed_between_looking_and_saving_is_kept_or_refused(house: House) -> None:
    [admitted] = await admit(house.room, [written()])
    _, before = form(admitted.story, (Part.TITLE, Part.TAKEAWAY), 3_000)

    await house.desk.editing.retype(before, {Part.TITLE: "Ada's"}, change("ada"))
    both = await house.desk.editing.retype(before, {Part.TAKEAWAY: "Bob's."}, change("bob"))
    with pytest.raises(Unfit, match="It now begins “Ada's”") as refused:
        await house.desk.editing.retype(before, {Part.TITLE: "Cy's", Part.TAKEAWAY: "Cy's."}, change("cy"))
    with pytest.raises(Unfit, match="reads otherwise since the form was opened"):
        await house.desk.editing.withdraw_as_shown(before, change("dee", "withdraw", "a hoax"))

    assert list(refused.value.problems) == [Part.TITLE, Part.TAKEAWAY]
    assert (both.story.title, both.story.takeaway) == ("Ada's", "Bob's.")
    log = [(one.person, one.subject, one.detail) for one in await house.desk.channels.changes(HERE)]
    assert log == [("bob (U1)", both.story.ref, "takeaway"), ("ada (U1)", both.story.ref, "title")]


async def test_a_correction_from_chat_reaches_the_messages_and_the_look_ups_of_its_workspace_alone(
    house: House,
) -> None:
    story = await house.set_up()

    amended = await house.desk.editing.correct(story, written(), workspace=HERE, person="Ada (U1)")

    assert messages(amended) == (1, 0, 0)
    assert house.amended == [("T1", "A lab opens in the south", StoryStatus.CORRECTED)]
    orders = {one.channel.workspace: one.id for one in await house.desk.channels.subscriptions()}
    for workspace, title in (("T1", "A lab opens in the south"), ("T2", "A lab opens in the north")):
        asker = Asker(workspace=f"terminal:{workspace}", subscription=orders[workspace])
        edition = await house.desk.stories.latest_edition(asker)
        assert edition
        assert [shown.title for shown in edition.stories] == [title]
        assert await house.desk.stories.complete("", asker) == ((story.ref, title),)
        for name in ("1", story.ref, title):
            answer = await house.desk.stories.look_up(name, None, asker)
            assert answer.story
            assert answer.story.title == title
    history = await house.desk.stories.history(story.ref, Asker(workspace=HERE))
    assert [(one.reason, one.workspace, one.person) for one in history] == [
        ("imported", "", ""),
        ("corrected", HERE, "Ada (U1)"),
    ]
    assert len(await house.desk.stories.history(story.ref, Asker(workspace=THERE))) == 1


async def test_an_edition_to_come_shows_the_reading_of_its_workspace_and_others_the_story(house: House) -> None:
    await house.set_up()
    [first] = await admit(house.room, [written("A fab closes in the west")])
    [second] = await admit(house.room, [written("A court rules on chips")])
    await house.desk.editing.correct(first.story, written("No fab closes in the west"), workspace=HERE)
    await house.desk.editing.withdraw(second.story, "a hoax", workspace=HERE)

    await house.morning()

    shown = {
        edition.channel.workspace: {one.title: one.status for one in edition.stories}
        for _, _, edition in house.platform.posts[2:]
    }
    assert shown == {
        "T1": {"No fab closes in the west": StoryStatus.CORRECTED},
        "T2": {
            "A fab closes in the west": StoryStatus.CURRENT,
            "A court rules on chips": StoryStatus.CURRENT,
        },
    }


async def test_what_a_workspace_withdrew_is_not_pinned_back_into_its_edition(house: House) -> None:
    await house.set_up()
    [hoax] = await admit(house.room, [written("A court rules on chips")])
    await house.desk.editing.withdraw(hoax.story, "a hoax", workspace=HERE)
    for one in await house.desk.channels.subscriptions():
        await house.desk.office.wish(one, hoax.story.ref, Wish.PIN)

    await house.morning()

    assert [edition.channel.workspace for _, _, edition in house.platform.posts[2:] if edition.stories] == ["T2"]


async def test_what_the_operator_corrects_is_corrected_everywhere_and_ends_what_workspaces_read(house: House) -> None:
    story = await house.set_up()
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)

    amended = await house.desk.editing.correct(story, written())

    assert messages(amended) == (2, 0, 0)
    assert sorted(house.amended[1:]) == [
        ("T1", "A lab opens in the south", StoryStatus.CORRECTED),
        ("T2", "A lab opens in the south", StoryStatus.CORRECTED),
    ]
    answer = await house.desk.stories.look_up("lab opens in the south", None, Asker(workspace=HERE))
    assert answer.story
    assert answer.story.status is StoryStatus.CORRECTED


async def test_a_number_without_a_channel_means_no_edition_of_another_workspace(house: House) -> None:
    story = await house.set_up()

    assert (await house.desk.stories.look_up("1", None, Asker(workspace="terminal:T3"))).story is None
    assert await house.desk.stories.complete("", Asker(workspace="terminal:T3")) == ()
    assert await house.desk.stories.complete("", Asker(workspace=HERE)) == ((story.ref, story.title),)


# ---------------------------------------------------------------------------------------------- nothing is forgotten


async def test_messages_that_a_crash_has_left_are_changed_by_whoever_comes_next(tmp_path: Path) -> None:
    clock, platform = VirtualClock(TUESDAY - MINUTE), ScriptedPlatform()
    async with opened(tmp_path, platform, clock) as house:
        story = await house.set_up()
        begun = asyncio.Event()

        async def dies() -> None:
            begun.set()
            await hang()

        platform.on_amend = [dies, dies]
        command = asyncio.create_task(house.desk.editing.withdraw(story, "a hoax"))
        await begun.wait()
        command.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await command
    assert platform.amended == []
    platform.on_amend = []

    async with opened(tmp_path, platform, clock) as house:
        await house.desk.rounds.sweep()
        assert platform.amended == [], "whoever was at it may be at it still"
        await house.later(5 * MINUTE)

        assert sorted(house.amended) == [
            ("T1", story.title, StoryStatus.WITHDRAWN),
            ("T2", story.title, StoryStatus.WITHDRAWN),
        ]
        await house.later(DAY)
        assert len(platform.amended) == 2


@pytest.mark.parametrize("failure", [fails("not_sent", "patience"), fails("unknown", "it broke")])
async def test_what_the_platform_does_not_take_waits_and_is_changed_later(house: House, failure: PostFailed) -> None:
    story = await house.set_up()
    house.platform.on_amend = [failure]

    amended = await house.desk.editing.withdraw(story, "a hoax")

    assert messages(amended) == (1, 0, 1)
    assert amended.waiting[0][1] == failure.reason
    await house.later(timedelta())
    assert len(house.amended) == 1
    await house.later(MINUTE)
    assert len(house.amended) == 2
    assert house.told == []


async def test_whoever_has_patience_sees_the_rest_done(house: House) -> None:
    story = await house.set_up()
    busy = PostFailed("patience", fate=Fate.NOT_SENT, retry_after=timedelta(seconds=45))
    house.platform.on_amend = [busy, fails("unknown"), busy]
    seen: list[tuple[int, int]] = []

    amended = await house.desk.editing.withdraw(
        story, "a hoax", patience=5 * MINUTE, progress=lambda done, of: seen.append((done, of))
    )

    assert messages(amended) == (2, 0, 0)
    assert house.clock.now() - TUESDAY < 5 * MINUTE
    assert seen[:2] == [(1, 2), (2, 2)]
    assert seen[-1] == (2, 2)


async def test_a_message_that_is_gone_is_named_and_the_others_are_changed(house: House) -> None:
    story = await house.set_up()
    house.platform.on_amend = [gone()]

    amended = await house.desk.editing.withdraw(story, "a hoax")

    assert messages(amended) == (1, 1, 0)
    delivery, reason = amended.unchanged[0]
    assert (delivery.date, reason) == (TUESDAY.date(), "the message is gone")
    await house.later(DAY)
    assert len(house.amended) == 1
    assert house.told == [], "whoever withdrew it knows"


async def test_a_message_that_is_gone_keeps_no_other_part_of_its_edition_from_being_changed(tmp_path: Path) -> None:
    async with opened(tmp_path, ScriptedPlatform(parts_of=3), VirtualClock(TUESDAY - MINUTE)) as house:
        await house.room.store.subscriptions.declare((order(),), at=TUESDAY)
        [admitted] = await admit(house.room, [written()])
        await house.morning()
        house.platform.on_amend = [None, gone()]

        amended = await house.desk.editing.withdraw(admitted.story, "a hoax")

        assert messages(amended) == (0, 1, 0)
        assert [message for message, _ in house.platform.amended] == ["1", "3"]


async def test_admins_are_told_once_of_a_message_that_nobody_waits_for_and_that_is_gone(house: House) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("not_sent"), None, *[gone()] * 3]
    await house.desk.editing.withdraw(story, "a hoax")

    for _ in range(4):
        await house.later(REFUSED_AGAIN)

    [sentence] = house.told
    assert sentence.removeprefix("#news-T1").removeprefix("#news-T2") == (
        f" still shows the former text in its edition of 3 March 2026, although {story.ref} was corrected or "
        "withdrawn: the message is gone. If what was posted is still there, delete it, or tell its readers."
    )
    assert len(house.platform.on_amend) == 1, "it is tried once more, and then no more"


async def test_a_channel_that_lets_us_in_again_gets_its_messages_changed(house: House) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("refused", "not in the channel")] * 2

    amended = await house.desk.editing.withdraw(story, "a hoax")

    assert messages(amended) == (0, 0, 2), "somebody may open the channel again"
    await house.later(REFUSED_AGAIN)
    assert len(house.amended) == 2
    assert house.told == []


async def test_admins_hear_of_a_channel_that_is_closed_that_it_is_tried_again(house: House) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("not_sent"), *[fails("refused", "not in the channel")] * 2]
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)

    await house.later(MINUTE)

    [sentence] = house.told
    assert sentence.endswith("not in the channel. Daybrief goes on trying for three days.")


async def test_many_channels_whose_messages_cannot_be_changed_are_one_message_for_each_cause(tmp_path: Path) -> None:
    async with opened(tmp_path, ScriptedPlatform(), VirtualClock(TUESDAY - MINUTE)) as house:
        orders = [replace(order(f"c{number}"), days=EVERY_DAY) for number in range(60)]
        await house.room.store.subscriptions.declare(orders, at=TUESDAY)
        admitted = await admit(
            house.room, [written(f"Lab number {number} opens in town {number}") for number in (1, 2)]
        )
        await house.morning()
        house.platform.on_amend = [fails("not_sent")] * 120
        for one in admitted:
            await house.desk.editing.withdraw(one.story, "a hoax")
        house.platform.on_amend = [*[gone()] * 50, *[fails("refused", "not in the channel")] * 10]

        await house.later(MINUTE)

        refs = " and ".join(sorted(one.story.ref for one in admitted))
        assert sorted(house.told) == [
            f"10 channels still show the former text in their editions of 3 March 2026, although {refs} were corrected "
            "or withdrawn: not in the channel. Daybrief goes on trying for three days.",
            f"50 channels still show the former text in their editions of 3 March 2026, although {refs} were corrected "
            "or withdrawn: the message is gone. If what was posted is still there, delete it, or tell its readers.",
        ]
        assert [len(notice.lines) for _, _, notice in house.platform.told if "gone" in notice.sentence] == [16]
        await house.later(REFUSED_AGAIN)
        assert len(house.told) == 2


async def test_admins_hear_of_messages_that_fail_for_long_and_in_the_end_they_are_given_up(house: House) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("not_sent", "the platform is down")] * 1000
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)

    passed = timedelta()
    while passed < TELL_AFTER - 15 * MINUTE:
        await house.later(15 * MINUTE)
        passed += 15 * MINUTE
    assert house.told == []
    for _ in range(3):
        await house.later(15 * MINUTE)
    [sentence] = house.told
    assert "Daybrief goes on trying" in sentence
    await house.later(GIVE_UP)
    left = len(house.platform.on_amend)
    await house.later(HOUR)
    assert len(house.platform.on_amend) == left
    assert len(house.told) == 1


@pytest.mark.parametrize("leap", [365 * DAY, -365 * DAY])
async def test_a_clock_that_leaps_for_a_moment_gives_up_no_message(house: House, leap: timedelta) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("not_sent", "busy")] * 10
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
    right = house.clock.now()

    house.clock.is_set_to(right + leap)
    await house.desk.rounds.sweep()
    house.clock.is_set_to(right)
    house.platform.on_amend = []
    await house.later(HOUR)

    assert house.amended == [("T1", story.title, StoryStatus.WITHDRAWN)]


@pytest.mark.parametrize("leap", [365 * DAY, -365 * DAY])
async def test_how_long_a_message_fails_is_not_counted_from_a_leap_of_the_clock(house: House, leap: timedelta) -> None:
    story = await house.set_up()
    house.platform.on_amend = [fails("not_sent", "busy")] * 1000
    right = house.clock.now()
    house.clock.is_set_to(right + leap)
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
    house.clock.is_set_to(right)

    await house.later(MINUTE)
    await house.later(HOUR)
    await house.later(MINUTE)
    assert len(house.told) == 1, "an hour is long, and admins hear of it"
    left = len(house.platform.on_amend)
    await house.later(HOUR)
    assert len(house.platform.on_amend) < left, "three days are not over"
    await house.later(GIVE_UP)
    left = len(house.platform.on_amend)
    await house.later(HOUR)
    assert len(house.platform.on_amend) == left, "and then they are"


async def test_stories_of_one_edition_that_are_taken_in_again_are_each_told_of_with_its_messages(house: House) -> None:
    titles = [f"Lab number {number} opens in town {number}" for number in range(3)]
    await admit(house.room, [written(title) for title in titles])
    await house.set_up()
    again = [replace(written(title), takeaway="It matters less.") for title in titles]

    taken = await house.desk.editing.admit(again)

    assert [one.amended and messages(one.amended) for one in taken] == [(2, 0, 0)] * 3
    assert len(house.amended) == 2, "each message is changed once"

    house.platform.on_amend = [gone()]
    taken = await house.desk.editing.admit([replace(one, takeaway="It does not.") for one in again])

    assert [one.amended and messages(one.amended) for one in taken] == [(1, 1, 0)] * 3
    assert house.told == []


async def test_two_who_restate_stories_of_one_edition_at_once_both_hear_of_the_message(house: House) -> None:
    [other] = await admit(house.room, [written("A fab closes in the west")])
    story = await house.set_up()

    told = await asyncio.gather(
        house.desk.editing.withdraw(story, "a hoax", workspace=HERE, patience=MINUTE),
        house.desk.editing.withdraw(other.story, "a hoax", workspace=HERE, patience=MINUTE),
    )

    assert [messages(one) for one in told] == [(1, 0, 0)] * 2
    house.platform.on_amend = [gone()] * 2
    gone_now = await asyncio.gather(
        house.desk.editing.correct(story, written("A lab opens"), workspace=HERE, patience=MINUTE),
        house.desk.editing.correct(other.story, written("A fab opens"), workspace=HERE, patience=MINUTE),
    )
    assert [messages(one) for one in gone_now] == [(0, 1, 0)] * 2


async def test_whoever_restates_a_story_hears_of_messages_that_somebody_else_has_changed_by_then(house: House) -> None:
    story = await house.set_up()
    kept = await house.room.store.archive.restate(
        story.ref, lambda held: replace(held, takeaway="No."), reason="corrected", at=TUESDAY
    )
    assert kept

    await house.desk.rounds.sweep()

    [amended] = await amend_messages(house.room, [kept])
    assert messages(amended) == (2, 0, 0)


async def test_a_story_that_is_restated_while_its_messages_are_changed_is_shown_as_it_reads_last(house: House) -> None:
    story = await house.set_up()

    async def corrected_meanwhile() -> None:
        amended = await house.desk.editing.correct(story, written(), workspace=HERE)
        assert messages(amended) == (0, 0, 1)

    house.platform.on_amend = [corrected_meanwhile]
    await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
    await house.later(MINUTE)

    assert [status for _, _, status in house.amended] == [StoryStatus.WITHDRAWN, StoryStatus.CORRECTED]


class Slow(ScriptedPlatform):
    """What each message reads; some edits are carried out when the test says."""

    def __init__(self, *, loses: int) -> None:
        super().__init__()
        self.reads: dict[str, Edition] = {}
        self.loses = loses
        """How many of the next edits get no answer, and are carried out later."""
        self.late: list[tuple[str, Edition]] = []
        self.gate: asyncio.Event | None = None
        """The next edit waits for it before it leaves."""
        self.is_inside = asyncio.Event()

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        [message] = receipt.messages
        if self.gate is not None:
            gate, self.gate = self.gate, None
            self.is_inside.set()
            await gate.wait()
        if self.loses:
            self.loses -= 1
            self.late.append((message, edition))
            raise fails("unknown", "it broke")
        self.reads[message] = edition

    def carry_out(self) -> None:
        self.reads.update(self.late)
        self.late.clear()

    @property
    def shown(self) -> list[tuple[str, StoryStatus]]:
        return [(one.stories[0].title, one.stories[0].status) for one in self.reads.values()]


@pytest.mark.parametrize("seconds_late", [0, 10, 59])
async def test_an_edit_that_is_carried_out_late_undoes_no_later_one(tmp_path: Path, seconds_late: int) -> None:
    platform, clock = Slow(loses=1), VirtualClock(TUESDAY - MINUTE)
    async with opened(tmp_path, platform, clock) as house:
        story = await house.set_up()
        await house.desk.editing.correct(story, written("Not so"), workspace=HERE)
        clock.move_to(clock.now() + timedelta(seconds=2))
        amended = await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
        assert messages(amended) == (1, 0, 0)

        await house.later(timedelta(seconds=seconds_late))
        platform.carry_out()
        assert platform.shown == [("Not so", StoryStatus.CORRECTED)]
        for _ in range(2):
            await house.later(MINUTE)

        assert platform.shown == [("Not so", StoryStatus.WITHDRAWN)]
        assert not await house.room.store.errata.owed(clock.now() + HOUR), "and then it is over"


async def test_a_part_that_is_gone_does_not_hide_that_another_may_be_undone(tmp_path: Path) -> None:
    platform, clock = ScriptedPlatform(parts_of=2), VirtualClock(TUESDAY - MINUTE)
    async with opened(tmp_path, platform, clock) as house:
        await house.room.store.subscriptions.declare((order(),), at=TUESDAY)
        [admitted] = await admit(house.room, [written()])
        await house.morning()
        platform.on_amend = [fails("unknown")]
        await house.desk.editing.correct(admitted.story, written("Not so"))
        platform.on_amend = [None, gone()]
        assert messages(await house.desk.editing.withdraw(admitted.story, "a hoax")) == (0, 1, 0)

        platform.on_amend = [None, gone()]
        await house.later(2 * MINUTE)
        await house.later(HOUR)

        assert [message for message, _ in platform.amended] == ["1", "1"]
        assert house.told == [], "whoever withdrew it knows"


async def test_whoever_slept_amid_an_edit_undoes_no_later_one(tmp_path: Path) -> None:
    platform, clock = Slow(loses=0), VirtualClock(TUESDAY - MINUTE)
    async with opened(tmp_path, platform, clock) as house:
        story = await house.set_up()
        gate = platform.gate = asyncio.Event()
        sleeper = asyncio.create_task(house.desk.editing.correct(story, written("Not so"), workspace=HERE))
        await platform.is_inside.wait()
        clock.move_to(clock.now() + HOUR)
        await house.desk.editing.withdraw(story, "a hoax", workspace=HERE)
        for _ in range(3):
            await house.later(HOUR)
        gate.set()
        await sleeper

        await house.desk.rounds.sweep()

        assert platform.shown == [("Not so", StoryStatus.WITHDRAWN)]


async def test_an_edition_that_would_take_more_messages_is_posted_as_it_was_and_amended(tmp_path: Path) -> None:
    class Growing(ScriptedPlatform):
        def parts(self, edition: Edition) -> int:
            return 2 if edition.stories[0].status is StoryStatus.CORRECTED else 1

    clock, platform = VirtualClock(TUESDAY - MINUTE), Growing()
    async with opened(tmp_path, platform, clock) as house:
        [admitted] = await admit(house.room, [written("A lab opens in the north")])
        clock.move_to(TUESDAY)
        platform.on_turn = [lambda: house.desk.editing.correct(admitted.story, written())]
        platform.on_amend = [fails("not_sent")]
        await publish_until_done(house.room, patience=HOUR)

        assert [edition.stories[0].title for _, _, edition in platform.posts] == ["A lab opens in the north"]
        assert platform.amended == [], "the platform refused just then"
        await house.later(MINUTE)
        assert [edition.stories[0].title for _, edition in platform.amended] == ["A lab opens in the south"]


async def test_hundreds_of_messages_are_changed_a_few_at_a_time(tmp_path: Path) -> None:
    class Counting(ScriptedPlatform):
        at_once = most = 0

        async def amend(self, *args: object) -> None:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await asyncio.sleep(0)
            self.at_once -= 1

    clock, platform = VirtualClock(TUESDAY - MINUTE), Counting()
    async with opened(tmp_path, platform, clock) as house:
        orders = [replace(order(f"c{number}"), days=EVERY_DAY) for number in range(120)]
        await house.room.store.subscriptions.declare(orders, at=TUESDAY)
        [admitted] = await admit(house.room, [written()])
        await house.morning()
        seen: list[int] = []

        amended = await house.desk.editing.withdraw(
            admitted.story, "a hoax", progress=lambda done, _: seen.append(done)
        )

        assert messages(amended) == (120, 0, 0)
        assert seen == list(range(1, 121))
        assert 1 < platform.most <= 8
