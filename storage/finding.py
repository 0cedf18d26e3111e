"""Finding stories by words: full text, titles as they are typed, and titles mistyped.

What people type becomes quoted words and nothing else, so it is never taken for query syntax.
"""

import threading
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from bot.model import Story
from bot.ports import Search
from bot.text import clean
from storage import codec, shelf
from storage.filters import FILTERS
from storage.session import Many, Session, row, rows
from storage.shelf import IS_GONE, VISIBLE
from storage.titles import MAX_WORDS, Title, Titles, likeness, words_of

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


def find(db: Session, search: Search) -> list[int]:
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
            found += db.texts.ranked(words, filters, is_unfinished=is_unfinished)
    return list(dict.fromkeys(found))[: search.limit]


_NEWEST = f"""
    SELECT id FROM story
    WHERE {FILTERS} AND NOT {IS_GONE}
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

    def complete(self, db: Session, typed: str, *, workspace: str | None, limit: int) -> list[int]:
        """Ids of stories whose title *typed* may become: as typed, newest first; then with typing errors."""
        words = words_of(typed[:MAX_TYPED])[:MAX_WORDS]
        if not words:
            return []
        found = db.texts.titled(words, workspace=workspace, limit=limit)
        if len(found) >= min(_ENOUGH, limit) or sum(map(len, words)) < _MEANT:
            return found
        meant = [story for story, score in self._like(db, words, workspace, limit) if score >= _SURE]
        return list(dict.fromkeys((*found, *meant)))[:limit]

    def nearest(self, db: Session, text: str, *, workspace: str | None, limit: int) -> list[tuple[int, float]]:
        """Ids of the stories whose titles are most like *text*, with a likeness of 0–100, best first."""
        words = words_of(text[:MAX_TYPED])[:MAX_WORDS]
        if not words:
            return []
        scores = dict(self._like(db, words, workspace, limit))
        # Titles too old to be remembered are found as typed, or not at all.
        for story in db.texts.titled(words, workspace=workspace, limit=limit):
            scores.setdefault(story, likeness(words, words_of(_title(db, story, workspace))))
        return sorted(scores.items(), key=lambda one: (-one[1], -one[0]))[:limit]

    def _like(self, db: Session, words: Sequence[str], workspace: str | None, limit: int) -> list[tuple[int, float]]:
        read = rows(db, _OWN_TITLES, {"workspace": workspace}) if workspace else []
        with self._lock:
            self._refresh(db)
            # A few more than asked for, because some may have been forgotten meanwhile, or are read otherwise.
            likely = self._titles.like(words, workspace=workspace, limit=2 * limit + 10 + len(read))
        ids = Many(story for story, _ in likely)
        there = set(_ids(db, "SELECT id FROM story WHERE id IN (SELECT value FROM json_each(:ids))", {"ids": ids}))
        there -= {one["id"] for one in read}
        own = [(one["id"], likeness(words, words_of(one["title"]))) for one in read if not one["is_hidden"]]
        both = [(story, score) for story, score in likely if story in there] + [one for one in own if one[1]]
        return sorted(both, key=lambda one: (-one[1], -one[0]))[:limit]

    def _refresh(self, db: Session) -> None:
        """Take in what was written since the last time, by whatever process."""
        newest = row(db, "SELECT coalesce(max(id), 0) AS id FROM revision")
        if newest is None or newest["id"] <= self._newest_revision:
            return
        changed = rows(db, _CHANGED, {"after": self._newest_revision, "capacity": self._capacity})
        for number, alike in groupby(changed, key=lambda one: int(one["id"])):
            first, *others = alike
            if first["is_withdrawn"]:
                self._titles.drop(number)
            else:
                audience = frozenset(one["workspace"] for one in (first, *others))
                self._titles.put(Title(number, frozenset(words_of(first["title"])), audience))
        self._newest_revision = newest["id"]


_CHANGED = """
    SELECT changed.id, changed.title, changed.is_withdrawn, audience.workspace
    FROM (SELECT id, title, is_withdrawn, revision FROM story WHERE revision > :after
        ORDER BY revision DESC LIMIT :capacity) AS changed
    JOIN audience ON audience.story = changed.id
    ORDER BY changed.revision DESC
"""
"""A row for each workspace that a story exists for; each story exists for one or for everybody."""


def index(db: Session, number: int, story: Story) -> None:
    """Make what has *number* findable by the texts of *story*. The number is a story's id, or minus a reading's."""
    # The same words go in that come out of a query, so that both agree about ß, ligatures and accents.
    db.texts.put(number, [" ".join(words_of(text)) for text in _texts(story)])


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


def _title(db: Session, story: int, workspace: str | None) -> str:
    return next((title for _, title in shelf.titles(db, [story], workspace)), "")


def _ids(db: Session, sql: str, parameters: dict[str, Any]) -> list[int]:
    return [int(one["id"]) for one in rows(db, sql, parameters)]


def _plain(text: str) -> str:
    return clean(text[:MAX_TYPED]).casefold()
