"""Admins correct and withdraw stories on Slack, and readers see how they read before."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.plain import plain_of
from bot.manuscript import Manuscript
from bot.model import Asker, Channel, KeyPoint, Passage, Sections, Story, StoryStatus, Subscription
from tests.fake_slack import FakeSlack, Fault, User
from tests.fake_slack.model import View
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY
from tests.slack import ADMIN, GUEST, MEMBER, STRANGER, Bot, furnish, slack_bot

HERE = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")
ASKER = Asker(workspace="slack:T1")


@pytest.fixture
async def slack(tmp_path: Path) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(tmp_path / "slack", limits=False) as fake:
        furnish(fake)
        yield fake


@pytest.fixture
async def bot(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Bot]:
    async with slack_bot(slack, tmp_path) as running:
        yield running


async def kept(bot: Bot) -> Story:
    before = NOW - timedelta(minutes=1)
    return await bot.room.store.archive.revise(replace(STORY, ref="", news_at=before), reason="imported", at=before)


@pytest.fixture
async def story(bot: Bot) -> Story:
    return await kept(bot)


async def posted(bot: Bot, channel: str = "C1", owner: str = "") -> Subscription:
    """A channel that has had its edition of today."""
    order = Subscription(
        id=0,
        channel=replace(HERE, id=channel, name=f"c-{channel}"),
        at=time(7),
        timezone="UTC",
        days=EVERY_DAY,
        declared=False,
        since=NOW - timedelta(hours=1),
        owner=owner,
    )
    kept = await bot.desk.office.subscribe(order)
    await bot.desk.rounds.publish()
    return kept


async def opened(slack: FakeSlack, bot: Bot, line: str, user: str = ADMIN) -> View:
    """The form as it stands once it has been filled."""
    run = await slack.command("/daybrief", line, user=user, channel="C1")
    assert run.acknowledged, run.error
    await bot.door.settled()
    return slack.views(user)[-1]


async def submitted(slack: FakeSlack, bot: Bot, view: View, values: dict[str, object]) -> str:
    """What the view says once the form has been acted on."""
    run = await slack.submit(view, values)
    assert run.acknowledged, run.error
    await bot.door.settled()
    return plain_of(slack.views(view.user)[-1].body["blocks"])


async def told(slack: FakeSlack, line: str, user: str = ADMIN) -> str:
    """What somebody is answered in private."""
    command, _, text = line.partition(" ")
    run = await slack.command(command, text, user=user, channel="C1")
    assert run.acknowledged, run.error
    return "\n".join(plain_of(one["blocks"]) for one in await run.wait_answers(1))


async def read(bot: Bot, ref: str, asker: Asker = ASKER) -> Story:
    found = await bot.desk.stories.look_up(ref, None, asker)
    assert found.story
    return found.story


def post(slack: FakeSlack, channel: str = "C1") -> str:
    return plain_of(slack.messages(channel)[0].blocks)


async def corrected_meanwhile(bot: Bot, story: Story, **changes: Any) -> None:  # noqa: ANN401
    """Somebody else changes the story, as whoever runs Daybrief may."""
    now = replace(await read(bot, story.ref), **changes)
    manuscript = Manuscript(title=now.title, takeaway=now.takeaway, sections=now.sections)
    await bot.desk.editing.correct(now, manuscript, workspace="slack:T1")


async def test_an_admin_corrects_a_story_and_hears_where_it_reads_so_now(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    await posted(bot)
    await posted(bot, "C2")
    view = await opened(slack, bot, f"correct {story.ref}")

    assert view.body["callback_id"] == "correction_view"
    assert view.values["takeaway"]["takeaway"]["value"] == story.takeaway
    said = await submitted(slack, bot, view, {"takeaway": "It may ease the dependence on hardware."})

    assert said == f"{story.ref} is corrected. 2 posts say so now."
    for channel in ("C1", "C2"):
        assert "Corrected on 3 March 2026" in post(slack, channel)
        assert "It may ease the dependence on hardware." in post(slack, channel)
        assert story.takeaway not in post(slack, channel)
    now = await read(bot, story.ref)
    assert (now.status, now.takeaway) == (StoryStatus.CORRECTED, "It may ease the dependence on hardware.")
    assert now.sections == story.sections
    [change] = await bot.desk.channels.changes("slack:T1")
    assert (change.action, change.subject, change.detail, change.person) == (
        "correct",
        story.ref,
        "takeaway",
        "ada (U1)",
    )
    assert f"ada (U1) corrected {story.ref} (takeaway)" in await told(slack, "/daybrief status")


async def test_a_form_comes_back_over_http_as_well(slack: FakeSlack, tmp_path: Path) -> None:
    async with slack_bot(slack, tmp_path, mode="http") as bot:
        story = await kept(bot)
        view = await opened(slack, bot, f"correct {story.ref}")
        run = await slack.submit(view, {"takeaway": "x" * 2_001})
        assert run.ack["errors"] == {"takeaway": "This has 2,001 characters; at most 2,000 are taken."}

        said = await submitted(slack, bot, view, {"takeaway": "Another."})

    assert said.startswith(f"{story.ref} is corrected.")


async def test_an_admin_withdraws_a_story_with_the_reason_that_readers_see(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    await posted(bot)
    view = await opened(slack, bot, f"withdraw {story.ref}")

    assert story.title in plain_of([one for one in view.body["blocks"] if one["type"] != "input"])
    said = await submitted(slack, bot, view, {"reason": "The laboratory\ndoes not exist\u202e"})

    assert said == f"{story.ref} is withdrawn. 1 post says so now."
    assert "Withdrawn on 3 March 2026: The laboratory does not exist." in post(slack)
    [change] = await bot.desk.channels.changes("slack:T1")
    assert (change.action, change.detail) == ("withdraw", "The laboratory does not exist")
    answer = await told(slack, f"/brief story {story.ref}", MEMBER)
    assert "Withdrawn on 3 March 2026" in answer
    assert story.takeaway not in answer


async def test_other_workspaces_read_what_they_read_before(slack: FakeSlack, bot: Bot, story: Story) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    await submitted(slack, bot, view, {"title": "Norvik opens nothing"})

    assert (await read(bot, story.ref)).title == "Norvik opens nothing"
    for asker in (Asker(workspace="slack:T9"), Asker(workspace="discord:T1"), Asker(workspace="")):
        assert await read(bot, story.ref, asker) == story


async def test_a_post_that_could_not_be_changed_is_named_with_the_reason(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    await posted(bot)
    slack.delete(slack.messages("C1")[0])
    view = await opened(slack, bot, f"withdraw {story.ref}")

    said = await submitted(slack, bot, view, {"reason": "a hoax"})

    assert said.startswith(f"{story.ref} is withdrawn. No post says so yet.")
    assert "The post of Tuesday 3 March 2026 in #c-C1 could not be changed." in said


async def test_a_post_that_slack_does_not_change_at_once_is_tried_again_while_the_admin_waits(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    await posted(bot)
    slack.next_faults("chat.update", [Fault.UNAVAILABLE_BEFORE])
    view = await opened(slack, bot, f"withdraw {story.ref}")

    said = await submitted(slack, bot, view, {"reason": "a hoax"})

    assert said == f"{story.ref} is withdrawn. 1 post says so now."


@pytest.mark.parametrize(
    ("values", "field", "wrong"),
    [
        ({"title": "x" * 301}, "title", "This has 301 characters; at most 300 are taken."),
        ({"key_points": "\n".join("x" * 21)}, "key_points", "This has 21 lines; at most 20 key points are taken."),
        ({}, "title", "Nothing reads otherwise yet. Change a text, or close the form."),
    ],
)
async def test_a_mistake_is_told_at_its_field_and_nothing_is_changed(  # noqa: PLR0917  # pytest passes them by name
    slack: FakeSlack, bot: Bot, story: Story, values: dict[str, object], field: str, wrong: str
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")

    run = await slack.submit(view, values)

    assert run.ack == {"response_action": "errors", "errors": {field: wrong}}
    assert view.open
    assert await read(bot, story.ref) == story
    assert await bot.desk.channels.changes("slack:T1") == ()


async def test_what_changed_while_the_form_was_open_is_not_overwritten(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    await corrected_meanwhile(bot, story, takeaway="Somebody else's.")

    run = await slack.submit(view, {"takeaway": "Mine.", "title": "Mine"})
    assert "It now begins “Somebody else's.”" in run.ack["errors"]["takeaway"]
    assert (await read(bot, story.ref)).takeaway == "Somebody else's."

    said = await submitted(slack, bot, view, {"takeaway": story.takeaway, "title": "Mine"})
    now = await read(bot, story.ref)

    assert said.startswith(f"{story.ref} is corrected.")
    assert (now.title, now.takeaway) == ("Mine", "Somebody else's.")


async def test_what_two_admins_correct_in_one_story_at_the_same_time_is_kept_of_both(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    slack.teams["T1"].users["U7"] = User(id="U7", name="bob", is_admin=True, team_id="T1")
    hers = await opened(slack, bot, f"correct {story.ref}")
    his = await opened(slack, bot, f"correct {story.ref}", "U7")

    await asyncio.gather(slack.submit(hers, {"title": "Norvik waits"}), slack.submit(his, {"takeaway": "It rests."}))
    await bot.door.settled()

    now = await read(bot, story.ref)
    assert (now.title, now.takeaway) == ("Norvik waits", "It rests.")
    assert {(one.person, one.detail) for one in await bot.desk.channels.changes("slack:T1")} == {
        ("ada (U1)", "title"),
        ("bob (U7)", "takeaway"),
    }


async def test_of_two_who_correct_the_same_at_the_same_time_one_is_refused_and_the_log_says_nothing_of_it(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    slack.teams["T1"].users["U7"] = User(id="U7", name="bob", is_admin=True, team_id="T1")
    views = {user: await opened(slack, bot, f"correct {story.ref}", user) for user in (ADMIN, "U7")}

    await asyncio.gather(*(slack.submit(view, {"title": f"That of {user}"}) for user, view in views.items()))
    await bot.door.settled()

    [change] = await bot.desk.channels.changes("slack:T1")
    kept = "U1" if "(U1)" in change.person else "U7"
    assert (await read(bot, story.ref)).title == f"That of {kept}"


async def test_what_changed_while_a_withdrawal_was_considered_is_looked_at_first(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"withdraw {story.ref}")
    await corrected_meanwhile(bot, story, title="Norvik opens no laboratory")

    run = await slack.submit(view, {"reason": "a hoax"})

    assert run.ack["errors"] == {
        "reason": f"{story.ref} reads otherwise since the form was opened. Look at it once more."
    }


@pytest.mark.parametrize("user", [MEMBER, GUEST, "U4"])
@pytest.mark.parametrize("action", ["correct", "withdraw"])
async def test_only_admins_of_the_workspace_correct_and_withdraw_though_others_set_the_channel_up(
    slack: FakeSlack, bot: Bot, story: Story, user: str, action: str
) -> None:
    slack.teams["T1"].users["U4"] = User(id="U4", name="bot", is_bot=True, is_admin=True)
    await posted(bot, owner=user)
    view = await opened(slack, bot, f"{action} {story.ref}", user)

    assert "Only admins and owners of this workspace may" in plain_of(view.body["blocks"])
    assert "submit" not in view.body
    assert "Only admins and owners of this workspace may" in await told(slack, f"/daybrief {action} zebra", user)


async def test_whoever_was_an_admin_when_the_form_was_opened_is_asked_about_again(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    slack.teams["T1"].users[ADMIN] = User(id=ADMIN, name="ada")

    said = await submitted(slack, bot, view, {"title": "Mine"})

    assert "Only admins and owners of this workspace may" in said
    assert await read(bot, story.ref) == story


async def test_nothing_is_changed_while_slack_does_not_say_who_somebody_is(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    slack.next_faults("users.info", [Fault.ERROR_BEFORE])

    said = await submitted(slack, bot, view, {"title": "Mine"})

    assert "Slack did not say who you are" in said
    assert await read(bot, story.ref) == story


@pytest.mark.parametrize("name", ["zebra", "B3ZX", "ZZ9Z"])
async def test_unknown_foreign_and_forgotten_stories_are_answered_alike(
    slack: FakeSlack, bot: Bot, story: Story, name: str
) -> None:
    foreign = replace(STORY, ref="B3ZX", title="Their secret", workspaces=("slack:T9",), articles=())
    await bot.room.store.archive.revise(foreign, reason="imported", at=NOW)

    answer = await told(slack, f"/daybrief correct {name}")

    assert answer.startswith(f"No stored story is called “{name}”")
    assert "Their secret" not in answer


async def test_a_story_that_was_meant_can_be_picked_from_the_nearest_and_from_the_edition(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    await posted(bot)
    for line in ("correct self-improving kettles", "correct", "withdraw"):
        run = await slack.command("/daybrief", line, user=ADMIN, channel="C1")
        await run.wait_answers(1)
        shown = slack.ephemerals(channel="C1")[-1]
        await slack.press(shown, f"pick:{line.split()[0]}", story.ref, user=ADMIN)
        await bot.door.settled()

        assert slack.views(ADMIN)[-1].body["title"]["text"] == f"{line.split()[0].capitalize()} {story.ref}"


async def test_a_long_section_is_shown_in_several_fields_and_comes_back_whole(slack: FakeSlack, bot: Bot) -> None:
    long = "\n\n".join(f"Paragraph {number} says {'so much ' * 40}." for number in range(12))
    endless = f"{long} {'And on it goes. ' * 200}".strip()
    sections = replace(STORY.sections, what_changed=Passage(text=endless))
    told_long = replace(STORY, ref="", sections=sections)
    story = await bot.room.store.archive.revise(told_long, reason="imported", at=NOW)
    view = await opened(slack, bot, f"correct {story.ref}")
    names = [name for name in view.values if name.startswith("what_changed")]

    assert len(names) > 2
    last = view.values[names[-1]][names[-1]]["value"]
    await submitted(slack, bot, view, {names[-1]: last + "\nOne more."})

    now = await read(bot, story.ref)
    assert now.sections.what_changed
    assert now.sections.what_changed.text == f"{endless}\n\nOne more."


async def test_a_story_that_is_too_long_for_a_form_is_corrected_by_command(slack: FakeSlack, bot: Bot) -> None:
    points = tuple(KeyPoint(text="研" * 2_000) for _ in range(20))
    endless = replace(STORY, ref="", sections=Sections(key_points=points))
    story = await bot.room.store.archive.revise(endless, reason="imported", at=NOW)

    view = await opened(slack, bot, f"correct {story.ref}")

    assert f"daybrief correct {story.ref} FILE" in plain_of(view.body["blocks"])


async def test_a_submission_that_comes_twice_acts_once(slack: FakeSlack, bot: Bot, story: Story) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    run = await slack.submit(view, {"title": "Mine"})
    await bot.door.settled()

    await slack.redeliver(run)
    await bot.door.settled()

    assert len(await bot.desk.channels.changes("slack:T1")) == 1
    assert len(await bot.desk.stories.history(story.ref, ASKER)) == 2


async def test_whoever_does_not_see_the_form_any_more_hears_of_the_posts_in_a_message(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    slack.next_faults("views.update", [Fault.ERROR_BEFORE])

    await submitted(slack, bot, view, {"title": "Mine"})

    [message] = slack.direct_messages(ADMIN)
    assert plain_of(message.blocks).startswith(f"{story.ref} is corrected.")


async def test_readers_of_a_corrected_story_can_see_how_it_read_before(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    await submitted(slack, bot, view, {"takeaway": "Another takeaway."})
    run = await slack.command("/keypoints", story.ref, user=MEMBER, channel="C1")
    await run.wait_answers(1)

    pressed = await slack.press(slack.ephemerals(channel="C1")[-1], "history", story.ref, user=MEMBER)
    [answer] = await pressed.wait_answers(1)

    assert answer["response_type"] == "ephemeral"
    said = plain_of(answer["blocks"])
    assert "Until 3 March 2026, 07:00 UTC, when it was corrected" in said
    assert f"Takeaway\n{story.takeaway}" in said
    assert "Another takeaway." not in said


async def test_history_opens_over_the_full_story(slack: FakeSlack, bot: Bot, story: Story) -> None:
    await posted(bot)
    view = await opened(slack, bot, f"withdraw {story.ref}")
    await submitted(slack, bot, view, {"reason": "a hoax"})
    run = await slack.command("/brief", f"search {story.title[:6]}", user=MEMBER, channel="C1")
    await run.wait_answers(1)
    await slack.command("/brief", "today", user=MEMBER, channel="C1")
    await bot.door.settled()
    shown = next(one for one in reversed(slack.ephemerals(channel="C1")) if "full" in json.dumps(one.blocks))
    await slack.press(shown, "full", story.ref, user=MEMBER)
    await bot.door.settled()

    await slack.press(slack.views(MEMBER)[-1], "history", story.ref, user=MEMBER)
    await bot.door.settled()

    assert slack.views(MEMBER)[-1].body["title"]["text"] == f"History of {story.ref}"
    assert "when it was withdrawn" in plain_of(slack.views(MEMBER)[-1].body["blocks"])


async def test_nobody_sees_the_history_of_a_story_that_is_not_for_them(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    view = await opened(slack, bot, f"correct {story.ref}")
    await submitted(slack, bot, view, {"title": "Only for us"})
    run = await slack.command("/keypoints", story.ref, user=MEMBER, channel="C1")
    await run.wait_answers(1)

    shown = slack.ephemerals(channel="C1")[-1]
    pressed = await slack.press(shown, "history", story.ref, user=STRANGER)
    [answer] = await pressed.wait_answers(1)

    assert "There is no former text" in plain_of(answer["blocks"])
