"""The delivery promise on Slack: whatever happens to a post, it arrives once or an admin knows why."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from adapters.slack.pace import Pace
from adapters.slack.plain import plain_of
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.desk import Desk
from bot.lanes import AT_ONCE
from bot.model import Asker, Channel, DeliveryState, Layout, Standing, Story, Subscription
from tests.clock import VirtualClock
from tests.fake_slack import BOT_SCOPES, FakeSlack, Fault, User
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY, newsroom

HOUR = time(7)


@dataclass(kw_only=True)
class House:
    slack: FakeSlack
    desk: Desk
    clock: VirtualClock
    workspaces: Workspaces
    pace: Pace

    async def subscribe(self, channel: str, *, team: str = "T1", layout: Layout = Layout.MESSAGE) -> Subscription:
        place = Channel(platform="slack", workspace=team, id=channel, name=channel.lower())
        order = Subscription(
            id=0,
            channel=place,
            at=HOUR,
            timezone="UTC",
            days=EVERY_DAY,
            declared=False,
            since=NOW - timedelta(hours=1),
            owner="U1",
            layout=layout,
        )
        return await self.desk.office.subscribe(order)

    async def through(self, minutes: int = 10) -> None:
        """Rounds for so many minutes, a minute apart."""
        for _ in range(minutes):
            await self.desk.rounds.publish()
            self.clock.move_to(self.clock.now() + timedelta(minutes=1))

    def editions(self, channel: str) -> list[str]:
        """What readers of *channel* see of editions."""
        return [plain_of(one.blocks) for one in self.slack.messages(channel)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = VirtualClock(NOW)
    async with AsyncExitStack() as stack:
        fake = FakeSlack(
            tmp_path / "slack",
            limits=False,
            now=lambda: clock.now().timestamp(),
            later=lambda seconds, do: clock.arrange(timedelta(seconds=seconds), do),
        )
        await stack.enter_async_context(fake)
        for team in ("T1", "T2"):
            fake.add_team(team, users=[User(id="U1" if team == "T1" else "U7", is_admin=True)])
            for number in range(1, 4):
                fake.add_channel(f"C{number}{team}", team=team, name="news")
        workspaces = Workspaces(("xoxb-T1", "xoxb-T2"), fake.api, timedelta(seconds=2), clock)
        pace = Pace(clock, monotonic=lambda: clock.now().timestamp())
        stack.push_async_callback(workspaces.close)
        room = await stack.enter_async_context(
            newsroom(tmp_path, {"slack": SlackPlatform(workspaces, pace)}, channels=0, clock=clock)
        )
        await room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW - timedelta(minutes=1))
        yield House(slack=fake, desk=Desk(room), clock=clock, workspaces=workspaces, pace=pace)


@pytest.mark.parametrize("fault", list(Fault))
async def test_whatever_happens_to_a_post_it_arrives_once(house: House, fault: Fault) -> None:
    await house.subscribe("C1T1")
    house.slack.next_faults("chat.postMessage", [fault])

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT
    assert len(house.editions("C1T1")) == 1
    assert delivery.receipts[0].messages == (house.slack.messages("C1T1")[0].ts,)


async def test_until_slack_tells_whose_a_token_is_nothing_is_attempted_and_it_is_not_asked_for_each_channel(
    tmp_path: Path,
) -> None:
    clock = VirtualClock(NOW)
    async with FakeSlack(tmp_path / "slack", limits=False) as slack:
        slack.add_team("T1")
        slack.next_faults("auth.test", [Fault.TOO_MANY])
        workspaces = Workspaces(
            ("xoxb-T1",), slack.api, timedelta(seconds=1), clock, monotonic=lambda: clock.now().timestamp()
        )
        platform = SlackPlatform(workspaces, Pace(clock, monotonic=lambda: clock.now().timestamp()))
        channels = [Channel(platform="slack", workspace="T1", id=f"C{number}", name="news") for number in range(9)]

        waits = [await platform.turn(channel) for channel in channels]
        asked = len(slack.calls)
        clock.move_to(clock.now() + timedelta(seconds=2))

        assert set(waits) == {timedelta(seconds=1)}
        assert asked == 1
        assert await platform.turn(channels[0]) == timedelta()
        await workspaces.close()


async def test_a_part_in_a_thread_whose_fate_is_unknown_is_found_there(house: House) -> None:
    await house.subscribe("C1T1", layout=Layout.THREAD)
    house.slack.next_faults("chat.postMessage", [Fault.NONE, Fault.DROP_AFTER])

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert (delivery.state, len(delivery.receipts)) == (DeliveryState.SENT, 2)
    first, second = house.slack.messages("C1T1")
    assert second.thread_ts == first.ts


async def test_without_the_right_to_read_an_unknown_outcome_is_uncertain_and_told(house: House) -> None:
    house.slack.reinstall("T1", token="xoxb-T1", scopes=set(BOT_SCOPES) - {"channels:history", "groups:history"})
    await house.subscribe("C1T1")
    house.slack.next_faults("chat.postMessage", [Fault.DROP_AFTER])

    await house.through(4)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.UNCERTAIN
    assert len(house.editions("C1T1")) == 1
    [told] = house.slack.direct_messages("U1")
    assert "[Send it once more]" in plain_of(told.blocks)


@pytest.mark.parametrize(
    ("error", "tells"),
    [
        ("is_archived", "archived"),
        ("not_in_channel", "/invite"),
        ("restricted_action_read_only_channel", "restricted"),
        ("channel_not_found", "gone"),
    ],
)
async def test_a_closed_channel_is_paused_with_the_reason_and_told(house: House, error: str, tells: str) -> None:
    one = await house.subscribe("C1T1")
    house.slack.channels["C1T1"].posting_error = error

    await house.through(2)

    [delivery] = await house.desk.channels.deliveries()
    [paused] = await house.desk.channels.subscriptions()
    assert (delivery.state, paused.standing) == (DeliveryState.REFUSED, Standing.PAUSED)
    assert tells in paused.reason
    assert replace(paused, standing=one.standing, reason="", paused_by_platform=False) == one
    [told] = house.slack.direct_messages("U1")
    assert tells in plain_of(told.blocks)


async def test_a_revoked_token_stops_its_workspace_after_one_attempt_and_no_other(house: House) -> None:
    for number in range(4, 31):
        house.slack.add_channel(f"C{number}T1", team="T1", name="news")
    for team, last in (("T1", 30), ("T2", 3)):
        for number in range(1, last + 1):
            await house.subscribe(f"C{number}{team}", team=team)
    await house.workspaces.open()
    house.slack.revoke_token("T1")

    await house.through(1)

    # One, and those that had left before its answer came: as many as a lane has places, where no time passes.
    assert 1 <= house.slack.counts["chat.postMessage", "token_revoked"] <= AT_ONCE
    assert [len(house.editions(f"C{number}T2")) for number in range(1, 4)] == [1, 1, 1]
    standing = {one.channel.id: one.standing for one in await house.desk.channels.subscriptions()}
    assert {standing[f"C{number}T1"] for number in range(1, 4)} == {Standing.PAUSED}
    said = house.workspaces.standings()
    assert "revoked" in said["T1"]
    assert said["T2"] == ""


async def test_a_new_token_resumes_what_the_old_one_had_stopped(house: House) -> None:
    await house.subscribe("C1T1")
    await house.workspaces.open()
    house.slack.revoke_token("T1")
    await house.through(1)
    house.workspaces.forget_refusals()
    assert house.workspaces.standings()["T1"] != ""  # until Slack has said otherwise
    house.slack.reinstall("T1", token="xoxb-T1")

    await house.desk.places.revive()
    assert house.workspaces.standings()["T1"] == ""

    [one] = await house.desk.channels.subscriptions()
    assert one.standing is Standing.ACTIVE


async def test_a_storm_in_one_workspace_holds_no_other_up(house: House) -> None:
    for number in range(4, 31):
        house.slack.add_channel(f"C{number}T1", team="T1", name="news")
    for team, last in (("T1", 30), ("T2", 3)):
        for number in range(1, last + 1):
            await house.subscribe(f"C{number}{team}", team=team)
    house.slack.storm("T1", 3600, retry_after=30)

    await house.through(1)

    assert [len(house.editions(f"C{number}T2")) for number in range(1, 4)] == [1, 1, 1]
    assert house.slack.counts["chat.postMessage", "ratelimited"] <= AT_ONCE
    states = {one.channel.id: one.state for one in await house.desk.channels.deliveries()}
    assert {states[f"C{number}T1"] for number in range(1, 4)} == {DeliveryState.DUE}


async def test_a_correction_changes_the_message_where_it_stands(house: House) -> None:
    await house.subscribe("C1T1")
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()
    story = await stored(house, ref)

    done = await house.desk.editing.withdraw(story, "it was a hoax")

    [message] = house.slack.messages("C1T1")
    assert done.unchanged == ()
    assert "Withdrawn" in plain_of(message.blocks)
    assert "it was a hoax" in plain_of(message.blocks)
    assert message.edited


async def test_messages_are_changed_in_the_pace_in_which_they_are_posted(house: House) -> None:
    for number in range(4, 31):
        house.slack.add_channel(f"C{number}T1", team="T1", name="news")
    for number in range(1, 31):
        await house.subscribe(f"C{number}T1")
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()
    began = house.clock.now()

    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a hoax")

    assert len(done.changed) == 30
    assert house.clock.now() - began > timedelta(seconds=7)
    house.slack.storm("T1", 60, retry_after=30)
    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a bad hoax")
    assert len(done.waiting) == 30
    assert house.slack.counts["chat.update", "ratelimited"] <= AT_ONCE


async def test_a_message_that_somebody_deleted_is_named_when_it_should_be_corrected(house: House) -> None:
    await house.subscribe("C1T1")
    await house.through(1)
    [ref] = (await house.desk.channels.deliveries())[0].edition or ()
    house.slack.delete(house.slack.messages("C1T1")[0])

    done = await house.desk.editing.withdraw(await stored(house, ref), "it was a hoax")

    [(delivery, reason)] = done.unchanged
    assert delivery.channel.id == "C1T1"
    assert "gone" in reason


async def stored(house: House, ref: str) -> Story:
    found = await house.desk.stories.look_up(ref, None, Asker())
    assert found.story
    return found.story


async def test_a_dead_token_is_not_asked_about_for_each_channel(house: House) -> None:
    for number in range(1, 4):
        await house.subscribe(f"C{number}T1")
    await house.workspaces.open()
    house.slack.revoke_token("T1")
    await house.through(1)
    before = len([call for call in house.slack.calls if call.method == "auth.test"])

    await house.desk.places.revive()

    assert len([call for call in house.slack.calls if call.method == "auth.test"]) - before <= 1


async def test_a_dead_token_of_one_workspace_refuses_nothing_in_another(house: House) -> None:
    await house.subscribe("C1T2", team="T2")
    house.slack.revoke_token("T1")
    house.slack.next_faults("auth.test", [Fault.NONE, Fault.DROP_BEFORE, Fault.DROP_BEFORE])

    await house.through(3)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT


async def test_what_another_app_has_written_is_not_taken_for_ours(house: House) -> None:
    await house.subscribe("C1T1")
    house.slack.next_faults("chat.postMessage", [Fault.DROP_BEFORE])
    forged = house.slack.say("C1T1", "U1", "look here")
    forged.metadata = {"event_type": "daybrief_edition", "event_payload": {"key": "x", "part": "zero"}}

    await house.through(6)

    [delivery] = await house.desk.channels.deliveries()
    assert delivery.state is DeliveryState.SENT


async def test_a_restriction_that_nobody_can_see_the_end_of_waits_for_a_person(house: House) -> None:
    await house.subscribe("C1T1")
    house.slack.channels["C1T1"].posting_error = "restricted_action"
    await house.through(1)

    await house.desk.places.revive()

    [one] = await house.desk.channels.subscriptions()
    assert (one.standing, one.paused_by_platform) == (Standing.PAUSED, False)


async def test_a_message_that_slack_does_not_take_pauses_no_channel(house: House) -> None:
    await house.subscribe("C1T1")
    house.slack.channels["C1T1"].posting_error = "invalid_blocks"

    await house.through(1)

    [delivery] = await house.desk.channels.deliveries()
    [one] = await house.desk.channels.subscriptions()
    assert (delivery.state, one.standing) == (DeliveryState.REFUSED, Standing.ACTIVE)
    assert len(house.slack.direct_messages("U1")) == 1
