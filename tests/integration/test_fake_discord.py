"""The local Discord, as the real discord.py sees it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.fake_discord import FakeDiscord, Fault, FaultPlan, User, as_argument, read_store

Json = dict[str, Any]
Talk = discord.Interaction[discord.Client]


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def fake(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeDiscord]:
    plan = FaultPlan(late_by=0.01, retry_after=0.01)
    async with FakeDiscord(tmp_path / "store", plan, monotonic=hand, limits=False, ack_timeout=1) as made:
        furnish(made)
        monkeypatch.setattr(discord.http.Route, "BASE", made.api)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(made.gateway_url))
        yield made


def furnish(fake: FakeDiscord) -> None:
    people = [User(id="2001", name="ada", permissions=("manage_guild",)), User(id="2002", name="mel")]
    fake.add_guild("1001", name="Home", users=people)
    fake.add_channel("3001", guild="1001", name="ai-news")
    fake.add_channel("3002", guild="1001", name="updates", kind="announcement")
    fake.add_channel("3003", guild="1001", name="forum", kind="forum", tags=["news"])


@pytest.fixture
async def client(fake: FakeDiscord) -> AsyncIterator[discord.Client]:
    """REST alone."""
    made = discord.Client(intents=discord.Intents.none())
    await made.login(fake.token)
    yield made
    await made.close()


async def call(fake: FakeDiscord, method: str, path: str, body: object = None, token: str | None = None) -> Json:
    """A request without discord.py's help; the answer with its status."""
    headers = {"Authorization": f"Bot {fake.token if token is None else token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.request(method, fake.api + path, json=body) as answer,
    ):
        found = await answer.json() if answer.content_type == "application/json" else {}
        return {"status": answer.status} | (found if isinstance(found, dict) else {"list": found})


