"""Restating: a story is corrected or withdrawn, in one transaction with all that is seen to follow from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.errors import DoneBefore
from bot.model import Change, Story
from bot.ports import Restated
from storage import admission, audit, errata, readings, shelf
from storage.session import Session, row


def restate(
    db: Session,
    ref: str,
    make: Callable[[Story], Story],
    *,
    workspace: str,
    person: str,
    reason: str,
    at: datetime,
    entry: Callable[[Story, Story], Change] | None = None,
) -> Restated | None:
    """Keep what *make* makes of the story called *ref* as *workspace* reads it, for it or for everybody; as kept.

    None: there is no such story, or none that *workspace* may see. Raises DoneBefore where the audit log has *entry*.
    """
    found = row(db, shelf.BY_REF, {"ref": ref.strip().upper(), "workspace": workspace or None})
    if found is None:
        return None
    number = int(found["id"])
    [story] = shelf.stories(db, [number])
    [read] = shelf.stories(db, [number], workspace)
    if workspace and set(story.workspaces) != {workspace}:
        kept = story.told_as(make(read))
        readings.keep(db, number, kept, workspace=workspace, person=person, reason=reason, at=at)
    else:
        readings.end(db, [number])
        kept = admission.revise(db, replace(make(read), ref=story.ref), reason=reason, at=at)
        db.execute(
            "UPDATE revision SET person = ? WHERE id = (SELECT revision FROM story WHERE id = ?)", [person, number]
        )
    owing = errata.owe(db, kept.ref, workspace=workspace)
    if entry and not audit.keep(db, entry(read, kept)):
        raise DoneBefore
    return Restated(story=kept, owing=owing)


def look_again(db: Session, restated: Restated, *, workspace: str) -> Restated:
    """Enter what began to leave while *restated* was being kept, too: of that, :func:`restate` may see nothing.

    In a transaction of its own, after that one. A part whose intent was committed before the new text is seen here; one
    whose intent was committed later is read after it, and leaves with the new text.
    """
    owing = errata.owe(db, restated.story.ref, workspace=workspace)
    return replace(restated, owing=owing)
