"""Admins set channels up on Discord, look at them, pause them and decide, through the real discord.py."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.model import DeliveryState, Due, Feed, Layout, Standing, Subscription, Wish
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
    until,
)
from tests.fake_discord import FakeDiscord, Interaction, User
from tests.fake_discord.model import walk
from tests.morning import NOW, STORY


@pytest.fixture
async def discord(tmp_path: Path) -> AsyncIterator[FakeDiscord]:
    async with local_discord(tmp_path) as fake:
        yield fake


@pytest.fixture
async def bot(discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Bot]:
    async with discord_bot(discord, tmp_path) as running:
        yield running


async def only(bot: Bot) -> Subscription:
    [one] = await bot.desk.channels.subscriptions()
    return one


async def feeds(bot: Bot, *topics: str) -> None:
    await bot.desk.supply.add_feed(Feed(url="https://lab.example/feed.xml", name="Lab", topics=topics))


async def uncertain(bot: Bot, one: Subscription) -> int:
    """An edition of which nobody knows whether it arrived."""
    ledger = bot.room.store.ledger
    await ledger.plan([Due(subscription=one.id, date=NOW.date(), due_at=NOW, state=DeliveryState.DUE)])
    [delivery] = await bot.desk.channels.deliveries()
    claim = await ledger.claim(delivery.id, NOW, timedelta(minutes=2))
    assert claim
    await ledger.finish(claim, DeliveryState.UNCERTAIN, at=NOW, reason="nobody can look")
    return delivery.id


def filled(run: Interaction) -> dict[str, str]:
    """What the opened form shows."""
    assert run.modal
    return {one["custom_id"]: one.get("value") or "" for one in walk(run.modal["components"]) if one["type"] == 4}


# ------------------------------------------------------------------------------------------------- setting up


async def test_an_admin_sets_a_channel_up_with_a_command(bot: Bot) -> None:
    await feeds(bot, "labs", "chips")
    options = {"time": "07.30", "timezone": "são paulo", "days": "sat-mon", "stories": 7, "topics": "Chips, labs"}

    answer = await bot.ask("daybrief setup", {**options, "layout": "thread"}, user=ADMIN)

    one = await only(bot)
    assert (one.at, one.timezone, one.days, one.stories) == (time(7, 30), "America/Sao_Paulo", (1, 6, 7), 7)
    assert (one.topics, one.layout, one.owner, one.declared) == (("chips", "labs"), Layout.THREAD, ADMIN, False)
    assert (one.channel.id, one.channel.workspace, one.channel.name) == (NEWS, GUILD, "ai-news")
    assert "#ai-news gets 7 stories · at 07:30 America/Sao_Paulo · Mon, Sat, Sun · topics: chips, labs" in answer
    [change] = await bot.desk.channels.changes(f"discord:{GUILD}")
    assert (change.action, change.subject, change.person, change.at) == ("setup", NEWS, "ada (2001)", NOW)


async def test_only_the_options_that_are_given_are_changed(bot: Bot) -> None:
    await bot.desk.office.subscribe(replace(await bot.subscribe(owner="2077"), topics=("legal",), stories=9))

    await bot.ask("daybrief setup", {"time": "06:15"}, user=ADMIN)

    one = await only(bot)
    assert (one.at, one.stories, one.topics, one.timezone, one.owner) == (time(6, 15), 9, ("legal",), "UTC", "2077")


async def test_without_options_set_up_shows_what_holds_and_changes_nothing(bot: Bot) -> None:
    before = await bot.subscribe()

    run = await bot.discord.command("daybrief setup", {}, user=ADMIN, channel=NEWS)
    answer = read(*await run.wait_answers(2))

    assert "5 stories · at 07:00 UTC · every day · all topics" in answer
    assert await only(bot) == before
    assert filled(await bot.press(run, "daybrief:setup", user=ADMIN))["at"] == "07:00"
    assert "is not set up in this channel" in await bot.ask("daybrief setup", user=ADMIN, channel="3002")
    assert len(await bot.desk.channels.subscriptions()) == 1


async def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_kept(bot: Bot) -> None:
    options = {"time": "25:00", "timezone": "Berlim", "days": "noday", "topics": "zebras", "stories": 3}

    answer = await bot.ask("daybrief setup", options, user=ADMIN)

    for problem in (
        "“25:00” is no hour",
        "“Berlim” is no time zone",
        "“noday” names no day",
        "no feed is about “zebras”",
    ):
        assert problem in answer
    assert "Europe/Berlin?" in answer
    assert len(answer.strip().splitlines()) == 4
    assert await bot.desk.channels.subscriptions() == ()


@pytest.mark.parametrize(
    ("channel", "tells"),
    [
        ("3002", ""),
        ("3004", ""),
        ("3005", ""),
        ("3007", ""),
        ("3003", "Daybrief lacks View Channel, Read Message History, Send Messages in #secret"),
        ("3006", "#group takes no messages"),
    ],
)
async def test_another_channel_is_set_up_if_posts_can_arrive_there(bot: Bot, channel: str, tells: str) -> None:
    bot.discord.revoke("3003", "view_channel", "send_messages", "read_message_history")

    answer = await bot.ask("daybrief setup", {"channel": channel, "timezone": "Europe/Berlin"}, user=ADMIN)

    assert (tells or "The next edition:") in answer
    assert [one.channel.id for one in await bot.desk.channels.subscriptions()] == ([] if tells else [channel])


async def test_what_is_missing_is_said_from_what_discord_sends_along(bot: Bot) -> None:
    bot.discord.revoke(NEWS, "read_message_history")
    asked = len(bot.discord.calls)

    answer = await bot.ask("daybrief setup", {"timezone": "Europe/Berlin"}, user=ADMIN)

    assert "Nothing was changed." in answer
    assert "Daybrief lacks Read Message History in #ai-news" in answer
    assert {one.route for one in bot.discord.calls[asked:]} <= {"callback", "follow_up"}
    assert await bot.desk.channels.subscriptions() == ()


async def test_another_channel_needs_to_be_told_when(bot: Bot) -> None:
    assert "Say when it is posted to" in await bot.ask("daybrief setup", {"channel": "3002"}, user=ADMIN)
    assert await bot.desk.channels.subscriptions() == ()


async def test_a_declared_channel_is_paused_but_not_changed_from_chat(bot: Bot) -> None:
    await bot.room.store.subscriptions.subscribe(replace(await bot.subscribe(), declared=True))

    assert "declared in the configuration" in await bot.ask("daybrief setup", {"time": "09:00"}, user=ADMIN)
    assert "is paused" in await bot.ask("daybrief pause", user=ADMIN)


# ------------------------------------------------------------------------------------------------ completions


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("new y", "America/New_York"),
        ("NEW_YORK", "America/New_York"),
        ("zürich", "Europe/Zurich"),
        ("são p", "America/Sao_Paulo"),
        ("kolk", "Asia/Kolkata"),
        ("europe/berl", "Europe/Berlin"),
        ("utc", "Etc/UTC"),
    ],
)
async def test_a_time_zone_is_found_by_a_city_or_a_part_of_its_name(bot: Bot, typed: str, first: str) -> None:
    offered = await bot.discord.autocomplete("daybrief setup", {"timezone": typed}, user=ADMIN, channel=NEWS)

    assert offered[0]["value"] == first
    assert len(offered) <= 25


async def test_completions_of_a_set_up_are_never_more_than_discord_takes(bot: Bot) -> None:
    await feeds(bot, "labs", "chips", "x" * 120, *(f"topic{number}" for number in range(40)))

    zones = await bot.discord.autocomplete("daybrief setup", {"timezone": ""}, user=ADMIN, channel=NEWS)
    strange = await bot.discord.autocomplete("daybrief setup", {"timezone": "\x00" * 5000}, user=ADMIN, channel=NEWS)
    topics = await bot.discord.autocomplete("daybrief setup", {"topics": ""}, user=ADMIN, channel=NEWS)
    more = await bot.discord.autocomplete("daybrief setup", {"topics": "labs, ch"}, user=ADMIN, channel=NEWS)
    days = await bot.discord.autocomplete("daybrief setup", {"days": "we"}, user=ADMIN, channel=NEWS)

    assert (len(zones), len(topics)) == (25, 25)
    assert strange == []
    assert topics[0]["value"] == "all"
    assert [one["value"] for one in more] == ["labs, chips"]
    assert [one["value"] for one in days] == ["weekdays", "Wed"]


# ------------------------------------------------------------------------------------------------- the form


async def opened(bot: Bot, user: str = ADMIN, channel: str = NEWS) -> Interaction:
    """The form of a channel, opened by a button that anybody may have found."""
    return await bot.press(await bot.button("daybrief:setup::", channel), "daybrief:setup", user=user)


async def test_the_form_shows_what_holds_and_keeps_what_is_left_blank(bot: Bot) -> None:
    await bot.desk.office.subscribe(replace(await bot.subscribe(), topics=("legal",), stories=9))

    run = await opened(bot)
    shown = filled(run)
    done = await bot.discord.submit_modal(run, {"at": "06:15", "days": ""})

    assert shown == {"at": "07:00", "timezone": "UTC", "days": "every day", "stories": "9", "topics": "legal"}
    assert "#ai-news gets 9 stories" in await told(done)
    one = await only(bot)
    assert (one.at, one.topics, one.days) == (time(6, 15), ("legal",), (1, 2, 3, 4, 5, 6, 7))


async def test_a_form_with_mistakes_says_all_of_them_and_comes_again_as_it_was_filled_in(bot: Bot) -> None:
    typed = {"at": "25:00", "timezone": "Berlim", "days": "mon", "stories": "99", "topics": "zebras"}
    wrong = await bot.discord.submit_modal(await opened(bot), typed)
    answer = await told(wrong)

    again = await bot.press(wrong, "daybrief:form", user=ADMIN)
    kept = filled(again)
    done = await bot.discord.submit_modal(again, {"at": "08:30", "timezone": "Berlin", "stories": "3", "topics": "all"})

    for problem in ("is no hour", "is no time zone", "no number between 1 and 20", "no feed is about"):
        assert problem in answer
    assert kept == typed
    assert "#ai-news gets 3 stories · at 08:30 Europe/Berlin · Mon" in await told(done)


async def test_two_people_fill_the_form_in_at_once_and_a_restart_loses_neither(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    async with discord_bot(discord, tmp_path) as first:
        here, there = await opened(first), await opened(first, channel="3002")
    async with discord_bot(discord, tmp_path) as second:
        for run in (here, there):
            done = await discord.submit_modal(run, {"timezone": "Europe/Berlin"})
            assert "The next edition:" in await told(done)

        assert {one.channel.id for one in await second.desk.channels.subscriptions()} == {NEWS, "3002"}


async def test_a_form_that_takes_too_long_to_fill_comes_empty_and_changes_nothing_by_itself(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await bot.desk.office.subscribe(replace(await bot.subscribe(), stories=9))

    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as hanging:
        hanging.setattr(bot.room.store.subscriptions, "by_place", never)
        run = await opened(bot)
    done = await bot.discord.submit_modal(run)

    assert set(filled(run).values()) == {""}
    assert "9 stories" in await told(done)
    assert await only(bot) == before


async def test_forms_that_were_opened_stay_in_nobodys_memory(bot: Bot) -> None:
    for _ in range(3):
        await opened(bot)

    client = bot.gateway._client  # noqa: SLF001
    assert client
    assert client._connection._view_store._modals == {}  # noqa: SLF001


async def test_what_people_type_pings_nobody_wherever_it_is_said_back(bot: Bot) -> None:
    hostile = "@everyone <@2001> [x](https://evil.example)"
    typed = {"at": "@here", "timezone": hostile, "days": hostile, "topics": hostile}
    runs = [
        await bot.discord.command("daybrief setup", {"timezone": hostile}, user=ADMIN, channel=NEWS),
        await bot.discord.command("keypoints", {"story": hostile}, user=ADMIN, channel=NEWS),
        await bot.discord.submit_modal(await opened(bot), typed),
        await opened(bot, MEMBER),
    ]

    for run in runs:
        for answer in await run.wait_answers():
            assert answer.sent["allowed_mentions"] == {"parse": []}
            assert not answer.pings
            assert "](https://evil" not in "".join(answer.texts)


# ---------------------------------------------------------------------------------------------------- rights


async def test_discord_offers_the_command_to_those_who_manage_the_server_only(bot: Bot) -> None:
    with pytest.raises(ValueError, match="does not offer"):
        await bot.ask("daybrief status", user=MEMBER)


@pytest.mark.parametrize("command", ["setup", "status", "test", "pause", "resume", "why"])
async def test_whoever_may_not_manage_the_server_changes_nothing_even_if_discord_lets_them_type_it(
    bot: Bot, command: str
) -> None:
    before = await bot.subscribe(owner=ADMIN)
    let_everybody_type(bot)
    options = {"setup": {"time": "09:00"}, "why": {"story": "1"}}.get(command, {})

    answer = await bot.ask(f"daybrief {command}", options, user=MEMBER)

    assert "Only those who may manage the server" in answer
    assert await only(bot) == before
    assert await bot.desk.channels.changes(f"discord:{GUILD}") == ()


async def test_whoever_set_a_channel_up_may_change_it(bot: Bot) -> None:
    await bot.subscribe(owner=MEMBER)
    let_everybody_type(bot)

    assert "is paused and keeps its settings" in await bot.ask("daybrief pause", user=MEMBER)
    one = await only(bot)
    assert (one.standing, one.reason) == (Standing.PAUSED, "paused by mel")
    assert "is served again" in await bot.ask("daybrief resume", user=MEMBER)
    assert "at 09:00 UTC" in await bot.ask("daybrief setup", {"time": "09:00"}, user=MEMBER)


@pytest.mark.parametrize("act", ["post_now:{number}", "wish:drop/K7Q4/{number}/2026-03-04", "resend:{delivery}"])
async def test_buttons_of_another_servers_channel_do_nothing(bot: Bot, act: str) -> None:
    one = await bot.subscribe()
    name = f"daybrief:{act.format(number=one.id, delivery=await uncertain(bot, one))}:"

    theirs = await bot.press(await bot.button(name, "3009"), name, user=STRANGER)
    members = await bot.press(await bot.button(name), name, user=MEMBER)

    assert "is not set up in this channel" in await told(theirs)
    assert "Only those who may manage the server" in await told(members)
    assert await bot.desk.channels.wishes(one) == {}
    assert [one.state for one in await bot.desk.channels.deliveries()] == [DeliveryState.UNCERTAIN]


async def test_a_form_is_opened_to_those_who_may_submit_it(bot: Bot) -> None:
    refused = await opened(bot, MEMBER)

    assert refused.modal is None
    assert "Only those who may manage the server" in await told(refused)


async def test_a_form_is_judged_by_what_a_person_may_when_they_submit_it(bot: Bot) -> None:
    run = await opened(bot)
    bot.discord.users[ADMIN].permissions = ()

    done = await bot.discord.submit_modal(run, {"timezone": "Europe/Berlin"})

    assert "Only those who may manage the server" in await told(done)
    assert await bot.desk.channels.subscriptions() == ()


async def test_admin_work_needs_a_server(bot: Bot) -> None:
    here = bot.discord.open_dm(ADMIN).id

    with pytest.raises(ValueError, match="does not offer"):
        await bot.ask("daybrief status", user=ADMIN, channel=here)
    run = await opened(bot, ADMIN, here)
    assert "works in a server only" in await told(run)


def let_everybody_type(bot: Bot) -> None:
    """An admin has allowed everybody the command in the server's settings."""
    for command in bot.discord.commands[""]:
        command["default_member_permissions"] = None