class Bot(discord.Client):
    """A small product."""

    def __init__(self, setup: Callable[["Bot"], None]) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents, guild_ready_timeout=0.05, chunk_guilds_at_startup=False, max_messages=None)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[str] = []
        self.anything = asyncio.Event()
        self.readies = 0
        setup(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        self.readies += 1
        self.say(f"ready {self.readies}")

    async def on_resumed(self) -> None:
        self.say("resumed")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.say(f"join {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.say(f"remove {guild.name}")

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self.say(f"unavailable {guild.name}")

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.say(f"delete {channel.name}")

    async def on_guild_channel_update(self, before: object, after: discord.abc.GuildChannel) -> None:
        self.say(f"update {after.name}")

    async def until(self, said: str) -> None:
        async with asyncio.timeout(5):
            while said not in self.heard:
                self.anything.clear()
                await self.anything.wait()

    def say(self, text: str) -> None:
        self.heard.append(text)
        self.anything.set()


@asynccontextmanager
async def bot(fake: FakeDiscord, setup: Callable[[Bot], None] = lambda bot: None) -> AsyncIterator[Bot]:
    """A bot on the gateway."""
    made = Bot(setup)
    running = asyncio.create_task(made.start(fake.token))
    waiting = asyncio.create_task(made.wait_until_ready())
    try:
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        if running.done():
            running.result()
        yield made
    finally:
        waiting.cancel()
        await made.close()
        await asyncio.gather(running, return_exceptions=True)


# --------------------------------------------------------------------------------------------------------- messages


async def test_a_message_that_discord_py_sends_is_in_the_channel_and_in_the_store(
    fake: FakeDiscord, client: discord.Client, tmp_path: Path
) -> None:
    sent = await client.get_partial_messageable(3001).send("News", nonce="day/1")
    [kept] = fake.messages("3001")
    assert (kept.id, kept.content, kept.guild, kept.nonce) == (str(sent.id), "News", "1001", "day/1")
    assert [(line["id"], line["nonce"], line["channel"]) for line in read_store(tmp_path / "store")] == [
        (kept.id, "day/1", "3001")
    ]
    again = FakeDiscord(tmp_path / "store")
    assert [one.content for one in again.messages("3001")] == ["News"]


async def test_the_same_nonce_posts_once_for_some_minutes(
    fake: FakeDiscord, client: discord.Client, hand: Hand
) -> None:
    channel = client.get_partial_messageable(3001)
    first, second = await channel.send("News", nonce="day/1"), await channel.send("News", nonce="day/1")
    assert first.id == second.id
    hand.time += fake.nonce_life + 1
    third = await channel.send("News", nonce="day/1")
    assert third.id != first.id
    assert len(fake.messages("3001")) == 2


async def test_a_layout_view_arrives_with_its_custom_ids_and_is_read_back(
    fake: FakeDiscord, client: discord.Client
) -> None:
    view = ui.LayoutView(timeout=None)
    button: ui.Button[Any] = ui.Button(label="Key points", custom_id="key:1")
    view.add_item(ui.Container(ui.TextDisplay("# Today"), ui.Section("A story", accessory=button)))
    view.stop()
    channel = client.get_partial_messageable(3001)
    await channel.send(view=view)
    [kept] = fake.messages("3001")
    assert (kept.custom_ids, kept.texts) == (["key:1"], ["# Today", "A story"])
    [read] = [one async for one in channel.history(limit=5)]
    assert isinstance(read.components[0], discord.Container)


async def test_a_command_reaches_the_bot_and_its_answer_reaches_the_person(fake: FakeDiscord) -> None:
    def setup(made: Bot) -> None:
        @made.tree.command(name="keypoints", description="The key points")
        async def keypoints(interaction: Talk, story: str) -> None:
            await interaction.response.send_message(f"About {story}", ephemeral=True)

    async with bot(fake, setup):
        run = await fake.command("keypoints", {"story": "K7Q4"}, user="2001", channel="3001")
    assert run.acknowledged
    assert not run.error
    assert [(one.content, one.ephemeral) for one in run.answers] == [("About K7Q4", True)]
    assert run.ack_after is not None
    assert run.ack_after < 1


async def test_a_dropped_answer_after_acceptance_is_an_error_for_discord_py_and_a_message_in_the_channel(
    fake: FakeDiscord, client: discord.Client
) -> None:
    fake.next_faults("create_message", [Fault.DROP_AFTER])
    with pytest.raises(aiohttp.ClientError):
        await client.get_partial_messageable(3001).send("News")
    assert len(fake.messages("3001")) == 1


# ----------------------------------------------------------------------------------------------------------- people


async def test_an_answer_after_a_deferral_takes_its_place_and_keeps_its_privacy(fake: FakeDiscord) -> None:
    def setup(made: Bot) -> None:
        @made.tree.command(name="today", description="The latest edition")
        async def today(interaction: Talk) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.followup.send("one")
            await interaction.followup.send("two")
            await interaction.edit_original_response(content="first")
            made.say("edited")

    async with bot(fake, setup) as made:
        run = await fake.command("today", user="2002", channel="3001")
        assert run.deferred
        await run.wait_answers(2)
        await made.until("edited")
    assert [(one.content, one.ephemeral) for one in run.answers] == [("first", True), ("two", False)]
    assert fake.ephemerals("2002") == [run.answers[0]]
    assert [one.content for one in fake.messages("3001")] == ["two"]


async def test_silence_is_told_to_the_person_and_a_late_answer_is_unknown(fake: FakeDiscord) -> None:
    fake.ack_timeout = 0.05
    late: list[discord.NotFound] = []

    def setup(made: Bot) -> None:
        @made.tree.command(name="slow", description="Too slow")
        async def slow(interaction: Talk) -> None:
            await asyncio.sleep(0.1)
            try:
                await interaction.response.send_message("here")
            except discord.NotFound as error:
                late.append(error)
                made.say("late")

    async with bot(fake, setup) as made:
        run = await fake.command("slow", user="2001", channel="3001")
        assert (run.acknowledged, run.error) == (False, "The application did not respond")
        await made.until("late")
    assert late[0].code == 10062
    assert run.callbacks == 1


async def test_without_any_session_a_command_fails_at_once(fake: FakeDiscord, client: discord.Client) -> None:
    tree = app_commands.CommandTree(client)

    @tree.command(name="today", description="The latest edition")
    async def today(interaction: Talk) -> None: ...

    await tree.sync()
    run = await fake.command("today", user="2001", channel="3001")
    assert run.error == "The application did not respond"


async def test_subcommands_options_choices_and_autocompletion_work_as_registered(fake: FakeDiscord) -> None:
    got: list[object] = []

    def setup(made: Bot) -> None:
        group = app_commands.Group(name="brief", description="Briefings")

        @group.command(name="setup", description="Set up")
        @app_commands.choices(layout=[app_commands.Choice(name="Thread", value="thread")])
        async def set_up(  # noqa: PLR0917  # discord.py passes options by name
            interaction: Talk,
            story: str,
            stories: app_commands.Range[int, 1, 9] | None = None,
            layout: str | None = None,
            channel: discord.TextChannel | None = None,
            person: discord.Member | None = None,
        ) -> None:
            got.extend((story, stories, layout, channel and channel.id, person and person.id))
            await interaction.response.send_message("done")

        @set_up.autocomplete("story")
        async def offer(interaction: Talk, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{typed}!", value="K7Q4")]

        made.tree.add_command(group)

    async with bot(fake, setup):
        offered = await fake.autocomplete("brief setup", {"story": "ca"}, user="2001", channel="3001")
        assert offered == [{"name": "ca!", "value": "K7Q4"}]
        options = {"story": "K7Q4", "stories": 3, "layout": "thread", "channel": "3003", "person": "2002"}
        with pytest.raises(ValueError, match="channel"):
            await fake.command("brief setup", options, user="2001", channel="3001")
        options["channel"] = "3001"
        run = await fake.command("brief setup", options, user="2001", channel="3001")
        assert run.acknowledged
        with pytest.raises(ValueError, match="layout"):
            await fake.command("brief setup", {"story": "x", "layout": "poster"}, user="2001", channel="3001")
        with pytest.raises(ValueError, match="missing"):
            await fake.command("brief setup", user="2001", channel="3001")
    assert got == ["K7Q4", 3, "thread", 3001, 2002]


async def test_a_command_for_admins_is_not_offered_to_others(fake: FakeDiscord) -> None:
    def setup(made: Bot) -> None:
        @made.tree.command(name="admin", description="For admins")
        @app_commands.default_permissions(manage_guild=True)
        async def admin(interaction: Talk) -> None:
            await interaction.response.send_message(str(interaction.permissions.manage_guild))

    async with bot(fake, setup):
        run = await fake.command("admin", user="2001", channel="3001")
        assert run.answers[0].content == "True"
        with pytest.raises(ValueError, match="does not offer"):
            await fake.command("admin", user="2002", channel="3001")


class Pressed(ui.DynamicItem[ui.Button[Any]], template=r"story:(?P<ref>\w+)"):
    """A button that works after a restart."""

    def __init__(self, ref: str) -> None:
        self.ref = ref
        super().__init__(ui.Button(label="Read", custom_id=f"story:{ref}"))

    @classmethod
    async def from_custom_id(cls, interaction: Talk, item: ui.Item[Any], match: Any, /) -> "Pressed":  # noqa: ANN401
        return cls(match["ref"])

    async def callback(self, interaction: Talk) -> None:
        if self.ref == "edit":
            await interaction.response.edit_message(content="changed", view=None)
        elif self.ref == "modal":
            await interaction.response.send_modal(Form())
        else:
            view = ui.View(timeout=None)
            view.add_item(Pressed("edit"))
            await interaction.response.send_message(f"About {self.ref}", ephemeral=True, view=view)


class Form(ui.Modal, title="Settings"):
    hour: ui.TextInput["Form"] = ui.TextInput(label="Hour", custom_id="hour", max_length=5)
    zone: ui.Label["Form"] = ui.Label(
        text="Zone", component=ui.Select(custom_id="zone", options=[discord.SelectOption(label="UTC", value="utc")])
    )

    async def on_submit(self, interaction: Talk, /) -> None:
        assert isinstance(self.zone.component, ui.Select)
        await interaction.response.send_message(f"{self.hour.value} {self.zone.component.values}", ephemeral=True)


async def test_buttons_menus_and_modals_reach_the_bot(fake: FakeDiscord) -> None:
    class Menu(ui.View):
        @ui.select(custom_id="menu", options=[discord.SelectOption(label="One", value="1")])
        async def chosen(self, interaction: Talk, select: ui.Select[Any]) -> None:
            await interaction.response.send_message(f"chose {select.values}")

    async with bot(fake, lambda made: made.add_dynamic_items(Pressed)) as made:
        view = ui.View(timeout=None)
        view.add_item(Pressed("K7Q4"))
        view.add_item(Pressed("modal"))
        await made.get_partial_messageable(3001).send("News", view=view)
        [post] = fake.messages("3001")
        run = await fake.press(post, "story:K7Q4", user="2002")
        assert [(one.content, one.ephemeral) for one in run.answers] == [("About K7Q4", True)]
        with pytest.raises(ValueError, match="does not see"):
            await fake.press(run, "story:edit", user="2001")
        edited = await fake.press(run, "story:edit")
        assert edited.user == "2002"
        assert (run.answers[0].content, run.answers[0].custom_ids) == ("changed", [])
        opened = await fake.press(post.id, "story:modal", user="2001")
        with pytest.raises(ValueError, match="between"):
            await fake.submit_modal(opened, {"hour": "08:00:00", "zone": "utc"})
        done = await fake.submit_modal(opened, {"hour": "08:00", "zone": "utc"})
        assert done.answers[0].content == "08:00 ['utc']"
        with pytest.raises(ValueError, match="there is no"):
            await fake.press(post, "story:gone")

        await made.get_partial_messageable(3001).send("Menu", view=Menu(timeout=1))
        chosen = await fake.select(fake.messages("3001")[-1], "menu", ["1"], user="2001")
        assert chosen.answers[0].content == "chose ['1']"


async def test_a_button_can_change_its_message_after_a_silent_deferral(fake: FakeDiscord) -> None:
    class Menu(ui.View):
        @ui.button(label="Change", custom_id="change")
        async def change(self, interaction: Talk, button: ui.Button[Any]) -> None:
            await interaction.response.defer()
            await interaction.edit_original_response(content="after", view=None)
            made.say("changed")

    async with bot(fake) as made:
        await made.get_partial_messageable(3001).send("before", view=Menu(timeout=1))
        [post] = fake.messages("3001")
        run = await fake.press(post, "change", user="2002")
        await made.until("changed")
    assert run.deferred
    assert (post.content, post.custom_ids, [one["content"] for one in post.before]) == ("after", [], ["before"])


async def test_an_answer_that_discord_refuses_leaves_the_person_without_one(fake: FakeDiscord) -> None:
    fake.ack_timeout = 0.05

    def setup(made: Bot) -> None:
        @made.tree.command(name="long", description="Too long")
        async def long(interaction: Talk) -> None:
            try:
                await interaction.response.send_message("x" * 2001)
            except discord.HTTPException as error:
                made.say(f"{error.code} {error.text.splitlines()[1]}")

    async with bot(fake, setup) as made:
        run = await fake.command("long", user="2001", channel="3001")
        await made.until("50035 In data.content: Must be 2000 or fewer in length.")
    assert (run.acknowledged, run.answers) == (False, [])


async def test_the_same_interaction_twice_is_answered_once(fake: FakeDiscord) -> None:
    def setup(made: Bot) -> None:
        @made.tree.command(name="today", description="The latest edition")
        async def today(interaction: Talk) -> None:
            try:
                await interaction.response.send_message("here")
            except discord.HTTPException as error:
                made.say(str(error.code))

    async with bot(fake, setup) as made:
        run = await fake.command("today", user="2001", channel="3001")
        await fake.replay(run)
        await made.until("40060")
    assert (run.callbacks, len(run.answers)) == (2, 1)


async def test_follow_ups_end_after_a_quarter_of_an_hour(fake: FakeDiscord, hand: Hand) -> None:
    def setup(made: Bot) -> None:
        @made.tree.command(name="today", description="The latest edition")
        async def today(interaction: Talk) -> None:
            await interaction.response.send_message("here")
            hand.time += 15 * 60 + 1
            try:
                await interaction.followup.send("more")
            except discord.HTTPException as error:
                made.say(f"{error.status} {error.code}")

    async with bot(fake, setup) as made:
        await fake.command("today", user="2001", channel="3001")
        await made.until("401 50027")


# ---------------------------------------------------------------------------------------------------------- gateway


def commands(made: Bot) -> None:
    @made.tree.command(name="today", description="The latest edition")
    async def today(interaction: Talk) -> None:
        await interaction.response.send_message("here")


async def test_the_bot_knows_its_guilds_channels_and_permissions_once_it_is_ready(fake: FakeDiscord) -> None:
    fake.add_channel("3004", guild="1001", deny=["send_messages"])
    async with bot(fake) as made:
        [guild] = made.guilds
        assert (guild.name, [one.name for one in guild.text_channels]) == (
            "Home",
            ["ai-news", "updates", "channel-3004"],
        )
        may = [channel.permissions_for(guild.me).send_messages for channel in guild.text_channels]
        assert may == [True, True, False]
        assert guild.system_channel == guild.get_channel(3001)


@pytest.mark.parametrize("how", ["drop", "reconnect", "close"])
async def test_a_lost_connection_is_resumed_and_what_was_missed_is_replayed(fake: FakeDiscord, how: str) -> None:
    async with bot(fake, commands) as made:
        result = getattr(fake.gateway, how)()
        if how == "close":
            await result
        await fake.gateway.connected(0)
        fake.rename("3001", "renamed")
        await made.until("resumed")
        await made.until("update renamed")
        assert (fake.gateway.identifies, fake.gateway.resumes, made.readies) == (1, 1, 1)
        assert (await fake.command("today", user="2001", channel="3001")).acknowledged


async def test_a_command_given_during_a_lost_connection_is_answered_after_the_resume(fake: FakeDiscord) -> None:
    async with bot(fake, commands):
        fake.gateway.drop()
        await fake.gateway.connected(0)
        run = await fake.command("today", user="2001", channel="3001")
        assert run.acknowledged


async def test_frames_come_as_text_to_a_client_that_wants_no_compression(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.gateway_url}?v=10") as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        await socket.send_json({"op": 2, "d": {"token": fake.token, "intents": 0, "properties": {}}})
        assert (await socket.receive_json())["t"] == "READY"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 0}}, 4004),
        ({"op": 2, "d": {"token": "bot-token", "intents": 2}}, 4014),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1 << 40}}, 4013),
        ({"op": 2, "d": {"token": "bot-token", "intents": 0, "shard": [2, 2]}}, 4010),
        ({"op": 3, "d": {}}, 4003),
        ("nonsense", 4002),
    ],
)
async def test_the_gateway_closes_with_the_code_that_tells_why(fake: FakeDiscord, said: object, code: int) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.gateway_url}?v=10") as socket:
        await socket.receive_json()
        await socket.send_json(said)
        await socket.receive()
        assert socket.close_code == code


