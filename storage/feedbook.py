"""Feeds added by command, and what we remember of every feed."""

from collections.abc import Mapping

from bot.model import Feed, FeedState
from storage import codec
from storage.session import Database, Session, rows


class KeptFeedBook:
    """Implements ``bot.ports.FeedBook``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def states(self) -> Mapping[str, FeedState]:
        """By url."""
        found = await self._database.read(lambda db: rows(db, "SELECT * FROM feed_state"))
        return {one["url"]: codec.feed_state_of(one) for one in found}

    async def keep(self, state: FeedState) -> None:
        """Remember *state*."""
        await self._database.write(lambda db: keep_state(db, state))

    async def added(self) -> tuple[Feed, ...]:
        """In order of addition."""
        found = await self._database.read(lambda db: rows(db, "SELECT * FROM added_feed ORDER BY id"))
        return tuple(codec.feed_of(one) for one in found)

    async def add(self, feed: Feed) -> bool:
        """Add it; False if it was there."""
        return await self._database.write(
            lambda db: (
                db.execute(
                    "INSERT INTO added_feed (url, name, weight, topics) VALUES (:url, :name, :weight, :topics)"
                    " ON CONFLICT DO NOTHING",
                    codec.feed_row(feed),
                ).rowcount
                == 1
            )
        )

    async def remove(self, url: str) -> bool:
        """Remove it, and keep its state; False if there was none."""
        return await self._database.write(
            lambda db: db.execute("DELETE FROM added_feed WHERE url = ?", [url]).rowcount == 1
        )


def keep_state(db: Session, state: FeedState) -> None:
    """Write *state* over what was remembered of its feed."""
    db.execute(_KEEP_STATE, codec.feed_state_row(state))


_KEEP_STATE = """
    INSERT INTO feed_state (url, etag, last_modified, digest, read_at, fine_at, next_at, failures, reason, articles)
    VALUES (:url, :etag, :last_modified, :digest, :read_at, :fine_at, :next_at, :failures, :reason, :articles)
    ON CONFLICT (workspace, url) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
        digest = excluded.digest, read_at = excluded.read_at, fine_at = excluded.fine_at, next_at = excluded.next_at,
        failures = excluded.failures, reason = excluded.reason, articles = excluded.articles
"""
