"""People look stories up on Discord: every command, button and completion, through the real discord.py."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Standing
from tests.articles import story as gathered
from tests.clock import HandClock
from tests.contract.values import intake
from tests.discord import ADMIN, GUILD, MEMBER, NEWS, STRANGER, Bot, discord_bot, local_discord, read, told, until
from tests.fake_discord import FakeDiscord, Fault
from tests.morning import NOW, STORY
from tests.scripted_writer import ScriptedWriter


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as fake:
        yield fake


@pytest.fixture
async def bot(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bot]:
    async with discord_bot(discord, tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("command", "option", "tells"),
    [
        ("keypoints", "{ref}", "It hires thirty people."),
        ("keypoints", "norvik laboratory", "It hires thirty people."),
        ("keypoints", "https://tech-ledger.example/2026/03/03/norvik", "It hires thirty people."),
        ("keypoints", "norvk labratory", "It hires thirty people."),
        ("effects", "{ref}", "“Second-order effects” is not written for"),
        ("brief story", "{ref}", "Norvik opened a laboratory."),
        ("brief changed", "{ref}", "It publishes everything it finds."),
        ("brief outlook", "{ref}", "Two more open."),
        ("brief implications", "{ref}", "“Strategic implications” is not written for"),
        ("brief sources", "{ref}", "Norvik hires thirty people for a laboratory of its own"),
        ("brief search", "norvik", "1 story with “norvik”"),
        ("brief search", "zebra", "No stored story"),
        ("brief search", "norvik from:yesterday", "is not a date"),
        ("brief search", " ", "Say what to search for"),
        ("brief today", None, "No edition has been posted in this channel yet."),
        ("brief help", None, "/keypoints"),
        ("keypoints", " ", "Say which story."),
        ("keypoints", "zzzz yyyy", "No stored story is called"),
        ("keypoints", "7", "No stored story is called"),
    ],
)
async def test_every_command_is_answered_in_private(bot: Bot, command: str, option: str | None, tells: str) -> None:
    story = await bot.story()
    name = "words" if command == "brief search" else "story"
    options = {name: option.format(ref=story.ref)} if option else {}

    assert tells in await bot.ask(command, options)


async def test_a_number_means_a_story_of_this_channels_latest_edition(bot: Bot) -> None:
    await bot.story()
    one = await bot.subscribe()
    await bot.desk.office.post_now(one)
    await bot.desk.rounds.publish()

    assert "It hires thirty people." in await bot.ask("keypoints", {"story": "1"})
    assert "No stored story is called" in await bot.ask("keypoints", {"story": "1"}, channel="3002")
    assert STORY.title in await bot.ask("brief today")


async def test_a_story_that_is_not_found_offers_the_nearest_to_be_pressed(bot: Bot) -> None:
    await bot.story()
    run = await bot.discord.command("keypoints", {"story": "norvik zebras"}, user=MEMBER, channel=NEWS)
    await run.wait_answers()

    assert "It hires thirty people." in await told(await bot.press(run, "daybrief:topic"))


async def test_words_that_several_stories_have_offer_the_others(bot: Bot) -> None:
    await bot.story()
    await bot.story(title="Norvik closes its canteen", articles=())

    run = await bot.discord.command("brief story", {"story": "norvik"}, user=MEMBER, channel=NEWS)

    assert "Other stories have these words as well" in await told(run)


async def test_a_withdrawn_story_says_so_and_offers_no_sections(bot: Bot) -> None:
    story = await bot.story()
    await bot.desk.editing.withdraw(story, "it was a hoax")

    answer = await bot.ask("keypoints", {"story": story.ref})

    assert "it was a hoax" in answer
    assert "It hires thirty people." not in answer


async def test_stories_of_another_server_do_not_exist(bot: Bot) -> None:
    private = await bot.story(workspaces=("discord:1001",))

    assert "It hires thirty people." in await bot.ask("keypoints", {"story": private.ref})
    hidden = await bot.ask("keypoints", {"story": private.ref}, user=STRANGER, channel="3009")
    assert "No stored story is called" in hidden
    direct = await bot.ask("keypoints", {"story": private.ref}, channel=bot.discord.open_dm(MEMBER).id)
    assert "No stored story is called" in direct


async def test_look_ups_work_in_direct_messages(bot: Bot) -> None:
    story = await bot.story()
    here = bot.discord.open_dm(MEMBER).id

    assert "It hires thirty people." in await bot.ask("keypoints", {"story": story.ref}, channel=here)
    assert "No edition" in await bot.ask("brief today", channel=here)
    offered = await bot.discord.autocomplete("keypoints", {"story": "nor"}, user=MEMBER, channel=here)
    assert [one["value"] for one in offered] == [story.ref]


async def test_buttons_answer_whoever_presses_them_even_after_a_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(discord, tmp_path) as first:
        message = await first.posted(await first.story())
    async with discord_bot(discord, tmp_path) as second:
        run = await second.press(message, "daybrief:read")
        assert STORY.takeaway in await told(run)

        section = await second.press(run, "daybrief:topic")

        assert "It hires thirty people." in await told(section)
        assert len(discord.messages(NEWS)) == 1


async def test_share_shows_everybody_what_was_asked_in_private_once_a_day(bot: Bot) -> None:
    story = await bot.story()
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()

    shared = await bot.press(run, "daybrief:share")
    await shared.wait_answers(2)
    [message] = bot.discord.messages(NEWS)
    again = await bot.press(run, "daybrief:share")
    [_, refused] = await again.wait_answers(2)

    assert "It hires thirty people." in read(message)
    assert "Shared by mel" in read(message)
    assert refused.ephemeral
    assert "has been shared here today" in read(refused)
    assert len(bot.discord.messages(NEWS)) == 1


async def test_who_may_not_write_in_a_channel_shares_nothing_there(bot: Bot) -> None:
    story = await bot.story()
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()
    bot.discord.change_role(GUILD, GUILD, ("view_channel", "read_message_history", "use_application_commands"))

    [_, refused] = await (await bot.press(run, "daybrief:share")).wait_answers(2)

    assert "You may not write in this channel" in read(refused)
    assert bot.discord.messages(NEWS) == []


async def test_whoever_may_not_write_in_a_channel_shares_nothing_there(bot: Bot) -> None:
    story = await bot.story()
    bot.discord.change_role(GUILD, GUILD, ("view_channel", "use_application_commands", "read_message_history"))
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()

    shared = await bot.press(run, "daybrief:share")
    await shared.wait_answers(2)

    assert bot.discord.messages(NEWS) == []


async def test_a_story_that_is_gone_is_shared_with_nobody(bot: Bot) -> None:
    story = await bot.story(workspaces=("discord:1001",))
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()
    await bot.room.store.archive.forget(bot.clock.now() + timedelta(days=900))

    shared = await bot.press(run, "daybrief:share")
    answers = await shared.wait_answers(2)

    assert "No stored story is called" in read(answers[-1])
    assert answers[-1].ephemeral
    assert bot.discord.messages(NEWS) == []


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("daybrief:read:ZZZZ9:", "No stored story is called"),
        ("daybrief:read::", "Say which story."),
        ("daybrief:topic:ZZZZ9/nonsense:", "No stored story is called"),
        ("daybrief:tomorrow:1:", "does not know what to do with that"),
        ("somebody-elses", "does not know what to do with that"),
        ("daybrief:post_now:99999999999999999999999:", "is not set up"),
        ("daybrief:post_now:²:", "is not set up"),
        ("daybrief:post_now:-1:", "is not set up"),
        ("daybrief:resend:1:", "is not set up"),
        ("daybrief:wish:drop/K7Q4/1/2026-03-04:", "is not set up"),
        ("daybrief:wish:////:", "is not set up"),
    ],
)
async def test_a_button_that_leads_nowhere_is_answered_with_a_sentence(bot: Bot, name: str, tells: str) -> None:
    await bot.button(name)

    run = await bot.discord.press(bot.discord.messages(NEWS)[-1], name, user=MEMBER)

    assert tells in await told(run)


async def test_completion_offers_this_channels_latest_edition_first(bot: Bot) -> None:
    story = await bot.story()
    one = await bot.subscribe()
    await bot.desk.office.post_now(one)
    await bot.desk.rounds.publish()
    for number in range(30):
        await bot.story(title=f"Norvik opens office {number}", articles=())

    offered = await bot.discord.autocomplete("brief story", {"story": "norvik"}, user=MEMBER, channel=NEWS)
    at_first = await bot.discord.autocomplete("brief story", {"story": ""}, user=MEMBER, channel=NEWS)
    elsewhere = await bot.discord.autocomplete("brief story", {"story": ""}, user=MEMBER, channel="3002")

    assert len(offered) == 25
    assert offered[0]["value"] == story.ref
    assert [one["value"] for one in at_first] == [story.ref]
    assert elsewhere == []


@pytest.mark.parametrize("typed", ["norvk labratory", "laboratoy", "NORVIK"])
async def test_completion_forgives_typing_errors(bot: Bot, typed: str) -> None:
    story = await bot.story()

    offered = await bot.discord.autocomplete("keypoints", {"story": typed}, user=MEMBER, channel=NEWS)

    assert [one["value"] for one in offered] == [story.ref]


@pytest.mark.parametrize("typed", ['"* OR 1=1; --', "\x00\u202e\u200b", "%_%", "東" * 3000, "(" * 6000, "NEAR(a b"])
async def test_completion_takes_any_text(bot: Bot, typed: str) -> None:
    await bot.story(title="Norvik " + "👩‍🚀" * 90)

    for offered in (
        await bot.discord.autocomplete("keypoints", {"story": typed}, user=MEMBER, channel=NEWS),
        await bot.discord.autocomplete("keypoints", {"story": "norvik"}, user=MEMBER, channel=NEWS),
    ):
        assert all(1 <= len(one["name"]) <= 100 and len(one["value"]) <= 100 for one in offered)


async def test_a_completion_that_takes_too_long_is_empty_instead_of_late(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.story()
    begun = hang(bot, monkeypatch)

    offered = await bot.discord.autocomplete("keypoints", {"story": "nor"}, user=MEMBER, channel=NEWS)

    assert begun == [True]
    assert offered == []


async def test_a_desk_that_hangs_delays_no_acknowledgement(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    message = await bot.posted(await bot.story())
    hang(bot, monkeypatch)

    typed = await bot.discord.command("keypoints", {"story": "1"}, user=MEMBER, channel=NEWS)
    pressed = await bot.press(message, "daybrief:read")

    assert typed.deferred
    assert pressed.deferred
    assert (typed.ack_after or 9) < 1
    assert (pressed.ack_after or 9) < 1


def hang(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The store never says again which channel is set up, or what was sent; filled once it was asked."""
    begun: list[bool] = []

    async def never(*_: object, **__: object) -> None:
        begun.append(True)
        await asyncio.Event().wait()

    monkeypatch.setattr(bot.room.store.subscriptions, "by_place", never)
    return begun


