"""The core on Discord: the real newsroom and the real discord.py, a local Discord, and a clock that is set by hand."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

from discord.http import Route

from adapters.discord.components import texts
from adapters.discord.pace import Pace
from adapters.discord.posting import DiscordPlatform
from adapters.discord.rest import Rest, point_to
from bot.desk import Desk
from bot.model import Channel, Edition, EditionStory, Layout, Subscription
from bot.newsroom import Newsroom
from tests.clock import VirtualClock
from tests.fake_discord import FakeDiscord, FaultPlan, Message, User
from tests.morning import EDITION, NOW, STORY
from tests.newsroom import EVERY_DAY, newsroom

HOUR = time(7)


@dataclass(kw_only=True)
class House:
    discord: FakeDiscord
    desk: Desk
    room: Newsroom
    clock: VirtualClock
    platform: DiscordPlatform
    rest: Rest
    pace: Pace

    async def subscribe(
        self, channel: str = "3001", *, guild: str = "1001", layout: Layout = Layout.MESSAGE
    ) -> Subscription:
        place = Channel(platform="discord", workspace=guild, id=channel, name=f"c{channel}")
        order = Subscription(
            id=0,
            channel=place,
            at=HOUR,
            timezone="UTC",
            days=EVERY_DAY,
            declared=False,
            since=NOW - timedelta(hours=1),
            owner="2001",
            layout=layout,
        )
        return await self.desk.office.subscribe(order)

    async def through(self, minutes: int = 10) -> None:
        """Rounds for so many minutes, a minute apart."""
        for _ in range(minutes):
            await self.desk.rounds.publish()
            self.clock.move_to(self.clock.now() + timedelta(minutes=1))

    def listens_for(self, patience: timedelta, *, crosspost: bool = False) -> None:
        """From now on a post may take so long: enough for discord.py to try again by itself."""
        longer = self.room.config.delivery.model_copy(update={"request_timeout": patience})
        self.room.config = replace(self.room.config, delivery=longer)
        self.platform = DiscordPlatform(self.rest, self.pace, crosspost=crosspost, patience=patience)
        self.room.platforms = {"discord": self.platform}

    def editions(self, channel: str = "3001") -> list[str]:
        """What readers of *channel* see of editions."""
        return [read(one) for one in self.discord.messages(channel)]

    def told(self) -> list[str]:
        """What the admin was told in private."""
        return [read(one) for one in self.discord.messages(self.discord.open_dm("2001").id)]


def read(message: Message) -> str:
    embeds = [str(one.get("description", "")) for one in message.embeds]
    return "\n".join([message.content, *embeds, *texts(message.components)])


@asynccontextmanager
async def discord_house(folder: Path) -> AsyncIterator[House]:
    """A newsroom with one story that posts to a Discord of two servers, by a hand-set clock."""
    clock, before = VirtualClock(NOW), Route.BASE
    async with AsyncExitStack() as stack:
        fake = FakeDiscord(
            folder / "discord",
            FaultPlan(retry_after=0.01),
            limits=False,
            now=lambda: clock.now().timestamp(),
            monotonic=lambda: clock.now().timestamp(),
            later=lambda seconds, do: clock.arrange(timedelta(seconds=seconds), do),
        )
        await stack.enter_async_context(fake)
        for guild in ("1001", "1002"):
            fake.add_guild(guild, users=[User(id=f"2{guild[1:]}", permissions=("manage_guild",))])
        fake.add_channel("3001", guild="1001", name="news")
        fake.add_channel("3002", guild="1002", name="news")
        point_to(fake.api, "")
        pace = Pace(clock, monotonic=lambda: clock.now().timestamp())
        rest = Rest(fake.token, pace, monotonic=lambda: clock.now().timestamp())
        platform = DiscordPlatform(rest, pace, patience=timedelta(seconds=0.7))
        stack.push_async_callback(platform.close)
        room = await stack.enter_async_context(newsroom(folder, {"discord": platform}, channels=0, clock=clock))
        # discord.py repeats what a server failed on for 25 seconds; here nobody listens for so long.
        fast = room.config.delivery.model_copy(update={"request_timeout": timedelta(seconds=0.7)})
        room.config = replace(room.config, delivery=fast)
        await room.store.archive.revise(replace(STORY, ref=""), reason="imported", at=NOW - timedelta(minutes=1))
        yield House(discord=fake, desk=Desk(room), room=room, clock=clock, platform=platform, rest=rest, pace=pace)
    Route.BASE = before


def long_edition(layout: Layout, channel: str, *, kind: str = "") -> Edition:
    """An edition of several messages."""
    [shown] = EDITION.stories[:1]
    stories: list[EditionStory] = [
        replace(shown, number=number, ref=f"K7Q{number}", takeaway="A sentence about it. " * 60) for number in range(8)
    ]
    place = Channel(platform="discord", workspace="1001", id=channel, name=kind or "news")
    return replace(EDITION, channel=place, layout=layout, stories=tuple(stories))
