"""Slack: what to paste there, and the tokens that come back from it."""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli.app import Session, command, fail
from bot.cli.discreet import without_log
from bot.errors import WrongUsage

_TOKENS = {
    "SLACK_BOT_TOKEN": ("Bot User OAuth Token, from OAuth & Permissions", "xoxb-"),
    "SLACK_APP_TOKEN": ("App-level token, from Basic Information", "xapp-"),
}
"""What each is called in Slack, and how it begins."""
_STEPS = """Daybrief needs an app of its own in your Slack workspace:

  1. Open api.slack.com/apps, press Create New App, From a manifest, and paste {manifest}.
  2. Press Install to Workspace, and copy the Bot User OAuth Token (xoxb-…).
  3. Under Basic Information, App-Level Tokens, make one with the scope connections:write, and copy it (xapp-…).
"""


@click.command("slack-manifest")
@click.option(
    "--http", "url", metavar="URL", help="For HTTP mode: the public https address that leads to this machine."
)
@command
async def slack_manifest(session: Session, url: str | None) -> None:
    """Print the app manifest: paste it at api.slack.com/apps, Create New App, From a manifest."""
    if url is not None and not _is_public(url):
        raise WrongUsage("Slack talks to public https addresses only; write --http https://daybrief.example.org")
    path = session.named_path()
    public = session.config().slack.public_url if path or Path("config.toml").exists() else ""
    click.echo(_manifest(url or "", public))


async def take_tokens(config: Path, api_url: str, *, may_ask: bool) -> dict[str, str]:
    """Write the manifest beside *config*, tell how to get tokens with it, and take them: from the environment, or
    typed unseen.

    Returns:
        Those that belong into a file of secrets, by name; one that has a file of its own (``NAME_FILE``) does not.

    Raises:
        DaybriefError: Slack does not take them; the sentence says why.
        WrongUsage: one is not set, and nobody may be asked.
    """
    from bot.cli.files import mode_of, write_together
    from bot.config import read, secrets
    from bot.wiring import slack_says

    manifest = config.with_name("slack-manifest.json")
    write_together({manifest: (f"{_manifest('')}\n", mode_of(manifest, new=0o666))})
    click.echo(_STEPS.format(manifest=manifest))
    given = secrets(os.environ)
    tokens = {}
    for name, (what, prefix) in _TOKENS.items():
        if name not in given and not may_ask:
            raise WrongUsage(f"{name} is not set; with --yes the tokens come from the environment")
        tokens[name] = given[name].reveal() if name in given else _typed(what, prefix)
    with without_log("adapters.slack"):
        workspaces, troubles = await slack_says(read(slack_table(api_url), folder=Path.cwd(), environ=tokens))
    if troubles:
        fail(f"no configuration was written. {' '.join(troubles)}")
    click.echo(f"Slack takes both tokens: {workspaces}.\n")
    return {name: token for name, token in tokens.items() if not os.environ.get(f"{name}_FILE")}


def slack_table(api_url: str) -> str:
    """The configuration's ``[slack]``, where it is not as by default."""
    return f"\n[slack]\napi_url = {json.dumps(api_url)}\n" if api_url else ""


def as_file(tokens: Mapping[str, str], *, beside: Path) -> str:
    """*tokens* in a form that shells and service managers read; secrets of other names at *beside* are kept."""
    try:
        present = beside.read_text("utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        present = []
    others = [line for line in present if line.partition("=")[0].strip() not in tokens]
    return "".join(f"{line}\n" for line in [*others, *(f"{name}={shlex.quote(one)}" for name, one in tokens.items())])


def _typed(what: str, prefix: str) -> str:
    """A token that somebody types or pastes, unseen; asked for anew if it begins in another way."""
    while True:
        token = str(click.prompt(f"{what} ({prefix}…)", hide_input=sys.stdin.isatty())).strip()
        if token.startswith(prefix):
            return token
        click.echo(f"That one does not begin with {prefix}; look once more.")


def _manifest(url: str, public_url: str = "") -> str:
    from bot.wiring import slack_manifest as manifest

    return json.dumps(manifest("http" if url else "socket", url, public_url), indent=2, ensure_ascii=False)


def _is_public(url: str) -> bool:
    """Whether Slack could send something to *url*, as far as its form tells."""
    from bot.identity import canonical_url, domain_of

    is_bare = not any(sign in url for sign in "?#@") and not any(one.isspace() for one in url)
    return url.startswith("https://") and is_bare and bool(canonical_url(url)) and "." in domain_of(url)