# ----------------------------------------------------------------------------------------- looking and deciding


async def test_status_tells_the_next_post_and_who_changed_what(bot: Bot) -> None:
    await bot.subscribe()
    await bot.ask("daybrief pause", user=ADMIN)
    await bot.ask("daybrief resume", user=ADMIN)

    answer = await bot.ask("daybrief status", user=ADMIN)

    assert "Next post: Wednesday 4 March, 07:00" in answer
    assert "ada (2001) paused it" in answer


async def test_status_names_what_keeps_us_from_posting(bot: Bot) -> None:
    await bot.subscribe()
    bot.discord.revoke(NEWS, "send_messages")

    assert "lacks Send Messages" in await bot.ask("daybrief status", user=ADMIN)


@pytest.mark.parametrize("command", ["status", "test", "why"])
async def test_a_channel_that_is_not_set_up_offers_to_be(bot: Bot, command: str) -> None:
    options = {"story": "1"} if command == "why" else {}

    assert "[Set up here]" in await bot.ask(f"daybrief {command}", options, user=ADMIN)


async def test_an_admin_pins_and_drops_a_story_of_the_next_edition(bot: Bot) -> None:
    story, one = await bot.story(news_at=NOW), await bot.subscribe()
    run = await bot.discord.command("daybrief test", {}, user=ADMIN, channel=NEWS)
    assert STORY.title in read(*await run.wait_answers(3))

    pinned = await bot.press(run, "daybrief:wish:pin", user=ADMIN)
    await pinned.wait_answers(3)
    assert await bot.desk.channels.wishes(one) == {story.ref: Wish.PIN}
    dropped = await bot.press(pinned, "daybrief:wish:drop", user=ADMIN)
    after = await dropped.wait_answers(3)

    assert f"[Take {story.ref} back in]" in read(*after)
    composition, _ = await bot.desk.channels.preview(one)
    assert composition.edition.stories == ()


