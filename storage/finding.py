"""Finding stories by words: full text, titles as they are typed, and titles mistyped.

What people type becomes quoted words and nothing else, so it is never taken for query syntax.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any

import sqlite_utils

from bot.model import Story
from bot.ports import Search
from bot.text import clean
from storage import codec, shelf
from storage.database import row, rows
from storage.shelf import IS_GONE, IS_READ_OTHERWISE, VISIBLE
from storage.titles import MAX_WORDS, Title, Titles, likeness, words_of

CANDIDATES = 500
"""Newest matches that are ranked: ranking every match of a common word takes seconds among a million stories."""
IN_MEMORY = 20_000
"""Newest titles among which typing errors are forgiven."""
MAX_TYPED = 1000
"""Characters of a query that are looked at."""
_ENOUGH = 5
"""With fewer completions than this, a typing error is supposed …"""
_MEANT = 4
"""… if this many letters have been typed …"""
_SURE = 75.0
"""… and this alike a title must be to be offered."""


def matching(words: Sequence[str], *, is_unfinished: bool) -> str:
    """An FTS5 query for texts that hold all *words*, or where *is_unfinished* one that begins like the last.

    Words hold no quotes.
    """
    return " ".join(f'"{word}"' for word in words) + ("*" if is_unfinished else "")


def find(db: sqlite_utils.Database, search: Search) -> list[int]:
    """Ids of stories, best first: those with all words whole, then those where the last is only begun.

    Without words newest first.
    """
    words = words_of(search.words[:MAX_TYPED])[:MAX_WORDS]
    filters = {
        "since": codec.micros(search.since),
        "until": codec.micros(search.until),
        "topic": f"\n{_plain(search.topic)}\n" if search.topic else "",
        "source": _plain(search.source),
        "workspace": search.workspace,
        "limit": search.limit,
    }
    if not words:
        return [] if search.words.strip() else _ids(db, _NEWEST, filters)
    found: list[int] = []
    for is_unfinished in (False, True):  # whole words are meant more often, and are found much faster
        if len(found) < search.limit:
            query = {"words": matching(words, is_unfinished=is_unfinished), "candidates": CANDIDATES}
            found += _ids(db, _RANKED, {**filters, **query})
    return list(dict.fromkeys(found))[: search.limit]


_FILTERS = f"""
    (:since IS NULL OR story.news_at >= :since)
    AND (:until IS NULL OR story.news_at < :until)
    AND (:topic = '' OR instr(story.topics, :topic))
    AND (:source = '' OR instr(story.sources, :source))
    AND {VISIBLE}
"""

_IS_SHOWN = f"NOT story.is_withdrawn AND NOT {IS_READ_OTHERWISE}"
"""Whether the text of a story itself may be found, and not a reading of it."""

_READ = """
    CROSS JOIN reading ON reading.id = found.number AND reading.workspace = :workspace AND NOT reading.is_withdrawn
    CROSS JOIN story ON story.id = reading.story
"""
"""From what was found among the texts of readings, behind those of all stories, to a workspace's own."""

_NEWEST = f"""
    SELECT id FROM story
    WHERE {_FILTERS} AND NOT {IS_GONE}
    ORDER BY news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it

# CROSS JOIN fixes the order of the loops (https://www.sqlite.org/optoverview.html#crossjoin): matches come newest
# first, so the walk ends after the last candidate. The weights are those of the columns of story_text.
_RANKED = f"""
    SELECT id FROM (
        SELECT * FROM (
            SELECT story.id, story.news_at, bm25(story_text, 10.0, 4.0, 1.0, 2.0, 1.0) AS score
            FROM story_text CROSS JOIN story ON story.id = story_text.rowid
            WHERE story_text MATCH :words AND {_FILTERS} AND {_IS_SHOWN}
            ORDER BY story_text.rowid DESC LIMIT :candidates)
        UNION ALL
        SELECT story.id, story.news_at, found.score
        FROM (SELECT -rowid AS number, bm25(story_text, 10.0, 4.0, 1.0, 2.0, 1.0) AS score FROM story_text
            WHERE story_text MATCH :words AND rowid < 0) AS found {_READ}
        WHERE {_FILTERS})
    ORDER BY score, news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it

_TITLED = f"""
    SELECT id FROM (
        SELECT * FROM (
            SELECT story.id, story.news_at
            FROM story_title CROSS JOIN story ON story.id = story_title.rowid
            WHERE story_title MATCH :words AND {_IS_SHOWN} AND {VISIBLE}
            ORDER BY story_title.rowid DESC LIMIT :candidates)
        UNION ALL
        SELECT story.id, story.news_at
        FROM (SELECT -rowid AS number FROM story_title WHERE story_title MATCH :words AND rowid < 0) AS found {_READ}
        WHERE {VISIBLE})
    ORDER BY news_at DESC, id DESC LIMIT :limit
"""  # noqa: S608 - no text from outside is in it

_OWN_TITLES = f"""
    SELECT story.id, reading.title, reading.is_withdrawn OR NOT {VISIBLE} AS is_hidden
    FROM reading JOIN story ON story.id = reading.story WHERE reading.workspace = :workspace
"""  # noqa: S608 - no text from outside is in it