async def test_an_intent_that_was_not_granted_ends_discord_py(fake: FakeDiscord) -> None:
    intents = discord.Intents.none()
    intents.members = True
    client = discord.Client(intents=intents)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start(fake.token)
    await client.close()


async def test_a_revoked_token_ends_the_client_and_every_request(fake: FakeDiscord) -> None:
    made = Bot(commands)
    running = asyncio.create_task(made.start(fake.token))
    await fake.gateway.connected()
    await made.wait_until_ready()
    await fake.revoke_token(50014, "Invalid authentication token provided")
    with pytest.raises(discord.ConnectionClosed) as closed:
        await running
    assert closed.value.code == 4004
    await made.close()
    refused = await call(fake, "GET", "/users/@me")
    assert (refused["status"], refused["code"]) == (401, 50014)
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login(fake.token)
    await client.close()


async def test_an_outage_of_the_gateway_leaves_rest_alone(fake: FakeDiscord, client: discord.Client) -> None:
    fake.gateway.refuse = True
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(fake.gateway_url)
    await client.get_partial_messageable(3001).send("News")
    assert len(fake.messages("3001")) == 1


async def test_guilds_and_channels_come_and_go_for_discord_py(fake: FakeDiscord) -> None:
    async with bot(fake) as made:
        fake.outage("1001")
        await made.until("unavailable Home")
        fake.recover("1001")
        fake.delete_channel("3002")
        await made.until("delete updates")
        fake.kick("1001")
        await made.until("remove Home")
        fake.invite("1001")
        await made.until("join Home")
        fake.revoke("3001")
        await made.until("update ai-news")
        [guild] = made.guilds
        channel = guild.get_channel(3001)
        assert channel
        assert not channel.permissions_for(guild.me).send_messages
        fake.change_role("1001", "1001", [])
        fake.change_bot_roles("1001", [])
        fake.rename("3001", "later")
        await made.until("update later")
        assert not channel.permissions_for(guild.me).view_channel


