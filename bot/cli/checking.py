"""``daybrief check``: everything that could spoil a morning, looked at before it does."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.cli import analyst, surroundings
from bot.cli.app import DEGRADED, Session, command, json_option
from bot.cli.discreet import without_log
from bot.cli.finding import Finding
from bot.cli.installed import installations
from bot.errors import AlreadyRunning
from bot.model import Standing
from bot.wording import counted

if TYPE_CHECKING:
    from bot.config import Config
    from bot.wiring import House

_APART = timedelta(seconds=2)
"""By so much the clocks of this machine and of the database may differ."""
_SAFE_SQLITE = (3, 51, 3)
"""Older ones can corrupt a WAL database when several connections checkpoint: https://www.sqlite.org/wal.html#walresetbug"""
_NAMED = 5
"""Failing feeds that are named before the rest are counted."""


@click.command()
@json_option
@command
async def check(session: Session) -> int:
    """Look at configuration, database, platforms, feeds, clock and disk; say what is wrong and how to mend it."""
    from bot.wiring import looks

    config = session.config()
    with without_log("adapters.slack"), without_log("adapters.discord"):
        async with session.house() as house:
            findings, upcoming = await _findings(house, config), await house.desk.channels.upcoming(5)
            expenses = await house.desk.supply.expenses()
    if session.as_json:
        session.values(
            {
                "findings": [{"about": one.about, "fine": one.is_fine, "says": one.sentence} for one in findings],
                "next": [
                    {"channel": one.channel.name, "due": when.astimezone(UTC).isoformat().replace("+00:00", "Z")}
                    for when, one in upcoming
                ],
                "models": analyst.spent(expenses, config),
            }
        )
    else:
        session.show(looks.findings([(one.about, one.is_fine, one.sentence) for one in findings], upcoming))
    return 0 if all(one.is_fine for one in findings) else DEGRADED


async def _findings(house: "House", config: "Config") -> list[Finding]:
    return [
        surroundings.configuration(config),
        await _secrets(house, config),
        *await _slack(house),
        *await installations(house),
        *await _discord(house),
        *surroundings.machine(house),
        *await _database(house),
        *await surroundings.queue(house),
        *await surroundings.copies(house),
        *await surroundings.monitors(house),
        *await analyst.examined(house, config),
        *await _channels(house),
        *await _declared(house),
        *await _troubles(house),
        *await _feeds(house),
        _lock(house),
    ]


async def _secrets(house: "House", config: "Config") -> Finding:
    """The names of those that are there, and of those that something needs and that are not."""
    platforms = {one.channel.platform for one in await house.desk.channels.subscriptions()}
    wanted = []
    if "slack" in platforms and not house.slack.has_token:
        wanted.append("SLACK_BOT_TOKEN for Slack")
    if ("slack" in platforms or house.slack.has_token) and (name := _missing(config)):
        wanted.append(f"{name} for Slack")
    if "discord" in platforms and not house.discord.has_token:
        wanted.append("DISCORD_TOKEN for Discord")
    if keys := analyst.keys_wanted(config):
        wanted.append(f"{keys} for [analyst] model")
    present = ", ".join(sorted(config.secrets))
    if wanted:
        return Finding("secrets", False, f"{present or 'none'}; not set: {', '.join(wanted)}")
    return Finding("secrets", True, present or "none, and none is needed")


async def _slack(house: "House") -> list[Finding]:
    """What Slack says of the secrets that are there, where Slack is used at all."""
    from bot.wiring import slack_troubles

    channels = await house.desk.channels.subscriptions()
    if not house.slack.has_token and not any(one.channel.platform == "slack" for one in channels):
        return []
    troubles = [*_without(house.room.config), *await slack_troubles(house)]
    names = ", ".join(one.name for one in house.slack.known.values())
    names = names or "nobody of our own"
    return [Finding("Slack", not troubles, " ".join(troubles) or f"{names}: tokens, permissions and clock are fine")]


async def _discord(house: "House") -> list[Finding]:
    """What Discord says of the token, where Discord is used at all."""
    from bot.wiring import discord_standing

    channels = await house.desk.channels.subscriptions()
    if not house.discord.has_token and not any(one.channel.platform == "discord" for one in channels):
        return []
    found = await discord_standing(house)
    if found.troubles:
        return [Finding("Discord", False, " ".join(found.troubles))]
    if not found.servers:
        return [Finding("Discord", False, f"{found.name} is in no server yet; let it in at {found.invite}")]
    return [Finding("Discord", True, f"{found.name}: the token is fine; in {counted(found.servers, 'server')}")]


def _without(config: "Config") -> list[str]:
    """That the secret is missing without which Slack does not reach us."""
    if not (name := _missing(config)):
        return []
    return [f'{name} is not set, which [slack] mode = "{config.slack.mode}" needs; docs/slack.md tells where it is.']


