"""The Slack adapter, pointed at a Slack of ours."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from adapters.clock import SystemClock
from adapters.slack.connection import PATH, Connection, Knocks, Sockets
from adapters.slack.door import Door
from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.desk import Desk
from bot.model import Channel
from bot.newsroom import Newsroom
from bot.ports import UNWATCHED, Clock, Watch
from tests.clock import VirtualClock
from tests.fake_slack import FakeSlack, User
from tests.morning import NOW
from tests.newsroom import newsroom

CHANNEL = Channel(platform="slack", workspace="T1", id="C1", name="ai-news")


def slack_platform(
    fake: FakeSlack,
    *,
    tokens: tuple[str, ...] = ("xoxb-T1",),
    timeout: timedelta = timedelta(seconds=5),
    clock: Clock | None = None,
) -> SlackPlatform:
    clock = clock or VirtualClock()
    return SlackPlatform(Workspaces(tokens, fake.api, timeout, clock), Pace(clock))


ADMIN, MEMBER, GUEST, STRANGER = "U1", "U2", "U3", "U9"
PEOPLE = (
    User(id=ADMIN, name="ada", is_admin=True, tz="Europe/Berlin"),
    User(id=MEMBER, name="mel", tz="Asia/Tokyo"),
    User(id=GUEST, name="gus", is_restricted=True),
    User(id=STRANGER, name="sam", team_id="T9"),
)


def furnish(fake: FakeSlack) -> None:
    """One workspace with two channels that the bot is in, and one that it is not."""
    fake.add_team("T1", users=PEOPLE)
    members = [one.id for one in PEOPLE]
    for channel, name in (("C1", "ai-news"), ("C2", "random")):
        fake.add_channel(channel, name=name, members=members)
    fake.add_channel("C3", name="secret", members=members, is_private=True, bot=False)


class BriskClock(VirtualClock):
    """Shows a time that stands still; whoever waits gives way to the network for a moment, whatever they wait for."""

    async def wait(self, duration: timedelta) -> None:
        await asyncio.sleep(0.005)


@dataclass(kw_only=True)
class Bot:
    """A bot that is reachable by Slack."""

    desk: Desk
    room: Newsroom
    workspaces: Workspaces
    door: Door
    connection: Connection


@contextlib.asynccontextmanager
async def slack_bot(
    fake: FakeSlack,
    folder: Path,
    *,
    mode: str = "socket",
    signing_secret: str | None = None,
    watch: Watch = UNWATCHED,
    furnish: Callable[[Newsroom], None] = lambda _: None,
) -> AsyncIterator[Bot]:
    """The real adapter over the real bolt and a real store, in *folder*; its morning is that of ``tests.morning``.

    *furnish* may put other parts into the newsroom before anybody works there.
    """
    clock = VirtualClock(NOW)
    workspaces = Workspaces(("xoxb-T1",), fake.api, timedelta(seconds=5), clock, watch=watch)
    platform = SlackPlatform(workspaces, Pace(clock))
    async with newsroom(folder, {"slack": platform}, channels=0, clock=clock) as room:
        furnish(room)
        desk = Desk(room)
        door = Door(
            desk, workspaces, BriskClock(NOW), fake.signing_secret if signing_secret is None else signing_secret
        )
        connection: Sockets | Knocks
        if mode == "socket":
            connection = Sockets(door.app, fake.app_token, SystemClock(), ping=timedelta(seconds=0.2), watch=watch)
            await connection.start()
            await fake.sockets.connected(2)
        elif mode == "none":
            connection = Knocks(door.app, door.signing_secret, "127.0.0.1", 0)
        else:
            connection = Knocks(door.app, door.signing_secret, "127.0.0.1", 0, watch=watch)
            await connection.start()
            await fake.use_http(f"http://127.0.0.1:{connection.port}{PATH}")
        try:
            yield Bot(desk=desk, room=room, workspaces=workspaces, door=door, connection=connection)
        finally:
            await connection.stop()
            await door.drain(timedelta(seconds=2))
            await workspaces.close()