async def test_a_frozen_connection_acknowledges_no_heartbeat(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.gateway_url}?v=10") as socket:
        await socket.receive_json()
        fake.gateway.freeze()
        await socket.send_json({"op": 1, "d": None})
        with pytest.raises(TimeoutError):
            await socket.receive_json(timeout=0.05)


async def test_a_sharded_bot_gets_each_guild_once(fake: FakeDiscord) -> None:
    other = fake.add_guild(str(1 << 22), name="Odd")
    seen: list[list[str]] = []
    for shard in (0, 1):
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.gateway_url}?v=10") as socket:
            await socket.receive_json()
            await socket.send_json({"op": 2, "d": {"token": fake.token, "intents": 1, "shard": [shard, 2]}})
            ready = await socket.receive_json()
            seen.append([one["id"] for one in ready["d"]["guilds"]])
    assert seen == [["1001"], [other.id]]


async def test_a_session_that_is_forgotten_is_begun_anew(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{fake.gateway_url}?v=10") as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": fake.token, "session_id": "gone", "seq": 1}})
        assert await socket.receive_json() == {"op": 9, "d": False, "s": None, "t": None}


async def test_one_session_too_many_in_a_day_resets_the_token(fake: FakeDiscord) -> None:
    fake.gateway.most_identifies = 0
    limit = (await call(fake, "GET", "/gateway/bot"))["session_start_limit"]
    assert limit["remaining"] == 0
    made = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.ConnectionClosed):
        await made.start(fake.token)
    await made.close()
    assert (await call(fake, "GET", "/users/@me"))["status"] == 401


async def test_an_invalid_session_makes_discord_py_ready_twice(
    fake: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_once(*args: object, **kwargs: object) -> None: ...

    async with bot(fake) as made:
        # discord.py waits for five seconds before it identifies again.
        monkeypatch.setattr(made, "before_identify_hook", at_once)
        monkeypatch.setattr("discord.backoff.ExponentialBackoff.delay", lambda self: 0)
        fake.gateway.invalidate()
        await fake.gateway.connected(0)
        await fake.gateway.connected(1)
        await made.until("ready 2")
    assert (fake.gateway.identifies, fake.gateway.resumes) == (2, 0)


# ------------------------------------------------------------------------------------------------------ permissions


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (lambda fake: fake.kick("1001"), 403, 50001),
        (lambda fake: fake.delete_channel("3001"), 404, 10003),
        (lambda fake: fake.revoke("3001"), 403, 50013),
        (lambda fake: fake.revoke("3001", "view_channel"), 403, 50001),
        (lambda fake: setattr(fake.channels["3001"], "posting_error", (400, 200000, "AutoMod")), 400, 200000),
        (lambda fake: setattr(fake.channels["3001"], "locked", True), 400, 160005),
        (lambda fake: setattr(fake, "token_error", (0, "401: Unauthorized")), 401, 0),
    ],
)
async def test_posting_is_refused_with_the_code_that_tells_why(
    fake: FakeDiscord, client: discord.Client, change: Callable[[FakeDiscord], None], status: int, code: int
) -> None:
    change(fake)
    with pytest.raises(discord.HTTPException) as refused:
        await client.get_partial_messageable(3001).send("News")
    assert (refused.value.status, refused.value.code) == (status, code)
    assert fake.messages("3001") == []


async def test_what_is_not_there_is_unknown(fake: FakeDiscord) -> None:
    for method, path, status, code in (
        ("GET", "/channels/1", 404, 10003),
        ("GET", "/guilds/1", 404, 10004),
        ("GET", "/channels/3001/messages/1", 404, 10008),
        ("GET", "/users/1", 404, 10013),
        ("GET", "/guilds/1001/members/1", 404, 10007),
        ("POST", "/interactions/1/token/callback", 404, 10062),
        ("POST", "/webhooks/9000/token", 404, 10015),
        ("GET", "/nothing", 404, 0),
    ):
        found = await call(fake, method, path, {} if method == "POST" else None)
        assert (found["status"], found["code"]) == (status, code), path
    assert (await call(fake, "GET", "/users/@me", token="wrong"))["status"] == 401


async def test_the_bot_may_not_read_back_what_it_may_not_see(fake: FakeDiscord, client: discord.Client) -> None:
    channel = client.get_partial_messageable(3001)
    await channel.send("News")
    fake.revoke("3001", "read_message_history")
    assert [one async for one in channel.history()] == []
    fake.grant("3001", "read_message_history")
    assert len([one async for one in channel.history()]) == 1


