"""``daybrief init``: the first five minutes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.app import Session, command, fail
from bot.errors import WrongUsage
from bot.model import Feed

_TOKENS = {
    "SLACK_BOT_TOKEN": "Bot User OAuth Token (xoxb-…, under OAuth & Permissions)",
    "SLACK_APP_TOKEN": "App-level token with connections:write (xapp-…, under Basic Information)",
}
_STEPS = """Daybrief needs an app of its own in your Slack workspace:

  1. Open api.slack.com/apps, press Create New App, From a manifest, and paste {manifest}.
  2. Press Install to Workspace, and copy the Bot User OAuth Token (xoxb-…).
  3. Under Basic Information, App-Level Tokens, make one with the scope connections:write, and copy it (xapp-…).
"""


@click.command()
@click.option("--platform", type=click.Choice(["terminal", "slack"]), default=None, help="Where editions are posted.")
@click.option("--name", default=None, help="The channel's name.")
@click.option("--channel", default=None, help="Slack's id of the channel; none: channels are set up from chat.")
@click.option("--time", "at", default=None, help="Local hour of the post, like 08:00.")
@click.option("--timezone", default=None, help="IANA zone, like Europe/Berlin.")
@click.option("--topics", default=None, help="Topics of the starter feeds, separated by commas; all by default.")
@click.option("--api-url", default=None, hidden=True, help="Another Slack than Slack's own, for tests.")
@click.option("--force", is_flag=True, help="Write over an existing configuration.")
@click.option("--yes", is_flag=True, help="Take the defaults for whatever is not named, and ask nothing.")
@command
async def init(
    session: Session,
    platform: str | None,
    name: str | None,
    channel: str | None,
    at: str | None,
    timezone: str | None,
    topics: str | None,
    api_url: str | None,
    force: bool,
    yes: bool,
) -> None:
    """Write a configuration: asks for the platform and its tokens, the channel and its hour, and picks feeds."""
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

    is_slack = ask("Platform, terminal or slack", platform, "terminal") == "slack"
    tokens = await _slack_tokens(path, api_url, yes=yes, force=force) if is_slack else {}
    if is_slack:
        place = ask("Id of the channel, or none to set channels up from chat", channel, "none")
        place = "" if place == "none" else place
    else:
        place = ""
        click.echo("The terminal needs no account and no token.\n")
    name = ask("Name of the channel", name, "ai-news") if place or not is_slack else ""
    at = ask("Hour of the morning post", at, "08:00") if name else "08:00"
    timezone = ask("Time zone", timezone, get_localzone_name() or "UTC")
    topics = ask(f"Topics, separated by commas (of {', '.join(known)})", topics, "all")
    chosen = _chosen(starter, topics, known)
    where = ("slack" if is_slack else "terminal", place or name)
    _write_checked(path, _configuration(name, where, at, timezone, feeds=chosen, api_url=api_url))
    secrets = _write_secrets(path, tokens) if tokens else None
    channels = load(path, {}).channels
    click.echo(f"\nWrote {path}: {len(chosen)} feeds, {len(channels)} channel{'' if len(channels) == 1 else 's'}.")
    if secrets:
        click.echo(f"Wrote {secrets}: the tokens, readable by you alone.")
        click.echo(f"Next: `set -a; . {secrets}; set +a`, then `daybrief run`; in Slack, type /daybrief setup.")
        return
    click.echo("Next: `daybrief gather` reads the feeds, `daybrief preview " + name + "` shows the edition,")
    click.echo("      `daybrief run` posts it every morning. `daybrief check` looks for trouble.")


async def _slack_tokens(path: Path, api_url: str | None, *, yes: bool, force: bool) -> dict[str, str]:
    """Slack's tokens, from the environment or typed in, once Slack has taken them."""
    from bot.config import read
    from bot.wiring import slack_manifest, slack_says

    secrets = _secrets_of(path)
    if secrets.exists() and not force:
        raise WrongUsage(f"{secrets} exists; move it away, or write over it with --force")
    manifest = path.with_name("slack-manifest.json")
    manifest.write_text(json.dumps(slack_manifest(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(_STEPS.format(manifest=manifest))
    tokens = {name: os.environ.get(name, "").strip() for name in _TOKENS}
    for name, what in _TOKENS.items():
        if not tokens[name] and yes:
            raise WrongUsage(f"{name} is not set; with --yes the tokens come from the environment")
        tokens[name] = tokens[name] or str(click.prompt(what, hide_input=True)).strip()
    config = read(_slack_table(api_url), folder=Path.cwd(), environ=tokens)
    workspace, troubles = await slack_says(config)
    if troubles:
        fail(f"nothing was written: {' '.join(troubles)}")
    click.echo(f"Slack takes the token: {workspace}.\n")
    return tokens


def _chosen(starter: tuple[Feed, ...], topics: str, known: list[str]) -> list[Feed]:
    wanted = {topic.strip() for topic in topics.split(",")} - {"", "all"}
    if unknown := wanted - set(known):
        raise WrongUsage(f"no starter feed has the topic {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [feed for feed in starter if not wanted or wanted & set(feed.topics)]


def _configuration(
    name: str, where: tuple[str, str], at: str, timezone: str, *, feeds: list[Feed], api_url: str | None
) -> str:
    # A JSON string is a TOML basic string, as long as it holds no lone surrogate; the loader looks at the rest.
    quoted = json.dumps
    platform, place = where
    head = (
        "# Daybrief's configuration. config.example.toml shows every key with its default.\n\n"
        f"[bot]\ntimezone = {quoted(timezone)}\n{_slack_table(api_url)}"
    )
    channel = (
        f"\n[[channels]]\nname = {quoted(name)}\nplatform = {quoted(platform)}\nchannel = {quoted(place)}\n"
        f"time = {quoted(at)}\n"
    )
    listed = (
        f"\n[[feeds]]\nurl = {quoted(feed.url)}\nname = {quoted(feed.name, ensure_ascii=False)}\n"
        f"weight = {feed.weight}\ntopics = {quoted(list(feed.topics))}\n"
        for feed in feeds
    )
    return head + (channel if name else "") + "".join(listed)


def _slack_table(api_url: str | None) -> str:
    return f"\n[slack]\napi_url = {json.dumps(api_url)}\n" if api_url else ""


def _secrets_of(path: Path) -> Path:
    return path.with_name("secrets.env")


def _write_secrets(path: Path, tokens: Mapping[str, str]) -> Path:
    """The tokens as a file that a shell can read, and nobody else; its path."""
    secrets = _secrets_of(path)
    secrets.unlink(missing_ok=True)
    # Made with its mode, so that there is no moment in which others could read it.
    with open(os.open(secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("".join(f"{name}={token}\n" for name, token in tokens.items()))
    return secrets


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
