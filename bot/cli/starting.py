"""``daybrief init``: the first five minutes."""

import contextlib
import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from bot.cli.app import Session, command, interruptible
from bot.errors import ConfigProblems, WrongUsage
from bot.model import Feed

_PLATFORMS = ("terminal", "slack", "discord")
_PLACES = {"slack": "Id", "discord": "Link"}
"""What a channel is named by, where it is not by its name."""
_EXAMPLES = {"slack": {"channel": "C0"}, "discord": {"workspace": "1", "channel": "2"}}
_NOWHERE = "none"
"""Typed in the place of a channel's id by who would rather set channels up from chat."""


@click.command()
@click.option("--platform", type=click.Choice(_PLATFORMS), default=None, help="Where editions are posted.")
@click.option("--name", default=None, help="The channel's name.")
@click.option(
    "--channel",
    default=None,
    help="Slack's id or Discord's link of the channel, or none: channels are set up from chat.",
)
@click.option("--time", "at", default=None, help="Local hour of the post, like 08:00.")
@click.option("--timezone", default=None, help="IANA zone, like Europe/Berlin.")
@click.option("--topics", default=None, help="Topics of the starter feeds, separated by commas; all by default.")
@click.option("--api-url", default="", hidden=True, help="Another Slack or Discord than the real one, for tests.")
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
    api_url: str,
    force: bool,
    yes: bool,
) -> None:
    """Write a configuration: asks for the platform and its tokens, the channel and its hour, and picks feeds.

    Tokens are typed unseen, or taken from the environment where they are set.
    """
    said = {"name": name, "channel": channel, "time": at, "timezone": timezone, "topics": topics}
    with interruptible(), _somebody_answers():
        await _begin(session, platform, said, api_url, may_overwrite=force, may_ask=not yes)


@contextlib.contextmanager
def _somebody_answers() -> Iterator[None]:
    """Within, the end of what is piped in is a mistake of the call; at a terminal it is how people leave."""
    try:
        yield
    except click.Abort as end:
        # Ctrl-C and the end of the input are both an Abort to click; only the error under it tells them apart.
        if not isinstance(end.__context__, EOFError) or (sys.stdin and sys.stdin.isatty()):
            raise
        click.echo()
        raise WrongUsage(
            "no configuration was written, because nobody answers on standard input; run it at a terminal, or add "
            "--yes, which takes the defaults and the tokens from the environment"
        ) from None


async def _begin(
    session: Session,
    platform: str | None,
    said: Mapping[str, str | None],
    api_url: str,
    *,
    may_overwrite: bool,
    may_ask: bool,
) -> None:
    from bot.cli.files import PRIVATE, mode_of, write_together
    from bot.cli.slack import as_file
    from bot.config import read

    path = session.named_path() or Path("config.toml")
    secrets = path.with_name("secrets.env")
    if path.exists() and not may_overwrite:
        raise WrongUsage(f"{path} exists; edit it, or write over it with --force")
    if platform is None:
        choice = click.Choice(_PLATFORMS)
        platform = str(click.prompt("Platform", type=choice, default="terminal")) if may_ask else "terminal"
    answers = _Answers(platform=platform, said=said, may_ask=may_ask)
    answers.check()
    if platform != "terminal" and secrets.exists() and not may_overwrite:
        raise WrongUsage(f"{secrets} exists; move it away, or write over it with --force")
    tokens, table = await _introduce(platform, path, api_url, may_ask=may_ask)
    order = answers.order()
    zone = answers.to("timezone", "Time zone", _here())
    chosen = answers.feeds()
    text = _configuration(zone, order, table, feeds=chosen)
    read(text, folder=path.absolute().parent, environ={}, path=path)
    # No token belongs into it, but keys in the addresses of feeds, and what people put there all the same.
    files = {path: (text, mode_of(path, new=PRIVATE))}
    if tokens:
        files[secrets] = (as_file(tokens, beside=secrets), PRIVATE)
    write_together(files)
    click.echo(f"\nWrote {path}: {len(chosen)} feeds, {'1 channel' if order else 'no channel yet'}.")
    if tokens:
        click.echo(f"Wrote {secrets}: the tokens, readable by you alone.")
    _tell_what_is_next(session, platform, order.get("name", ""), secrets if tokens else None)


async def _introduce(platform: str, path: Path, api_url: str, *, may_ask: bool) -> tuple[dict[str, str], str]:
    """The tokens of *platform*, by name, and its table in the configuration; it has taken them."""
    from bot.cli.discord import discord_table, take_token
    from bot.cli.slack import slack_table, take_tokens

    if platform == "slack":
        return await take_tokens(path, api_url, may_ask=may_ask), slack_table(api_url)
    if platform == "discord":
        return await take_token(api_url, may_ask=may_ask), discord_table(api_url)
    click.echo("The terminal needs no account and no token.\n")
    return {}, ""


