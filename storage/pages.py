"""Full texts of articles, and which articles have none."""

from collections.abc import Mapping, Sequence

from bot.ports import Page
from storage import codec
from storage.session import Many, Session, rows


def kept(db: Session, keys: Sequence[str]) -> Mapping[str, Page]:
    """What came of looking for the full texts of the articles with *keys*, by key."""
    found = rows(db, _BY_KEY, {"keys": Many(keys)})
    return {one["key"]: _page_of(one) for one in found}


def keep(db: Session, pages: Sequence[Page]) -> None:
    """Remember *pages*, each in the place of the former one."""
    for page in pages:
        columns = {"key": page.key, "text": page.text, "reason": page.reason, "read_at": codec.micros(page.read_at)}
        db.execute(_KEEP, columns)


def _page_of(row: codec.Row) -> Page:
    return Page(key=row["key"], text=row["text"], reason=row["reason"], read_at=codec.moment(row["read_at"]))


_BY_KEY = """
    SELECT article.key, page.text, page.reason, page.read_at FROM page JOIN article ON article.id = page.article
    WHERE article.workspace = '' AND article.key IN (SELECT value FROM json_each(:keys))
"""

_KEEP = """
    INSERT INTO page (article, text, reason, read_at)
    SELECT id, :text, :reason, :read_at FROM article WHERE workspace = '' AND key = :key
    ON CONFLICT (article) DO UPDATE SET text = excluded.text, reason = excluded.reason, read_at = excluded.read_at
"""
