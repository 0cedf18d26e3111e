"""``daybrief init``: the first five minutes."""

import json
from pathlib import Path

import click

from bot.cli.app import Session, command
from bot.errors import WrongUsage
from bot.model import Feed


@click.command()
@click.option("--name", default=None, help="The channel's name.")
@click.option("--time", "at", default=None, help="Local hour of the post, like 08:00.")
@click.option("--timezone", default=None, help="IANA zone, like Europe/Berlin.")
@click.option("--topics", default=None, help="Topics of the starter feeds, separated by commas; all by default.")
@click.option("--force", is_flag=True, help="Write over an existing configuration.")
@click.option("--yes", is_flag=True, help="Take the defaults for whatever is not named, and ask nothing.")
@command
async def init(
    session: Session, name: str | None, at: str | None, timezone: str | None, topics: str | None, force: bool, yes: bool
) -> None:
    """Write a configuration: asks for the channel and its hour, and picks feeds from the starter list."""
    from tzlocal import get_localzone_name

    from bot.config import load
    from bot.samples import example_config

    path = session.config_path or Path("config.toml")
    if path.exists() and not force:
        raise WrongUsage(f"{path} exists; edit it, or write over it with --force")
    starter = load(example_config(), {}).feeds
    known = sorted({topic for feed in starter for topic in feed.topics})

    def ask(question: str, given: str | None, default: str) -> str:
        if given is not None:
            return given
        return default if yes else str(click.prompt(question, default=default))

    click.echo("This version posts to the terminal, so no account and no token are needed.\n")
    name = ask("Name of the channel", name, "ai-news")
    at = ask("Hour of the morning post", at, "08:00")
    timezone = ask("Time zone", timezone, get_localzone_name() or "UTC")
    topics = ask(f"Topics, separated by commas (of {', '.join(known)})", topics, "all")
    chosen = _chosen(starter, topics, known)
    text = _configuration(name, at, timezone, chosen)
    _write_checked(path, text)
    channels = load(path, {}).channels
    click.echo(f"\nWrote {path}: {len(chosen)} feeds, {len(channels)} channel.")
    click.echo("Next: `daybrief gather` reads the feeds, `daybrief preview " + name + "` shows the edition,")
    click.echo("      `daybrief run` posts it every morning. `daybrief check` looks for trouble.")


def _chosen(starter: tuple[Feed, ...], topics: str, known: list[str]) -> list[Feed]:
    wanted = {topic.strip() for topic in topics.split(",")} - {"", "all"}
    if unknown := wanted - set(known):
        raise WrongUsage(f"no starter feed has the topic {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [feed for feed in starter if not wanted or wanted & set(feed.topics)]


def _configuration(name: str, at: str, timezone: str, feeds: list[Feed]) -> str:
    # A JSON string is a TOML basic string, as long as it holds no lone surrogate; the loader looks at the rest.
    quoted = json.dumps
    head = (
        "# Daybrief's configuration. config.example.toml shows every key with its default.\n\n"
        f"[bot]\ntimezone = {quoted(timezone)}\n\n"
        f'[[channels]]\nname = {quoted(name)}\nplatform = "terminal"\nchannel = {quoted(name)}\ntime = {quoted(at)}\n'
    )
    listed = (
        f"\n[[feeds]]\nurl = {quoted(feed.url)}\nname = {quoted(feed.name, ensure_ascii=False)}\n"
        f"weight = {feed.weight}\ntopics = {quoted(list(feed.topics))}\n"
        for feed in feeds
    )
    return head + "".join(listed)


def _write_checked(path: Path, text: str) -> None:
    """Write *text* only if it loads, so that a wrong answer leaves no broken file behind."""
    from bot.config import load

    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8")
        load(new, {})
        new.replace(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {(error.strerror or 'unknown').lower()}") from error
    finally:
        new.unlink(missing_ok=True)
