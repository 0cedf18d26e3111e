"""Words in SQLite: two tables of FTS5, one of whole texts, one of titles with their beginnings."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlite_utils

from storage.filters import CANDIDATES, FILTERS, IS_SHOWN, READ
from storage.session import Many
from storage.shelf import VISIBLE


class Fts5:
    """Implements ``storage.session.TextIndex``."""

    def __init__(self, db: sqlite_utils.Database) -> None:
        self._db = db

    def put(self, number: int, texts: Sequence[str]) -> None:
        """Make *number* findable by *texts*."""
        self.drop([number])
        self._db.execute(_NEW_TEXT, [number, *texts])
        self._db.execute("INSERT INTO story_title (rowid, title) VALUES (?, ?)", [number, texts[0]])

    def drop(self, numbers: Iterable[int]) -> None:
        """Make none of *numbers* findable any more."""
        gone = Many(numbers)
        self._db.execute("DELETE FROM story_text WHERE rowid IN (SELECT value FROM json_each(?))", [gone])
        self._db.execute("DELETE FROM story_title WHERE rowid IN (SELECT value FROM json_each(?))", [gone])

    def ranked(self, words: Sequence[str], filters: Mapping[str, Any], *, is_unfinished: bool) -> list[int]:
        """Ids of stories whose text holds all *words*, best first."""
        query = {"words": matching(words, is_unfinished=is_unfinished), "candidates": CANDIDATES}
        return [int(one["id"]) for one in self._db.query(_RANKED, {**filters, **query})]

    def titled(self, words: Sequence[str], *, workspace: str | None, limit: int) -> list[int]:
        """Ids of stories whose title holds all *words*, newest first."""
        query = {"words": matching(words, is_unfinished=True), "candidates": max(limit, 100)}
        found = self._db.query(_TITLED, {**query, "workspace": workspace, "limit": limit})
        return [int(one["id"]) for one in found]


def matching(words: Sequence[str], *, is_unfinished: bool) -> str:
    """An FTS5 query for texts that hold all *words*, or where *is_unfinished* one that begins like the last.

    Words hold no quotes.
    """
    return " ".join(f'"{word}"' for word in words) + ("*" if is_unfinished else "")


_NEW_TEXT = "INSERT INTO story_text (rowid, title, takeaway, sections, articles, sources) VALUES (?, ?, ?, ?, ?, ?)"

# CROSS JOIN fixes the order of the loops (https://www.sqlite.org/optoverview.html#crossjoin): matches come newest
# first, so the walk ends after the last candidate. The weights are those of the columns of story_text.
_RANKED = f"""
    SELECT id FROM (
        SELECT * FROM (
            SELECT story.id, story.news_at, bm25(story_text, 10.0, 4.0, 1.0, 2.0, 1.0) AS score
            FROM story_text CROSS JOIN story ON story.id = story_text.rowid
            WHERE story_text MATCH :words AND {FILTERS} AND {IS_SHOWN}
            ORDER BY story_text.rowid DESC LIMIT :candidates)
        UNION ALL
        SELECT story.id, story.news_at, found.score
        FROM (SELECT -rowid AS number, bm25(story_text, 10.0, 4.0, 1.0, 2.0, 1.0) AS score FROM story_text
            WHERE story_text MATCH :words AND rowid < 0) AS found {READ}
        WHERE {FILTERS})
    ORDER BY score, news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it

_TITLED = f"""
    SELECT id FROM (
        SELECT * FROM (
            SELECT story.id, story.news_at
            FROM story_title CROSS JOIN story ON story.id = story_title.rowid
            WHERE story_title MATCH :words AND {IS_SHOWN} AND {VISIBLE}
            ORDER BY story_title.rowid DESC LIMIT :candidates)
        UNION ALL
        SELECT story.id, story.news_at
        FROM (SELECT -rowid AS number FROM story_title WHERE story_title MATCH :words AND rowid < 0) AS found {READ}
        WHERE {VISIBLE})
    ORDER BY news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it