async def test_guild_channel_and_member_can_be_fetched_without_the_gateway(
    fake: FakeDiscord, client: discord.Client
) -> None:
    guild = await client.fetch_guild(1001)
    place = await guild.fetch_channel(3001)
    assert client.user
    me = await guild.fetch_member(client.user.id)
    assert isinstance(place, discord.TextChannel)
    assert place.permissions_for(me).send_messages
    assert (await guild.fetch_member(2001)).name == "ada"
    assert [one.id async for one in client.fetch_guilds()] == [1001]
    assert [one.name for one in await guild.fetch_channels()] == ["ai-news", "updates", "forum"]
    assert (await client.application_info()).name == "daybrief"


# --------------------------------------------------------------------------------------------------------- messages


async def test_history_is_read_in_pages_before_after_and_around(fake: FakeDiscord, client: discord.Client) -> None:
    for number in range(7):
        fake.say("3001", "2001", str(number))
    ids = [one.id for one in fake.messages("3001")]
    assert ids == sorted(ids, key=int)
    channel = client.get_partial_messageable(3001)
    middle = discord.Object(int(ids[3]))
    assert [one.content async for one in channel.history(limit=2)] == ["6", "5"]
    assert [one.content async for one in channel.history(limit=2, before=middle)] == ["2", "1"]
    assert [one.content async for one in channel.history(limit=2, after=middle, oldest_first=True)] == ["4", "5"]
    assert [one.content async for one in channel.history(limit=3, around=middle, oldest_first=True)] == ["2", "3", "4"]


async def test_an_edit_keeps_what_was_there_before_and_a_deletion_removes_it(
    fake: FakeDiscord, client: discord.Client
) -> None:
    sent = await client.get_partial_messageable(3001).send("News")
    await sent.edit(content="More news")
    [kept] = fake.messages("3001")
    assert (kept.content, [one["content"] for one in kept.before]) == ("More news", ["News"])
    said = fake.say("3001", "2001", "hello")
    with pytest.raises(discord.Forbidden) as refused:
        await client.get_partial_messageable(3001).get_partial_message(int(said.id)).edit(content="mine")
    assert refused.value.code == 50005
    await sent.delete()
    assert fake.messages("3001") == [said]
    with pytest.raises(discord.NotFound):
        await sent.edit(content="gone")


async def test_only_an_announcement_is_published_and_only_once(fake: FakeDiscord, client: discord.Client) -> None:
    sent = await client.get_partial_messageable(3002).send("News")
    await sent.publish()
    assert fake.messages("3002")[0].crossposted
    with pytest.raises(discord.HTTPException) as twice:
        await sent.publish()
    assert twice.value.code == 40033
    with pytest.raises(discord.HTTPException) as plain:
        await (await client.get_partial_messageable(3001).send("News")).publish()
    assert plain.value.code == 50024


async def test_a_thread_has_the_id_of_its_message_and_holds_what_is_posted_there(
    fake: FakeDiscord, client: discord.Client, tmp_path: Path
) -> None:
    sent = await client.get_partial_messageable(3001).send("Overview")
    # discord.py makes threads only where it knows the guild: a channel that was fetched, not a partial one.
    channel = await client.fetch_channel(3001)
    assert isinstance(channel, discord.TextChannel)
    partial = channel.get_partial_message(sent.id)
    thread = await partial.create_thread(name="Stories")
    await client.get_partial_messageable(thread.id).send("A story")
    assert thread.id == sent.id
    assert [one.content for one in fake.messages(thread.id)] == ["A story"]
    with pytest.raises(discord.HTTPException) as twice:
        await partial.create_thread(name="Stories")
    assert twice.value.code == 160004
    fake.archive(thread.id)
    await client.get_partial_messageable(thread.id).send("wakes it")
    fake.archive(thread.id, locked=True)
    with pytest.raises(discord.HTTPException) as locked:
        await client.get_partial_messageable(thread.id).send("refused")
    assert locked.value.code == 160005
    again = FakeDiscord(tmp_path / "store")
    assert [one.content for one in again.messages(thread.id)] == ["A story", "wakes it"]
    assert [one.name for one in again.threads("3001")] == ["Stories"]


async def test_a_forum_takes_posts_with_a_title_and_a_tag_if_it_wants_one(
    fake: FakeDiscord, client: discord.Client
) -> None:
    forum = await client.fetch_channel(3003)
    assert isinstance(forum, discord.ForumChannel)
    made = await forum.create_thread(name="Today", content="News", applied_tags=[forum.available_tags[0]])
    [post] = fake.threads("3003")
    assert (post.name, post.applied_tags) == ("Today", [fake.channels["3003"].tags[0]["id"]])
    assert [one.content for one in fake.messages(made.thread.id)] == ["News"]
    with pytest.raises(discord.HTTPException) as plain:
        await client.get_partial_messageable(3003).send("News")
    assert plain.value.code == 40058
    fake.channels["3003"].tag_required = True
    with pytest.raises(discord.HTTPException) as bare:
        await forum.create_thread(name="Today", content="News")
    assert bare.value.code == 40067


async def test_a_direct_message_arrives_unless_the_person_takes_none(fake: FakeDiscord, client: discord.Client) -> None:
    user = await client.fetch_user(2001)
    await user.send("Psst")
    assert [one.content for one in fake.direct_messages("2001")] == ["Psst"]
    fake.users["2002"].takes_dms = False
    with pytest.raises(discord.Forbidden) as refused:
        await (await client.fetch_user(2002)).send("Psst")
    assert refused.value.code == 50007


async def test_a_command_in_a_direct_conversation_has_no_guild(fake: FakeDiscord) -> None:
    async with bot(fake, commands):
        run = await fake.command("today", user="2001", channel=fake.open_dm("2001").id)
    assert [one.content for one in run.answers] == ["here"]
    assert "guild_id" not in run.payload


async def test_who_is_pinged_is_what_allowed_mentions_leaves(fake: FakeDiscord, client: discord.Client) -> None:
    fake.add_role("1001", "4001", name="readers", mentionable=True)
    channel = client.get_partial_messageable(3001)
    text = "<@2001> <@!2002> <@&4001> @everyone `<@2001>`"
    await channel.send(text)
    await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    await channel.send(text, allowed_mentions=discord.AllowedMentions(users=[discord.Object(2002)], roles=False))
    view = ui.LayoutView()
    view.add_item(ui.TextDisplay("<@2001>"))
    await channel.send(view=view)
    view.stop()
    fake.grant("3001", "mention_everyone")
    await channel.send("@here")
    pinged = [(one.pings.users, one.pings.roles, one.pings.everyone) for one in fake.messages("3001")]
    assert pinged == [
        (["2001", "2002"], ["4001"], False),
        ([], [], False),
        (["2002"], [], False),
        (["2001"], [], False),
        ([], [], True),
    ]


