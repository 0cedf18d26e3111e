"""Writing articles: each kept once, as it was first brought, with the names under which it is known again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.identity import canonical_url
from bot.model import Article, Story
from bot.ports import Intake
from storage import codec, shelf
from storage.session import Many, Session, rows

ROUND = timedelta(hours=1)
"""Longer than a round of gathering takes. Whoever holds a name for longer was known to the round when it decided that
its article is another one.
"""


def taken(db: Session, arrived: Intake) -> dict[str, Article]:
    """For keys of *arrived* articles that another process has brought meanwhile, under whatever key: what it kept."""
    names = {name for article in arrived.articles for name in arrived.keys.get(article.key, ())}
    by_name = {one["name"]: codec.article_of(one) for one in rows(db, shelf.NAMED, {"names": Many(names)})}
    kept = {}
    for article in arrived.articles:
        for name in arrived.keys.get(article.key, ()):
            holder = by_name.get(name)
            if holder and article.first_seen - holder.first_seen < ROUND:
                kept[article.key] = holder
    return kept


def with_those_kept(story: Story, kept: Mapping[str, Article]) -> Story:
    """*story* with the articles in *kept* instead of its own with those keys. Pure."""
    replaced = [kept.get(article.key, article) for article in story.articles]
    return replace(story, articles=tuple({article.key: article for article in replaced}.values()))


def shelve(db: Session, workspace: str, articles: Sequence[Article]) -> dict[str, int]:
    """Keep *articles*, but never over others with the same keys; the id of each, by key."""
    for article in articles:
        columns = codec.article_row(article, workspace=workspace, address=canonical_url(article.url))
        db.execute(_NEW_ARTICLE, columns)
    return _ids(db, workspace, (article.key for article in articles))


def keep_names(db: Session, named: Sequence[tuple[str, Sequence[str]]], *, new: Collection[str]) -> None:
    """Note the names of articles, given by key; unknown keys are passed over.

    A *new* one takes its names over, so that what recurs is compared with the last one; an old one only adds.
    """
    ids = _ids(db, "", (key for key, _ in named))
    for key, names in named:
        for name in names if key in ids else ():
            db.execute(_TAKE_NAME if key in new else _ADD_NAME, [name, ids[key]])


def _ids(db: Session, workspace: str, keys: Iterable[str]) -> dict[str, int]:
    found = rows(db, _BY_KEY, {"workspace": workspace, "keys": Many(keys)})
    return {one["key"]: one["id"] for one in found}


_NEW_ARTICLE = """
    INSERT INTO article (workspace, key, title, url, address, source, domain, published, first_seen, news_at, dated,
        extract, feed, weight, topics)
    VALUES (:workspace, :key, :title, :url, :address, :source, :domain, :published, :first_seen, :news_at, :dated,
        :extract, :feed, :weight, :topics)
    ON CONFLICT DO NOTHING
"""

_BY_KEY = """
    SELECT key, id FROM article WHERE workspace = :workspace AND key IN (SELECT value FROM json_each(:keys))
"""

_TAKE_NAME = """
    INSERT INTO article_name (workspace, name, article) VALUES ('', ?, ?)
    ON CONFLICT (workspace, name) DO UPDATE SET article = excluded.article
"""
_ADD_NAME = "INSERT INTO article_name (workspace, name, article) VALUES ('', ?, ?) ON CONFLICT DO NOTHING"
