"""Admins correct and withdraw stories on Discord, and readers see how they read before, through the real discord.py."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.manuscript import Manuscript
from bot.model import Asker, KeyPoint, Passage, Sections, Story, StoryStatus, Subscription
from tests.discord import (
    ADMIN,
    CHANNEL,
    GUILD,
    MEMBER,
    NEWS,
    STRANGER,
    Bot,
    discord_bot,
    labels,
    local_discord,
    read,
    told,
)
from tests.fake_discord import FakeDiscord, Interaction
from tests.fake_discord.model import walk
from tests.morning import NOW, STORY
from tests.newsroom import EVERY_DAY

ASKER = Asker(workspace=f"discord:{GUILD}")


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as fake:
        yield fake


@pytest.fixture
async def bot(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bot]:
    async with discord_bot(discord, tmp_path) as running:
        yield running


@pytest.fixture
async def story(bot: Bot) -> Story:
    before = NOW - timedelta(minutes=1)
    return await bot.room.store.archive.revise(replace(STORY, ref="", news_at=before), reason="imported", at=before)


async def posted(bot: Bot, channel: str = NEWS, owner: str = "") -> Subscription:
    """A channel that has had its edition of today."""
    order = Subscription(
        id=0,
        channel=replace(CHANNEL, id=channel, name=f"c-{channel}"),
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


async def opened(bot: Bot, command: str, user: str = ADMIN, **options: object) -> Interaction:
    """The interaction that has opened the form."""
    run = await bot.discord.command(f"daybrief {command}", options, user=user, channel=NEWS)
    assert run.acknowledged, run.error
    return run


def filled(run: Interaction) -> dict[str, str]:
    """What the opened form shows in its fields."""
    assert run.modal
    return {one["custom_id"]: one.get("value") or "" for one in walk(run.modal["components"]) if one["type"] == 4}


async def submitted(bot: Bot, run: Interaction, **values: object) -> Interaction:
    done = await bot.discord.submit_modal(run, values)
    assert done.acknowledged, done.error
    await done.wait_answers(1)
    return done


async def answered(run: Interaction) -> str:
    """What the person reads."""
    return (await told(run)).strip()


async def now(bot: Bot, ref: str, asker: Asker = ASKER) -> Story:
    found = await bot.desk.stories.look_up(ref, None, asker)
    assert found.story
    return found.story


async def corrected_meanwhile(bot: Bot, story: Story, **changes: Any) -> None:  # noqa: ANN401
    """Somebody else changes the story."""
    made = replace(await now(bot, story.ref), **changes)
    manuscript = Manuscript(title=made.title, takeaway=made.takeaway, sections=made.sections)
    await bot.desk.editing.correct(made, manuscript, workspace=f"discord:{GUILD}")


async def test_an_admin_corrects_a_section_and_hears_where_it_reads_so_now(bot: Bot, story: Story) -> None:
    await posted(bot)
    await posted(bot, "3002")
    run = await opened(bot, "correct", story=story.ref, section="title")

    assert filled(run) == {"title": story.title, "takeaway": story.takeaway}
    answer = await answered(await submitted(bot, run, takeaway="It may ease the dependence on hardware."))

    assert answer == f"{story.ref} is corrected. 2 posts say so now."
    for channel in (NEWS, "3002"):
        [message] = bot.discord.messages(channel)
        assert "Corrected on 3 March 2026" in read(message)
        assert "It may ease the dependence on hardware." in read(message)
        assert story.takeaway not in read(message)
    assert (await now(bot, story.ref)).status is StoryStatus.CORRECTED
    assert (await now(bot, story.ref)).sections == story.sections
    [change] = await bot.desk.channels.changes(f"discord:{GUILD}")
    assert (change.action, change.subject, change.detail, change.person) == (
        *("correct", story.ref, "takeaway", "ada (2001)"),
    )
    assert f"ada (2001) corrected {story.ref} (takeaway)" in await bot.ask("daybrief status", user=ADMIN)


async def test_only_the_section_that_was_chosen_is_changed(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="key_points")
    first, second = story.sections.key_points

    assert list(filled(run)) == ["key_points"]
    await submitted(bot, run, key_points=f"{first.text}\nIt hires forty people.")

    after = await now(bot, story.ref)
    assert after.sections == replace(story.sections, key_points=(first, KeyPoint(text="It hires forty people.")))
    assert (after.title, after.takeaway) == (story.title, story.takeaway)
    assert second not in after.sections.key_points


async def test_an_admin_withdraws_a_story_with_the_reason_that_readers_see(bot: Bot, story: Story) -> None:
    await posted(bot)
    run = await opened(bot, "withdraw", story=story.ref)

    assert run.modal
    assert story.title in str(run.modal["components"][0]["content"]).replace("\\", "")
    answer = await answered(await submitted(bot, run, reason="The laboratory\ndoes not exist\u202e"))

    assert answer == f"{story.ref} is withdrawn. 1 post says so now."
    assert "Withdrawn on 3 March 2026: The laboratory does not exist." in read(*bot.discord.messages(NEWS))
    [change] = await bot.desk.channels.changes(f"discord:{GUILD}")
    assert (change.action, change.detail) == ("withdraw", "The laboratory does not exist")
    assert "Withdrawn on 3 March 2026" in await bot.ask("brief story", {"story": story.ref})


async def test_an_admin_is_told_of_answers_that_were_shared(bot: Bot, story: Story) -> None:
    await posted(bot)
    asked = await bot.discord.command("keypoints", {"story": story.ref}, user=ADMIN, channel=NEWS)
    await asked.wait_answers()
    await (await bot.press(asked, "daybrief:share", user=ADMIN)).wait_answers(2)

    answer = await answered(await submitted(bot, await opened(bot, "withdraw", story=story.ref), reason="A hoax"))

    assert "1 answer that somebody shared in a channel stays as it is." in answer


async def test_other_servers_read_what_they_read_before(bot: Bot, story: Story) -> None:
    await submitted(bot, await opened(bot, "correct", story=story.ref, section="title"), title="Norvik opens nothing")

    assert (await now(bot, story.ref)).title == "Norvik opens nothing"
    for workspace in ("discord:1009", f"slack:{GUILD}", ""):
        assert await now(bot, story.ref, Asker(workspace=workspace)) == story
    answer = await answered(await bot.discord.command("keypoints", {"story": story.ref}, user=STRANGER, channel="3009"))
    assert story.title in answer


async def test_a_post_that_could_not_be_changed_is_named_with_the_reason(bot: Bot, story: Story) -> None:
    await posted(bot)
    bot.discord.delete_message(bot.discord.messages(NEWS)[0])

    answer = await answered(await submitted(bot, await opened(bot, "withdraw", story=story.ref), reason="a hoax"))

    assert answer.startswith(f"{story.ref} is withdrawn. No post says so yet.")
    assert f"The post of Tuesday 3 March 2026 in #c-{NEWS} could not be changed." in answer


async def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    done = await submitted(bot, run, title="x" * 301, takeaway="Mine.")

    assert "Title: This has 301 characters; at most 300 are taken." in read(*done.answers)
    assert await now(bot, story.ref) == story
    again = await bot.press(done, "daybrief:correct:", user=ADMIN)
    assert filled(again) == {"title": "x" * 301, "takeaway": "Mine."}
    assert await answered(await submitted(bot, again, title="Mine")) == (
        f"{story.ref} is corrected. No post of this workspace carries it."
    )
    assert ((await now(bot, story.ref)).title, (await now(bot, story.ref)).takeaway) == ("Mine", "Mine.")


async def test_what_was_typed_in_one_server_is_not_in_the_form_of_another(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    await submitted(bot, run, title="Our client is behind it " * 20)

    there = await bot.discord.command(
        "daybrief correct", {"story": story.ref, "section": "title"}, user=ADMIN, channel="3009"
    )

    assert filled(there)["title"] == story.title


async def test_what_changed_while_the_form_was_open_is_overwritten_by_a_second_look_only(
    bot: Bot, story: Story
) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    await corrected_meanwhile(bot, story, takeaway="Somebody else's.")

    done = await submitted(bot, run, takeaway="Mine.", title="Mine")
    assert "Takeaway: This was changed while the form was open. It now begins “Somebody else's.”." in read(
        *done.answers
    )
    assert ((await now(bot, story.ref)).title, (await now(bot, story.ref)).takeaway) == (
        story.title,
        "Somebody else's.",
    )

    await submitted(bot, await bot.press(done, "daybrief:correct:", user=ADMIN))
    assert ((await now(bot, story.ref)).title, (await now(bot, story.ref)).takeaway) == ("Mine", "Mine.")


async def test_what_two_admins_correct_in_one_story_at_the_same_time_is_kept_of_both(bot: Bot, story: Story) -> None:
    hers = await opened(bot, "correct", story=story.ref, section="title")
    his = await opened(bot, "correct", story=story.ref, section="what_changed")

    await asyncio.gather(submitted(bot, hers, title="Norvik waits"), submitted(bot, his, what_changed="It rests."))

    made = await now(bot, story.ref)
    assert made.title == "Norvik waits"
    assert made.sections.what_changed
    assert made.sections.what_changed.text == "It rests."
    assert {one.detail for one in await bot.desk.channels.changes(f"discord:{GUILD}")} == {"title", "what changed"}


async def test_a_form_that_changes_nothing_says_so(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="what_changed")

    assert "Nothing reads otherwise yet." in read(*(await submitted(bot, run)).answers)
    assert await bot.desk.channels.changes(f"discord:{GUILD}") == ()


async def test_what_changed_while_a_withdrawal_was_considered_is_looked_at_first(bot: Bot, story: Story) -> None:
    run = await opened(bot, "withdraw", story=story.ref)
    await corrected_meanwhile(bot, story, title="Norvik opens no laboratory")

    done = await submitted(bot, run, reason="a hoax")

    assert f"{story.ref} reads otherwise since the form was opened." in read(*done.answers)
    assert (await bot.press(done, "daybrief:withdraw:", user=ADMIN)).modal


@pytest.mark.parametrize("action", ["correct", "withdraw"])
async def test_only_those_who_manage_the_server_correct_and_withdraw_though_others_set_the_channel_up(
    bot: Bot, story: Story, action: str
) -> None:
    await posted(bot, owner=MEMBER)
    press = await bot.button(f"daybrief:{action}:{story.ref}/title:")

    run = await bot.press(press, f"daybrief:{action}", user=MEMBER)

    assert "Only those who may manage the server may" in read(*run.answers)
    assert run.modal is None


async def test_whoever_managed_the_server_when_the_form_was_opened_is_asked_about_again(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    bot.discord.users[ADMIN].permissions = ()

    done = await submitted(bot, run, title="Mine")

    assert "Only those who may manage the server may" in read(*done.answers)
    assert await now(bot, story.ref) == story


@pytest.mark.parametrize("name", ["zebra", "B3ZX", "ZZ9Z"])
async def test_unknown_foreign_and_forgotten_stories_are_answered_alike(bot: Bot, story: Story, name: str) -> None:
    foreign = replace(STORY, ref="B3ZX", title="Their secret", workspaces=("discord:1009",), articles=())
    await bot.room.store.archive.revise(foreign, reason="imported", at=NOW)

    answer = await answered(await opened(bot, "correct", story=name, section="title"))

    assert answer.startswith(f"No stored story is called “{name}”")
    assert "Their secret" not in answer


@pytest.mark.parametrize(
    ("action", "options"), [("correct", {"section": "what_changed"}), ("withdraw", dict[str, str]())]
)
async def test_a_story_that_was_meant_can_be_pressed(
    bot: Bot, story: Story, action: str, options: dict[str, str]
) -> None:
    run = await opened(bot, action, story="self-improving kettles", **options)

    again = await bot.press(run, f"daybrief:{action}:{story.ref}", user=ADMIN)

    assert again.modal
    assert again.modal["title"].startswith(f"{action.capitalize()} {story.ref}")
    assert set(filled(again)) == set(options.values() or ["reason"])


async def test_stories_are_offered_while_one_types(bot: Bot, story: Story) -> None:
    for command in ("daybrief correct", "daybrief withdraw"):
        offered = await bot.discord.autocomplete(command, {"story": "norv"}, user=ADMIN, channel=NEWS)
        assert [one["value"] for one in offered] == [story.ref]


async def test_a_long_section_is_shown_in_several_fields_and_comes_back_whole(bot: Bot) -> None:
    long = " ".join(["And on it goes."] * 600)
    sections = replace(STORY.sections, what_changed=Passage(text=f"A first paragraph.\n\n{long}"))
    story = await bot.story(sections=sections)
    run = await opened(bot, "correct", story=story.ref, section="what_changed")
    names = list(filled(run))

    assert len(names) > 2
    await submitted(bot, run, **{names[-1]: f"{filled(run)[names[-1]]}\nOne more."})

    after = (await now(bot, story.ref)).sections.what_changed
    assert after == Passage(text=f"A first paragraph.\n\n{long}\n\nOne more.")


async def test_a_text_that_is_too_long_for_a_form_is_corrected_by_command(bot: Bot) -> None:
    points = tuple(KeyPoint(text="word " * 390) for _ in range(20))
    story = await bot.story(sections=Sections(key_points=points))

    answer = await answered(await opened(bot, "correct", story=story.ref, section="key_points"))

    assert f"daybrief correct {story.ref} FILE" in answer


async def test_a_submission_that_comes_twice_acts_once(bot: Bot, story: Story) -> None:
    done = await submitted(bot, await opened(bot, "correct", story=story.ref, section="title"), title="Mine")

    await bot.discord.replay(done)
    await bot.ask("brief today")

    assert len(await bot.desk.channels.changes(f"discord:{GUILD}")) == 1
    assert len(await bot.desk.stories.history(story.ref, ASKER)) == 2


async def test_readers_of_a_corrected_story_can_see_how_it_read_before(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    await submitted(bot, run, takeaway="Another takeaway.")
    shown = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await shown.wait_answers(1)

    assert "History" in labels(shown.answers[0])
    answer = await answered(await bot.press(shown, "daybrief:history:"))

    assert "Until 3 March 2026, 07:00 UTC, when it was corrected" in answer
    assert f"Takeaway\n{story.takeaway}" in answer
    assert "Another takeaway." not in answer


async def test_nobody_sees_the_history_of_a_story_as_another_server_reads_it(bot: Bot, story: Story) -> None:
    run = await opened(bot, "correct", story=story.ref, section="title")
    await submitted(bot, run, title="Only for us")
    press = await bot.button(f"daybrief:history:{story.ref}:", channel="3009")

    answer = await answered(await bot.press(press, "daybrief:history:", user=STRANGER))

    assert answer == f"There is no former text of {story.ref}."
