"""Readings: what a workspace reads instead of a story's own text. Every function runs inside a write transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.model import Story, StoryStatus
from storage import codec, errata, finding, shelf
from storage.session import Many, Session, new_id, row, rows


def keep(db: Session, number: int, story: Story, *, workspace: str, person: str, reason: str, at: datetime) -> None:
    """Let *workspace* read *story* in the place of the one with the id *number*, from *at* on."""
    text = {"story": number, "content": codec.story_json(story), "workspace": workspace, "person": person}
    held = [one["article"] for one in rows(db, _ARTICLES, [number])]
    text |= {"reason": reason, "at": codec.micros(at), "articles": codec.as_json(held)}
    revision = new_id(db, _NEW_REVISION, text)
    columns = {
        "workspace": workspace,
        "story": number,
        "title": story.title,
        "title_name": shelf.title_name(story.title),
        "is_withdrawn": story.status is StoryStatus.WITHDRAWN,
        "revision": revision,
    }
    db.execute(_KEEP, columns)
    index(db, number, story)


def index(db: Session, number: int, story: Story) -> None:
    """Make the readings of the story with the id *number* findable by their own texts, and by the sources of *story*,
    which it has grown to.
    """
    for one in _of(db, [number]):
        finding.index(db, -one["id"], story.told_as(codec.story_of(one["content"], ())))


def end(db: Session, numbers: Iterable[int]) -> None:
    """Let everybody read the stories with the ids *numbers* as they are. What was read stays in their history."""
    _drop(db, [one["id"] for one in _of(db, numbers)])


def move(db: Session, source: int, target: int, story: Story) -> None:
    """Take the readings of the story with the id *source*, which is being merged, along to the one with the id
    *target*, which is *story*: what a workspace corrected or withdrew stays so for it, whatever it is merged into.

    Of two readings the later one stays. Messages of the workspace may carry *story*.
    """
    there = {one["workspace"]: one for one in _of(db, [target])}
    moving = _of(db, [source])
    _drop(
        db,
        [
            min(one, there[one["workspace"]], key=lambda reading: int(reading["revision"]))["id"]
            for one in moving
            if one["workspace"] in there
        ],
    )
    last = row(db, "SELECT max(number) AS number FROM revision WHERE story = ?", [target]) or {}
    db.execute(_MOVE_REVISIONS, {"source": source, "target": target, "last": last.get("number") or 0})
    db.execute("UPDATE reading SET story = ? WHERE story = ?", [target, source])
    index(db, target, story)
    for one in moving:
        errata.owe(db, story.ref, workspace=one["workspace"])


def _of(db: Session, numbers: Iterable[int]) -> list[dict[str, Any]]:
    """The readings of the stories with the ids *numbers*, with their texts."""
    return rows(db, _OF_STORIES, {"stories": Many(numbers)})


def _drop(db: Session, readings: Iterable[int]) -> None:
    gone = list(readings)
    db.texts.drop([-one for one in gone])
    db.execute("DELETE FROM reading WHERE id IN (SELECT value FROM json_each(?))", [Many(gone)])


_ARTICLES = "SELECT article FROM story_article WHERE story = ? ORDER BY place"

_NEW_REVISION = """
    INSERT INTO revision (story, number, at, reason, content, articles, workspace, person)
    SELECT :story, 1 + coalesce(max(number), 0), :at, :reason, :content, :articles, :workspace, :person
    FROM revision WHERE story = :story
    RETURNING id
"""

_KEEP = """
    INSERT INTO reading (workspace, story, title, title_name, is_withdrawn, revision)
    VALUES (:workspace, :story, :title, :title_name, :is_withdrawn, :revision)
    ON CONFLICT (workspace, story) DO UPDATE SET title = excluded.title, title_name = excluded.title_name,
        is_withdrawn = excluded.is_withdrawn, revision = excluded.revision
"""

_OF_STORIES = """
    SELECT reading.id, reading.workspace, reading.revision, revision.content
    FROM reading JOIN revision ON revision.id = reading.revision
    WHERE reading.story IN (SELECT value FROM json_each(:stories))
"""

_MOVE_REVISIONS = """
    UPDATE revision SET story = :target, number = number + :last WHERE story = :source AND workspace <> ''
"""