async def test_a_wish_for_an_edition_that_is_out_changes_no_other(bot: Bot) -> None:
    one = await bot.subscribe()
    await bot.story(news_at=NOW)
    run = await bot.discord.command("daybrief test", {}, user=ADMIN, channel=NEWS)
    await run.wait_answers(3)
    bot.clock.move_to(NOW + timedelta(days=2))

    pressed = await bot.press(run, "daybrief:wish:drop", user=ADMIN)
    answers = await pressed.wait_answers(2)

    assert "The edition for 2026-03-04 is out; this is the next one" in read(answers[0])
    assert await bot.desk.channels.wishes(one) == {}


async def test_todays_edition_is_posted_at_once_after_a_set_up(bot: Bot) -> None:
    await bot.story()
    run = await bot.discord.command("daybrief setup", {"time": "07:00", "days": "every day"}, user=ADMIN, channel=NEWS)
    await run.wait_answers()

    pressed = await bot.press(run, "daybrief:post_now", user=ADMIN)
    assert "on its way to #ai-news" in await told(pressed)
    await bot.desk.rounds.publish()
    again = await bot.press(run, "daybrief:post_now", user=ADMIN)

    assert STORY.title in read(bot.discord.messages(NEWS)[-1])
    assert "has already had today's edition" in await told(again)


