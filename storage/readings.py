"""Restating: a story that is corrected or withdrawn, in one transaction with everything that follows from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlite_utils

from bot.model import Story
from storage import admission, shelf
from storage.database import row


def restate(
    db: sqlite_utils.Database, ref: str, make: Callable[[Story], Story], *, reason: str, at: datetime
) -> Story | None:
    """Keep what *make* makes of the story called *ref*, for everybody; as kept. None: there is no such story."""
    found = row(db, shelf.BY_REF, {"ref": ref.strip().upper(), "workspace": None})
    if found is None:
        return None
    [held] = shelf.stories(db, [found["id"]])
    return admission.revise(db, replace(make(held), ref=held.ref), reason=reason, at=at)