async def test_files_and_flags_arrive(fake: FakeDiscord, client: discord.Client) -> None:
    import io

    file = discord.File(io.BytesIO(b"hello"), "news.txt")
    await client.get_partial_messageable(3001).send("News", file=file, silent=True, suppress_embeds=True)
    [kept] = fake.messages("3001")
    assert ([one["filename"] for one in kept.attachments], kept.flags) == (["news.txt"], 4096 | 4)
    big = discord.File(io.BytesIO(b"x" * (10 * 2**20 + 1)), "big")
    with pytest.raises(discord.HTTPException) as refused:
        await client.get_partial_messageable(3001).send("News", file=big)
    assert (refused.value.status, refused.value.code) == (413, 40005)


TEXT = {"type": 10, "content": "text"}
BUTTON = {"type": 2, "style": 1, "label": "Read", "custom_id": "read"}


def v2(*components: Json) -> Json:
    return {"flags": 1 << 15, "components": list(components)}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"content": "x" * 2001}, "content"),
        ({"contents": "typing error"}, "contents"),
        ({"content": "x", "nonce": "x" * 26}, "nonce"),
        ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
        ({"embeds": [{"description": "x" * 4096}, {"description": "x" * 1905}]}, "embeds"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds"),
        ({"embeds": [{"fields": [{"name": "", "value": "x"}]}]}, "embeds.0.fields.0.name"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}, "allowed_mentions"),
        (v2(TEXT) | {"content": "x"}, "content"),
        (v2(TEXT) | {"embeds": [{"title": "x"}]}, "embeds"),
        ({"components": [TEXT]}, "components.0.type"),
        (v2(*[TEXT] * 41), "components"),
        (v2({"type": 17, "components": [TEXT] * 40}), "components"),
        (v2({"type": 10, "content": "x" * 2001}, {"type": 10, "content": "x" * 2000}), "components"),
        (v2({"type": 9, "components": [TEXT] * 4, "accessory": BUTTON}), "components.0.components"),
        (v2({"type": 9, "components": [TEXT]}), "components.0.accessory"),
        (v2({"type": 1, "components": [BUTTON, BUTTON]}), "components"),
        (
            {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "x" * 101}]}]},
            "components.0.components.0.custom_id",
        ),
        (
            {"components": [{"type": 1, "components": [BUTTON | {"label": "x" * 81}]}]},
            "components.0.components.0.label",
        ),
        (
            {"components": [{"type": 1, "components": [BUTTON | {"custom_id": str(n)} for n in range(6)]}]},
            "components.0.components",
        ),
        (
            {
                "components": [
                    {
                        "type": 1,
                        "components": [
                            {
                                "type": 3,
                                "custom_id": "x",
                                "options": [{"label": str(n), "value": str(n)} for n in range(26)],
                            }
                        ],
                    }
                ]
            },
            "components.0.components.0.options",
        ),
    ],
)
async def test_a_message_beyond_a_limit_is_refused_with_the_place_of_the_error(
    fake: FakeDiscord, body: Json, where: str
) -> None:
    refused = await call(fake, "POST", "/channels/3001/messages", body)
    assert (refused["status"], refused.get("code")) == (400, 50035)
    place = refused["errors"]
    for step in where.split("."):
        place = place[step]
    assert place["_errors"]
    assert fake.messages("3001") == []


async def test_a_message_at_the_limits_is_taken(fake: FakeDiscord) -> None:
    row = {"type": 1, "components": [BUTTON | {"custom_id": "x" * 100, "label": "x" * 80}]}
    for body in (
        {"content": "x" * 2000, "components": [row]},
        {"embeds": [{"url": "https://example.org", "description": "x" * 3000}] * 2},
        v2({"type": 17, "components": [{"type": 10, "content": "x" * 100}] * 39}),
        v2({"type": 10, "content": "x" * 4000}),
    ):
        assert (await call(fake, "POST", "/channels/3001/messages", body))["status"] == 200
    assert (await call(fake, "POST", "/channels/3001/messages", {"content": ""}))["code"] == 50006
    assert (await call(fake, "POST", "/channels/3001/messages", v2({"type": 10, "content": "新" * 4000})))[
        "status"
    ] == 500


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Today"},
        {"description": "x" * 101},
        {"options": [{"type": 3, "name": "x", "description": ""}]},
        {"options": [{"type": 3, "name": str(n), "description": "x"} for n in range(26)]},
        {"name_localizations": {"xx": "heute"}},
    ],
)
async def test_one_wrong_command_fails_the_whole_sync(fake: FakeDiscord, change: Json) -> None:
    good = {"name": "today", "description": "The latest edition"}
    refused = await call(fake, "PUT", "/applications/9000/commands", [good | {"name": "good"}, good | change])
    assert (refused["status"], refused["code"]) == (400, 50035)
    assert fake.commands == {}


async def test_unchanged_commands_count_towards_no_limit(fake: FakeDiscord) -> None:
    fake.most_commands_a_day = 1
    told = [{"name": "today", "description": "The latest edition"}]
    first = await call(fake, "PUT", "/applications/9000/commands", told)
    again = await call(fake, "PUT", "/applications/9000/commands", told)
    assert first["list"] == again["list"]
    refused = await call(fake, "PUT", "/applications/9000/commands", [{"name": "new", "description": "x"}])
    assert (refused["status"], refused["code"]) == (400, 30034)
    of_guild = await call(fake, "PUT", "/applications/9000/guilds/1001/commands", told)
    assert of_guild["list"][0]["guild_id"] == "1001"


# ----------------------------------------------------------------------------------------------------------- limits


async def test_a_channel_takes_five_messages_in_five_seconds_and_says_so(fake: FakeDiscord, hand: Hand) -> None:
    fake.limits.on = True
    answers = [await call(fake, "POST", "/channels/3001/messages", {"content": "x"}) for _ in range(6)]
    assert [one["status"] for one in answers] == [200] * 5 + [429]
    assert (answers[-1]["retry_after"], answers[-1]["global"]) == (5.0, False)
    assert (await call(fake, "POST", "/channels/3002/messages", {"content": "x"}))["status"] == 200
    hand.time += 5
    assert (await call(fake, "POST", "/channels/3001/messages", {"content": "x"}))["status"] == 200
    assert fake.limits.invalid == 1