async def test_an_uncertain_edition_is_sent_once_more_at_an_admins_word_in_private(bot: Bot) -> None:
    await bot.story()
    await uncertain(bot, await bot.subscribe(owner=ADMIN))
    await bot.desk.rounds.publish()
    [notice] = bot.discord.direct_messages(ADMIN)

    pressed = await bot.press(notice, "daybrief:resend", user=ADMIN)
    assert "It is on its way again." in await told(pressed)
    await bot.desk.rounds.publish()

    assert STORY.title in read(bot.discord.messages(NEWS)[-1])


async def test_an_installations_admin_resends_what_a_declared_channel_did_not_surely_get(bot: Bot) -> None:
    settings = bot.room.config.bot.model_copy(update={"admins": (f"discord:{MEMBER}",)})
    bot.room.config = replace(bot.room.config, bot=settings)
    await uncertain(bot, await bot.subscribe())
    await bot.desk.rounds.publish()
    [notice] = bot.discord.direct_messages(MEMBER)

    assert "It is on its way again." in await told(await bot.press(notice, "daybrief:resend", user=MEMBER))


async def test_an_uncertain_edition_of_a_paused_channel_stays_uncertain(bot: Bot) -> None:
    one = await bot.subscribe()
    await uncertain(bot, one)
    await bot.desk.office.pause(one, "on holiday")
    run = await bot.discord.command("daybrief status", {}, user=ADMIN, channel=NEWS)
    await run.wait_answers()

    assert "Resume it first" in await told(await bot.press(run, "daybrief:resend", user=ADMIN))
    assert [one.state for one in await bot.desk.channels.deliveries()] == [DeliveryState.UNCERTAIN]