@dataclass(frozen=True, kw_only=True)
class _Answers:
    """What the command line says, else what people type, else the defaults."""

    platform: str
    said: Mapping[str, str | None]
    may_ask: bool

    def check(self) -> None:
        """Raise WrongUsage for a mistake on the command line, before anybody types anything."""
        for key, value in self.said.items():
            try:
                if value is not None:
                    self._sound(key, value)
            except click.UsageError as error:
                raise WrongUsage(f"--{key}: {error.message}") from None

    def to(self, key: str, question: str, default: str) -> str:
        """The answer to *question*; a wrong one is asked for again."""
        said = self.said[key]
        if said is not None or not self.may_ask:
            return default if said is None else said
        return str(click.prompt(question, default=default, value_proc=lambda value: self._sound(key, value)))

    def order(self) -> dict[str, str]:
        """The channel's keys; none where channels are set up from chat."""
        from bot.cli.discord import place_of

        place = ""
        if what := _PLACES.get(self.platform):
            place = self.to("channel", f"{what} of the channel, or none to set channels up from chat", _NOWHERE)
            if place == _NOWHERE:
                return {}
        name = self.to("name", "Name of the channel", "ai-news")
        hour = self.to("time", "Hour of the morning post", "08:00")
        where = place_of(place) if self.platform == "discord" else {"channel": place or name}
        return {"name": name, "platform": self.platform, **where, "time": hour}

    def feeds(self) -> list[Feed]:
        """Those of the starter list that have a topic which is wanted."""
        return _chosen(self.to("topics", f"Topics, separated by commas (of {', '.join(_topics())})", "all"))

    def _sound(self, key: str, value: str) -> str:
        """*value*, if a configuration may have it for *key*. Raises click.UsageError, at which a prompt asks anew."""
        from bot.cli.discord import place_of
        from bot.config import Config, channel_from

        if key == "topics":
            _chosen(value)
        elif (self.platform, key) == ("discord", "channel") and value != _NOWHERE:
            place_of(value)
        elif (key, value) != ("channel", _NOWHERE):
            place = _EXAMPLES.get(self.platform, {"channel": "place"})
            try:
                channel_from({"name": "name", "platform": self.platform, **place, key: value}, Config())
            except ConfigProblems as trouble:
                raise click.UsageError("; ".join(one.sentence for one in trouble.problems)) from None
        return value


def _tell_what_is_next(session: Session, platform: str, channel: str, secrets: Path | None) -> None:
    config = f" --config {shlex.quote(str(session.config_path))}" if session.config_path else ""
    steps = []
    if secrets:
        # Without a slash, a shell would look for it among its programs.
        file = str(secrets) if secrets.parent != Path() else f"./{secrets}"
        steps.append((f"set -a; . {shlex.quote(file)}; set +a", "the tokens, for the programs of this shell"))
    steps.append((f"daybrief check{config}", "looks for trouble"))
    if channel:
        steps.append((f"daybrief gather{config}", "reads the feeds"))
        steps.append((f"daybrief preview {shlex.quote(channel)}{config}", "shows the edition"))
    steps.append((f"daybrief run{config}", "posts every morning, until you stop it"))
    width = max(len(step) for step, _ in steps)
    click.echo("\nNext:\n" + "\n".join(f"  {step:{width}}  # {what}" for step, what in steps))
    if platform == "slack" and not channel:
        click.echo("Then, in Slack: /invite @Daybrief to a channel, and type /daybrief setup there.")
    if platform == "discord" and not channel:
        click.echo("Then, in Discord: type /daybrief setup in the channel that is to get the post.")


def _here() -> str:
    """This machine's time zone, if it has one that we know."""
    from tzlocal import get_localzone_name

    from bot.zones import names

    name = get_localzone_name() or ""
    return name if name in names() else "UTC"


def _starter() -> tuple[Feed, ...]:
    from bot.config import load
    from bot.samples import example_config

    return load(example_config(), {}).feeds


def _topics() -> list[str]:
    return sorted({topic for feed in _starter() for topic in feed.topics})


def _chosen(topics: str) -> list[Feed]:
    wanted = {topic.strip() for topic in topics.split(",")} - {"", "all"}
    if unknown := wanted - set(_topics()):
        raise click.UsageError(
            f"no starter feed has the topic {', '.join(sorted(unknown))}; there are {', '.join(_topics())}"
        )
    return [feed for feed in _starter() if not wanted or wanted & set(feed.topics)]


def _configuration(timezone: str, order: Mapping[str, str], slack: str, *, feeds: list[Feed]) -> str:
    # A JSON string is a TOML basic string, as long as it holds no lone surrogate; the loader looks at the rest.
    quoted = json.dumps
    head = (
        "# Daybrief's configuration. config.example.toml shows every key with its default.\n\n"
        f"[bot]\ntimezone = {quoted(timezone)}\n{slack}"
    )
    channel = "".join(f"{key} = {quoted(value)}\n" for key, value in order.items())
    listed = (
        f"\n[[feeds]]\nurl = {quoted(feed.url)}\nname = {quoted(feed.name, ensure_ascii=False)}\n"
        f"weight = {feed.weight}\ntopics = {quoted(list(feed.topics))}\n"
        for feed in feeds
    )
    return head + (f"\n[[channels]]\n{channel}" if channel else "") + "".join(listed)
