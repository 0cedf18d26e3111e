"""Stories as they lie in the tables: taken down whole, in the order asked for."""

from collections.abc import Iterator, Sequence

import sqlite_utils

from bot.model import Article, Story
from bot.text import clean
from storage import codec
from storage.database import rows


def title_name(title: str) -> str:
    """*title* for comparing: without case and differences in white space."""
    return clean(title).casefold()


def stories(db: sqlite_utils.Database, ids: Sequence[int]) -> Iterator[Story]:
    """The stories with *ids*, in that order; those that do not exist are left out."""
    found = {one["story"]: one for one in rows(db, _PRESENT, {"ids": codec.as_json(ids)})}
    articles: dict[int, list[Article]] = {}
    for one in rows(db, _ARTICLES, {"ids": codec.as_json(ids)}):
        articles.setdefault(one["story"], []).append(codec.article_of(one))
    for story in ids:
        if story in found:
            yield codec.story_of(found[story]["content"], articles.get(story, ()))


def articles(db: sqlite_utils.Database, ids: Sequence[int]) -> list[Article]:
    """The articles with *ids*, in that order; forgotten ones are left out."""
    return [codec.article_of(one) for one in rows(db, _LISTED, {"ids": codec.as_json(ids)})]


def titles(db: sqlite_utils.Database, ids: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """(ref, title) of the stories with *ids*, in that order."""
    listed = rows(
        db, "SELECT id, ref, title FROM story WHERE id IN (SELECT value FROM json_each(?))", [codec.as_json(ids)]
    )
    found = {one["id"]: (str(one["ref"]), str(one["title"])) for one in listed}
    return tuple(found[story] for story in ids if story in found)


def story_in(db: sqlite_utils.Database, revision: codec.Row) -> Story:
    """The story as it was in a row of ``revision``."""
    return codec.story_of(revision["content"], articles(db, codec.numbers(revision["articles"])))


_PRESENT = """
    SELECT story.id AS story, revision.content FROM story JOIN revision ON revision.id = story.revision
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

_LISTED = """
    SELECT article.* FROM json_each(:ids) AS listed JOIN article ON article.id = listed.value ORDER BY listed.key
"""

VISIBLE = """
    (:workspace IS NULL OR EXISTS (
        SELECT 1 FROM audience WHERE audience.story = story.id AND audience.workspace IN ('', :workspace)))
"""
"""Whether a row of ``story`` exists for a workspace; None is the operator, who sees all."""

BY_REF = f"""
    WITH RECURSIVE way (ref, story, leads_to) AS (
        SELECT ref, story, leads_to FROM ref WHERE ref = :ref
        UNION SELECT ref.ref, ref.story, ref.leads_to FROM ref JOIN way ON ref.ref = way.leads_to)
    SELECT story.id FROM way JOIN story ON story.id = way.story WHERE {VISIBLE}
"""  # noqa: S608 - no text from outside is in it
"""Refs of merged stories lead on, and so may those they lead to."""
