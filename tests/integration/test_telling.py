"""Whoever can mend it hears of it: the nearest first, then whoever can be reached, in few messages, and never lost."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.errors import Fate, PostFailed, Reach
from bot.messenger import AT_ONCE
from bot.model import Case, Cause, Change, Channel, Coverage, DeliveryState, Notice, Standing, Subscription, Trouble
from bot.ports import Subscriptions
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import SOON, impatient, newsroom, order
from tests.scripted import ScriptedPlatform, fails, hang
from tests.troubled import ALICE, BOB, CAROL, DAY, HALDEN, HOUR, MINUTE, NORVIK, Watched, watched

TODAY = TUESDAY.date()
NO_FEED = Coverage(sources=0, articles=0, newest_at=None, stale=True)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched(tmp_path) as one:
        yield one


class Unreachable(ScriptedPlatform):
    """Some people refuse messages, of others nobody knows whether they get them, and the rest hear."""

    def __init__(self, *, name: str = "terminal") -> None:
        super().__init__(name=name)
        self.refusing: set[str] = set()
        self.silent: set[str] = set()
        self.hanging: set[str] = set()
        self.malformed = ""
        """No notice that speaks of it is taken."""
        self.asked: list[str] = []

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        self.asked.append(person)
        if person in self.hanging:
            await hang()
        if self.malformed and self.malformed in notice.sentence:
            raise PostFailed("the message is not well-formed", fate=Fate.REFUSED, reach=Reach.POST)
        if person in self.refusing:
            raise fails("refused", "the person has left")
        if person in self.silent:
            raise fails("unknown", "no answer")
        await super().tell(workspace, person, notice)


def unreachable(house: Watched, *, name: str = "terminal") -> Unreachable:
    """Put such a platform in the place of the house's."""
    platform = Unreachable(name=name)
    house.platform = platform
    house.room.platforms = {**house.room.platforms, name: platform}
    return platform


async def closed(house: Watched, number: int, reason: str = "it is archived") -> None:
    await house.room.store.subscriptions.pause(number, reason, by_platform=True)


# ------------------------------------------------------------------------------------------------------------ to whom


async def test_who_set_a_channel_up_hears_what_is_wrong_with_it_and_nobody_else(house: Watched) -> None:
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(5)

    assert [(workspace, person) for workspace, person, _ in house.platform.told] == [("T9", ALICE)]


async def test_the_operators_hear_what_only_they_can_mend(house: Watched) -> None:
    mine = await house.set_up_by(ALICE)
    await house.got_edition(mine, TODAY, "Norvik Times", coverage=NO_FEED, stories=1)
    house.disk.left = 1
    await house.minutes(5)

    assert house.people == [BOB, BOB]


async def test_without_operators_a_thin_edition_is_told_to_who_set_the_channel_up(house: Watched) -> None:
    house.admins()
    mine = await house.set_up_by(ALICE)
    await house.got_edition(mine, TODAY, "Norvik Times", coverage=NO_FEED, stories=1)
    await house.minutes(5)

    assert house.people == [ALICE]


async def test_an_owner_who_has_left_is_replaced_by_the_operators_at_once(house: Watched) -> None:
    platform = unreachable(house)
    platform.refusing = {ALICE}
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(1)

    assert house.people == [BOB]


async def test_who_heard_that_it_is_so_hears_that_it_is_over(house: Watched) -> None:
    platform = unreachable(house)
    platform.refusing = {ALICE}
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(1)
    platform.refusing.clear()
    house.restart()
    await house.desk.places.revive()
    await house.minutes(1)

    assert house.people == [BOB, BOB]


async def test_operators_elsewhere_hear_what_nobody_here_can_be_told(house: Watched) -> None:
    platform = unreachable(house)
    platform.refusing = {ALICE, BOB}
    slack = ScriptedPlatform(name="slack")
    house.room.platforms = {"terminal": platform, "slack": slack}
    house.admins(f"terminal:{BOB}", f"slack:{CAROL}")
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(1)

    assert platform.asked == [ALICE, BOB]
    assert [person for _, person, _ in slack.told] == [CAROL]


