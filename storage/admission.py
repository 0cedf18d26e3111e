"""Writing stories and articles. Every function runs inside one write transaction, so nobody can be faster half-way.

Whoever calls has read the archive a while ago. What others have written since is never undone: an article that found a
story stays there, and what a person wrote or corrected is not overwritten by a draft.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot import drafting
from bot.coverage import copies
from bot.model import Article, Origin, Story, StoryStatus
from bot.ports import Intake
from bot.refs import candidates, looks_like_ref
from storage import articles, codec, editions, finding, readings, shelf
from storage.feedbook import keep_state
from storage.session import Many, Session, new_id, row, rows


@dataclass(frozen=True, slots=True)
class _Held:
    """A story that is there already."""

    id: int
    story: Story


@dataclass(frozen=True, slots=True)
class _Shelved:
    """A story all of whose articles are kept, and their ids in order."""

    story: Story
    articles: tuple[int, ...]


def admit(db: Session, arrived: Intake) -> tuple[Story, ...]:
    """Keep all of *arrived*; its stories as kept, in order."""
    kept = articles.taken(db, arrived)
    new = articles.shelve(db, "", [article for article in arrived.articles if article.key not in kept])
    named = [(kept[key].key if key in kept else key, names) for key, names in arrived.keys.items()]
    articles.keep_names(db, named, new=new)
    for state in arrived.feeds:
        keep_state(db, state)
    moved: dict[int, tuple[Article, ...]] = {}
    for younger, older in arrived.merges:
        _merge(db, younger, older, moved)
    admitted = [_admit_story(db, articles.with_those_kept(story, kept), moved) for story in arrived.stories]
    for story, joined in moved.items():
        [held] = shelf.stories(db, [story])
        _grow(db, _Held(story, held), replace(held, articles=(*held.articles, *joined)))
    return tuple(admitted)


def revise(db: Session, story: Story, *, reason: str, at: datetime) -> Story:
    """Keep *story* as it is given, with the articles that it had before, if that changes anything."""
    held = _held(db, story.ref)
    if held is None:
        return _write(db, None, _as_shelved(db, replace(story, ref=_name(db, story))), reason, at)
    given = {article.key for article in story.articles}
    rest = tuple(article for article in held.story.articles if article.key not in given)
    revised = _as_shelved(db, replace(story, ref=held.story.ref, articles=(*story.articles, *rest)))
    return held.story if revised.story == held.story else _write(db, held.id, revised, reason, at)


def change(db: Session, ref: str, make: Callable[[Story], Story], *, reason: str, at: datetime) -> Story | None:
    """Keep what *make* makes of the story called *ref*; as kept. None: there is no such story."""
    held = _held(db, ref)
    if held is None:
        return None
    changed = replace(make(held.story), ref=held.story.ref, articles=held.story.articles)
    if changed == held.story:
        return held.story
    is_new_text = _text(changed) != _text(held.story)
    return _write(db, held.id, _as_shelved(db, changed), reason, at if is_new_text else None)


def forget(db: Session, before: datetime) -> int:
    """Drop stories and articles whose news is older than *before*; how many stories went.

    Undated articles stay, without their text: nothing else could tell that a feed which still lists them is old.
    """
    limit = {"before": codec.micros(before)}
    old = [int(one["id"]) for one in rows(db, "SELECT id FROM story WHERE news_at < :before", limit)]
    readings.end(db, old)
    db.texts.drop(old)
    gone = db.execute("DELETE FROM story WHERE news_at < :before", limit).rowcount
    db.execute(f"DELETE FROM article WHERE {_LOOSE} AND published IS NOT NULL", limit)  # noqa: S608 - our own words
    db.execute(f"UPDATE article SET extract = '' WHERE {_LOOSE} AND extract <> ''", limit)  # noqa: S608
    return gone


# --------------------------------------------------------------------------------------------------------- stories


def _admit_story(db: Session, story: Story, moved: dict[int, tuple[Article, ...]]) -> Story:
    held = _held(db, story.ref)
    if held:
        extra = moved.pop(held.id, ())
        return _grow(db, held, replace(story, articles=(*story.articles, *extra)))
    free = _not_taken(db, story.articles, _scope(story))
    if story.articles and not free:
        return _holder(db, story)
    if free != story.articles:
        story = replace(story, articles=free, copies=copies(free), news_at=max(article.news_at for article in free))
    named = _as_shelved(db, replace(story, ref=_name(db, story)))
    return _write(db, None, named, "gathered", _newest_sight(story))


def _grow(db: Session, held: _Held, story: Story) -> Story:
    """Keep *story* as the grown version of *held*."""
    free = _not_taken(db, story.articles, _scope(held.story), own=held.id)
    grown = _as_shelved(db, drafting.grown(held.story, replace(story, articles=free)))
    if grown.story == held.story:
        return held.story
    is_new_text = _text(grown.story) != _text(held.story)
    return _write(db, held.id, grown, "grown", _newest_sight(grown.story) if is_new_text else None)


def _merge(db: Session, younger: str, older: str, moved: dict[int, tuple[Article, ...]]) -> None:
    """Lead *younger* to *older*, and set its articles aside in *moved*, by the id of the older story."""
    source, target = _held(db, younger), _held(db, older)
    if source is None or target is None or source.id == target.id:
        return
    if set(source.story.workspaces) != set(target.story.workspaces):
        return  # one would show to some what only others may see
    if editions.shown(db, [source.story.ref]):
        return  # an edition has come to hold it since the merge was thought of: it keeps its articles and its ref
    moved[target.id] = (*moved.get(target.id, ()), *moved.pop(source.id, ()), *source.story.articles)
    readings.move(db, source.id, target.id, target.story)
    db.texts.drop([source.id])
    db.execute("DELETE FROM story WHERE id = ?", [source.id])
    db.execute("UPDATE ref SET leads_to = ? WHERE ref = ?", [target.story.ref, source.story.ref])


def _held(db: Session, ref: str) -> _Held | None:
    """The story that *ref* means now."""
    found = row(db, shelf.BY_REF, {"ref": ref.strip().upper(), "workspace": None}) if ref else None
    if found is None:
        return None
    [story] = shelf.stories(db, [found["id"]])
    return _Held(found["id"], story)


def _not_taken(db: Session, arrived: Sequence[Article], workspace: str, *, own: int = 0) -> tuple[Article, ...]:
    """Those articles of a story, with the id *own* if it has one, that no other story in *workspace* holds."""
    keys = {"workspace": workspace, "keys": Many(article.key for article in arrived), "own": own}
    elsewhere = {one["key"] for one in rows(db, _ELSEWHERE, keys)}
    return tuple(article for article in arrived if article.key not in elsewhere)


def _holder(db: Session, story: Story) -> Story:
    """The story that holds the first article of *story*, as all of them are held somewhere."""
    keys = {"workspace": _scope(story), "keys": Many([story.articles[0].key]), "own": 0}
    [holder] = shelf.stories(db, [rows(db, _ELSEWHERE, keys)[0]["story"]])
    return holder


def _as_shelved(db: Session, story: Story) -> _Shelved:
    """*story* with its articles as they are kept, which is as they were first brought."""
    once = {article.key: article for article in story.articles}
    ids = articles.shelve(db, _scope(story), tuple(once.values()))
    listed = tuple(ids[key] for key in once)
    return _Shelved(replace(story, articles=tuple(shelf.articles(db, listed))), listed)


def _name(db: Session, story: Story) -> str:
    """A ref for a new story: the one that it asks for, or the first of its candidates, that was never used."""
    seed = story.articles[0].key if story.articles and story.origin is Origin.FEEDS else story.title
    asked = story.ref.strip().upper()
    if asked and looks_like_ref(asked) and _is_unused(db, asked):
        return asked
    return next(ref for ref in candidates(seed) if _is_unused(db, ref))


def _is_unused(db: Session, ref: str) -> bool:
    return row(db, "SELECT 1 FROM ref WHERE ref = ?", [ref]) is None


def _write(db: Session, story_id: int | None, shelved: _Shelved, reason: str, at: datetime | None) -> Story:
    """Write a story over its row, or as a new one where *story_id* is None; as kept.

    Without a time it is no new revision: only what is not text has changed.
    """
    story = shelved.story
    columns = _columns(story)
    if story_id is None:
        story_id = new_id(db, _NEW_STORY, columns)
        db.execute("INSERT INTO ref (ref, story) VALUES (?, ?)", [story.ref, story_id])
    else:
        db.execute(_CHANGED_STORY, {**columns, "id": story_id})
    texts = {"id": story_id, "content": codec.story_json(story), "articles": codec.as_json(shelved.articles)}
    if at is None:
        db.execute(_SAME_REVISION, texts)
    else:
        revision = new_id(db, _NEW_REVISION, {**texts, "at": codec.micros(at), "reason": reason})
        db.execute("UPDATE story SET revision = ? WHERE id = ?", [revision, story_id])
    _link(db, story_id, shelved)
    finding.index(db, story_id, story)
    readings.index(db, story_id, story)
    return story


def _link(db: Session, story_id: int, shelved: _Shelved) -> None:
    """Say which articles a story holds, and whom it exists for."""
    db.execute("DELETE FROM story_article WHERE story = ?", [story_id])
    for place, article in enumerate(shelved.articles):
        db.execute("INSERT INTO story_article (story, place, article) VALUES (?, ?, ?)", [story_id, place, article])
    db.execute("DELETE FROM audience WHERE story = ?", [story_id])
    for workspace in set(shelved.story.workspaces) or {""}:
        db.execute("INSERT INTO audience (story, workspace) VALUES (?, ?)", [story_id, workspace])


# ---------------------------------------------------------------------------------------------------- pure helpers


def _scope(story: Story) -> str:
    """The workspace of a story's articles: two workspaces may each have their own version of one."""
    return ",".join(sorted(story.workspaces))


