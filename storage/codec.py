"""Values of the newsroom as rows and JSON, and back. Pure.

Times are whole microseconds since 1970 in UTC, dates ISO text; everything that no query looks into is JSON.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, overload

from pydantic import TypeAdapter

from bot.model import (
    Article,
    Channel,
    Coverage,
    Delivery,
    DeliveryState,
    Edition,
    Feed,
    FeedState,
    Intent,
    Layout,
    Receipt,
    Source,
    Standing,
    Story,
    Subscription,
)
from bot.ports import Known

Row = Mapping[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_STORY = TypeAdapter(Story)
_EDITION = TypeAdapter(Edition)
_COVERAGE = TypeAdapter(Coverage)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: datetime | None) -> int | None: ...
def micros(at: datetime | None) -> int | None:
    """*at* as a column holds it. Exact, unlike ``timestamp()``, whose float is off by a microsecond now and then."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def moment(column: int) -> datetime:
    """The time in a column."""
    return _EPOCH + timedelta(microseconds=column)


def moment_if(column: int | None) -> datetime | None:
    """The time in a column that may be empty."""
    return None if column is None else moment(column)


def as_json(values: Iterable[object]) -> str:
    """Strings or numbers as a JSON list, also for ``json_each(?)``, SQLite's way to take a list as one parameter."""
    return json.dumps(list(values), ensure_ascii=False)


@lru_cache(maxsize=1024)  # thousands of standing orders come due together, and hold the same few lists
def strings(column: str) -> tuple[str, ...]:
    """The strings that :func:`as_json` wrote."""
    return tuple(json.loads(column))


@lru_cache(maxsize=1024)
def numbers(column: str) -> tuple[int, ...]:
    """The numbers that :func:`as_json` wrote."""
    return tuple(json.loads(column))


# ------------------------------------------------------------------------------------------- stories and articles


def story_json(story: Story) -> str:
    """*story* without its articles, which have a table of their own."""
    return _STORY.dump_json(story, exclude={"articles"}).decode()


def story_of(column: str, articles: Sequence[Article]) -> Story:
    """What :func:`story_json` wrote, with *articles*."""
    return replace(_STORY.validate_json(column), articles=tuple(articles))


def article_row(article: Article, *, workspace: str, address: str) -> dict[str, object]:
    """Columns of ``article``; *address* is its canonical url."""
    return {
        "workspace": workspace,
        "key": article.key,
        "title": article.title,
        "url": article.url,
        "address": address,
        "source": article.source.name,
        "domain": article.source.domain,
        "published": micros(article.published),
        "first_seen": micros(article.first_seen),
        "news_at": micros(article.news_at),
        "dated": micros(article.published or article.first_seen),
        "extract": article.extract,
        "feed": article.feed,
        "weight": article.weight,
        "topics": as_json(article.topics),
    }


def article_of(row: Row) -> Article:
    """The article in a row of ``article``."""
    return Article(
        key=row["key"],
        title=row["title"],
        url=row["url"],
        source=Source(name=row["source"], domain=row["domain"]),
        published=moment_if(row["published"]),
        first_seen=moment(row["first_seen"]),
        news_at=moment(row["news_at"]),
        extract=row["extract"],
        feed=row["feed"],
        weight=row["weight"],
        topics=strings(row["topics"]),
    )


def known_of(row: Row) -> Known:
    """As much of a row of ``article`` as telling articles apart needs."""
    return Known(
        key=row["key"],
        title=row["title"],
        url=row["url"],
        feed=row["feed"],
        extract=row["extract"],
        first_seen=moment(row["first_seen"]),
    )


# ----------------------------------------------------------------------------------------------------------- feeds


def feed_row(feed: Feed) -> dict[str, object]:
    """Columns of ``added_feed``."""
    return {"url": feed.url, "name": feed.name, "weight": feed.weight, "topics": as_json(feed.topics)}


def feed_of(row: Row) -> Feed:
    """The feed in a row of ``added_feed``."""
    return Feed(url=row["url"], name=row["name"], weight=row["weight"], topics=strings(row["topics"]), declared=False)


