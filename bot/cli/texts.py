"""Ready-written stories: taken in, corrected, withdrawn, and the messages that carry them."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.app import DEGRADED, Session, at_option, command, fail, json_option
from bot.errors import NotFound, Unreadable, WrongUsage
from bot.model import Asker, Delivery, DeliveryState, Story, StoryStatus

if TYPE_CHECKING:
    from bot.amend import Amended
    from bot.desk import Stories
    from bot.manuscript import Manuscript
    from bot.taking import Restatement, Taken

MAX_IMPORT = 20_000_000
"""Bytes of one file with ready-written stories."""
_PATIENCE = timedelta(minutes=3)
"""How long a command tries messages again, where no bot runs that goes on with them."""

yes_option = click.option("--yes", is_flag=True, help="Change what has been posted without asking.")


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH… | -")
@at_option
@yes_option
@json_option
@command
async def import_(session: Session, paths: tuple[str, ...], at: str | None, yes: bool) -> int:
    """Take in ready-written stories: plain text, Markdown, JSON or JSON Lines. Importing again updates; where that
    changes what has been posted, it asks first.
    """
    from bot.manuscript import dump_story
    from bot.wiring import looks

    # All are read before any is kept, so that a mistake in the last file leaves nothing half done.
    manuscripts = [manuscript for path in paths for manuscript in _read(path)]
    async with session.house(at=at) as house:
        restatements = await house.desk.editing.foresee(manuscripts)
        if restatements and not yes:
            _confirm(session, restatements, "imported", "corrected", can_ask="-" not in paths)
        confirmed = None if yes else [one.old.ref for one in restatements]
        async with looks.for_many("changing posts") as progress:
            taken = await house.desk.editing.admit(
                manuscripts, confirmed=confirmed, patience=_patience(session), progress=progress
            )
    if session.as_json:
        session.values([dump_story(one.story) | {"new": one.is_new} | _messages(one) for one in taken])
    else:
        for one in taken:
            click.echo(f"{one.story.ref}  {_state(one)}  {one.story.title}{_in_posts(one)}")
            if one.amended:
                _tell_left(session, one.amended)
    for ref in (one.story.ref for one in taken if one.story.status is StoryStatus.WITHDRAWN):
        click.echo(f"{ref} stays withdrawn; `daybrief correct {ref} FILE` brings it back.", err=True)
    return DEGRADED if any(_is_left(one.amended) for one in taken if one.amended) else 0


@click.command()
@click.argument("story")
@click.argument("file")
@yes_option
@json_option
@command
async def correct(session: Session, story: str, file: str, yes: bool) -> int:
    """Replace the text of STORY by the one in FILE, here and in every message that carries it. A story that is not
    named by its ref is shown first. Its articles stay, and new ones are added: a wrong source cannot be taken away.
    """
    from bot.wiring import looks

    manuscripts = _read(file)
    if len(manuscripts) != 1:
        raise Unreadable(f"{file} holds {len(manuscripts)} stories; a correction is one")
    # At a terminal the stories are shown as their posts read now: its channels are files, which nobody would look into.
    async with session.house(show=sys.stdout.isatty()) as house:
        found = await _found(house.desk.stories, story)
        foreseen = await house.desk.editing.foresee_correction(found, manuscripts[0])
        if foreseen is None:
            return _tell_nothing(session, found, f"{found.ref} reads like that already; nothing was changed.")
        if not yes and not _is_exact(story, found):
            _confirm(session, [foreseen], "corrected", "corrected")
        async with looks.for_many("changing posts") as progress:
            amended = await house.desk.editing.correct(
                found, manuscripts[0], patience=_patience(session), progress=progress
            )
    return _tell_amended(session, amended, "corrected")


@click.command()
@click.argument("story")
@click.option("--reason", required=True, help="What readers are told.")
@yes_option
@json_option
@command
async def withdraw(session: Session, story: str, reason: str, yes: bool) -> int:
    """Mark STORY as withdrawn, here and in every message that carries it. A story that is not named by its ref is shown
    first.
    """
    from bot.retyping import reason as checked
    from bot.wiring import looks

    try:
        why = checked(reason)
    except ValueError as wrong:
        raise WrongUsage(f"why is it withdrawn? {wrong}") from None
    async with session.house(show=sys.stdout.isatty()) as house:
        found = await _found(house.desk.stories, story)
        foreseen = await house.desk.editing.foresee_withdrawal(found, why)
        if foreseen is None:
            return _tell_nothing(session, found, f"{found.ref} is withdrawn for that reason; nothing was changed.")
        if not yes and not _is_exact(story, found):
            _confirm(session, [foreseen], "withdrawn", "withdrawn")
        async with looks.for_many("changing posts") as progress:
            amended = await house.desk.editing.withdraw(found, why, patience=_patience(session), progress=progress)
    return _tell_amended(session, amended, "withdrawn")


def _confirm(
    session: Session, restatements: "Sequence[Restatement]", what: str, mark: str, *, can_ask: bool = True
) -> None:
    """Ask whether stories may be changed in their posts, which will be marked as *mark*; ends the program with the news
    that nothing was *what* if they may not, or if nobody can be asked.
    """
    from bot.wiring import looks
    from bot.wording import counted

    posts = counted(len({delivery.id for one in restatements for delivery in one.carriers}), "post")
    if session.as_json or not can_ask or not sys.stdin.isatty():
        named = ", ".join(dict.fromkeys(one.old.ref for one in restatements))
        if len(restatements) == 1:
            named = f"{named} ({restatements[0].old.title})"
        fail(
            f"nothing was {what}: it would change {named} in {posts}. Run it in a terminal to see and confirm the "
            "changes, or add --yes"
        )
    session.show(looks.changes([(one.old, one.new, len(one.carriers)) for one in restatements]))
    if not click.confirm(f"Change {posts}, marked as {mark}?", default=False, err=True):
        fail(f"nothing was {what}")


def _patience(session: Session) -> timedelta:
    """How long to try again: a bot that runs goes on with what is left."""
    from bot.wiring import delivery_lock

    return timedelta() if delivery_lock(session.config()).is_taken() else _PATIENCE


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


async def _found(stories: "Stories", name: str) -> Story:
    from bot.wiring import looks

    answer = await stories.look_up(name, None, Asker())
    if answer.story is None:
        raise NotFound(looks.not_found_text(answer))
    return answer.story


def _is_exact(name: str, found: Story) -> bool:
    """Whether *name* can mean no other story: it is the ref. A number means another one after the next edition."""
    return name.strip().upper() == found.ref


# -------------------------------------------------------------------------------------------------------- what is told


def _tell_nothing(session: Session, story: Story, sentence: str) -> int:
    from bot.amend import Amended

    if session.as_json:
        return _tell_amended(session, Amended(story=story, changed=(), unchanged=()), "")
    click.echo(sentence)
    return 0


def _tell_amended(session: Session, amended: "Amended", what: str) -> int:
    if session.as_json:
        session.values({"ref": amended.story.ref, "status": amended.story.status.value, **_outcome(amended)})
    else:
        count = len(amended.changed)
        click.echo(f"{amended.story.ref} is {what}; {count} {'message says' if count == 1 else 'messages say'} so.")
        _tell_left(session, amended)
    return DEGRADED if _is_left(amended) else 0


def _tell_left(session: Session, amended: "Amended") -> None:
    """Name what was not changed, on standard error."""
    from bot.retold import shared_line
    from bot.wording import IF_IT_IS_THERE

    if amended.shares:
        click.echo(shared_line(amended.shares), err=True)
    for delivery, reason in amended.unchanged:
        click.echo(f"not changed: {delivery.channel.name} {delivery.date}: {reason}", err=True)
    for delivery, reason in amended.waiting:
        is_there = "perhaps not changed" if delivery.state is DeliveryState.UNCERTAIN else "not changed yet"
        click.echo(f"{is_there}: {delivery.channel.name} {delivery.date}: {reason}", err=True)
    if any(delivery.state is DeliveryState.UNCERTAIN for delivery, _ in amended.waiting):
        click.echo(IF_IT_IS_THERE, err=True)
    if amended.waiting:
        goes_on = "The running bot" if not _patience(session) else "`daybrief run` or the next `daybrief post`"
        click.echo(f"{goes_on} goes on with what is left.", err=True)


def _outcome(amended: "Amended") -> dict[str, Any]:
    return {
        "changed": [f"{one.channel.name} {one.date}" for one in amended.changed],
        "shares": amended.shares,
        "unchanged": [_left(one, reason) for one, reason in amended.unchanged],
        "waiting": [_left(one, reason) for one, reason in amended.waiting],
    }


def _left(delivery: Delivery, reason: str) -> dict[str, str]:
    return {"channel": delivery.channel.name, "date": delivery.date.isoformat(), "reason": reason}


def _is_left(amended: "Amended") -> bool:
    return bool(amended.unchanged or amended.waiting)


def _state(taken: "Taken") -> str:
    if taken.amended:
        return "corrected"
    return "new      " if taken.is_new else "updated  "


def _in_posts(taken: "Taken") -> str:
    from bot.wording import counted

    return f" ({counted(len(taken.amended.changed), 'post')} changed)" if taken.amended else ""


def _messages(taken: "Taken") -> dict[str, Any]:
    return {"messages": _outcome(taken.amended)} if taken.amended else {}
