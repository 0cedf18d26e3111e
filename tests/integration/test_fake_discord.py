"""The local Discord, as the real discord.py sees it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui

from tests.fake_discord import FakeDiscord, Fault, FaultPlan, User, read_store

Json = dict[str, Any]
Talk = discord.Interaction[discord.Client]


class Hand:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


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