@pytest.mark.parametrize("happens", [fails("unknown"), hang, ValueError("a bug")])
async def test_who_gives_no_clear_answer_is_passed_over_within_five_minutes(house: Watched, happens: object) -> None:
    impatient(house.room)
    house.platform.on_tell = [happens] * 2  # type: ignore[list-item]  # any of what a call may meet
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(5)

    assert house.people == [BOB]


async def test_hundreds_who_give_no_answer_keep_nobody_else_from_hearing(house: Watched) -> None:
    platform = unreachable(house)
    for number in range(40):
        mine = await house.set_up_by(f"U{number:03}", f"c{number:03}")
        await closed(house, mine.id)
        platform.silent.add(f"U{number:03}")
    house.disk.left = 1
    await house.minutes(1)

    assert "U000" in platform.asked
    assert len(platform.asked) < 20
    assert BOB in house.people


async def test_an_admin_who_pauses_a_channel_is_not_told_so_but_others_are(house: Watched) -> None:
    mine = await house.set_up_by(ALICE)
    await _pauses(house, mine.channel.id, ALICE, "1")
    await house.desk.office.pause(mine, "paused by alice")
    await house.minutes(5)
    assert house.people == [BOB]

    house.admins()
    yours = await house.set_up_by(ALICE, "another")
    await _pauses(house, yours.channel.id, ALICE, "2")
    await house.desk.office.pause(yours, "paused by alice")
    await house.minutes(5)
    await house.desk.office.resume(yours)
    await house.minutes(5)
    assert house.people == [BOB]


async def _pauses(house: Watched, channel: str, person: str, event: str) -> None:
    change = Change(
        at=house.clock.now(),
        workspace="terminal:T9",
        person=f"alice ({person})",
        action="pause",
        subject=channel,
        event=event,
    )
    assert await house.desk.audit.record(change)


# ----------------------------------------------------------------------------------------------------- few messages


async def test_five_hundred_channels_with_one_cause_make_one_message_for_each_admin(house: Watched) -> None:
    await house.platform.tell("", "", Notice(sentence="before"))
    for number in range(500):
        mine = await house.set_up_by((ALICE, CAROL)[number % 2], f"c{number:03}")
        await closed(house, mine.id)
    await house.minutes(5)

    told = house.platform.told[1:]
    assert sorted(person for _, person, _ in told) == [ALICE, CAROL]
    assert told[0][2].sentence.startswith("250 channels have been paused since Tuesday 3 March, 08:01 (UTC): it is")
    assert told[0][2].lines[-1] == "and 235 more"

    for one in await house.desk.channels.subscriptions():
        await house.desk.office.resume(one)
    await house.minutes(5)

    assert len(house.platform.told) == 5


async def test_owners_who_have_all_left_are_one_message_to_the_operator(house: Watched) -> None:
    platform = unreachable(house)
    for number in range(100):
        platform.refusing.add(f"U{number:03}")
        mine = await house.set_up_by(f"U{number:03}", f"c{number:03}")
        await closed(house, mine.id)
    await house.minutes(5)

    assert house.people == [BOB]
    assert len(house.platform.told[0][2].lines) == 16


async def test_five_hundred_editions_that_failed_alike_make_one_message(house: Watched) -> None:
    for number in range(500):
        mine = await house.set_up_by(ALICE, f"c{number:03}")
        await house.ended(mine, TODAY - DAY, state=DeliveryState.MISSED, reason="nothing was running")
    await house.minutes(1)

    (notice,) = [notice for _, _, notice in house.platform.told]
    assert notice.sentence == (
        "500 channels did not get their editions of 2 March 2026: nothing was running. They are not sent any more; the "
        "next editions come at their usual hours."
    )
    assert notice.lines[:2] == ("#c000", "#c001")
    assert await house.room.store.ledger.untold(TUESDAY - 9 * DAY) == ()