async def test_why_a_story_was_posted_is_told_in_a_sentence_and_in_numbers(bot: Bot) -> None:
    story, one = await bot.story(), await bot.subscribe()
    await bot.desk.office.post_now(one)
    await bot.desk.rounds.publish()

    answer = await bot.ask("daybrief why", {"story": "1"}, user=ADMIN)

    assert f"{story.ref} was posted here on Tuesday 3 March at " in answer
    assert "= (coverage 1.1 + " in answer
    assert "oday's edition was posted here on Tuesday 3 March at " in await bot.ask("daybrief why", {}, user=ADMIN)
    assert "No stored story is called" in await bot.ask("daybrief why", {"story": "zzz yyy"}, user=ADMIN)


async def test_a_replayed_command_changes_nothing_even_after_a_restart(discord: FakeDiscord, tmp_path: Path) -> None:
    async with discord_bot(discord, tmp_path) as first:
        await first.subscribe()
        run = await discord.command("daybrief pause", {}, user=ADMIN, channel=NEWS)
        await run.wait_answers()
        await first.desk.office.resume(await only(first))
        await discord.replay(run)
        await first.ask("brief help")
        assert (await only(first)).standing is Standing.ACTIVE
    async with discord_bot(discord, tmp_path) as second:
        run.acknowledged = run.over = False
        await discord.replay(run)
        await until(lambda: "This has been done already." in read(*run.answers))

        assert (await only(second)).standing is Standing.ACTIVE


async def test_the_bot_greets_once_where_it_is_invited_and_is_set_up_from_there(bot: Bot) -> None:
    bot.discord.add_guild("1005", name="New", users=[User(id="2005", name="eve", permissions=("manage_guild",))])
    bot.discord.guilds["1005"].is_member = False
    bot.discord.add_channel("3050", guild="1005", name="general")
    await until(lambda: bot.gateway.is_ready)
    for _ in range(2):
        bot.discord.invite("1005")
        await until(lambda: bool(bot.discord.messages("3050")))
        bot.discord.kick("1005")
    bot.discord.invite("1005")
    await bot.ask("brief help")

    [greeting] = bot.discord.messages("3050")
    assert labels(greeting) == ["Set up here"]
    run = await bot.press(greeting, "daybrief:setup", user="2005")
    await told(await bot.discord.submit_modal(run, {"timezone": "Asia/Tokyo"}))
    one = await only(bot)
    assert (one.channel, one.timezone) == (replace(CHANNEL, workspace="1005", id="3050", name="general"), "Asia/Tokyo")
