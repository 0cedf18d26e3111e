"""Where stories come from: feeds that are gathered."""

import contextlib
from collections.abc import Callable, Iterator

import click

from bot.cli.app import Session, at_option, command, fail, json_option
from bot.model import FeedOutcome, GatherReport


@click.command()
@at_option
@json_option
@command
async def gather(session: Session, at: str | None) -> int:
    """Read every feed once, group what is new into stories, and store it."""
    from bot import wiring

    async with session.house(at=at) as house:
        count = len(await house.room.feeds())
        if not count:
            fail("there are no feeds; add some with `daybrief feeds add URL`, or write a configuration: daybrief init")
        with _progress(session, count) as advance:
            report = await wiring.gather(house, progress=advance)
    if session.as_json:
        session.values(_report(report))
    else:
        session.show(wiring.looks.gather_report(report))
    return 1 if all(outcome.state.failures for outcome in report.outcomes) else 0


@contextlib.contextmanager
def _progress(session: Session, count: int) -> Iterator[Callable[[FeedOutcome], None]]:
    """A progress bar on standard error, for people only: one step for each feed."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("reading feeds"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[name]}"),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=session.as_json or not console.is_terminal) as bar:
        task = bar.add_task("", total=count, name="")
        yield lambda outcome: bar.update(task, advance=1, name=outcome.feed.name)


def _report(report: GatherReport) -> dict[str, object]:
    return {
        "at": report.at.isoformat(),
        "new_articles": report.new_articles,
        "new_stories": report.new_stories,
        "grown_stories": report.grown_stories,
        "feeds": [_outcome(outcome) for outcome in report.outcomes],
    }


def _outcome(outcome: FeedOutcome) -> dict[str, object]:
    return {
        "name": outcome.feed.name,
        "url": outcome.feed.url,
        "state": outcome.state.health.value,
        "reason": outcome.state.reason or outcome.note,
        "articles": outcome.articles,
        "new": outcome.new,
    }
