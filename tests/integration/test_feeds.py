"""The feed reader with real processes and a real server: validators, refusals, files, and a parser that goes mad."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from adapters.feeds.reader import LARGE, HttpFeedReader
from adapters.http import Http, retry_after
from adapters.workers import Caps, ProcessWorkers
from bot.errors import FeedFailed
from bot.model import Feed, FeedState, Reading
from tests.fake_feeds import FakeFeeds, drip, page, redirect, rss
from tests.newsroom import InlineWorkers

Result = TypeVar("Result")
FINE = datetime(2026, 3, 3, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """A reader and its server."""

    server: FakeFeeds
    reader: HttpFeedReader

    async def read(self, path: str = "/feed", **state: str) -> Reading:
        url = self.server.url(path)
        return await self.reader.read(Feed(url=url, name="x"), FeedState(url=url, fine_at=FINE, **state))  # type: ignore[arg-type]

    async def failure(self, path: str = "/feed", **state: str) -> FeedFailed:
        with pytest.raises(FeedFailed) as caught:
            await self.read(path, **state)
        return caught.value


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with FakeFeeds() as server, Http(allow_hosts=["127.0.0.1"]) as http:
        yield Desk(server, HttpFeedReader(http, InlineWorkers(), deadline=timedelta(seconds=5)))


async def read_file(path: str, *, declared: bool = True) -> Reading:
    async with Http() as http:
        reader = HttpFeedReader(http, InlineWorkers())
        return await reader.read(Feed(url=path, name="x", declared=declared), FeedState(url=path))


async def test_validators_are_sent_back_and_a_304_is_no_change(desk: Desk) -> None:
    desk.server.answers["/feed"] = page(rss("One"), headers={"ETag": '"7"', "Last-Modified": "yesterday"})

    first = await desk.read()
    second = await desk.read(etag=first.etag, last_modified=first.last_modified)

    assert (first.etag, first.last_modified) == ('"7"', "yesterday")
    assert second == Reading(unchanged=True)
    assert "If-None-Match" not in desk.server.requests[0].headers
    assert desk.server.requests[1].headers["If-None-Match"] == '"7"'
    assert desk.server.requests[1].headers["If-Modified-Since"] == "yesterday"


async def test_a_304_that_nobody_asked_for_is_a_failure_and_not_a_quiet_feed(desk: Desk) -> None:
    desk.server.answers["/feed"] = page(b"", status=304)

    assert (await desk.failure()).reason == "the server answered 304"


async def test_links_are_relative_to_where_the_redirect_led(desk: Desk) -> None:
    desk.server.answers["/old"] = redirect("/new/feed", 301)
    desk.server.answers["/new/feed"] = page(rss("One").replace(b"https://news.test/0", b"story"))

    (entry,) = (await desk.read("/old")).entries

    assert entry.url == desk.server.url("/new/story")


@pytest.mark.parametrize(
    ("status", "reason", "wait"),
    [
        (429, "the server answered 429", timedelta(seconds=120)),
        (503, "the server answered 503", timedelta(seconds=120)),
        (500, "the server answered 500", None),
        (404, "the server answered 404", None),
        (410, "the server says that it is gone for ever (410)", None),
        (300, "the server answered 300", None),
    ],
)
async def test_a_refusal_tells_its_status_and_how_long_to_stay_away(
    status: int, reason: str, wait: timedelta | None, desk: Desk
) -> None:
    desk.server.answers["/feed"] = page(rss("One"), status=status, headers={"Retry-After": "120"})

    failure = await desk.failure()

    assert (failure.reason, failure.retry_after) == (reason, wait)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("0", timedelta(seconds=1)),
        ("999999999", timedelta(hours=24)),
        ("Tue, 03 Mar 2026 08:10:00 GMT", timedelta(minutes=10)),
        ("Tue, 03 Mar 2020 08:10:00 GMT", timedelta(seconds=1)),
        ("Tue, 03 Mar 2093 08:10:00 GMT", timedelta(hours=24)),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("9" * 400, None),
        ("٣", None),
        ("", None),
    ],
)
def test_a_wait_is_between_a_second_and_a_day_or_makes_no_sense(header: str, wait: timedelta | None) -> None:
    assert retry_after(header, "Tue, 03 Mar 2026 08:00:00 GMT") == wait


def test_an_instant_to_wait_for_means_nothing_without_the_servers_own_clock() -> None:
    assert retry_after("Tue, 03 Mar 2026 08:10:00 GMT", "") is None


async def test_a_server_that_drips_holds_up_no_longer_than_the_deadline() -> None:
    async with FakeFeeds({"/feed": drip}) as server, Http(allow_hosts=["127.0.0.1"]) as http:
        desk = Desk(server, HttpFeedReader(http, InlineWorkers(), deadline=timedelta(seconds=0.2)))

        assert (await desk.failure()).reason == "took longer than 0.2 s"


# -------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("name", "reason"),
    [("absent.xml", "there is no such file"), ("", "is not an ordinary file"), ("pipe", "is not an ordinary file")],
)
async def test_what_is_no_readable_file_fails_with_a_sentence(name: str, reason: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(FeedFailed, match=reason):
        await read_file(str(tmp_path / name))


@pytest.mark.parametrize("path", ["\0", "x" * 5000, "ftp://a.test/feed", "/dev/zero"])
async def test_nonsense_for_a_path_fails_with_a_sentence(path: str) -> None:
    with pytest.raises(FeedFailed):
        await read_file(path)


async def test_a_file_is_a_feed_only_if_the_configuration_says_so(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("One"))

    assert len((await read_file(str(path))).entries) == 1
    with pytest.raises(FeedFailed, match="only the configuration"):
        await read_file(str(path), declared=False)


class Counting(InlineWorkers):
    """Lets every job take a while, and counts how many there are at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.01)
        self.now -= 1
        return function(*arguments)


@pytest.mark.parametrize(("size", "most"), [(LARGE, 1), (1, 3)])
async def test_large_documents_are_parsed_one_at_a_time_and_others_beside_one_another(
    tmp_path: Path, size: int, most: int
) -> None:
    workers = Counting()
    for name in "abc":
        (tmp_path / name).write_bytes(rss("One") + b"<!--" + b" " * size + name.encode() + b"-->")
    async with Http() as http:
        reader = HttpFeedReader(http, workers)
        feeds = [Feed(url=str(tmp_path / name), name=name, declared=True) for name in "abc"]
        found = await asyncio.gather(*(reader.read(feed, FeedState(url=feed.url)) for feed in feeds))

    assert [len(one.entries) for one in found] == [1, 1, 1]
    assert workers.most == most


# ----------------------------------------------------------------------------------------------------- processes


async def test_a_feed_that_takes_the_parser_too_long_fails_alone() -> None:
    # Each item holds markup that nests as deep as is looked at, which costs the square of its depth.
    heavy = rss(*map(str, range(100)), extract="&lt;div&gt;" * 5000)
    workers = ProcessWorkers(1)
    server = FakeFeeds({"/heavy": page(heavy), "/light": page(rss("One"))})
    async with server, Http(allow_hosts=["127.0.0.1"]) as http:
        desk = Desk(server, HttpFeedReader(http, workers.within(Caps(time=timedelta(seconds=1)))))
        try:
            assert (await desk.failure("/heavy")).reason == "could not be parsed: it took longer than 1 s"
            assert len((await desk.read("/light")).entries) == 1
        finally:
            await workers.close()