class TitleMemory:
    """The newest titles, brought up to date before each use. Any reading thread may ask."""

    def __init__(self, capacity: int = IN_MEMORY) -> None:
        self._lock = threading.Lock()
        self._capacity = capacity
        self._titles = Titles(capacity)
        self._newest_revision = 0

    def complete(self, db: sqlite_utils.Database, typed: str, *, workspace: str | None, limit: int) -> list[int]:
        """Ids of stories whose title *typed* may become: as typed, newest first; then with typing errors."""
        words = words_of(typed[:MAX_TYPED])[:MAX_WORDS]
        if not words:
            return []
        found = _titled(db, words, workspace=workspace, limit=limit)
        if len(found) >= min(_ENOUGH, limit) or sum(map(len, words)) < _MEANT:
            return found
        meant = [story for story, score in self._like(db, words, workspace, limit) if score >= _SURE]
        return list(dict.fromkeys((*found, *meant)))[:limit]

    def nearest(
        self, db: sqlite_utils.Database, text: str, *, workspace: str | None, limit: int
    ) -> list[tuple[int, float]]:
        """Ids of the stories whose titles are most like *text*, with a likeness of 0–100, best first."""
        words = words_of(text[:MAX_TYPED])[:MAX_WORDS]
        if not words:
            return []
        scores = dict(self._like(db, words, workspace, limit))
        # Titles too old to be remembered are found as typed, or not at all.
        for story in _titled(db, words, workspace=workspace, limit=limit):
            scores.setdefault(story, likeness(words, words_of(_title(db, story, workspace))))
        return sorted(scores.items(), key=lambda one: (-one[1], -one[0]))[:limit]

    def _like(
        self, db: sqlite_utils.Database, words: Sequence[str], workspace: str | None, limit: int
    ) -> list[tuple[int, float]]:
        read = rows(db, _OWN_TITLES, {"workspace": workspace}) if workspace else []
        with self._lock:
            self._refresh(db)
            # A few more than asked for, because some may have been forgotten meanwhile, or are read otherwise.
            likely = self._titles.like(words, workspace=workspace, limit=2 * limit + 10 + len(read))
        ids = codec.as_json(story for story, _ in likely)
        there = set(_ids(db, "SELECT id FROM story WHERE id IN (SELECT value FROM json_each(:ids))", {"ids": ids}))
        there -= {one["id"] for one in read}
        own = [(one["id"], likeness(words, words_of(one["title"]))) for one in read if not one["is_hidden"]]
        both = [(story, score) for story, score in likely if story in there] + [one for one in own if one[1]]
        return sorted(both, key=lambda one: (-one[1], -one[0]))[:limit]

    def _refresh(self, db: sqlite_utils.Database) -> None:
        """Take in what was written since the last time, by whatever process."""
        newest = row(db, "SELECT coalesce(max(id), 0) AS id FROM revision")
        if newest is None or newest["id"] <= self._newest_revision:
            return
        for one in rows(db, _CHANGED, {"after": self._newest_revision, "capacity": self._capacity}):
            if one["is_withdrawn"]:
                self._titles.drop(one["id"])
            else:
                audience = frozenset(codec.strings(one["audience"]))
                self._titles.put(Title(one["id"], frozenset(words_of(one["title"])), audience))
        self._newest_revision = newest["id"]


_CHANGED = """
    SELECT id, title, is_withdrawn,
        (SELECT json_group_array(workspace) FROM audience WHERE audience.story = story.id) AS audience
    FROM story WHERE revision > :after ORDER BY revision DESC LIMIT :capacity
"""


def index(db: sqlite_utils.Database, number: int, story: Story) -> None:
    """Make what has *number* findable by the texts of *story*. The number is a story's id, or minus a reading's."""
    unindex(db, [number])
    # The same words go in that come out of a query, so that both agree about ß, ligatures and accents.
    folded = [" ".join(words_of(text)) for text in _texts(story)]
    db.execute(
        "INSERT INTO story_text (rowid, title, takeaway, sections, articles, sources) VALUES (?, ?, ?, ?, ?, ?)",
        [number, *folded],
    )
    db.execute("INSERT INTO story_title (rowid, title) VALUES (?, ?)", [number, folded[0]])


def unindex(db: sqlite_utils.Database, numbers: Iterable[int]) -> None:
    """Make what has one of *numbers* findable by its ref only."""
    gone = codec.as_json(numbers)
    db.execute("DELETE FROM story_text WHERE rowid IN (SELECT value FROM json_each(?))", [gone])
    db.execute("DELETE FROM story_title WHERE rowid IN (SELECT value FROM json_each(?))", [gone])


def _texts(story: Story) -> tuple[str, ...]:
    """What a story is found by: title, takeaway, sections, article titles, sources."""
    sections = [point.text for point in story.sections.key_points]
    for name in story.sections.written():
        if passage := story.sections.passage(name):
            sections.append(passage.text)
            sections += [part for item in passage.items for part in (item.text, item.basis)]
    sources = dict.fromkeys(part for one in story.articles for part in (one.source.name, one.source.domain))
    titles = (article.title for article in story.articles)
    return story.title, story.takeaway, " ".join(sections), " ".join(titles), " ".join(sources)


def _titled(db: sqlite_utils.Database, words: Sequence[str], *, workspace: str | None, limit: int) -> list[int]:
    query = {"words": matching(words, is_unfinished=True), "candidates": max(limit, 100)}
    return _ids(db, _TITLED, {**query, "workspace": workspace, "limit": limit})


def _title(db: sqlite_utils.Database, story: int, workspace: str | None) -> str:
    return next((title for _, title in shelf.titles(db, [story], workspace)), "")


def _ids(db: sqlite_utils.Database, sql: str, parameters: dict[str, Any]) -> list[int]:
    return [int(one["id"]) for one in rows(db, sql, parameters)]


def _plain(text: str) -> str:
    return clean(text[:MAX_TYPED]).casefold()
