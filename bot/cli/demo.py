"""``daybrief demo``: a whole morning, offline, in a throw-away database."""

import contextlib
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.app import Session, command

if TYPE_CHECKING:
    from bot.wiring import House, Show


@click.command()
@click.option("--script", type=click.Path(path_type=Path, exists=True), help="Play these commands instead of asking.")
@command
async def demo(session: Session, script: Path | None) -> None:
    """Play a whole morning, offline and without any account, then answer questions about it."""
    from rich.rule import Rule

    from bot import samples, wiring
    from bot.model import Asker

    async with stocked_house(session.show) as (house, said):
        click.echo(f"{said} Nothing leaves this machine.\n")
        await house.desk.rounds.publish()
        (subscription,) = await house.desk.channels.subscriptions()
        is_asking = script is None and sys.stdin.isatty()
        played = (script or samples.files().script).read_text("utf-8")
        if is_asking:
            session.show(Rule(style="dim"))
            click.echo("Ask about any story. /brief help lists the commands, /quit ends.")
        prompt = wiring.prompt(house, Asker(subscription=subscription.id), session.show)
        await prompt.run(wiring.typed_lines() if is_asking else _played(played))


@contextlib.asynccontextmanager
async def stocked_house(show: "Show | None" = None) -> "AsyncIterator[tuple[House, str]]":
    """A house on the samples' morning, with everything gathered and nothing posted; and a sentence that says so."""
    from bot import samples, wiring
    from bot.config import load
    from bot.manuscript import parse

    files = samples.files()
    stories = [one for path in files.stories for one in parse(path.read_text("utf-8"), name=path.name)]
    with tempfile.TemporaryDirectory(prefix="daybrief-demo-") as folder:
        config = load(files.config, {})
        config = replace(config, bot=config.bot.model_copy(update={"data_dir": Path(folder)}))
        async with wiring.open_house(config, at=samples.DEMO_NOW, show=show, has_prompt=True) as house:
            await house.desk.editing.admit(stories)
            report = await wiring.gather(house)
            count = report.new_stories + len(stories)
            yield (
                house,
                f"The demo's morning: {len(report.outcomes)} feeds and {len(stories)} ready-written stories, "
                f"{report.new_articles} articles, {count} stories.",
            )


async def _played(script: str) -> AsyncIterator[str]:
    for line in script.splitlines():
        if line.strip():
            click.echo(f"\n> {line}")
            yield line