async def test_discord_py_understands_the_headers_and_is_never_refused(
    fake: FakeDiscord, client: discord.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    fake.limits.on = True
    fake.limits.buckets["create_message"] = (5, 0.1)
    fake.limits._clock = time.monotonic  # noqa: SLF001  # real time, for discord.py waits in it
    channel = client.get_partial_messageable(3001)
    await asyncio.gather(*(channel.send(str(number)) for number in range(12)))
    assert fake.counts["create_message", "ok"] == 12
    assert fake.limits.invalid == 0


async def test_the_whole_bot_has_fifty_requests_a_second_but_answers_to_people_are_exempt(
    fake: FakeDiscord, hand: Hand
) -> None:
    fake.limits.on = True
    answers = [await call(fake, "GET", "/users/@me") for _ in range(51)]
    assert [one["status"] for one in answers] == [200] * 50 + [429]
    assert answers[-1]["global"] is True
    assert (await call(fake, "POST", "/interactions/1/x/callback", {}))["status"] == 404
    hand.time += 1
    assert (await call(fake, "GET", "/users/@me"))["status"] == 200
    assert fake.limits.busiest_second == 51


async def test_a_sliding_limit_forgets_each_request_after_a_second(fake: FakeDiscord, hand: Hand) -> None:
    fake.limits.on, fake.limits.sliding, fake.limits.per_second = True, True, 2

    async def status() -> object:
        return (await call(fake, "GET", "/users/@me"))["status"]

    assert await status() == 200
    hand.time += 0.75
    assert [await status(), await status()] == [200, 429]
    hand.time += 0.5
    assert [await status(), await status()] == [200, 429]


async def test_too_many_invalid_requests_ban_the_address(fake: FakeDiscord, client: discord.Client, hand: Hand) -> None:
    fake.limits.on, fake.limits.most_invalid = True, 3
    for _ in range(3):
        await call(fake, "GET", "/users/@me", token="wrong")
    with pytest.raises(discord.HTTPException) as banned:
        await client.get_partial_messageable(3001).send("News")
    assert (banned.value.status, banned.value.code) == (429, 0)
    assert "html" in banned.value.text
    hand.time += 3601
    await client.get_partial_messageable(3001).send("News")


async def test_a_storm_over_one_channel_spares_the_others(fake: FakeDiscord, hand: Hand) -> None:
    fake.storm(10, 2.5, channel="3001")
    refused = await call(fake, "POST", "/channels/3001/messages", {"content": "x"})
    assert (refused["status"], refused["retry_after"], refused["global"]) == (429, 2.5, False)
    assert (await call(fake, "POST", "/channels/3002/messages", {"content": "x"}))["status"] == 200
    fake.storm(10)
    assert (await call(fake, "GET", "/users/@me"))["global"] is True
    hand.time += 10
    assert (await call(fake, "POST", "/channels/3001/messages", {"content": "x"}))["status"] == 200


# ----------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("fault", "status", "posted"),
    [
        (Fault.CLOUDFLARE_429, 429, 0),
        (Fault.CLOUDFLARE_403, 403, 0),
        (Fault.UNAVAILABLE_BEFORE, 503, 0),
        (Fault.UNAVAILABLE_AFTER, 503, 1),
        (Fault.DROP_BEFORE, 0, 0),
        (Fault.DROP_AFTER, 0, 1),
    ],
)
async def test_a_fault_posts_or_posts_not_as_its_name_says(
    fake: FakeDiscord, client: discord.Client, fault: Fault, status: int, posted: int
) -> None:
    fake.next_faults("create_message", [fault])
    with pytest.raises((discord.HTTPException, aiohttp.ClientError)) as failed:
        await client.get_partial_messageable(3001).send("News")
    assert getattr(failed.value, "status", 0) == status
    assert len(fake.messages("3001")) == posted


@pytest.mark.parametrize(
    ("fault", "status", "posted"),
    [
        (Fault.ERROR_BEFORE, 500, 0),
        (Fault.ERROR_AFTER, 500, 1),
        (Fault.HTML_BEFORE, 502, 0),
        (Fault.HTML_AFTER, 502, 1),
        (Fault.TOO_MANY_SHARED, 429, 0),
    ],
)
async def test_faults_that_discord_py_would_retry_look_like_discords(
    fake: FakeDiscord, fault: Fault, status: int, posted: int
) -> None:
    fake.next_faults("create_message", [fault])
    assert (await call(fake, "POST", "/channels/3001/messages", {"content": "x"}))["status"] == status
    assert len(fake.messages("3001")) == posted
    assert fake.limits.invalid == 0


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.TOO_MANY_GLOBAL])
async def test_discord_py_waits_out_a_429_and_posts_once(
    fake: FakeDiscord, client: discord.Client, fault: Fault
) -> None:
    fake.next_faults("create_message", [fault, fault])
    await client.get_partial_messageable(3001).send("News")
    assert len(fake.messages("3001")) == 1
    assert fake.counts["create_message", "429/0"] == 2


async def test_a_late_request_is_accepted_after_its_connection_broke(fake: FakeDiscord, client: discord.Client) -> None:
    fake.next_faults("create_message", [Fault.LATE])
    with pytest.raises(aiohttp.ClientError):
        await client.get_partial_messageable(3001).send("News")
    assert fake.messages("3001") == []
    await asyncio.sleep(0.02)
    assert len(fake.messages("3001")) == 1


async def test_answers_to_people_can_fail_too(fake: FakeDiscord) -> None:
    fake.ack_timeout = 0.05
    fake.next_faults("callback", [Fault.DROP_BEFORE])
    fake.next_faults("follow_up", [Fault.DROP_AFTER])

    def setup(made: Bot) -> None:
        @made.tree.command(name="today", description="The latest edition")
        async def today(interaction: Talk) -> None:
            try:
                await interaction.response.send_message("here")
                await interaction.followup.send("more")
            except aiohttp.ClientError:
                made.say("failed")

    async with bot(fake, setup) as made:
        silent = await fake.command("today", user="2001", channel="3001")
        assert silent.error == "The application did not respond"
        run = await fake.command("today", user="2001", channel="3001")
        assert [one.content for one in await run.wait_answers(2)] == ["here", "more"]
        await made.until("failed")


