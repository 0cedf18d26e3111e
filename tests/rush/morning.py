"""A morning: the real ``daybrief run``, with thousands of channels that are due at one minute."""

import json
import os
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.slack.connection import PATH
from tests.chaos.bot import Bot
from tests.fake_discord import TOKEN
from tests.fake_slack.world import SIGNING_SECRET
from tests.rush.local import Local, local_platforms

WORKSPACES = 25
"""Of Slack."""
SERVERS = 250
"""Of Discord, which tells of each when the bot connects."""
OLD = 1_800
"""Stories of last week, which people look up as well."""
_PATIENCE = 90.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Morning:
    """How much there is."""

    channels: Mapping[str, int]
    """On each platform that is there."""
    hour: datetime
    """When they are due: a whole minute."""
    mode: str = "socket"
    """How Slack reaches the bot: or ``http``."""
    stories: int = 5
    """In an edition."""
    layout: str = "message"


@dataclass(kw_only=True)
class Underway:
    """A morning that goes on."""

    morning: Morning
    platforms: Mapping[str, Local]
    bot: Bot
    refs: Sequence[str] = field(default_factory=list)
    """Of all stored stories."""

    async def posts(self) -> int:
        """How many messages have arrived."""
        posted = 0
        for name, local in self.platforms.items():
            counts = await local.do("counts")
            wanted = "chat.postMessage" if name == "slack" else "create_message"
            posted += sum(number for method, how, number in counts if method == wanted and how == "ok")
        return posted

    def processor_seconds(self) -> float:
        """What the bot has used of the processor; 0 where the system does not say."""
        stat = Path(f"/proc/{self.bot.process.pid if self.bot.process else 0}/stat")
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS


@asynccontextmanager
async def underway(folder: Path, morning: Morning) -> AsyncIterator[Underway]:
    """*morning* with everything furnished and the bot started; it may be well before its hour."""
    async with local_platforms(folder, *morning.channels) as locals_:
        platforms = {one.name: one for one in locals_}
        for name, local in platforms.items():
            await (_furnish_slack if name == "slack" else _furnish_discord)(local, morning.channels[name])
        bot = Bot(folder=folder, secrets=_secrets(morning))
        port = _free_port()
        (folder / "config.toml").write_text(_config(morning, platforms, port), encoding="utf-8")
        _import(bot)
        with closing(sqlite3.connect(bot.database)) as store:
            refs = [ref for (ref,) in store.execute("SELECT ref FROM story ORDER BY ref")]
        bot.start()
        try:
            for name, local in platforms.items():
                if name == "slack" and morning.mode == "http":
                    await local.do("use_http", url=f"http://127.0.0.1:{port}{PATH}")
                elif name == "slack":
                    await local.do("connected", count=2, timeout=_PATIENCE)
                else:
                    await local.do("gateway_connected", count=1, timeout=_PATIENCE)
            yield Underway(morning=morning, platforms=platforms, bot=bot, refs=refs)
        finally:
            bot.end()


def soon(wait: timedelta) -> datetime:
    """The first whole minute after *wait*."""
    return (datetime.now(UTC) + wait + timedelta(minutes=1)).replace(second=0, microsecond=0)


def surroundings() -> str:
    """The machine, and how busy it was: other programs take their part of the same cores."""
    return f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}"


def place(platform: str, number: int) -> tuple[str, str]:
    """The channel of this *number* on *platform*, and the workspace that it is in."""
    if platform == "slack":
        return f"C{number}", f"T{number % WORKSPACES}"
    return str(300_000_000 + number), str(100_000_000 + number % SERVERS)


def asker(platform: str, number: int) -> tuple[str, str]:
    """One of the people who ask, and the channel where they do."""
    if platform == "slack":
        return f"U{number % WORKSPACES}", f"D{number % WORKSPACES}"
    return str(200_000_000 + number % SERVERS), str(400_000_000 + number % SERVERS)


async def _furnish_slack(slack: Local, channels: int) -> None:
    teams = range(WORKSPACES)
    await slack.do_each("add_team", [{"team": f"T{team}", "users": [{"id": f"U{team}"}]} for team in teams])
    asked = [(f"D{team}", f"T{team}") for team in teams]
    places = [*asked, *(place("slack", number) for number in range(channels))]
    await slack.do_each(
        "add_channel", [{"channel": one, "team": team, "members": [f"U{team[1:]}"]} for one, team in places]
    )


async def _furnish_discord(discord: Local, channels: int) -> None:
    servers = range(SERVERS)
    await discord.do("configure", sliding=True)
    await discord.do_each(
        "add_guild",
        [{"guild": place("discord", one)[1], "users": [{"id": asker("discord", one)[0]}]} for one in servers],
    )
    asked = [(asker("discord", one)[1], place("discord", one)[1]) for one in servers]
    places = [*asked, *(place("discord", number) for number in range(channels))]
    await discord.do_each("add_channel", [{"channel": one, "guild": guild} for one, guild in places])


def _secrets(morning: Morning) -> Mapping[str, str]:
    found: dict[str, str] = {}
    if "slack" in morning.channels:
        tokens = ",".join(f"xoxb-T{team}" for team in range(WORKSPACES))
        found |= {"SLACK_BOT_TOKEN": tokens, "SLACK_APP_TOKEN": "xapp-1", "SLACK_SIGNING_SECRET": SIGNING_SECRET}
    if "discord" in morning.channels:
        found["DISCORD_TOKEN"] = TOKEN
    return found


def _config(morning: Morning, platforms: Mapping[str, Local], port: int) -> str:
    text = '[bot]\ndata_dir = "data"\n[fetch]\nfull_text = false\n'
    for name, local in platforms.items():
        if name == "slack":
            text += f'[slack]\napi_url = "{local.url}/api/"\nmode = "{morning.mode}"\nlisten = "127.0.0.1:{port}"\n'
        else:
            gateway = local.url.replace("http", "ws", 1)
            text += f'[discord]\napi_url = "{local.url}/api/v10"\ngateway_url = "{gateway}/gw"\n'
    text += (
        f'[defaults]\ntime = "{morning.hour:%H:%M}"\nstories = {morning.stories}\nlayout = "{morning.layout}"\n'
        'days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\n'
    )
    for name, channels in morning.channels.items():
        for number in range(channels):
            channel, workspace = place(name, number)
            text += f'[[channels]]\nname = "{name}-{number}"\nplatform = "{name}"\nchannel = "{channel}"\n'
            text += f'workspace = "{workspace}"\n'
    return text


def _import(bot: Bot) -> None:
    """Many stories of last week, and some of today."""
    old = (datetime.now(UTC) - timedelta(days=8)).isoformat()
    for name, numbers, when in (("old", range(OLD), ["--at", old]), ("new", range(OLD, OLD + 40), [])):
        file = bot.folder / f"{name}.jsonl"
        file.write_text("".join(json.dumps(_story(number)) + "\n" for number in numbers), encoding="utf-8")
        done = bot.do("import", str(file), *when)
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)


def _story(number: int) -> dict[str, object]:
    points = [f"It hires {number + 3} people.", "It publishes what it finds."]
    return {"title": f"Laboratory {number} opens in town {number * 7}", "sections": {"key_points": points}}


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
