"""What any feed reader must do, whether it reads over HTTP or from a file."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from bot.errors import FeedFailed
from bot.model import Feed, FeedState, Reading
from bot.ports import FeedReader
from tests.fake_feeds import FakeFeeds, page, rss
from tests.newsroom import InlineWorkers


@dataclass(frozen=True)
class Given:
    """A reader and one feed, whose content the test decides."""

    reader: FeedReader
    feed: Feed
    publish: Callable[[bytes], None]
    withdraw: Callable[[], None]

    async def read(self, state: FeedState | None = None) -> Reading:
        return await self.reader.read(self.feed, state or FeedState(url=self.feed.url))

    def after(self, reading: Reading) -> FeedState:
        """What is remembered once *reading* has been kept."""
        return replace(
            FeedState(url=self.feed.url, fine_at=datetime(2026, 3, 3, 8, tzinfo=UTC)),
            etag=reading.etag,
            last_modified=reading.last_modified,
            digest=reading.digest,
        )


@contextlib.asynccontextmanager
async def over_http(folder: Path, **headers: str) -> AsyncIterator[Given]:
    async with FakeFeeds() as server, Http(allow_hosts=["127.0.0.1"]) as http:

        def publish(body: bytes) -> None:
            tag = {name: value.format(len(body)) for name, value in headers.items()}
            server.answers["/feed"] = page(body, headers=tag)

        yield Given(
            reader=HttpFeedReader(http, InlineWorkers()),
            feed=Feed(url=server.url("/feed"), name="Fake"),
            publish=publish,
            withdraw=server.answers.clear,
        )


def with_etag(folder: Path) -> contextlib.AbstractAsyncContextManager[Given]:
    return over_http(folder, ETag='"{}"')


@contextlib.asynccontextmanager
async def from_a_file(folder: Path) -> AsyncIterator[Given]:
    path = folder / "feed.xml"

    def publish(body: bytes) -> None:
        path.write_bytes(body)

    async with Http() as http:
        yield Given(
            reader=HttpFeedReader(http, InlineWorkers()),
            feed=Feed(url=str(path), name="Local"),
            publish=publish,
            withdraw=path.unlink,
        )


@pytest.fixture(params=[over_http, with_etag, from_a_file], ids=lambda opened: opened.__name__)
async def given(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Given]:
    async with request.param(tmp_path) as one:
        one.publish(rss("One", "Two"))
        yield one


async def test_a_feed_gives_its_entries_in_its_own_order(given: Given) -> None:
    reading = await given.read()

    assert [entry.title for entry in reading.entries] == ["One", "Two"]
    assert not reading.unchanged
    assert reading.digest
    assert all(entry.published and entry.published.tzinfo for entry in reading.entries)


async def test_what_has_been_kept_is_unchanged_until_it_changes(given: Given) -> None:
    state = given.after(await given.read())

    again = await given.read(state)
    given.publish(rss("Zero", "One", "Two"))
    later = await given.read(state)

    assert (again.unchanged, again.entries) == (True, ())
    assert [entry.title for entry in later.entries] == ["Zero", "One", "Two"]


async def test_what_was_read_but_never_kept_is_given_again(given: Given) -> None:
    await given.read()

    assert len((await given.read()).entries) == 2


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Log in</title>", b"{}", b"\x00\xff\xfe", b"<rss"])
async def test_what_is_no_feed_fails_with_a_sentence(body: bytes, given: Given) -> None:
    given.publish(body)

    with pytest.raises(FeedFailed, match="is not a feed"):
        await given.read()


async def test_what_is_too_large_fails_with_a_sentence(given: Given) -> None:
    given.publish(b"<rss>" + bytes(11 * 2**20))

    with pytest.raises(FeedFailed, match="larger than 10 MB"):
        await given.read()


async def test_a_feed_that_has_gone_fails_and_a_failure_never_tells_the_address(given: Given) -> None:
    given.withdraw()

    with pytest.raises(FeedFailed) as caught:
        await given.read()

    assert given.feed.url not in caught.value.reason
    assert caught.value.reason == str(caught.value)
