"""Admins set channels up on Slack, look at them, pause them and decide: over both kinds of connection."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.plain import plain_of
from bot.model import Channel, DeliveryState, Due, Layout, Standing, Story, Subscription, Wish
from tests.clock import VirtualClock
from tests.fake_slack import FakeSlack, Fault, User
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY
from tests.slack import ADMIN, GUEST, MEMBER, STRANGER, Bot, furnish, slack_bot

HERE = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        furnish(fake)
        yield fake


@pytest.fixture(params=["socket", "http"])
async def bot(request: pytest.FixtureRequest, slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Bot]:
    async with slack_bot(slack, tmp_path, mode=request.param) as running:
        yield running


@pytest.fixture
async def story(bot: Bot) -> Story:
    return await bot.room.store.archive.revise(replace(STORY, ref="", news_at=NOW), reason="imported", at=NOW)


async def served(bot: Bot, owner: str = "") -> Subscription:
    """A channel that was set up from chat, due every day at seven in UTC, the hour that has just come."""
    order = Subscription(
        id=0, channel=HERE, at=time(7), timezone="UTC", days=EVERY_DAY, declared=False, since=NOW, owner=owner
    )
    return await bot.desk.office.subscribe(order)


async def ask(slack: FakeSlack, bot: Bot, line: str, user: str = ADMIN) -> str:
    """What somebody is answered in private in the channel."""
    command, _, text = line.partition(" ")
    run = await slack.command(command, text, user=user, channel="C1")
    assert run.acknowledged, run.error
    return "\n".join(plain_of(one["blocks"]) for one in await run.wait_answers(1))


async def opened(slack: FakeSlack, bot: Bot, user: str) -> Any:  # noqa: ANN401
    """The set-up form as it stands once it has been filled."""
    run = await slack.command("/daybrief", "setup", user=user, channel="C1")
    assert run.acknowledged
    await bot.door.settled()
    return slack.views(user)[-1]


CHOSEN = {
    "hour": {"hour": "07:30"},
    "weekdays": {"weekdays": ["1", "3"]},
    "number": {"number": "7"},
    "layout": {"layout": "thread"},
    "channels": {"channels": ["C1", "C2"]},
}


async def test_an_admin_sets_several_channels_up_at_once(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, ADMIN)

    assert view.body["callback_id"] == "setup_view"
    assert "Europe/Berlin" in json.dumps(view.body)
    run = await slack.submit(view, CHOSEN)
    await bot.door.settled()
    first, second = await bot.desk.channels.subscriptions()

    assert run.acknowledged
    assert (first.at, first.timezone, first.days, first.stories) == (time(7, 30), "Europe/Berlin", (1, 3), 7)
    assert (first.layout, first.owner, first.declared) == (Layout.THREAD, ADMIN, False)
    assert {first.channel.name, second.channel.name} == {"ai-news", "random"}
    result = plain_of(slack.views(ADMIN)[-1].body["blocks"])
    assert "#ai-news gets 7 stories at 07:30 Europe/Berlin, Mon, Wed, as an overview with a thread." in result
    changes = await bot.desk.channels.changes("slack:T1")
    assert {(one.action, one.subject, one.person) for one in changes} == {
        ("setup", "C1", "ada (U1)"),
        ("setup", "C2", "ada (U1)"),
    }


async def test_a_form_with_mistakes_says_which(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, ADMIN)

    run = await slack.submit(view, {**CHOSEN, "channels": {"channels": [f"C{number}" for number in range(60)]}})

    assert run.ack == {"response_action": "errors", "errors": {"channels": run.ack["errors"]["channels"]}}
    assert "50" in run.ack["errors"]["channels"]
    assert await bot.desk.channels.subscriptions() == ()


async def test_the_zone_can_be_found_by_typing_a_city(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, ADMIN)

    offered = await slack.suggest(view, "zone", "new y")

    assert offered[0]["value"] == "America/New_York"


async def test_a_channel_that_cannot_be_posted_to_is_told_with_the_way_to_mend_it(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, ADMIN)

    await slack.submit(view, {**CHOSEN, "channels": {"channels": ["C3"]}})
    await bot.door.settled()

    assert "/invite it there" in plain_of(slack.views(ADMIN)[-1].body["blocks"])


async def test_a_member_may_set_up_the_channel_they_are_in_and_no_other(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, MEMBER)

    await slack.submit(view, CHOSEN)
    await bot.door.settled()

    assert [(one.channel.id, one.owner) for one in await bot.desk.channels.subscriptions()] == [("C1", MEMBER)]
    assert "Only admins and owners" in plain_of(slack.views(MEMBER)[-1].body["blocks"])


@pytest.mark.parametrize("user", [GUEST, STRANGER])
async def test_guests_and_strangers_set_nothing_up(slack: FakeSlack, bot: Bot, user: str) -> None:
    view = await opened(slack, bot, user)

    assert "callback_id" not in view.body or not view.body["callback_id"]
    assert "Only admins and owners" in plain_of(view.body["blocks"])


async def test_a_member_may_not_change_what_somebody_else_has_set_up(slack: FakeSlack, bot: Bot) -> None:
    await served(bot, owner=ADMIN)

    assert "may change it" in await ask(slack, bot, "/daybrief pause", MEMBER)
    assert "may change it" in plain_of((await opened(slack, bot, MEMBER)).body["blocks"])
    [one] = await bot.desk.channels.subscriptions()
    assert one.standing is Standing.ACTIVE


async def test_whoever_set_a_channel_up_may_change_it(slack: FakeSlack, bot: Bot) -> None:
    await served(bot, owner=MEMBER)

    assert "is paused and keeps its settings" in await ask(slack, bot, "/daybrief pause", MEMBER)
    [one] = await bot.desk.channels.subscriptions()
    assert (one.standing, one.reason) == (Standing.PAUSED, "paused by mel")
    assert "is served again" in await ask(slack, bot, "/daybrief resume", MEMBER)


async def test_a_declared_channel_is_paused_but_not_changed_from_chat(slack: FakeSlack, bot: Bot) -> None:
    await bot.room.store.subscriptions.subscribe(replace(await served(bot), declared=True))

    assert "declared in the configuration" in plain_of((await opened(slack, bot, ADMIN)).body["blocks"])
    assert "is paused" in await ask(slack, bot, "/daybrief pause")


async def test_status_tells_the_next_post_and_who_changed_what(slack: FakeSlack, bot: Bot) -> None:
    await served(bot)
    await ask(slack, bot, "/daybrief pause")
    await ask(slack, bot, "/daybrief resume")

    told = await ask(slack, bot, "/daybrief status")

    assert "Next post: Wednesday 4 March, 07:00" in told
    assert "ada (U1) paused it" in told


async def test_status_names_what_keeps_us_from_posting(slack: FakeSlack, bot: Bot) -> None:
    await served(bot)
    await slack.archive("C1")

    assert "is archived" in await ask(slack, bot, "/daybrief status")


async def test_an_admin_pins_and_drops_a_story_of_the_next_edition(slack: FakeSlack, bot: Bot, story: Story) -> None:
    one = await served(bot)
    run = await slack.command("/daybrief", "test", user=ADMIN, channel="C1")
    assert STORY.title in plain_of((await run.wait_answers(1))[0]["blocks"])
    [shown] = slack.ephemerals(ADMIN)

    pinned = await slack.press(shown, f"wish:pin:{story.ref}", f"{one.id}:2026-03-04", user=ADMIN)
    await pinned.wait_answers(1)
    assert await bot.desk.channels.wishes(one) == {story.ref: Wish.PIN}

    dropped = await slack.press(
        slack.ephemerals(ADMIN)[-1], f"wish:drop:{story.ref}", f"{one.id}:2026-03-04", user=ADMIN
    )
    [after] = await dropped.wait_answers(1)
    assert f"Take {story.ref} back in" in plain_of(after["blocks"])
    composition, _ = await bot.desk.channels.preview(one)
    assert composition.edition.stories == ()


async def test_a_wish_for_an_edition_that_is_out_changes_no_other(slack: FakeSlack, bot: Bot, story: Story) -> None:
    one = await served(bot)
    run = await slack.command("/daybrief", "test", user=ADMIN, channel="C1")
    await run.wait_answers(1)
    [shown] = slack.ephemerals(ADMIN)
    clock = bot.room.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(NOW + timedelta(days=2))

    pressed = await slack.press(shown, f"wish:drop:{story.ref}", f"{one.id}:2026-03-04", user=ADMIN)
    answers = await pressed.wait_answers(2)

    assert "is out; this is the next one" in plain_of(answers[0]["blocks"])
    assert await bot.desk.channels.wishes(one) == {}


async def test_where_slack_does_not_say_who_somebody_is_they_are_not_told_that_they_may_not(
    slack: FakeSlack, bot: Bot
) -> None:
    await served(bot)
    slack.next_faults("users.info", [Fault.ERROR_BEFORE, Fault.ERROR_BEFORE])

    assert "please try again" in await ask(slack, bot, "/daybrief pause")


async def test_todays_edition_is_posted_at_once_after_a_set_up(slack: FakeSlack, bot: Bot, story: Story) -> None:
    view = await opened(slack, bot, ADMIN)
    past = {"hour": {"hour": "07:00"}, "weekdays": {"weekdays": list("1234567")}, "channels": {"channels": ["C1"]}}
    await slack.submit(view, {**CHOSEN, **past})
    await bot.door.settled()
    [one] = await bot.desk.channels.subscriptions()

    await slack.press(slack.views(ADMIN)[-1], "post_now", str(one.id), user=ADMIN)
    await bot.door.settled()
    await bot.desk.rounds.publish()

    assert STORY.title in plain_of(slack.messages("C1")[-1].blocks)
    assert "on its way" in plain_of(slack.views(ADMIN)[-1].body["blocks"])


async def test_an_uncertain_edition_is_sent_once_more_at_an_admins_word(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    one = await served(bot, owner=ADMIN)
    await bot.room.store.ledger.plan([Due(subscription=one.id, date=NOW.date(), due_at=NOW, state=DeliveryState.DUE)])
    [delivery] = await bot.desk.channels.deliveries()
    number = delivery.id
    claim = await bot.room.store.ledger.claim(number, NOW, timedelta(minutes=2))
    assert claim
    await bot.room.store.ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
    await bot.desk.rounds.publish()
    [told] = slack.direct_messages(ADMIN)

    run = await slack.press(told, "resend", str(number), user=ADMIN)
    await run.wait_answers(1)
    await bot.desk.rounds.publish()

    assert STORY.title in plain_of(slack.messages("C1")[-1].blocks)


async def test_the_bot_greets_once_where_it_is_invited(slack: FakeSlack, bot: Bot) -> None:
    for _ in range(2):
        await slack.kick("C2")
        await slack.invite("C2")
        await bot.door.settled()

    [greeting] = slack.messages("C2")
    assert "Set up" in plain_of(greeting.blocks)
    await slack.press(greeting, "setup", "here", user=ADMIN)
    await bot.door.settled()
    assert '"initial_conversations": ["C2"]' in json.dumps(slack.views(ADMIN)[-1].body)


async def test_a_refused_channel_is_told_to_its_admin_and_resumes_by_itself(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    one = await served(bot, owner=ADMIN)
    await slack.archive("C1")
    await bot.desk.office.post_now(one)
    await bot.desk.rounds.publish()
    [paused] = await bot.desk.channels.subscriptions()
    [told] = slack.direct_messages(ADMIN)

    assert (paused.standing, paused.paused_by_platform) == (Standing.PAUSED, True)
    assert "archived" in plain_of(told.blocks)
    await slack.unarchive("C1")
    await bot.door.settled()
    [resumed] = await bot.desk.channels.subscriptions()
    assert resumed.standing is Standing.ACTIVE
    assert resumed == replace(one, standing=Standing.ACTIVE)


async def test_a_rename_that_is_told_once_more_after_a_restart_does_not_undo_a_later_one(
    slack: FakeSlack, tmp_path: Path
) -> None:
    async with slack_bot(slack, tmp_path) as first:
        await served(first)
        events = [
            await slack.event("T1", {"type": "channel_rename", "channel": {"id": "C1", "name": name}})
            for name in ("ai-daily", "ai-mornings")
        ]
        await first.door.settled()
    async with slack_bot(slack, tmp_path) as second:
        assert events[0]
        await slack.redeliver(events[0])
        await second.door.settled()

        [one] = await second.desk.channels.subscriptions()
        assert one.channel.name == "ai-mornings"


async def test_a_channel_that_gets_another_id_keeps_its_subscription(slack: FakeSlack, bot: Bot) -> None:
    one = await served(bot)

    await slack.change_channel_id("C1", "C7")
    await bot.door.settled()

    [moved] = await bot.desk.channels.subscriptions()
    assert (moved.id, moved.channel.id) == (one.id, "C7")


async def test_the_app_home_lists_the_channels_of_its_own_workspace(slack: FakeSlack, bot: Bot) -> None:
    await served(bot)
    other = Subscription(id=0, channel=replace(HERE, workspace="T2"), at=time(9), timezone="UTC", days=EVERY_DAY)
    await bot.desk.office.subscribe(other)

    await slack.open_home(ADMIN)
    await bot.door.settled()
    home = slack.home(ADMIN)

    assert home is not None
    shown = plain_of(home["blocks"])
    assert shown.count("#ai-news") == 1
    assert "[Pause]" in shown
    await slack.open_home(MEMBER)
    await bot.door.settled()
    assert "#ai-news" in plain_of((slack.home(MEMBER) or {})["blocks"])
    assert "[Pause]" not in plain_of((slack.home(MEMBER) or {})["blocks"])


async def test_a_replayed_click_changes_nothing_even_after_a_restart(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path) as first:
        await served(first)
        run = await slack.command("/daybrief", "pause", user=ADMIN, channel="C1")
        await run.wait_answers(1)
        [one] = await first.desk.channels.subscriptions()
        await first.desk.office.resume(one)
    async with slack_bot(slack, tmp_path) as second:
        await slack.redeliver(run)
        await second.door.settled()

        [one] = await second.desk.channels.subscriptions()
        assert one.standing is Standing.ACTIVE


async def test_why_a_story_was_posted_is_told_in_a_sentence_and_in_numbers(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    one = await served(bot)
    await bot.desk.office.post_now(one)
    await bot.desk.rounds.publish()

    told = await ask(slack, bot, f"/daybrief why {story.ref}")

    assert f"{story.ref} was posted here on Tuesday 3 March at " in told
    assert "= (coverage " in told
    assert "oday's edition was posted here on Tuesday 3 March at " in await ask(slack, bot, "/daybrief why")
    assert "No stored story is called" in await ask(slack, bot, "/daybrief why zzz yyy")


async def test_a_zone_that_this_machine_does_not_know_is_refused_and_costs_nobody_their_morning(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    slack.add_user("T1", User(id="U8", is_admin=True, tz="America/Coyhaique2"))
    view = await opened(slack, bot, "U8")
    chosen = {**CHOSEN, "zone": {"zone": {"text": {"type": "plain_text", "text": "x"}, "value": "Mars/Base"}}}
    run = await slack.submit(view, chosen)
    served_elsewhere = await served(bot)
    strange = replace(served_elsewhere, id=0, channel=replace(HERE, id="C2"), timezone="Mars/Base")
    await bot.room.store.subscriptions.subscribe(strange, at=NOW)
    await bot.desk.office.post_now(served_elsewhere)
    await bot.desk.rounds.publish()

    assert "America/Coyhaique2" not in json.dumps(view.body)
    assert set(run.ack["errors"]) == {"zone"}
    assert len(slack.messages("C1")) == 1


async def test_topics_that_no_feed_has_any_more_are_kept_when_the_hour_changes(slack: FakeSlack, bot: Bot) -> None:
    await bot.desk.office.subscribe(replace(await served(bot), topics=("legal",)))

    await slack.submit(await opened(slack, bot, ADMIN), {"hour": {"hour": "06:15"}})
    await bot.door.settled()

    [one] = await bot.desk.channels.subscriptions()
    assert (one.at, one.topics) == (time(6, 15), ("legal",))


async def test_a_set_up_that_fails_is_answered_in_its_view(slack: FakeSlack, bot: Bot) -> None:
    view = await opened(slack, bot, ADMIN)
    await bot.room.store.close()

    await slack.submit(view, CHOSEN)
    await bot.door.settled()

    assert "Something went wrong" in plain_of(slack.views(ADMIN)[-1].body["blocks"])


async def test_the_app_home_hides_channels_that_a_person_is_not_in(slack: FakeSlack, bot: Bot) -> None:
    slack.add_channel("C9", name="layoffs", members=[ADMIN], is_private=True)
    await bot.desk.office.subscribe(replace(await served(bot), id=0, channel=replace(HERE, id="C9", name="layoffs")))

    await slack.open_home(MEMBER)
    await slack.open_home(ADMIN)
    await bot.door.settled()

    assert "layoffs" not in plain_of((slack.home(MEMBER) or {})["blocks"])
    assert "layoffs" in plain_of((slack.home(ADMIN) or {})["blocks"])


async def test_an_uncertain_edition_of_a_paused_channel_stays_uncertain(slack: FakeSlack, bot: Bot) -> None:
    one = await served(bot)
    await bot.room.store.ledger.plan([Due(subscription=one.id, date=NOW.date(), due_at=NOW, state=DeliveryState.DUE)])
    [delivery] = await bot.desk.channels.deliveries()
    claim = await bot.room.store.ledger.claim(delivery.id, NOW, timedelta(minutes=2))
    assert claim
    await bot.room.store.ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW)
    await bot.desk.office.pause(one, "on holiday")
    await ask(slack, bot, "/daybrief status")

    run = await slack.press(slack.ephemerals(ADMIN)[-1], "resend", str(delivery.id), user=ADMIN)

    assert "Resume it first" in plain_of((await run.wait_answers(1))[0]["blocks"])
    [still] = await bot.desk.channels.deliveries()
    assert still.state is DeliveryState.UNCERTAIN
