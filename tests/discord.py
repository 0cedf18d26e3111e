"""The Discord adapter, pointed at a Discord of ours, with people in it who ask and press."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

import discord
from discord.gateway import DiscordWebSocket
from discord.http import Route

from adapters.discord.components import button, card, row, texts
from adapters.discord.gateway import Gateway
from adapters.discord.pace import Pace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest, point_to
from adapters.discord.wire import view_of
from bot.desk import Desk
from bot.model import Channel, Edition, Story, Subscription, delivery_key
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Watch
from tests.clock import VirtualClock
from tests.fake_discord import FakeDiscord, FaultPlan, Interaction, Message, User
from tests.morning import EDITION, NOW, STORY
from tests.newsroom import EVERY_DAY, newsroom

ADMIN, MEMBER, STRANGER = "2001", "2002", "2009"
GUILD, ELSEWHERE = "1001", "1009"
NEWS = "3001"
CHANNEL = Channel(platform="discord", workspace=GUILD, id=NEWS, name="ai-news")


class BriskClock(VirtualClock):
    """Shows a time that stands still; whoever waits gives way to the network for a moment, whatever they wait for."""

    async def wait(self, duration: timedelta) -> None:
        await asyncio.sleep(0.005)


def furnish(fake: FakeDiscord) -> None:
    """A server with channels of every kind, its admin and a member; another one, with a stranger for a second admin."""
    people = [User(id=ADMIN, name="ada", permissions=("manage_guild",)), User(id=MEMBER, name="mel")]
    fake.add_guild(GUILD, name="Home", users=people)
    fake.add_channel(NEWS, guild=GUILD, name="ai-news")
    fake.add_channel("3002", guild=GUILD, name="random")
    fake.add_channel("3003", guild=GUILD, name="secret", deny=("view_channel", "send_messages"))
    fake.add_channel("3004", guild=GUILD, name="updates", kind="announcement")
    fake.add_channel("3005", guild=GUILD, name="forum", kind="forum")
    fake.add_channel("3006", guild=GUILD, name="group", kind="category")
    fake.add_channel("3007", guild=GUILD, name="talk", kind="thread", parent="3002")
    stranger = User(id=STRANGER, name="sam", permissions=("manage_guild",))
    fake.add_guild(ELSEWHERE, name="Elsewhere", users=[stranger, people[0]])
    fake.add_channel("3009", guild=ELSEWHERE, name="theirs")


@contextlib.asynccontextmanager
async def local_discord(folder: Path, *, ack_timeout: float = 3.0) -> AsyncIterator[FakeDiscord]:
    """A furnished Discord without limits, to which discord.py is pointed meanwhile."""
    api, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    plan = FaultPlan(retry_after=0.01)
    async with FakeDiscord(folder / "discord", plan, limits=False, ack_timeout=ack_timeout) as fake:
        furnish(fake)
        point_to(fake.api, fake.gateway_url)
        try:
            yield fake
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = api, gateway


def read(*messages: Message) -> str:
    """All that people read in *messages*, the labels of buttons in brackets."""
    told = []
    for message in messages:
        embeds = [str(one.get("description", "")) for one in message.embeds]
        told += [message.content, *embeds, *texts(message.components), *(f"[{one}]" for one in labels(message))]
    return "\n".join(told).replace("\\", "").replace("**", "")


def labels(message: Message) -> list[str]:
    """What stands on the buttons."""

    def found(parts: list[dict[str, object]]) -> list[str]:
        here = [str(one["label"]) for one in parts if "label" in one]
        for one in parts:
            below = one.get("components")
            here += found(below) if isinstance(below, list) else []
            here += found([one["accessory"]]) if isinstance(one.get("accessory"), dict) else []  # type: ignore[list-item]
        return here

    return found(message.components)


@dataclass(kw_only=True)
class Bot:
    """A bot that is reachable on the gateway, and the Discord that it is on."""

    discord: FakeDiscord
    desk: Desk
    room: Newsroom
    platform: DiscordPlatform
    gateway: Gateway
    clock: VirtualClock

    async def story(self, **changes: object) -> Story:
        """A stored story."""
        made = replace(STORY, ref="", **changes)  # type: ignore[arg-type]
        return await self.room.store.archive.revise(made, reason="imported", at=NOW)

    async def subscribe(self, channel: str = NEWS, *, owner: str = "", name: str = "ai-news") -> Subscription:
        """A channel that was set up from chat, due every day at seven in UTC, the hour that has just come."""
        order = Subscription(
            id=0,
            channel=replace(CHANNEL, id=channel, name=name),
            at=time(7),
            timezone="UTC",
            days=EVERY_DAY,
            declared=False,
            since=NOW,
            owner=owner,
        )
        return await self.desk.office.subscribe(order)

    async def posted(self, story: Story, channel: str = NEWS) -> Message:
        """The message of an edition with *story*, in the ledger of nobody."""
        shown = replace(EDITION.stories[0], ref=story.ref, title=story.title)
        edition: Edition = replace(EDITION, channel=replace(CHANNEL, id=channel), stories=(shown,))
        key = delivery_key(edition.channel, edition.date, 0)
        await self.platform.post(edition, 0, key, ())
        return self.discord.messages(channel)[-1]

    async def button(self, name: str, channel: str = NEWS) -> Message:
        """A message of ours with a button that has *name*, whoever has made it up."""
        view = view_of(card([row([button("?", name)])]))
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(self.discord.token)
            await client.get_partial_messageable(int(channel)).send(view=view)
        return self.discord.messages(channel)[-1]

    async def ask(
        self, command: str, options: Mapping[str, object] | None = None, *, user: str = MEMBER, channel: str = NEWS
    ) -> str:
        """What somebody is answered in private."""
        return await told(await self.discord.command(command, options or {}, user=user, channel=channel))

    async def press(self, message: Message | Interaction, act: str, *, user: str = MEMBER) -> Interaction:
        """Somebody presses the first button whose name begins with *act*."""
        known = message.answers if isinstance(message, Interaction) else [message]
        names = [name for one in known for name in one.custom_ids]
        return await self.discord.press(message, next(one for one in names if one.startswith(act)), user=user)


async def told(run: Interaction) -> str:
    """What the person reads, who alone sees it."""
    assert run.acknowledged, run.error
    answers = await run.wait_answers(1)
    assert all(one.ephemeral for one in answers)
    return read(*answers)


async def until(happened: Callable[[], bool], *, seconds: float = 5) -> None:
    """Return once it *happened*."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110  # the product says nothing when it is done
            await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def discord_bot(
    fake: FakeDiscord,
    folder: Path,
    *,
    watch: Watch = UNWATCHED,
    furnish: Callable[[Newsroom], None] = lambda _: None,
) -> AsyncIterator[Bot]:
    """The real adapter over the real discord.py and a real store, in *folder*; its morning is ``tests.morning``'s.

    *furnish* may put other parts into the newsroom before anybody works there.
    """
    clock = VirtualClock(NOW)
    pace = Pace(clock, watch=watch)
    platform = DiscordPlatform(Rest(fake.token, pace), pace)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(platform.close)
        room = await stack.enter_async_context(newsroom(folder, {"discord": platform}, channels=0, clock=clock))
        furnish(room)
        desk = Desk(room)
        gateway = Gateway(desk, fake.token, pace, BriskClock(NOW), folder / "synced", watch=watch)
        await gateway.start()
        stack.push_async_callback(gateway.stop, timedelta(seconds=2))
        await fake.gateway.connected(1)
        yield Bot(discord=fake, desk=desk, room=room, platform=platform, gateway=gateway, clock=clock)
