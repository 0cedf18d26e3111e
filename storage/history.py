"""Histories: the texts of a story that a workspace has read, and what is left to it of one that it may not see now."""

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Story, StoryStatus
from bot.ports import Revision
from bot.text import clean
from storage import codec, shelf
from storage.session import Many, Session, row, rows

_Written = tuple[codec.Row, Story]
"""A row of ``revision``, and the story as it was then."""


def of(db: Session, ref: str, workspace: str | None) -> tuple[Revision, ...]:
    """The revisions of the story called *ref* that *workspace* has read, oldest first; None: all there are."""
    found = row(db, shelf.BY_REF, {"ref": clean(ref).upper(), "workspace": workspace})
    if found is None:
        return ()
    written = _written(db, found["id"], workspace)
    return tuple(
        Revision(
            number=number,
            at=codec.moment(one["at"]),
            reason=one["reason"],
            story=story,
            workspace=one["workspace"],
            person=one["person"],
        )
        for number, (one, story) in enumerate(written if workspace is None else _seen(written, workspace), start=1)
    )


def restated(db: Session, refs: Sequence[str], workspace: str) -> dict[str, Story]:
    """Those of *refs* that were corrected or withdrawn, as *workspace* reads them or has read them last."""
    found = rows(db, RESTATED, asked_for(refs, workspace))
    stories = shelf.stories(db, [int(one["id"]) for one in found], workspace)
    told = {
        str(one["asked"]): story if one["is_visible"] else _last_read(db, one["id"], workspace)
        for one, story in zip(found, stories, strict=True)
    }
    return {ref: story for ref, story in told.items() if story and story.status is not StoryStatus.CURRENT}


def asked_for(refs: Sequence[str], workspace: str) -> dict[str, object]:
    """What :data:`RESTATED` is asked of: *refs*, as *workspace* reads them."""
    return {"refs": Many(refs), "workspace": workspace}


def _last_read(db: Session, number: int, workspace: str) -> Story | None:
    """The last text that *workspace* read of the story with the id *number*, which it may not see any more, withdrawn
    if the operator has withdrawn it since. None: it has read none.

    Why it was withdrawn is told to those who may see it: it may speak of what was written for them.
    """
    written = _written(db, number, workspace)
    seen = _seen(written, workspace)
    if not seen:
        return None
    last, story = seen[-1]
    if story.status is StoryStatus.WITHDRAWN:
        return story
    for one, _ in written:
        if one["id"] > last["id"] and one["reason"] == "withdrawn" and not one["person"]:
            at = codec.moment(one["at"])
            return replace(story, status=StoryStatus.WITHDRAWN, status_reason="", status_at=at)
    return story


def _written(db: Session, number: int, workspace: str | None) -> list[_Written]:
    found = rows(db, _WRITTEN, {"id": number, "workspace": workspace})
    return [(one, shelf.story_in(db, one)) for one in found]


def _seen(written: Sequence[_Written], workspace: str) -> list[_Written]:
    """Those of *written* that *workspace* has read: while it had a reading of its own, it read no other; and a story
    that is public now may have been private once.
    """
    seen = []
    has_reading = False
    for one, story in written:
        is_own = one["workspace"] == workspace
        has_reading = is_own or (has_reading and one["reason"] not in _ENDS_READINGS)
        if (is_own or not has_reading) and (not story.workspaces or workspace in story.workspaces):
            seen.append((one, story))
    return seen


_ENDS_READINGS = frozenset({"corrected", "withdrawn"})
"""Reasons of revisions for everybody with which workspaces stop having readings of their own."""

_WRITTEN = """
    SELECT * FROM revision WHERE story = :id AND (:workspace IS NULL OR workspace IN ('', :workspace)) ORDER BY id
"""

RESTATED = f"""
    WITH RECURSIVE way (asked, ref) AS (
        SELECT value, value FROM json_each(:refs)
        UNION SELECT way.asked, ref.leads_to FROM way JOIN ref ON ref.ref = way.ref WHERE ref.leads_to IS NOT NULL)
    SELECT way.asked, story.id, :workspace = '' OR {shelf.VISIBLE} AS is_visible
    FROM way JOIN ref ON ref.ref = way.ref JOIN story ON story.id = ref.story
        LEFT JOIN reading ON reading.workspace = :workspace AND reading.story = story.id
        JOIN revision ON revision.id = coalesce(reading.revision, story.revision)
    WHERE revision.content ->> 'status' <> 'current'
"""  # noqa: S608 - no text from outside is in it
