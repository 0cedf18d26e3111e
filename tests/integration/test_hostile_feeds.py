"""Feeds and addresses made to do harm, thousands of them: none opens a socket inside, none brings the bot down."""

import json
import tarfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from adapters.feeds.parse import MAX_TITLE, parse
from adapters.feeds.reader import PARSING
from adapters.http import Http
from adapters.workers import ProcessWorkers
from bot.errors import DaybriefError, FeedFailed
from bot.identity import MAX_EXTRACT
from bot.model import Reading
from bot.text import clean
from tests.fake_feeds import PUBLIC, FakeFeeds, Internet, page, redirect, rss

INSIDE = "10.66.0.1"
"""Where every name of the hostile lists leads, so that nothing but an address can be refused or reached."""


@pytest.fixture
def ssrf_urls(shared: Path) -> list[str]:
    rows = (shared / "data/hostile/generated/ssrf_urls.jsonl").read_text("utf-8").splitlines()
    return [json.loads(row)["url"] for row in rows]


@pytest.fixture
async def server() -> AsyncIterator[FakeFeeds]:
    async with FakeFeeds({"/inside": page(rss("Secret"))}) as fake:
        yield fake


async def outcomes(http: Http, urls: Iterator[str]) -> Counter[str]:
    """How often each reason was given; a page that was read counts as ``read``."""
    counted: Counter[str] = Counter()
    for url in urls:
        try:
            await http.get(url, deadline=timedelta(seconds=10))
        except FeedFailed as failure:
            counted[failure.reason] += 1
        else:
            counted["read"] += 1
    return counted


@pytest.mark.shared
async def test_no_address_of_the_inside_gets_a_socket(ssrf_urls: list[str], server: FakeFeeds) -> None:
    internet = Internet(server.port, elsewhere=INSIDE)
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        counted = await outcomes(http, iter(ssrf_urls))

    assert counted.total() == len(ssrf_urls) == 1828
    assert internet.dialled == []


@pytest.mark.shared
@pytest.mark.parametrize("status", [302, 307])
async def test_no_redirect_to_an_address_of_the_inside_gets_a_socket(
    status: int, ssrf_urls: list[str], server: FakeFeeds
) -> None:
    internet = Internet(server.port, {"news.test": [PUBLIC]}, elsewhere=INSIDE)
    # A header cannot hold a line break, so no server can redirect like that.
    targets = [url for url in ssrf_urls if url.isprintable()]
    server.answers |= {f"/{number}": redirect(url, status) for number, url in enumerate(targets)}
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        counted = await outcomes(http, (f"http://news.test/{number}" for number in range(len(targets))))

    # Some are no addresses, but paths: those lead back to the public server, and nowhere else.
    assert counted.total() == len(targets) > 1800
    assert len(server.requests) >= len(targets)
    assert set(internet.dialled) == {(PUBLIC, 80)}


@pytest.mark.shared
async def test_no_name_that_changes_its_mind_gets_a_second_socket(ssrf_urls: list[str], server: FakeFeeds) -> None:
    literals = set(filter(is_address, map(host_of, ssrf_urls)))
    assert len(literals) > 100
    names = {f"n{number}.test": [PUBLIC, address] for number, address in enumerate(sorted(literals))}
    internet = Internet(server.port, names)
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        first = await outcomes(http, (f"http://{name}/" for name in names))
        second = await outcomes(http, (f"http://{name}:8080/" for name in names))

    assert first == {"read": len(names)}
    assert second == {"points to a private address": len(names)}
    assert internet.dialled == [(PUBLIC, 80)] * len(names)


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").strip("[]")
    except ValueError:
        return ""


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@pytest.mark.shared
async def test_no_url_that_browsers_argue_about_does_more_than_fail(shared: Path, server: FakeFeeds) -> None:
    folder = shared / "data/hostile/wpt-url"
    rows = [
        row
        for name in ("urltestdata.json", "ada_extra_urltestdata.json", "ada_long_urltestdata.json", "toascii.json")
        for row in json.loads((folder / name).read_text("utf-8"))
        if isinstance(row, dict)
    ]
    urls = [row["input"] for row in rows] + [f"http://{row['input']}/" for row in rows]
    internet = Internet(server.port, elsewhere=INSIDE)
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        counted = await outcomes(http, iter(urls))

    assert counted.total() == len(urls) > 1000
    assert all(not is_inner(host) for host, _ in internet.dialled)


def is_inner(host: str) -> bool:
    """Written apart from the guard, as a second opinion."""
    inner = ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
    address = ip_address(host)
    nets = (*inner, "192.0.0.0/24", "192.168.0.0/16", "224.0.0.0/3") if address.version == 4 else ("::/3", "fc00::/6")
    return any(address in ip_network(net) for net in nets)


# -------------------------------------------------------------------------------------------------------- feeds


def corpus(shared: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(shared / "data/hostile/feedparser.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member)
            if file:
                yield member.name, file.read()


@pytest.mark.shared
def test_whatever_a_hostile_feed_gives_is_clean_and_bounded(shared: Path) -> None:
    entries = 0
    for name, body in corpus(shared):
        try:
            reading = parse(body, "", "https://feeds.test/feed.xml")
        except FeedFailed as failure:
            if not failure.reason.startswith("is not a feed: "):
                pytest.fail(f"{name}: {failure}")
            continue
        for entry in reading.entries:
            entries += 1
            assert entry.title == clean(entry.title), name
            assert entry.extract == clean(entry.extract), name
            assert len(entry.title) <= MAX_TITLE, name
            assert len(entry.extract) <= MAX_EXTRACT, name
            assert entry.url == "" or urlsplit(entry.url).scheme in {"http", "https"}, name
            assert entry.published is None or entry.published.utcoffset() == timedelta(0), name

    assert entries > 400


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
MONSTERS = {
    "billion laughs": f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]><rss><channel><item><title>&l11;</title></item>",
    "quadratic": "<!DOCTYPE x [<!ENTITY a '" + "a" * 50_000 + "'>]><rss><channel><item><title>" + "&a;" * 50_000,
    "deep": "<rss><channel><item><title>" + "<a>" * 1_700_000,
    "deep markup": rss("One", extract="&lt;div&gt;" * 450_000).decode(),
    "wide": "<rss><channel>" + "<item><title>x</title></item>" * 170_000,
    "huge attribute": f"<rss><channel a='{'x' * 5_000_000}'><item><title>x</title></item></channel></rss>",
    "one long word": f"<rss><channel><item><title>{'x' * 5_000_000}</title></item></channel></rss>",
    "combining": f"<rss><channel><item><title>{'e' + chr(0x301) * 2_000_000}</title></item></channel></rss>",
}


@pytest.mark.parametrize("name", MONSTERS)
async def test_a_monster_costs_no_more_than_its_worker(name: str) -> None:
    workers = ProcessWorkers(1)
    capped = workers.within(replace(PARSING, time=timedelta(seconds=4)))  # what takes longer takes as long as it may
    try:
        try:
            reading = await capped.run(parse, MONSTERS[name].encode(), "text/xml", "https://feeds.test/")
        except DaybriefError:
            pass  # refused with a sentence, which every error of ours is
        else:
            assert all(len(entry.title) <= MAX_TITLE for entry in reading.entries)
        assert isinstance(await capped.run(parse, rss("One"), "", "https://feeds.test/"), Reading)
    finally:
        await workers.close()
