"""Words in PostgreSQL: a ``tsvector`` of each text and of each title, with GIN indexes.

The words are folded as ``storage.titles`` folds what people type, and never by PostgreSQL's parser: that drops letters
which the server's locale does not know, and takes some words for host names.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any

from storage.filters import CANDIDATES, FILTERS, IS_SHOWN, READ
from storage.session import Many, Session, rows
from storage.shelf import VISIBLE

_WEIGHTS = ("A", "B", "D", "C", "D")
"""Of title, takeaway, sections, titles of articles, sources. ``ts_rank`` has four of them, worth 1.0, 0.4, 0.2 and 0.1
as it stands, so as 10 : 4 : 1 : 2 : 1, which is what SQLite's side counts.
"""
_MOST = 500_000
"""Bytes of words of one text that are looked up: PostgreSQL refuses a ``tsvector`` of more than a million."""
_LAST = 16_383
"""The last place that a word can have (https://www.postgresql.org/docs/current/textsearch-limitations.html)."""


class Tsvectors:
    """Implements ``storage.session.TextIndex``."""

    def __init__(self, db: Session) -> None:
        self._db = db

    def put(self, number: int, texts: Sequence[str]) -> None:
        """Make *number* findable by *texts*."""
        for table, document in zip(("story_text", "story_title"), documents_of(texts), strict=True):
            self._db.execute(_PUT.replace("story_text", table), {"number": number, "document": document})

    def drop(self, numbers: Iterable[int]) -> None:
        """Make none of *numbers* findable any more."""
        gone = Many(numbers)
        self._db.execute("DELETE FROM story_text WHERE number IN (SELECT value FROM json_each(?))", [gone])
        self._db.execute("DELETE FROM story_title WHERE number IN (SELECT value FROM json_each(?))", [gone])

    def ranked(self, words: Sequence[str], filters: Mapping[str, Any], *, is_unfinished: bool) -> list[int]:
        """Ids of stories whose text holds all *words*, best first."""
        query = {"words": matching(words, is_unfinished=is_unfinished), "candidates": CANDIDATES}
        return [int(one["id"]) for one in rows(self._db, _RANKED, {**filters, **query})]

    def titled(self, words: Sequence[str], *, workspace: str | None, limit: int) -> list[int]:
        """Ids of stories whose title holds all *words*, newest first."""
        query = {"words": matching(words, is_unfinished=True), "candidates": max(limit, 100)}
        found = rows(self._db, _TITLED, {**query, "workspace": workspace, "limit": limit})
        return [int(one["id"]) for one in found]


def documents_of(texts: Sequence[str]) -> tuple[str, str]:
    """What ``story_text`` and ``story_title`` hold of *texts*, as :meth:`Tsvectors.put` takes them."""
    return document_of(texts), document_of(texts[:1])


def document_of(texts: Sequence[str]) -> str:
    """The words of *texts*, each with its place and its weight, as ``tsvector`` reads them. Words hold no quotes."""
    place, left = count(1), _MOST
    found = []
    for text, weight in zip(texts, _WEIGHTS, strict=False):
        for word in text.split():
            left -= len(word.encode())
            if left < 0:
                break
            found.append(f"'{word}':{min(next(place), _LAST)}{weight}")
    return " ".join(found)


def matching(words: Sequence[str], *, is_unfinished: bool) -> str:
    """A ``tsquery`` for texts that hold all *words*, or where *is_unfinished* one that begins like the last."""
    return " & ".join(f"'{word}'" for word in words) + (":*" if is_unfinished else "")


_PUT = """
    INSERT INTO story_text (number, document) VALUES (:number, CAST(:document AS tsvector))
    ON CONFLICT (number) DO UPDATE SET document = excluded.document
"""

_MATCHES = "document @@ CAST(:words AS tsquery)"
_SCORE = "ts_rank(found.document, CAST(:words AS tsquery), 1)"
"""Longer texts hold more words by chance; 1 divides by the logarithm of their length."""

# Ranked are the newest alone: what is not sorted out by then is never unpacked.
_RANKED = f"""
    SELECT id FROM (
        SELECT found.id, found.news_at, {_SCORE} AS score FROM (
            SELECT story.id, story.news_at, story_text.document
            FROM story_text JOIN story ON story.id = story_text.number
            WHERE {_MATCHES} AND {FILTERS} AND {IS_SHOWN}
            ORDER BY story_text.number DESC LIMIT :candidates) AS found
        UNION ALL
        SELECT story.id, story.news_at, {_SCORE} AS score
        FROM (SELECT -number AS number, document FROM story_text WHERE {_MATCHES} AND number < 0) AS found {READ}
        WHERE {FILTERS}) AS ranked
    ORDER BY score DESC, news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it

_TITLED = f"""
    SELECT id FROM (
        SELECT * FROM (
            SELECT story.id, story.news_at
            FROM story_title JOIN story ON story.id = story_title.number
            WHERE {_MATCHES} AND {IS_SHOWN} AND {VISIBLE}
            ORDER BY story_title.number DESC LIMIT :candidates) AS found
        UNION ALL
        SELECT story.id, story.news_at
        FROM (SELECT -number AS number FROM story_title WHERE {_MATCHES} AND number < 0) AS found {READ}
        WHERE {VISIBLE}) AS titled
    ORDER BY news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it