def feed_state_row(state: FeedState) -> dict[str, object]:
    """Columns of ``feed_state``."""
    return {
        "url": state.url,
        "etag": state.etag,
        "last_modified": state.last_modified,
        "digest": state.digest,
        "read_at": micros(state.read_at),
        "fine_at": micros(state.fine_at),
        "next_at": micros(state.next_at),
        "failures": state.failures,
        "reason": state.reason,
        "articles": state.articles,
    }


def feed_state_of(row: Row) -> FeedState:
    """The state in a row of ``feed_state``."""
    return FeedState(
        url=row["url"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        digest=row["digest"],
        read_at=moment_if(row["read_at"]),
        fine_at=moment_if(row["fine_at"]),
        next_at=moment_if(row["next_at"]),
        failures=row["failures"],
        reason=row["reason"],
        articles=row["articles"],
    )


# ---------------------------------------------------------------------------------- subscriptions and deliveries


def subscription_row(subscription: Subscription) -> dict[str, object]:
    """Columns of ``subscription``, all but the id."""
    channel = subscription.channel
    return {
        "platform": channel.platform,
        "workspace": channel.workspace,
        "channel": channel.id,
        "name": channel.name,
        "at": subscription.at.isoformat(),
        "timezone": subscription.timezone,
        "days": as_json(subscription.days),
        "stories": subscription.stories,
        "topics": as_json(subscription.topics),
        "layout": subscription.layout.value,
        "declared": subscription.declared,
        "since": micros(subscription.since),
        "ordered_at": micros(subscription.ordered_at),
        "standing": subscription.standing.value,
        "reason": subscription.reason,
        "paused_by_platform": subscription.paused_by_platform,
        "owner": subscription.owner,
    }


def subscription_of(row: Row) -> Subscription:
    """The subscription in a row of ``subscription``."""
    return Subscription(
        id=row["id"],
        channel=_channel_of(row),
        at=time.fromisoformat(row["at"]),
        timezone=row["timezone"],
        days=numbers(row["days"]),
        stories=row["stories"],
        topics=strings(row["topics"]),
        layout=Layout(row["layout"]),
        declared=bool(row["declared"]),
        since=moment_if(row["since"]),
        standing=Standing(row["standing"]),
        reason=row["reason"],
        paused_by_platform=bool(row["paused_by_platform"]),
        ordered_at=moment_if(row["ordered_at"]),
        owner=row["owner"],
    )


def delivery_of(row: Row) -> Delivery:
    """The delivery in a row of ``delivery``, joined with its channel, the refs of its edition, and its parts."""
    state = DeliveryState(row["state"])
    has_intent = state is DeliveryState.SENDING and row["intent_key"] is not None
    return Delivery(
        id=row["id"],
        subscription=row["subscription"],
        channel=_channel_of(row),
        date=date.fromisoformat(row["date"]),
        due_at=moment(row["due_at"]),
        state=state,
        reason=row["reason"],
        attempts=row["attempts"],
        next_at=moment_if(row["next_at"]),
        reopened_at=moment_if(row["reopened_at"]),
        sent_at=moment_if(row["sent_at"]),
        receipts=_receipts_of(row["parts"]),
        intent=Intent(part=row["intent_part"], key=row["intent_key"], at=moment(row["intent_at"]))
        if has_intent
        else None,
        edition=None if row["refs"] is None else strings(row["refs"]),
    )


def _receipts_of(column: str | None) -> tuple[Receipt, ...]:
    """What is kept of the parts that arrived, as JSON by their numbers; without any, the one engine says nothing."""
    kept: dict[str, str] = json.loads(column or "{}")
    return tuple(Receipt(part=int(part), messages=strings(kept[part])) for part in sorted(kept, key=int))


def edition_json(edition: Edition) -> str:
    """*edition*, whole."""
    return _EDITION.dump_json(edition).decode()


def edition_of(column: str) -> Edition:
    """What :func:`edition_json` wrote."""
    return _EDITION.validate_json(column)


def coverage_of(column: str) -> Coverage:
    """The part of what :func:`edition_json` wrote that says what the edition was chosen from."""
    return _COVERAGE.validate_json(column)


def _channel_of(row: Row) -> Channel:
    return Channel(platform=row["platform"], workspace=row["workspace"], id=row["channel"], name=row["name"])
