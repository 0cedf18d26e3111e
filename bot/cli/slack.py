"""``daybrief slack-manifest``: what to paste into Slack."""

import json

import click

from bot.cli.app import Session, command
from bot.errors import WrongUsage


@click.command("slack-manifest")
@click.option(
    "--http", "url", metavar="URL", help="For HTTP mode: the public https address that leads to this machine."
)
@command
async def slack_manifest(_: Session, url: str | None) -> None:
    """Print the app manifest: paste it at api.slack.com/apps, Create New App, From a manifest."""
    from bot.wiring import slack_manifest as manifest

    if url is not None and not url.startswith("https://"):
        raise WrongUsage("Slack talks to public https addresses only; write --http https://daybrief.example.org")
    click.echo(json.dumps(manifest("http", url) if url else manifest(), indent=2, ensure_ascii=False))