def _text(story: Story) -> tuple[object, ...]:
    """What makes a new revision of a grown story."""
    return story.title, story.takeaway, story.sections, story.topics, story.articles


def _newest_sight(story: Story) -> datetime:
    return max((story.first_seen, *(article.first_seen for article in story.articles)))


def _columns(story: Story) -> dict[str, object]:
    sources = {name for article in story.articles for name in (article.source.name, article.source.domain)}
    return {
        "ref": story.ref,
        "title": story.title,
        "title_name": shelf.title_name(story.title),
        "news_at": codec.micros(story.news_at),
        "is_withdrawn": story.status is StoryStatus.WITHDRAWN,
        "topics": _lines(story.topics),
        "sources": _lines(sorted(sources)),
    }


def _lines(names: Iterable[str]) -> str:
    """Each of *names* between two line ends, without case."""
    return "\n" + "\n".join(name.casefold() for name in names) + "\n"


_LOOSE = "news_at < :before AND NOT EXISTS (SELECT 1 FROM story_article WHERE story_article.article = article.id)"

_ELSEWHERE = """
    SELECT article.key, story_article.story FROM article JOIN story_article ON story_article.article = article.id
    WHERE article.workspace = :workspace AND article.key IN (SELECT value FROM json_each(:keys))
        AND story_article.story <> :own
    ORDER BY story_article.story DESC
"""

_NEW_STORY = """
    INSERT INTO story (ref, title, title_name, news_at, is_withdrawn, topics, sources, revision)
    VALUES (:ref, :title, :title_name, :news_at, :is_withdrawn, :topics, :sources, 0) RETURNING id
"""

_CHANGED_STORY = """
    UPDATE story SET title = :title, title_name = :title_name, news_at = :news_at, is_withdrawn = :is_withdrawn,
        topics = :topics, sources = :sources
    WHERE id = :id
"""

_NEW_REVISION = """
    INSERT INTO revision (story, number, at, reason, content, articles)
    SELECT :id, 1 + coalesce(max(number), 0), :at, :reason, :content, :articles FROM revision WHERE story = :id
    RETURNING id
"""

_SAME_REVISION = """
    UPDATE revision SET content = :content, articles = :articles
    WHERE id = (SELECT revision FROM story WHERE story.id = :id)
"""
