"""Where stories come from: feeds that are gathered, ready-written stories, corrections."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.app import DEGRADED, Session, at_option, command, fail, json_option
from bot.errors import NotFound, Unreadable
from bot.model import Asker, FeedOutcome, GatherReport, Story

if TYPE_CHECKING:
    from bot.amend import Amended
    from bot.desk import Desk
    from bot.manuscript import Manuscript

MAX_IMPORT = 20_000_000
"""Bytes of one file with ready-written stories."""


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


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH… | -")
@at_option
@json_option
@command
async def import_(session: Session, paths: tuple[str, ...], at: str | None) -> None:
    """Take in ready-written stories: plain text, Markdown, JSON or JSON Lines. Importing again updates."""
    from bot.manuscript import dump_story

    # All are read before any is kept, so that a mistake in the last file leaves nothing half done.
    manuscripts = [manuscript for path in paths for manuscript in _read(path)]
    async with session.house(at=at) as house:
        admitted = await house.desk.admit(manuscripts)
    if session.as_json:
        session.values([dump_story(one.story) | {"new": one.is_new} for one in admitted])
        return
    for one in admitted:
        click.echo(f"{one.story.ref}  {'new    ' if one.is_new else 'updated'}  {one.story.title}")


@click.command()
@click.argument("story")
@click.argument("file")
@json_option
@command
async def correct(session: Session, story: str, file: str) -> int:
    """Replace the text of STORY by the one in FILE, here and in every message that carries it."""
    manuscripts = _read(file)
    if len(manuscripts) != 1:
        raise Unreadable(f"{file} holds {len(manuscripts)} stories; a correction is one")
    async with session.house() as house:
        found = await _found(house.desk, story)
        amended = await house.desk.correct(found, manuscripts[0])
    return _tell_amended(session, amended, "corrected")


@click.command()
@click.argument("story")
@click.option("--reason", required=True, help="What readers are told.")
@json_option
@command
async def withdraw(session: Session, story: str, reason: str) -> int:
    """Mark STORY as withdrawn, here and in every message that carries it."""
    from bot.text import clean, cut

    async with session.house() as house:
        found = await _found(house.desk, story)
        amended = await house.desk.withdraw(found, cut(clean(reason), 300))
    return _tell_amended(session, amended, "withdrawn")


def _read(path: str) -> "tuple[Manuscript, ...]":
    from bot.manuscript import parse

    if path == "-":
        return parse(sys.stdin.buffer.read(MAX_IMPORT).decode("utf-8", errors="replace"), name="standard input")
    file = Path(path)
    try:
        if file.stat().st_size > MAX_IMPORT:
            raise Unreadable(f"{path} is larger than {MAX_IMPORT // 1_000_000} MB; split it")
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {(error.strerror or 'unknown').lower()}") from error
    return parse(text, name=path)


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


async def _found(desk: "Desk", name: str) -> Story:
    from bot.wiring import looks

    answer = await desk.look_up(name, None, Asker())
    if answer.story is None:
        raise NotFound(looks.not_found_text(answer))
    return answer.story


def _tell_amended(session: Session, amended: "Amended", what: str) -> int:
    if session.as_json:
        session.values(
            {
                "ref": amended.story.ref,
                "status": amended.story.status.value,
                "changed": [f"{one.channel.name} {one.date}" for one in amended.changed],
                "unchanged": [
                    {"channel": one.channel.name, "date": one.date.isoformat(), "reason": reason}
                    for one, reason in amended.unchanged
                ],
                "waiting": [
                    {"channel": one.channel.name, "date": one.date.isoformat(), "reason": reason}
                    for one, reason in amended.waiting
                ],
            }
        )
    else:
        count = len(amended.changed)
        click.echo(f"{amended.story.ref} is {what}; {count} {'message says' if count == 1 else 'messages say'} so.")
        for delivery, reason in amended.unchanged:
            click.echo(f"not changed: {delivery.channel.name} {delivery.date}: {reason}", err=True)
        for delivery, reason in amended.waiting:
            click.echo(f"not changed yet: {delivery.channel.name} {delivery.date}: {reason}", err=True)
    return DEGRADED if amended.unchanged or amended.waiting else 0


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