async def test_a_few_uncertain_editions_have_their_buttons_and_many_make_one_message(house: Watched) -> None:
    for number in range(5):
        mine = await house.set_up_by(ALICE, f"a{number}")
        await house.ended(mine, TODAY - DAY, state=DeliveryState.UNCERTAIN)
    for number in range(6):
        yours = await house.set_up_by(CAROL, f"b{number}")
        await house.ended(yours, TODAY - DAY, state=DeliveryState.UNCERTAIN)
    await house.minutes(1)

    buttons = {person: [n.resend for _, p, n in house.platform.told if p == person] for person in (ALICE, CAROL)}
    assert [len(set(numbers)) for numbers in buttons.values()] == [5, 1]
    assert None not in buttons[ALICE]
    assert buttons[CAROL] == [None]


async def test_a_notice_that_is_refused_for_itself_keeps_no_other_from_being_told(house: Watched) -> None:
    platform = unreachable(house)
    platform.malformed = "a0"
    for number in range(3):
        mine = await house.set_up_by(ALICE, f"a{number}")
        await house.ended(mine, TODAY - DAY, state=DeliveryState.UNCERTAIN)
    await house.minutes(1)

    heard = [notice.sentence for _, person, notice in platform.told if person == ALICE]
    assert [name for name in ("#a0", "#a1", "#a2") if any(name in one for one in heard)] == ["#a1", "#a2"]


async def test_thirty_failing_feeds_make_one_message(house: Watched) -> None:
    house.room.config = replace(
        house.room.config,
        feeds=tuple(
            replace(house.room.config.feeds[0], url=f"https://f{number}.example/", name=f"Feed {number:02}")
            for number in range(30)
        ),
    )
    for feed in house.room.config.feeds:
        await house.feed_fails(feed.url)
    await house.minutes(1)
    begun = house.clock.now()
    await house.until(begun + 14 * HOUR)
    for feed in house.room.config.feeds:
        await house.feed_fails(feed.url)
    await house.until(begun + DAY + 5 * MINUTE)

    (notice,) = [notice for _, _, notice in house.platform.told]
    assert notice.sentence.startswith("30 feeds have failed for more than a day")
    assert notice.lines[0] == "Feed 00"


async def test_a_feed_that_nobody_visited_for_a_day_has_not_failed_for_a_day(house: Watched) -> None:
    await house.feed_fails(NORVIK)
    await house.feed_fails(HALDEN)
    await house.minutes(1)
    await house.until(house.clock.now() + DAY)
    assert house.told == []

    await house.feed_fails(NORVIK)
    await house.feed_works(HALDEN)
    await house.minutes(5)

    assert [sentence[:14] for sentence in house.told] == ["norvik.example"]


async def test_telling_keeps_the_pace_of_the_platform(house: Watched) -> None:
    house.platform.pace[BOB] = timedelta(seconds=30)
    house.disk.left = 1
    await house.minutes(1)
    assert house.told == []

    del house.platform.pace[BOB]
    await house.minutes(3)

    assert house.people == [BOB]
    assert house.platform.turns == [BOB, BOB]  # it was asked both times


async def test_a_platform_that_cannot_be_asked_for_a_turn_is_told_to_all_the_same(house: Watched) -> None:
    house.platform.on_turn = [fails("unknown", "nobody knows")]
    house.disk.left = 1
    await house.minutes(1)

    assert house.people == [BOB]
    assert house.platform.turns == []


# -------------------------------------------------------------------------------------------- nothing twice or lost


async def test_a_refused_edition_tells_of_the_pause_that_it_led_to(house: Watched) -> None:
    house.platform.refused["ai-news"] = "the channel is archived"
    await house.desk.rounds.publish_until_done(patience=SOON)
    await house.minutes(5)

    assert [sentence[:60] for sentence in house.told] == [
        "#ai-news did not get its edition of 3 March 2026: the channe"
    ]

    house.platform.refused.clear()
    house.restart()
    await house.desk.places.revive()
    await house.minutes(5)

    assert [sentence[:36] for sentence in house.told[1:]] == ["#ai-news takes posts again and is re"]
    assert house.people == [BOB, BOB]