async def test_a_planned_fault_happens_to_discord_py_and_is_counted(tmp_path: Path, fake: FakeDiscord) -> None:
    fake.faults.plan = FaultPlan(chance=1, faults=("unavailable_after",))
    refused = await call(fake, "POST", "/channels/3001/messages", {"content": "x", "nonce": "1"})
    assert refused["status"] == 503
    assert fake.faults.happened == {Fault.UNAVAILABLE_AFTER: 1}
    assert [one.fault for one in fake.calls] == ["unavailable_after"]


async def test_a_hanging_request_is_accepted_and_ends_with_the_server(fake: FakeDiscord) -> None:
    fake.next_faults("create_message", [Fault.HANG])
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(call(fake, "POST", "/channels/3001/messages", {"content": "x"}), 0.05)
    assert len(fake.messages("3001")) == 1


def test_a_plan_makes_the_same_faults_for_the_same_seed() -> None:
    def faults(seed: int) -> list[Fault]:
        plan = FaultPlan(seed=seed, chance=0.5)
        return [plan.fault("create_message", str(number), 1) for number in range(50)]

    assert faults(1) == faults(1) != faults(2)
    assert 10 < sum(fault is not Fault.NONE for fault in faults(1)) < 40
    assert all(fault is Fault.NONE for fault in [FaultPlan(chance=1).fault("get_me", "x", 1)])


# ---------------------------------------------------------------------------------------------------------- control


async def test_a_server_in_a_process_of_its_own_is_furnished_and_asked_over_http(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port_file = tmp_path / "port"
    arguments = [
        sys.executable,
        "-m",
        "tests.fake_discord",
        str(tmp_path / "store"),
        str(port_file),
        as_argument(FaultPlan()),
    ]
    process = await asyncio.create_subprocess_exec(*arguments)
    try:
        async with asyncio.timeout(10):
            while not port_file.exists():  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(0.02)
        url = f"http://127.0.0.1:{port_file.read_text()}"
        async with aiohttp.ClientSession() as session:

            async def ask(name: str, /, **given: object) -> Any:  # noqa: ANN401
                async with session.post(f"{url}/control/{name}", json=given) as answer:
                    found = await answer.json()
                    assert "result" in found, found
                    return found["result"]

            await ask("add_guild", guild="1001", users=[{"id": "2001"}])
            await ask("add_channel", channel="3001", guild="1001")
            await ask("configure", ack_timeout=1, limits_on=False)
            monkeypatch.setattr(discord.http.Route, "BASE", f"{url}/api/v10")
            gateway = yarl.URL(f"{url.replace('http', 'ws')}/gw")
            monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
            fake = FakeDiscord()
            async with bot(fake, commands) as made:
                run = await ask("command", name="today", user="2001", channel="3001")
                assert run["acknowledged"]
                answers = await ask("wait_answers", interaction=run["id"])
                assert answers[0]["content"] == "here"
                await made.get_partial_messageable(3001).send("News")
                await ask("gateway_drop")
                await made.until("resumed")
            assert [one["content"] for one in await ask("messages", channel="3001")] == ["here", "News"]
            assert (await ask("status"))["resumes"] == 1
            assert ["create_message", "ok", 1] in await ask("counts")
            async with session.post(f"{url}/control/press", json={"message": "1", "custom_id": "x"}) as answer:
                assert answer.status == 400
    finally:
        process.terminate()
        await process.wait()
    assert [line["content"] for line in read_store(tmp_path / "store")] == ["here", "News"]


# ----------------------------------------------------------------------------------------------------------- schema


class Schema:
    """What Discord publishes about its answers."""

    def __init__(self, path: Path) -> None:
        self.told = json.loads(path.read_text("utf-8"))
        contents = DRAFT202012.create_resource(self.told)
        self.registry: Registry[Any] = Registry().with_resource("urn:discord", contents)

    def problems(self, method: str, template: str, status: int, body: object) -> list[str]:
        place = (
            f"paths/{template.replace('/', '~1')}/{method.lower()}/responses/{status}/content/application~1json/schema"
        )
        schema = {"$ref": f"urn:discord#/{quote(place, safe='/~@')}"}
        found = Draft202012Validator(schema, registry=self.registry).iter_errors(body)
        return [f"{template} {one.json_path}: {one.message[:200]}" for one in found]


@pytest.mark.shared
async def test_answers_are_as_discord_publishes_them(fake: FakeDiscord, shared: Path) -> None:
    schema = Schema(shared / "schemas" / "discord" / "openapi.json")
    view = v2({"type": 17, "components": [{"type": 9, "components": [TEXT], "accessory": BUTTON}, {"type": 14}]})
    plain = {"content": "<@2001>", "embeds": [{"title": "x"}], "components": [{"type": 1, "components": [BUTTON]}]}
    said = fake.say("3001", "2001", "hello")
    told = [{"name": "today", "description": "x", "options": [{"type": 3, "name": "x", "description": "y"}]}]
    ids = {
        "channel_id": "3001",
        "guild_id": "1001",
        "user_id": "2001",
        "message_id": said.id,
        "application_id": "9000",
    }
    asked: list[tuple[str, str, object]] = [
        ("GET", "/users/@me", None),
        ("GET", "/users/@me/guilds", None),
        ("GET", "/users/{user_id}", None),
        ("POST", "/users/@me/channels", {"recipient_id": "2001"}),
        ("GET", "/applications/@me", None),
        ("GET", "/gateway/bot", None),
        ("GET", "/guilds/{guild_id}", None),
        ("GET", "/guilds/{guild_id}/channels", None),
        ("GET", "/guilds/{guild_id}/roles", None),
        ("GET", "/guilds/{guild_id}/members/{user_id}", None),
        ("GET", "/channels/{channel_id}", None),
        ("POST", "/channels/{channel_id}/messages", plain),
        ("POST", "/channels/{channel_id}/messages", view),
        ("GET", "/channels/{channel_id}/messages", None),
        ("GET", "/channels/{channel_id}/messages/{message_id}", None),
        ("POST", "/channels/{channel_id}/messages/{message_id}/threads", {"name": "Stories"}),
        ("PUT", "/applications/{application_id}/commands", told),
        ("GET", "/applications/{application_id}/commands", None),
    ]
    for method, template, body in asked:
        found = await call(fake, method, template.format(**ids), body)
        status = found.pop("status")
        assert status in {200, 201}, found
        assert schema.problems(method, template, status, found.get("list", found)) == []
