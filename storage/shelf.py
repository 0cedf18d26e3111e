"""Stories as they lie in the tables: taken down whole, in the order asked for."""

from collections.abc import Iterator, Sequence

from bot.model import Article, Story
from bot.text import clean
from storage import codec
from storage.session import Many, Session, rows


def title_name(title: str) -> str:
    """*title* for comparing: without case and differences in white space."""
    return clean(title).casefold()


def stories(db: Session, ids: Sequence[int], workspace: str | None = None) -> Iterator[Story]:
    """The stories with *ids*, as *workspace* reads them, in that order; those that do not exist are left out."""
    found = {one["story"]: one for one in rows(db, _PRESENT, {"ids": Many(ids)})}
    read = readings(db, ids, workspace) if workspace else {}
    articles: dict[int, list[Article]] = {}
    for one in rows(db, _ARTICLES, {"ids": Many(ids)}):
        articles.setdefault(one["story"], []).append(codec.article_of(one))
    for story in ids:
        if story in found:
            told = codec.story_of(found[story]["content"], articles.get(story, ()))
            yield told.told_as(read[story]) if story in read else told


def readings(db: Session, ids: Sequence[int], workspace: str) -> dict[int, Story]:
    """How *workspace* reads those of the stories with *ids* that it reads otherwise than all, without articles."""
    found = rows(db, _READINGS, {"ids": Many(ids), "workspace": workspace})
    return {one["story"]: codec.story_of(one["content"], ()) for one in found}


def articles(db: Session, ids: Sequence[int]) -> list[Article]:
    """The articles with *ids*, in that order; forgotten ones are left out."""
    found = {one["id"]: one for one in rows(db, _LISTED, {"ids": Many(ids)})}
    return [codec.article_of(found[article]) for article in ids if article in found]


def titles(db: Session, ids: Sequence[int], workspace: str | None) -> tuple[tuple[str, str], ...]:
    """(ref, title) of the stories with *ids*, as *workspace* reads them, in that order."""
    listed = rows(db, _TITLES, {"ids": Many(ids), "workspace": workspace})
    found = {one["id"]: (str(one["ref"]), str(one["title"])) for one in listed}
    return tuple(found[story] for story in ids if story in found)


def story_in(db: Session, revision: codec.Row) -> Story:
    """The story as it was in a row of ``revision``."""
    return codec.story_of(revision["content"], articles(db, codec.numbers(revision["articles"])))


_PRESENT = """
    SELECT story.id AS story, revision.content FROM story JOIN revision ON revision.id = story.revision
    WHERE story.id IN (SELECT value FROM json_each(:ids))
"""

_READINGS = """
    SELECT reading.story, revision.content FROM reading JOIN revision ON revision.id = reading.revision
    WHERE reading.workspace = :workspace AND reading.story IN (SELECT value FROM json_each(:ids))
"""

_TITLES = """
    SELECT story.id, story.ref, coalesce(reading.title, story.title) AS title
    FROM story LEFT JOIN reading ON reading.workspace = :workspace AND reading.story = story.id
    WHERE story.id IN (SELECT value FROM json_each(:ids))
"""

_ARTICLES = """
    SELECT story_article.story, article.* FROM story_article JOIN article ON article.id = story_article.article
    WHERE story_article.story IN (SELECT value FROM json_each(:ids)) ORDER BY story_article.story, story_article.place
"""

NAMED = """
    SELECT article_name.name, article.* FROM article_name JOIN article ON article.id = article_name.article
    WHERE article_name.workspace = '' AND article_name.name IN (SELECT value FROM json_each(:names))
"""
"""Articles by the names under which they are known again."""

_LISTED = "SELECT * FROM article WHERE id IN (SELECT value FROM json_each(:ids))"

VISIBLE = """
    (:workspace IS NULL OR EXISTS (
        SELECT 1 FROM audience WHERE audience.story = story.id AND audience.workspace IN ('', :workspace)))
"""
"""Whether a row of ``story`` exists for a workspace; None is the operator, who sees all."""

IS_READ_OTHERWISE = """
    EXISTS (SELECT 1 FROM reading WHERE reading.workspace = :workspace AND reading.story = story.id)
"""
"""Whether the workspace for which a row of ``story`` exists has a reading of its own; the operator has none."""

IS_GONE = """
    coalesce(
        (SELECT reading.is_withdrawn FROM reading WHERE reading.workspace = :workspace AND reading.story = story.id),
        story.is_withdrawn)
"""
"""Whether a row of ``story`` is withdrawn, as a workspace reads it."""

BY_REF = f"""
    WITH RECURSIVE way (ref, story, leads_to) AS (
        SELECT ref, story, leads_to FROM ref WHERE ref = :ref
        UNION SELECT ref.ref, ref.story, ref.leads_to FROM ref JOIN way ON ref.ref = way.leads_to)
    SELECT story.id FROM way JOIN story ON story.id = way.story WHERE {VISIBLE}
"""  # noqa: S608 - no text from outside is in it
"""Refs of merged stories lead on, and so may those they lead to."""
