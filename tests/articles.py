"""Articles and stories for tests."""

import hashlib
from datetime import datetime, timedelta

from bot.model import Article, Origin, Source, Story
from tests.clock import TUESDAY


def article(
    title: str,
    publisher: str = "wire.test",
    *,
    extract: str = "",
    at: datetime = TUESDAY - timedelta(hours=2),
    feed: str = "",
    weight: float = 1.0,
    name: str = "",
) -> Article:
    key = hashlib.sha256(f"{title}/{publisher}/{name}".encode()).hexdigest()[:24]
    return Article(
        key=key,
        title=title,
        url=f"https://{publisher}/{key}",
        source=Source(name=publisher.partition(".")[0].title(), domain=publisher),
        published=at,
        first_seen=at,
        news_at=at,
        extract=extract,
        feed=feed or f"https://{publisher}/feed",
        weight=weight,
    )


def story(
    ref: str,
    *publishers: str,
    title: str = "",
    at: datetime = TUESDAY - timedelta(hours=2),
    origin: Origin = Origin.FEEDS,
    topics: tuple[str, ...] = (),
    weight: float = 1.0,
) -> Story:
    title = title or f"Something happened in the matter of {ref}"
    return Story(
        ref=ref,
        title=title,
        takeaway="It matters.",
        analyst="extractive",
        first_seen=at,
        news_at=at,
        topics=topics,
        articles=tuple(article(title, one, at=at, weight=weight) for one in publishers),
        origin=origin,
    )
