"""People look stories up on Discord: every command, button and completion, through the real discord.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord import MEMBER, NEWS, STRANGER, Bot, discord_bot, local_discord, told
from tests.fake_discord import FakeDiscord
from tests.morning import STORY


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


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
        ("effects", "{ref}", "No analyst has written the second-order effects"),
        ("brief story", "{ref}", "Norvik opened a laboratory."),
        ("brief changed", "{ref}", "It publishes everything it finds."),
        ("brief outlook", "{ref}", "Two more open."),
        ("brief implications", "{ref}", "No analyst has written the strategic implications"),
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
    await bot.desk.post_now(one)
    await bot.desk.publish()

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
    await bot.desk.withdraw(story, "it was a hoax")

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