def _missing(config: "Config") -> str:
    """The secret without which Slack does not reach us, if it is not there."""
    name = "SLACK_SIGNING_SECRET" if config.slack.mode == "http" else "SLACK_APP_TOKEN"
    return "" if name in config.secrets else name


async def _database(house: "House") -> list[Finding]:
    asked = house.room.clock.now()
    health = await house.store.health()
    now = house.room.clock.now()
    database = health.database
    is_safe = database.engine != "SQLite" or tuple(map(int, database.version.split("."))) >= _SAFE_SQLITE
    advice = (
        "" if is_safe else "; versions before 3.51.3 can corrupt a database that several processes use (rare): upgrade"
    )
    return [
        Finding(
            "database",
            True,
            f"schema {database.schema}, {health.stories} stories, {health.articles} articles, "
            f"{database.size / 1e6:.1f} MB",
        ),
        # A fault of the platform's package, not of this installation: said, but no reason to call the bot degraded.
        Finding(database.engine, True, f"{database.version}{advice}"),
        clock_finding(asked, now, seen=await house.store.ledger.last_seen(), theirs=database.clock),
    ]


def clock_finding(asked: datetime, now: datetime, *, seen: datetime | None, theirs: datetime | None) -> Finding:
    """What is to be said of the clock at *now*: the database's was *theirs*, at some instant since *asked*."""
    trouble = ""
    if seen and now < seen:
        trouble = f", but the bot has run at {seen:%Y-%m-%d %H:%M}; set it"
    elif theirs and not asked - _APART <= theirs <= now + _APART:
        apart = f"{abs(theirs - now).total_seconds():.0f} s {'ahead' if theirs > now else 'behind'}"
        trouble = f", but the database's clock is {apart}; let both machines follow a time server"
    return Finding("clock", not trouble, f"{now:%Y-%m-%d %H:%M} UTC{trouble}")


async def _channels(house: "House") -> list[Finding]:
    found = []
    for one in await house.desk.channels.subscriptions():
        troubles = list(await house.desk.channels.examine(one))
        if one.standing is Standing.PAUSED:
            troubles.append(f"paused: {one.reason}; `daybrief channels resume {one.channel.name}` resumes it")
        where = f"{one.channel.platform}, {one.at:%H:%M} {one.timezone}"
        found.append(Finding(f"channel {one.channel.name}", not troubles, "; ".join(troubles) or where))
    if not found and house.room.config.channels:
        return []  # they are told of as not taken up
    chats = [
        name
        for name, has_token in (("Slack", house.slack.has_token), ("Discord", house.discord.has_token))
        if has_token
    ]
    if not found and chats:
        # The bot has to run before anybody can set a channel up from chat: that is no reason not to start it.
        where = " or ".join(chats)
        return [Finding("channels", True, f"none yet; while the bot runs, /daybrief setup in {where} sets one up")]
    return found or [Finding("channels", False, "none is set up; declare one in the configuration: [[channels]]")]


async def _declared(house: "House") -> list[Finding]:
    """What is declared and not taken up: the bot has not started yet, or it runs with what it has loaded before."""
    from bot.differences import in_short
    from bot.newsroom import TAKEN_UP

    changes = await house.desk.channels.not_taken_up()
    return [Finding("declared channels", True, f"{in_short(changes)}; {TAKEN_UP}")] if changes else []


async def _troubles(house: "House") -> list[Finding]:
    """What the bot that runs knows to be wrong, or knew when it ran last: told to admins already, if any are known."""
    sentences = await house.desk.channels.open_troubles()
    if not sentences:
        return [Finding("open troubles", True, "none")]
    kept_at = await house.store.troubles.kept_at()
    stamp = f" (as of {kept_at:%Y-%m-%d %H:%M} UTC)" if kept_at else ""
    return [Finding(f"open trouble {number}", False, f"{one}{stamp}") for number, one in enumerate(sentences, start=1)]


async def _feeds(house: "House") -> list[Finding]:
    known = await house.desk.supply.feeds()
    if not known:
        return [Finding("feeds", False, "there are none; declare some in the configuration: [[feeds]]")]
    failing = [f"{feed.name} ({state.reason})" for feed, state in known if state.failures]
    never = sum(1 for _, state in known if state.read_at is None)
    sentence = counted(len(known), "feed") + (f", {never} never read yet" if never else "")
    if failing:
        sentence += (
            "; failing: "
            + ", ".join(failing[:_NAMED])
            + (f" and {len(failing) - _NAMED} more" if len(failing) > _NAMED else "")
        )
    return [Finding("feeds", not failing, sentence)]


def _lock(house: "House") -> Finding:
    from bot.wiring import delivery_lock

    try:
        with delivery_lock(house.room.config):
            return Finding("bot", True, "not running; `daybrief run` starts it")
    except AlreadyRunning as running:
        return Finding("bot", True, running.fact)