async def test_the_same_interaction_twice_is_answered_once(bot: Bot) -> None:
    story = await bot.story()
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()

    await bot.discord.replay(run)
    await bot.ask("brief help")

    assert run.callbacks == 1
    assert len(run.answers) == 1


async def test_an_answer_that_discord_does_not_take_ends_in_a_plain_sentence(bot: Bot) -> None:
    story = await bot.story()
    bot.discord.next_faults("follow_up", [Fault.DROP_BEFORE])

    answer = await bot.ask("keypoints", {"story": story.ref})

    assert "Please ask once more" in answer


async def test_where_discord_does_not_take_the_layout_the_same_words_come_as_embeds(bot: Bot) -> None:
    story = await bot.story()
    bot.discord.channels[NEWS].takes_layouts = False

    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    [answer] = await run.wait_answers()

    assert "It hires thirty people." in read(answer)
    assert answer.embeds


async def test_an_acknowledgement_that_came_too_late_is_one_line_in_the_log(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    story = await bot.story()
    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    await run.wait_answers()
    caplog.clear()
    del bot.discord.interactions[run.token]
    run.payload["id"] = str(int(run.payload["id"]) + 1)

    await bot.discord.replay(run)
    await until(lambda: "could not be acknowledged" in caplog.text)
    await bot.ask("brief help")

    [line] = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "Discord had stopped waiting for it" in line.message
    assert not line.exc_info


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.CLOUDFLARE_403])
async def test_an_acknowledgement_that_breaks_is_one_line_in_the_log_and_changes_nothing(
    bot: Bot, caplog: pytest.LogCaptureFixture, fault: Fault
) -> None:
    await bot.subscribe()
    bot.discord.ack_timeout = 0.5
    bot.discord.next_faults("callback", [fault])

    await bot.discord.command("daybrief pause", {}, user=ADMIN, channel=NEWS)
    await until(lambda: "could not be acknowledged" in caplog.text)
    await bot.ask("brief help")

    [line] = [one for one in caplog.records if one.levelno >= logging.WARNING and "acknowledged" in one.message]
    assert not line.exc_info
    assert [one.standing for one in await bot.desk.channels.subscriptions()] == [Standing.ACTIVE]


