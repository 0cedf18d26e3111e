"""What all commands share: the configuration, the open house, how values and errors are shown."""

import asyncio
import contextlib
import functools
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bot.cli.discreet import be_discreet
from bot.errors import DaybriefError, WrongUsage
from bot.redact import Redactor

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from bot.config import Config
    from bot.ports import Platform, Watch
    from bot.roles import Role
    from bot.wiring import House

DEGRADED = 3
"""Exit code: it worked, but not all of it."""


@dataclass(kw_only=True)
class Session:
    """One call of the program."""

    config_path: Path | None = None
    as_json: bool = False
    platforms: "Mapping[str, Platform]" = field(default_factory=dict)
    redactor: Redactor = field(default_factory=Redactor)
    """Knows the secrets of every configuration that was loaded."""

    def named_path(self) -> Path | None:
        """The configuration's path, as the command line or the environment names it; None: neither does."""
        import os

        return self.config_path or (Path(os.environ["DAYBRIEF_CONFIG"]) if os.environ.get("DAYBRIEF_CONFIG") else None)

    def config(self) -> "Config":
        """The configuration that was named, else ./config.toml, else the defaults. Raises ConfigProblems."""
        import os

        from bot.config import confidential, load

        named = self.named_path()
        usual = Path("config.toml")
        config = load(named or (usual if usual.exists() else None), os.environ)
        self.redactor.know(confidential(config))
        return config

    @contextlib.asynccontextmanager
    async def house(
        self, *, at: str | None = None, show: bool = False, role: "Role | None" = None, watch: "Watch | None" = None
    ) -> "AsyncIterator[House]":
        """The open house, now or at the time *at*; with *show*, posts to the terminal are seen. *role*: it delivers."""
        from bot import wiring
        from bot.ports import UNWATCHED

        config = self.config()
        async with wiring.open_house(
            config,
            at=moment(at, config) if at else None,
            show=self.show if show and not self.as_json else None,
            platforms=self.platforms,
            delivers=role is not None,
            role=role,
            watch=watch or UNWATCHED,
            learn=self.redactor.know,
        ) as house:
            yield house

    def console(self) -> "Console":
        """Where people read."""
        import os

        from rich.console import Console

        class Piped(Console):
            """A console whose reader may go away: that is no failure."""

            def on_broken_pipe(self) -> None:
                raise BrokenPipeError

        # Rich itself keeps bold and links under NO_COLOR; people who set it want plain text.
        is_plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
        return Piped(highlight=False, soft_wrap=False, color_system=None if is_plain else "auto")

    def show(self, *what: "RenderableType") -> None:
        """Print for people."""
        console = self.console()
        for one in what:
            console.print(one)

    def values(self, values: object) -> None:
        """Print for programs."""
        click.echo(json.dumps(values, ensure_ascii=False, indent=2))


def moment(text: str, config: "Config") -> datetime:
    """The time that *text* names: ISO 8601, in the bot's zone where it has no offset; a bare date means 08:00."""
    from datetime import time
    from zoneinfo import ZoneInfo

    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUsage(
            f'"{text}" is not a time; write 2026-05-11, 2026-05-11T07:30 or 2026-05-11T07:30+02:00'
        ) from error
    if len(text.strip()) == len("2026-05-11"):
        when = datetime.combine(when.date(), time(8))
    return when if when.tzinfo else when.replace(tzinfo=ZoneInfo(config.bot.timezone))


Command = Callable[..., Awaitable[int | None]]


def command(function: Command) -> Callable[..., None]:
    """Make a click callback of a coroutine function that takes the session first and may return an exit code."""

    @click.pass_context
    @functools.wraps(function)
    def callback(context: click.Context, /, config_path: Path | None, as_json: bool = False, **values: Any) -> None:  # noqa: ANN401
        session: Session = context.obj
        session.config_path = config_path or session.config_path
        session.as_json = as_json

        async def play() -> int | None:
            return await function(session, **values)

        context.exit(asyncio.run(play()) or 0)

    return config_option(callback)


config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    help="The configuration file [default: $DAYBRIEF_CONFIG, else ./config.toml].",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the values for programs.")
at_option = click.option("--at", metavar="TIME", help="As if it were this time (ISO 8601).")


class Commands(click.Group):
    """Imports the module of a command when the command is asked for, and lists them in an order that tells a story."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of a first week with Daybrief."""
        return list(_WHERE)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module, and no other."""
        import importlib

        if cmd_name not in _WHERE:
            return None
        module = importlib.import_module(f"bot.cli.{_WHERE[cmd_name]}")
        found: click.Command = getattr(module, cmd_name.replace("-", "_").replace("import", "import_"))
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As usual, with a suggestion for what is not a command."""
        from difflib import get_close_matches

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], _WHERE, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else " See daybrief --help."
            raise click.UsageError(f'There is no command "{args[0]}".{hint}', ctx) from error


_WHERE = {
    "demo": "demo",
    "init": "starting",
    "run": "running",
    "gather": "supply",
    "feeds": "feeds",
    "import": "texts",
    "preview": "editions",
    "post": "editions",
    "story": "reading",
    "keypoints": "reading",
    "effects": "reading",
    "search": "reading",
    "channels": "channels",
    "deliveries": "editions",
    "why": "editions",
    **dict.fromkeys(("correct", "withdraw"), "texts"),
    "check": "checking",
    "evaluate": "evaluating",
    "slack-manifest": "slack",
    "discord-invite": "discord",
    "tokens": "tokens",
    **dict.fromkeys(("backup", "restore", "restored"), "running"),
    "migrate": "moving",
}
"""The module of each command."""


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `daybrief demo`: a whole morning, offline, without any account.",
)
@click.version_option(package_name="daybrief", prog_name="daybrief")
def daybrief() -> None:
    """The morning briefing for your team's chat: gathers the news, posts the edition, answers questions."""


def run_command(arguments: Sequence[str] | None, platforms: "Mapping[str, Platform]") -> int:
    """Run one command and return its exit code; every error of ours ends as a sentence on standard error."""
    import logging

    _prepare_input()
    _prepare_output()
    session = Session(platforms=platforms)
    be_discreet(session.redactor)
    logging.getLogger("discord").setLevel(logging.ERROR)  # it warns of missing libraries for voice
    try:
        code = daybrief.main(
            args=list(arguments) if arguments is not None else None,
            prog_name="daybrief",
            standalone_mode=False,
            obj=session,
        )
    except click.exceptions.Abort:
        click.echo("\nstopped", err=True)
        return 130
    except KeyboardInterrupt:
        click.echo("\nstopped", err=True)
        return 130
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except DaybriefError as error:
        click.echo(session.redactor.clean(f"daybrief: {error}"), err=True)
        return error.exit_code
    except BrokenPipeError:
        return _stop_writing()
    return code if isinstance(code, int) else 0


def _prepare_input() -> None:
    """Who has closed standard input answers no question: to all that ask, that is input which has ended."""
    if sys.stdin is None:
        sys.stdin = io.StringIO()


def _prepare_output() -> None:
    """Text from outside holds every script there is; a terminal without UTF-8 shows what it can instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _stop_writing() -> int:
    """Whoever read our output has gone (``| head``): that is no trouble, and there is nobody to tell."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C end a prompt at once: asyncio's own handler only sets a flag, which a prompt would never see."""
    import signal

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def fail(sentence: str) -> NoReturn:
    """End the command with exit code 1 and *sentence*."""
    raise DaybriefError(sentence)