async def test_a_crash_between_telling_and_recording_tells_it_once_more_at_the_most(
    house: Watched, tmp_path: Path
) -> None:
    house.disk.left = 1

    async def and_the_disk_is_full() -> None:
        house.memory.is_full = True

    house.platform.on_tell = [and_the_disk_is_full]
    await house.minutes(1)
    assert len(house.told) == 1

    house.restart()
    house.memory.is_full = False
    await house.minutes(5)
    assert len(house.told) == 2

    house.restart()
    await house.minutes(5)
    assert len(house.told) == 2


async def test_a_kill_in_the_middle_of_telling_many_tells_nobody_again_who_was_told(house: Watched) -> None:
    platform = unreachable(house)
    for person in (ALICE, CAROL):
        mine = await house.set_up_by(person, f"of-{person.lower()}")
        await closed(house, mine.id)
    platform.hanging = {CAROL}
    impatient(house.room, timedelta(minutes=5))
    telling = asyncio.create_task(house.minutes(1))
    async with asyncio.timeout(20):
        await house.memory.knows_of_telling.wait()
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    platform.hanging.clear()
    house.restart()
    await house.minutes(1)

    assert sorted(house.people) == [ALICE, CAROL]


async def test_what_could_not_be_told_before_a_restart_is_told_after_it(house: Watched) -> None:
    house.platform.on_tell = [fails("unknown")] * 3
    house.disk.left = 1
    await house.minutes(3)
    assert house.told == []

    house.platform.on_tell = []
    house.restart()
    await house.minutes(2)

    assert house.told[0].startswith("The disk of Daybrief's data has been nearly full since Tuesday 3 March, 08:01")


async def test_what_nobody_could_be_told_in_time_is_told_when_it_is_over(house: Watched) -> None:
    house.platform.on_tell = [fails("unknown")] * 3
    house.disk.left = 1
    await house.minutes(5)
    house.disk.left = 10**12
    house.platform.on_tell = []
    await house.minutes(10)

    assert house.told == [
        "Nobody could be told of this before: There is room again on the disk of Daybrief's data; it had been nearly "
        "full since Tuesday 3 March, 08:01 (UTC)."
    ]


async def test_what_is_back_before_anybody_heard_that_it_was_over_was_never_over(house: Watched) -> None:
    house.disk.left = 1
    await house.minutes(1)
    house.platform.on_tell = [fails("unknown")]
    house.disk.left = 10**12
    await house.minutes(1)
    house.disk.left = 1
    await house.minutes(5)
    assert len(house.told) == 1

    house.disk.left = 10**12
    await house.minutes(5)
    assert house.told[1].endswith("it had been nearly full since Tuesday 3 March, 08:01 (UTC).")


async def test_a_disk_that_is_full_for_hours_is_told_once_although_nothing_can_be_recorded(house: Watched) -> None:
    house.memory.is_full = True
    house.disk.left = 0
    await house.minutes(180)

    assert [sentence[:26] for sentence in house.told] == ["The disk of Daybrief's dat", "Nothing can be recorded, a"]

    house.memory.is_full = False
    house.disk.left = 10**12
    await house.minutes(5)

    assert len(house.told) == 4
    assert await house.desk.channels.open_troubles() == ()


async def test_a_channel_that_is_removed_is_no_longer_spoken_of(house: Watched) -> None:
    mine = await house.set_up_by(ALICE)
    await closed(house, mine.id)
    await house.minutes(5)
    await house.desk.office.retire(mine)
    await house.minutes(5)

    assert len(house.told) == 1


async def test_what_began_by_a_wrong_clock_is_told_when_it_is_right(house: Watched) -> None:
    await house.room.store.ledger.see(TUESDAY)
    house.clock.is_set_to(TUESDAY - 300 * DAY)
    await house.minutes(2)
    house.disk.left = 1
    await house.minutes(2)

    assert [sentence[:17] for sentence in house.told] == ["Nothing is posted", "The disk of Daybr"]
    assert "since Tuesday 3 March, 08:00 (UTC)" in house.told[1]