async def test_an_interaction_that_was_answered_already_is_left_alone(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await bot.subscribe()
    run = await bot.discord.command("brief help", {}, user=ADMIN, channel=NEWS)
    await run.wait_answers()
    other = await bot.discord.command("daybrief pause", {}, user=ADMIN, channel=NEWS)
    await other.wait_answers()
    await bot.desk.office.resume((await bot.desk.channels.subscriptions())[0])
    twin = {**other.payload, "id": str(int(other.id) + 1), "token": other.token}
    bot.discord.interactions[other.token].id = twin["id"]
    caplog.clear()

    bot.discord.gateway.dispatch("INTERACTION_CREATE", twin, other.guild)
    await until(lambda: "could not be acknowledged" in caplog.text)

    assert "it had been answered already" in caplog.text
    assert [one.standing for one in await bot.desk.channels.subscriptions()] == [Standing.ACTIVE]


async def test_a_completion_that_discord_takes_no_more_is_no_trouble(
    bot: Bot, caplog: pytest.LogCaptureFixture
) -> None:
    await bot.story()
    caplog.set_level(logging.INFO)
    bot.discord.ack_timeout = 0.5
    bot.discord.next_faults("callback", [Fault.DROP_BEFORE])

    with pytest.raises(ValueError, match="no choices came"):
        await bot.discord.autocomplete("keypoints", {"story": "nor"}, user=MEMBER, channel=NEWS)
    await until(lambda: "a completion did not arrive" in caplog.text)

    assert [one for one in caplog.records if one.exc_info or one.levelno >= logging.WARNING] == []


async def test_what_is_broken_is_answered_with_a_sentence(bot: Bot) -> None:
    await bot.room.store.close()

    answer = await bot.ask("keypoints", {"story": "1"})

    assert "Something went wrong" in answer
    assert "database" not in answer


async def test_an_answer_of_several_messages_comes_in_order(bot: Bot) -> None:
    point = STORY.sections.key_points[0]
    long = tuple(replace(point, text=f"Point {number}. " + "A word of it. " * 110) for number in range(5))
    story = await bot.story(sections=replace(STORY.sections, key_points=long))

    run = await bot.discord.command("keypoints", {"story": story.ref}, user=MEMBER, channel=NEWS)
    answers = await run.wait_answers(3)

    text = read(*answers)
    assert [f"Point {number}." in text for number in range(5)] == [True] * 5
    assert text.index("Point 0.") < text.index("Point 4.")
    assert all(one.ephemeral for one in answers)


async def test_whoever_asks_for_what_nobody_has_written_sees_us_thinking_until_it_is_there(bot: Bot) -> None:
    [kept] = await bot.room.store.archive.admit(intake(gathered("", "wire.test")))
    writer = ScriptedWriter()
    writer.may_go_on.clear()
    bot.room.writer, bot.room.clock = writer, HandClock(NOW)

    run = await bot.discord.command("effects", {"story": kept.ref}, user=MEMBER, channel=NEWS)
    other = await bot.discord.command("brief changed", {"story": kept.ref}, user=ADMIN, channel=NEWS)
    await until(lambda: bool(writer.calls))
    assert run.acknowledged
    assert run.answers == []
    writer.may_go_on.set()

    assert "Fewer power stations are built." in await told(run)
    assert "There is a chip where there was none." in await told(other)
    assert writer.calls == [("write", kept.ref)]


async def test_a_section_that_can_be_written_has_a_button_and_without_budget_a_sentence(bot: Bot) -> None:
    [kept] = await bot.room.store.archive.admit(intake(gathered("", "wire.test")))
    writer = ScriptedWriter()
    bot.room.writer, bot.room.clock = writer, HandClock(NOW)
    post = await bot.posted(kept)

    shown = await bot.press(post, "daybrief:read")
    assert "[Second-order effects]" in await told(shown)
    writer.is_solvent = False
    assert "Today's budget for models is spent" in await bot.ask("effects", {"story": kept.ref})
    assert "[Second-order effects]" not in await told(await bot.press(post, "daybrief:read"))
    assert writer.calls == []
