"""People look stories up on Slack: every command and button, over both kinds of connection."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.plain import plain_of
from bot.model import SectionName, Story
from tests.articles import story as gathered
from tests.clock import HandClock
from tests.contract.values import intake
from tests.fake_slack import FakeSlack
from tests.morning import EDITION, NOW, STORY
from tests.scripted_writer import ScriptedWriter, broken
from tests.slack import ADMIN, MEMBER, STRANGER, Bot, furnish, slack_bot

PRIVATE = replace(STORY, ref="", title="Norvik buys a competitor", workspaces=("slack:T1",))


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
    return await bot.room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW)


def said(answer: dict[str, Any]) -> str:
    return plain_of(answer["blocks"])


async def ask(slack: FakeSlack, line: str, user: str = MEMBER) -> str:
    """What somebody is answered in private."""
    command, _, text = line.partition(" ")
    run = await slack.command(command, text, user=user, channel="C1")
    assert run.acknowledged, run.error
    answers = await run.wait_answers(1)
    assert answers[0]["response_type"] == "ephemeral"
    return "\n".join(said(one) for one in answers)


@pytest.mark.parametrize(
    ("line", "tells"),
    [
        ("/keypoints {ref}", "It hires thirty people."),
        ("/keypoints norvik laboratory", "It hires thirty people."),
        ("/keypoints https://tech-ledger.example/2026/03/03/norvik", "It hires thirty people."),
        ("/effects {ref}", "“Second-order effects” is not written for"),
        ("/brief story {ref}", "Norvik opened a laboratory."),
        ("/brief changed {ref}", "It publishes everything it finds."),
        ("/brief outlook {ref}", "Two more open."),
        ("/brief implications {ref}", "“Strategic implications” is not written for"),
        ("/brief sources {ref}", "Norvik hires thirty people for a laboratory of its own"),
        ("/brief search norvik", "1 story with “norvik”"),
        ("/brief search zebra", "No stored story"),
        ("/brief today", "No edition has been posted in this channel yet."),
        ("/brief", "No edition has been posted in this channel yet."),
        ("/brief help", "/keypoints"),
        ("/keypoints", "Which story?"),
        ("/effects", "Which story?"),
        ("/keypoints zzzz yyyy", "No stored story is called"),
        ("/brief serach norvik", "Did you mean /brief search?"),
        ("/brief search norvik from:yesterday", "is not a date"),
        ("/daybrief", "There is: /daybrief setup"),
        ("/daybrief status", "Daybrief is not set up in this channel."),
    ],
)
async def test_every_command_is_answered_in_private(
    slack: FakeSlack, bot: Bot, story: Story, line: str, tells: str
) -> None:
    assert tells in await ask(slack, line.format(ref=story.ref))


async def test_a_story_that_is_not_found_offers_the_nearest_and_a_picker(
    slack: FakeSlack, bot: Bot, story: Story
) -> None:
    run = await slack.command("/keypoints", "norvik zebras", user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)

    picked = await slack.press(answer, "pick:key_points", story.ref, user=MEMBER)
    [after] = await picked.wait_answers(1)

    assert after["replace_original"] is True
    assert "It hires thirty people." in said(after)


async def test_the_picker_offers_stories_as_somebody_types(slack: FakeSlack, bot: Bot, story: Story) -> None:
    run = await slack.command("/keypoints", "", user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)

    offered = await slack.suggest(answer, "pick:key_points", "nor", user=MEMBER)

    assert [one["value"] for one in offered] == [story.ref]
    chosen = await slack.select(answer, "pick:key_points", offered[0], user=MEMBER)
    [after] = await chosen.wait_answers(1)
    assert "It hires thirty people." in said(after)


async def test_share_shows_everybody_what_was_asked_in_private(slack: FakeSlack, bot: Bot, story: Story) -> None:
    run = await slack.command("/keypoints", story.ref, user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)

    shared = await slack.press(answer, "share:key_points", story.ref, user=MEMBER)
    await shared.wait_answers(1)
    [message] = slack.messages("C1")

    assert "It hires thirty people." in plain_of(message.blocks)
    assert "Shared by mel" in plain_of(message.blocks)


async def posted(slack: FakeSlack, bot: Bot, story: Story, *sections: SectionName) -> Any:  # noqa: ANN401
    """The message of an edition with *story*."""
    shown = replace(EDITION.stories[0], ref=story.ref, sections=sections)
    channel = replace(EDITION.channel, platform="slack", workspace="T1", id="C1")
    edition = replace(EDITION, channel=channel, stories=(shown,))
    await bot.room.platforms["slack"].post(edition, 0, "KEY", ())
    return slack.messages("C1")[-1]


async def test_a_posts_buttons_answer_whoever_presses_them(slack: FakeSlack, bot: Bot, story: Story) -> None:
    message = await posted(slack, bot, story, SectionName.KEY_POINTS)

    run = await slack.press(message, "section:key_points", story.ref, user=MEMBER)
    [answer] = await run.wait_answers(1)

    assert answer["response_type"] == "ephemeral"
    assert answer["replace_original"] is False
    assert "It hires thirty people." in said(answer)
    assert len(slack.messages("C1")) == 1


async def test_the_full_story_opens_in_a_view(slack: FakeSlack, bot: Bot, story: Story) -> None:
    message = await posted(slack, bot, story)

    await slack.press(message, "full", story.ref, user=MEMBER)
    await bot.door.settled()
    [view] = slack.views(MEMBER)

    assert "Two more open." in plain_of(view.body["blocks"])


async def test_a_button_in_a_thread_is_answered_in_the_thread(slack: FakeSlack, bot: Bot, story: Story) -> None:
    shown = replace(EDITION.stories[0], ref=story.ref, sections=(SectionName.KEY_POINTS,))
    long = tuple(replace(shown, number=n, takeaway="A long sentence. " * 150) for n in range(1, 8))
    channel = replace(EDITION.channel, platform="slack", workspace="T1", id="C1")
    edition = replace(EDITION, channel=channel, stories=tuple(replace(s, ref=f"B{s.number}C2") for s in long))
    platform = bot.room.platforms["slack"]
    receipt = await platform.post(edition, 0, "K0", ())
    await platform.post(edition, 1, "K1", (receipt,))
    reply = slack.replies("C1", receipt.messages[0])[-1]

    await slack.press(reply, "section:key_points", "B5C2", user=MEMBER)
    await bot.door.settled()
    [answer] = slack.ephemerals(MEMBER)

    assert answer.thread_ts == receipt.messages[0]


async def test_people_of_another_workspace_see_public_stories_only(slack: FakeSlack, bot: Bot, story: Story) -> None:
    private = await bot.room.store.archive.revise(PRIVATE, reason="imported", at=NOW)
    message = await posted(slack, bot, private, SectionName.KEY_POINTS)
    public = await posted(slack, bot, story, SectionName.KEY_POINTS)

    hidden = await slack.press(message, "section:key_points", private.ref, user=STRANGER)
    shown = await slack.press(public, "section:key_points", story.ref, user=STRANGER)
    ours = await slack.press(message, "section:key_points", private.ref, user=MEMBER)

    assert "No stored story is called" in said((await hidden.wait_answers(1))[0])
    assert "It hires thirty people." in said((await shown.wait_answers(1))[0])
    assert "It hires thirty people." in said((await ours.wait_answers(1))[0])


async def test_the_same_envelope_twice_acts_once(slack: FakeSlack, bot: Bot, story: Story) -> None:
    run = await slack.command("/keypoints", story.ref, user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)
    shared = await slack.press(answer, "share:key_points", story.ref, user=MEMBER)
    await shared.wait_answers(1)

    again = await slack.redeliver(shared)
    await bot.door.settled()

    assert again.acknowledged
    assert len(slack.messages("C1")) == 1


async def test_a_listener_that_fails_still_answers_with_a_sentence(slack: FakeSlack, bot: Bot, story: Story) -> None:
    await bot.room.store.close()

    answer = await ask(slack, f"/keypoints {story.ref}")

    assert "Something went wrong" in answer
    assert "database" not in answer


async def test_a_button_that_nobody_knows_is_answered(slack: FakeSlack, bot: Bot, story: Story) -> None:
    blocks = [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "tomorrow", "text": {"type": "plain_text", "text": "?"}, "value": "1"}
            ],
        }
    ]
    there = await bot.workspaces.of("T1")
    await there.posting.chat_postMessage(channel="C1", text="?", blocks=blocks)

    run = await slack.press(slack.messages("C1")[-1], "tomorrow", "1", user=ADMIN)

    assert "does not know what to do with that" in said((await run.wait_answers(1))[0])


async def public(bot: Bot) -> tuple[Story, ScriptedWriter]:
    """A story from feeds, and a model that has not answered yet."""
    [kept] = await bot.room.store.archive.admit(intake(gathered("", "wire.test")))
    writer = ScriptedWriter()
    writer.may_go_on.clear()
    bot.room.writer, bot.room.clock = writer, HandClock(NOW)
    return kept, writer


async def test_a_section_that_nobody_has_written_is_announced_at_once_and_told_when_it_is_there(
    slack: FakeSlack, bot: Bot
) -> None:
    kept, writer = await public(bot)

    run = await slack.command("/effects", kept.ref, user=MEMBER, channel="C1")
    [first] = await run.wait_answers(1)
    assert said(first) == f"“Second-order effects” is being written for {kept.ref}; this takes up to a minute."
    writer.may_go_on.set()
    [_, second] = await run.wait_answers(2)

    assert "Fewer power stations are built." in said(second)
    assert "Analysis" in said(second)
    assert {one["response_type"] for one in run.answers} == {"ephemeral"}
    assert "Fewer power stations are built." in await ask(slack, f"/effects {kept.ref}")
    assert writer.calls == [("write", kept.ref)]


async def test_a_button_of_a_section_that_nobody_has_written_has_it_written(slack: FakeSlack, bot: Bot) -> None:
    kept, writer = await public(bot)
    run = await slack.command("/keypoints", kept.ref, user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)
    writer.may_go_on.set()

    pressed = await slack.press(answer, "section:what_changed", kept.ref, user=MEMBER)
    [_, told] = await pressed.wait_answers(2)

    assert "There is a chip where there was none." in said(told)


async def test_what_has_to_be_written_first_takes_the_place_of_the_picker_only_once(slack: FakeSlack, bot: Bot) -> None:
    kept, writer = await public(bot)
    writer.may_go_on.set()
    run = await slack.command("/effects", "", user=MEMBER, channel="C1")
    await run.wait_answers(1)
    [answer] = slack.ephemerals(MEMBER)
    offered = await slack.suggest(answer, "pick:second_order_effects", "some", user=MEMBER)

    chosen = await slack.select(answer, "pick:second_order_effects", offered[0], user=MEMBER)
    both = await chosen.wait_answers(2)

    assert [one["value"] for one in offered] == [kept.ref]
    assert [one["replace_original"] for one in both] == [True, False]


async def test_a_model_that_fails_is_told_of_in_a_sentence(slack: FakeSlack, bot: Bot) -> None:
    kept, writer = await public(bot)
    writer.fails = broken()
    writer.may_go_on.set()

    run = await slack.command("/effects", kept.ref, user=MEMBER, channel="C1")
    [_, told] = await run.wait_answers(2)

    assert "The model answered twice in a form that cannot be read." in said(told)


async def test_without_budget_a_section_is_told_to_be_missing_for_that_reason(slack: FakeSlack, bot: Bot) -> None:
    kept, writer = await public(bot)
    writer.is_solvent = False

    answer = await ask(slack, f"/effects {kept.ref}")

    assert "Today's budget for models is spent" in answer
    assert writer.calls == []