async def test_a_replay_tells_nobody_of_the_present(tmp_path: Path) -> None:
    async with watched(tmp_path) as house:
        house.room.replayed = TUESDAY
        house.disk.left = 1
        await house.minutes(5)

        assert house.told == []


# ----------------------------------------------------------------------------------------------------- who looks sees


async def test_where_nobody_is_known_it_is_in_the_log_once_and_shown_to_whoever_asks(
    house: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    house.admins()
    mine = await house.the_channel()
    house.disk.left = 1
    await house.minutes(5)
    house.restart()
    await house.minutes(5)

    assert house.told == []
    assert len([one for one in caplog.messages if "nearly full" in one]) == 1
    assert await house.desk.channels.troubles_of(mine, ALICE) == (
        "The disk of Daybrief's data has been nearly full since Tuesday 3 March, 08:01 (UTC): 0 MB are free.",
    )


async def test_status_shows_what_concerns_the_channel_and_to_operators_the_installation(house: Watched) -> None:
    mine, yours = await house.set_up_by(ALICE), await house.set_up_by(CAROL, "yours")
    await house.got_edition(mine, TODAY, "Norvik Times")
    house.disk.left = 1
    house.platform.says_of_tokens = {"T9": "it was revoked", "T8": "no channel is there"}
    await house.minutes(2)

    alone = "#from-chat got an edition in which one publisher tells all stories: Norvik Times, on 3 March 2026."
    token = "Terminal T9 has not taken Daybrief's token since Tuesday 3 March, 08:01 (UTC): it was revoked."
    disk = "The disk of Daybrief's data has been nearly full since Tuesday 3 March, 08:01 (UTC): 0 MB are free."
    assert set(await house.desk.channels.troubles_of(mine, ALICE)) == {alone, token}
    assert set(await house.desk.channels.troubles_of(yours, CAROL)) == {token}
    assert set(await house.desk.channels.troubles_of(yours, BOB)) == {token, disk}


async def test_what_the_files_of_the_installation_are_called_is_shown_to_operators_only(house: Watched) -> None:
    mine = await house.set_up_by(ALICE)
    house.memory.is_full = True
    await house.minutes(5)

    held_up = (
        "Posts have been held up since Tuesday 3 March, 08:01 (UTC), by trouble on the side of whoever runs Daybrief."
    )
    assert await house.desk.channels.troubles_of(mine, ALICE) == (held_up,)
    [whole] = await house.desk.channels.troubles_of(mine, BOB)
    assert "the disk is full" in whole


async def test_another_process_sees_what_the_bot_that_runs_knows(house: Watched, tmp_path: Path) -> None:
    house.disk.left = 1
    await house.minutes(2)

    async with newsroom(tmp_path, {}, clock=house.clock) as other:
        cases = await other.store.troubles.cases()

    assert [one.trouble.cause for one in cases] == [Cause.SPACE]
    assert cases[0].told_to == (f"terminal::{BOB}",)


async def test_a_case_of_a_cause_that_is_gone_for_good_does_not_stay(house: Watched) -> None:
    gone = Trouble(cause=Cause.FEED, subject="https://gone.example/", name="Gone", detail="HTTP 410")
    await house.room.store.troubles.keep([Case(trouble=gone, begun_at=TUESDAY - DAY, told_at=TUESDAY)], at=TUESDAY)
    await house.minutes(2)

    assert await house.room.store.troubles.cases() == ()
    assert house.told == []


async def test_a_paused_channel_is_not_called_well_because_nothing_is_posted_there(house: Watched) -> None:
    one = await house.the_channel()
    for day in range(3):
        await house.got_edition(one, TODAY - day * DAY, stories=0)
    await house.minutes(2)
    await house.desk.office.pause(one, "on holiday")
    await house.minutes(5)
    (held,) = await house.desk.channels.subscriptions()

    assert held.standing is Standing.PAUSED
    assert [sentence[:25] for sentence in house.told] == ["#ai-news had no story in ", "#ai-news has not been ser"]


async def test_what_the_operator_does_not_want_to_hear_of_is_logged_and_shown_all_the_same(
    house: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    bot = house.room.config.bot.model_copy(update={"quiet_about": (Cause.SPACE,)})
    house.room.config = replace(house.room.config, bot=bot)
    house.disk.left = 1
    await house.minutes(5)
    assert "nearly full" in (await house.desk.channels.open_troubles())[0]
    house.disk.left = 10**12
    await house.minutes(5)

    assert house.told == []
    assert [one[:35] for one in caplog.messages] == [
        "The disk of Daybrief's data has bee",
        "There is room again on the disk of ",
    ]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_comes_goes_and_breaks_each_day_hears_of_it_once_and_of_its_end_once(
    house: Watched, seed: int
) -> None:
    chance = random.Random(seed)
    told: list[tuple[datetime, bool]] = []

    class Notes(ScriptedPlatform):
        async def tell(self, workspace: str, person: str, notice: Notice) -> None:
            await super().tell(workspace, person, notice)
            told.append((house.clock.now(), "nearly full" in notice.sentence.partition(";")[0]))

    house.platform = Notes()
    house.room.platforms = {"terminal": house.platform}
    is_wrong_since: datetime | None = None
    for _ in range(150):
        match chance.randrange(6):
            case 0:
                house.disk.left = 1 if is_wrong_since is None else 10**12
                is_wrong_since = house.clock.now() if is_wrong_since is None else None
            case 1:
                house.platform.on_tell = [fails(chance.choice(["unknown", "not_sent"]))] * chance.randrange(3)
            case 2:
                house.restart()
            case 3:
                await house.until(house.clock.now() + chance.choice([HOUR, 7 * HOUR]))
        await house.minutes(chance.randrange(1, 4))
    await house.minutes(30)

    begun = [when for when, is_begun in told if is_begun]
    assert begun
    assert len({when.date() for when in begun}) == len(begun), "told twice in a day"
    # What nobody could be told in time is told as over, without ever having been told as begun.
    assert not any(one and two for (_, one), (_, two) in itertools.pairwise(told)), "an end was lost"
    if is_wrong_since is None:
        assert not told[-1][1], "the last end was lost"
    elif house.clock.now().date() not in {when.date() for when in begun}:
        assert told[-1][1], "the last beginning was lost"


# ------------------------------------------------------------------------------------------------ what cannot be seen


async def _fails() -> str:
    raise RuntimeError("a bug")


@pytest.mark.parametrize("happens", [hang, _fails])
async def test_a_look_that_hangs_or_fails_silences_no_other_trouble(
    house: Watched, happens: Callable[[], Awaitable[str]]
) -> None:
    impatient(house.room)
    house.disk.left = 1
    house.room.doors["terminal"] = _cannot_connect
    await house.minutes(5)
    assert len(house.told) == 2

    house.disk.happens = happens
    house.room.doors["terminal"] = happens
    one = await house.the_channel()
    await closed(house, one.id)
    await house.minutes(3)

    assert [sentence[:24] for sentence in house.told[2:]] == ["#ai-news has been paused"]  # and nothing is called well


async def _cannot_connect() -> str:
    return "there is no connection"


async def test_what_one_platform_says_of_its_tokens_is_heard_although_another_one_fails(house: Watched) -> None:
    house.room.platforms = {"slack": Broken(name="slack"), "terminal": house.platform}
    house.platform.says_of_tokens["local"] = "it was revoked"
    await house.minutes(1)

    assert [sentence[:18] for sentence in house.told] == ["Terminal local has"]


async def test_that_editions_cannot_be_told_is_told(house: Watched) -> None:
    one = await house.the_channel()
    await house.ended(one, TODAY - DAY, state=DeliveryState.MISSED)
    house.room.store.subscriptions = cast(Subscriptions, Forgetful(house.room.store.subscriptions))
    await house.minutes(5)

    assert [sentence.rpartition("foresaw: ")[2][:30] for sentence in house.told] == ["telling of editions (KeyError)"]


class Forgetful:
    """Knows no subscription."""

    def __init__(self, subscriptions: Subscriptions) -> None:
        self.closed = subscriptions.closed

    async def all(self, *, retired: bool = False) -> tuple[Subscription, ...]:
        return ()


class Broken(ScriptedPlatform):
    """Fails when it is asked of its tokens."""

    def tokens(self) -> Mapping[str, str]:
        raise KeyError("a bug")


async def test_a_look_that_does_not_end_is_in_the_log(house: Watched, caplog: pytest.LogCaptureFixture) -> None:
    house.memory.happens = hang
    look = asyncio.create_task(house.minutes(1))
    async with asyncio.timeout(20):
        await house.memory.is_asked.wait()
    await house.minutes(4)
    assert caplog.messages == []
    await house.minutes(1)

    assert "no admin hears of anything: a look for troubles has taken 5 minutes" in caplog.messages[0]
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)


# ---------------------------------------------------------------------------------------------- who does not answer


class Hung(Unreachable):
    """No workspace but the first one, where operators are at home, answers anything; it is noted when each is asked."""

    def __init__(self, clock: VirtualClock, *, takes: timedelta) -> None:
        super().__init__(name="slack")
        self.clock, self.takes = clock, takes
        self.asked_at: dict[str, list[timedelta]] = {}
        self.begins = clock.elapsed()

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        self.asked_at.setdefault(person, []).append(self.clock.elapsed() - self.begins)
        if workspace:
            self.clock.move_to(self.clock.now() + self.takes)
            await hang()
        await super().tell(workspace, person, notice)


async def hung_workspaces(house: Watched, count: int, *, takes: timedelta = timedelta()) -> Hung:
    impatient(house.room)
    platform = Hung(house.clock, takes=takes)
    house.room.platforms = {"terminal": house.platform, "slack": platform}
    for number in range(count):
        channel = replace(order(f"s{number}").channel, platform="slack", workspace=f"T{number}")
        wanted = replace(order(f"s{number}"), channel=channel, owner=f"U{number}", declared=False)
        one = await house.room.store.subscriptions.subscribe(wanted)
        await house.ended(one, TODAY - DAY, state=DeliveryState.MISSED)
        await closed(house, one.id)
    return platform


async def test_operators_wait_for_no_workspace_that_does_not_answer(house: Watched) -> None:
    platform = await hung_workspaces(house, 100)
    asked_before: list[int] = []

    async def note() -> None:
        asked_before.append(len(platform.asked_at))

    house.platform.on_tell = [note]
    house.disk.left = 1
    await house.minutes(1)

    assert asked_before[0] <= 2 * AT_ONCE
    assert house.told[0].startswith("The disk")


async def test_a_round_of_telling_ends_although_hundreds_do_not_answer_and_the_next_begins_with_the_others(
    house: Watched,
) -> None:
    platform = await hung_workspaces(house, 100, takes=timedelta(seconds=1))
    await house.minutes(1)
    first = set(platform.asked_at)
    await house.minutes(1)

    assert 30 < len(first) < 100
    assert set(platform.asked_at) > first
    # Operators hear in place of those who were asked, and of nobody else's.
    assert all(int(sentence.partition(" ")[0]) <= len(first) for sentence in house.told)


async def test_a_workspace_that_does_not_answer_once_is_not_asked_again_in_the_same_look(house: Watched) -> None:
    impatient(house.room)
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    platform = unreachable(house)
    platform.hanging = {BOB, CAROL}
    house.disk.left = 1
    await house.minutes(1)

    assert platform.asked == [BOB]


# ------------------------------------------------------------------------------------------------------- each day


async def test_each_day_with_a_stale_edition_is_told_and_the_end_once(house: Watched) -> None:
    one = await house.the_channel()
    for number in range(4):
        await house.got_edition(one, TODAY + number * DAY, coverage=NO_FEED, stories=1)
        await house.minutes(5)
        house.restart()
        await house.until(house.clock.now() + DAY)
    await house.got_edition(one, TODAY + 4 * DAY, "Norvik", "Halden")
    await house.minutes(5)

    days = [sentence.partition("that of ")[2][:12] for sentence in house.told]
    assert days == ["3 March 2026", "4 March 2026", "5 March 2026", "6 March 2026", ""]
    assert house.told[-1].startswith("#ai-news got an edition again from which no news is missing")


async def test_each_day_with_a_single_publisher_names_that_days(house: Watched) -> None:
    one = await house.the_channel()
    for number, name in enumerate(["Norvik", "Halden", "Orrery"]):
        await house.got_edition(one, TODAY + number * DAY, name)
        await house.until(house.clock.now() + DAY)

    assert [sentence.partition(": ")[2].partition(",")[0] for sentence in house.told] == ["Norvik", "Halden", "Orrery"]


async def test_who_heard_of_the_refused_edition_hears_that_its_channel_is_well_again(house: Watched) -> None:
    platform = unreachable(house)
    platform.refusing = {ALICE}
    mine = await house.set_up_by(ALICE)
    await house.ended(mine, TODAY, state=DeliveryState.REFUSED, reason="it is archived")
    await closed(house, mine.id)
    await house.minutes(3)
    assert house.people == [BOB]

    platform.refusing.clear()
    house.restart()
    await house.desk.places.revive()
    await house.minutes(3)

    assert house.people == [BOB, BOB]


# ----------------------------------------------------------------------------------------------------- latecomers


@pytest.mark.parametrize("happens", [fails("not_sent"), fails("unknown"), hang])
async def test_an_admin_who_cannot_be_told_with_the_others_is_told_later_and_hears_of_the_end(
    house: Watched, happens: object
) -> None:
    impatient(house.room)
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    house.platform.on_tell = [None, happens]  # type: ignore[list-item]  # any of what a call may meet
    house.disk.left = 1
    await house.minutes(1)
    assert house.people == [BOB]
    await house.minutes(30)
    assert house.people == [BOB, CAROL]

    house.disk.left = 10**12
    await house.minutes(5)
    assert house.people == [BOB, CAROL, BOB, CAROL]


async def test_an_edition_that_was_missed_is_told_later_to_the_admin_who_could_not_be_told(house: Watched) -> None:
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    house.platform.on_tell = [fails("not_sent")]
    await house.ended(await house.the_channel(), TODAY - DAY, state=DeliveryState.MISSED)
    await house.minutes(30)

    assert house.people == [CAROL, BOB]
    assert house.told[0] == house.told[1]


async def test_what_is_over_is_told_late_to_nobody(house: Watched) -> None:
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    house.platform.on_tell = [None, *[fails("not_sent")] * 2]
    house.disk.left = 1
    await house.minutes(2)
    house.disk.left = 10**12
    await house.minutes(30)

    assert house.people == [BOB, BOB]


async def test_a_latecomer_is_given_up_after_a_day(house: Watched, caplog: pytest.LogCaptureFixture) -> None:
    house.admins(f"terminal:{BOB}", f"terminal:{CAROL}")
    platform = unreachable(house)
    platform.silent = {CAROL}
    house.disk.left = 1
    await house.until(house.clock.now() + DAY + 3 * HOUR)

    assert [one.partition(" could")[0] for one in caplog.messages if "given up" in one] == [f"terminal::{CAROL}"]
    assert 15 < platform.asked.count(CAROL) < 40


async def test_status_says_so_where_a_platform_answers_with_what_nobody_can_read(house: Watched) -> None:
    class Garbled(ScriptedPlatform):
        async def examine(self, channel: Channel) -> tuple[str, ...]:
            raise ValueError("invalid literal for int(): 'xoxb-1'")

    house.room.platforms = {**house.room.platforms, "terminal": Garbled()}
    [first, *_] = await house.desk.channels.subscriptions()

    assert await house.desk.channels.examine(first) == ("The adapter failed (ValueError).",)
