"""The HTTP client against a real server that misbehaves, and an internet that leads inside."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.http import Http
from bot.errors import FeedFailed
from tests.fake_feeds import PUBLIC, Answer, FakeFeeds, Internet, bomb, break_off, drip, drop, page, pour, redirect

SOON = timedelta(seconds=0.3)
MB = 2**20


@pytest.fixture
async def server() -> AsyncIterator[FakeFeeds]:
    async with FakeFeeds() as fake:
        yield fake


@pytest.fixture
async def trusting() -> AsyncIterator[Http]:
    """A client that may read the fake server."""
    async with Http(allow_hosts=["127.0.0.1"]) as http:
        yield http


async def failure(http: Http, url: str, *, deadline: timedelta = timedelta(seconds=10), limit: int = MB) -> str:
    with pytest.raises(FeedFailed) as caught:
        await http.get(url, deadline=deadline, limit=limit)
    return caught.value.reason


async def test_a_page_arrives_with_its_status_headers_and_address(server: FakeFeeds, trusting: Http) -> None:
    server.answers["/feed.xml"] = page(b"<rss/>", headers={"ETag": '"1"'})

    fetched = await trusting.get(server.url("/feed.xml"))

    assert (fetched.status, fetched.body, fetched.url) == (200, b"<rss/>", server.url("/feed.xml"))
    assert fetched.headers["etag"] == '"1"'


async def test_a_compressed_page_arrives_decompressed(server: FakeFeeds, trusting: Http) -> None:
    server.answers["/feed.xml"] = bomb(1000)

    assert (await trusting.get(server.url("/feed.xml"))).body == bytes(1000)


async def test_a_refusal_of_the_server_is_an_answer_and_its_body_is_not_read(server: FakeFeeds, trusting: Http) -> None:
    server.answers["/feed.xml"] = page(b"x" * 100, status=503, headers={"Retry-After": "7"})

    fetched = await trusting.get(server.url("/feed.xml"))

    assert (fetched.status, fetched.body, fetched.headers["Retry-After"]) == (503, b"", "7")


async def test_a_request_says_who_we_are_and_carries_no_cookie(server: FakeFeeds, trusting: Http) -> None:
    server.answers["/feed.xml"] = page(b"<rss/>", headers={"Set-Cookie": "who=you"})

    await trusting.get(server.url("/feed.xml"))
    await trusting.get(server.url("/feed.xml"))

    assert [request.headers["User-Agent"] for request in server.requests] == ["Daybrief/0.1 (+feed reader)"] * 2
    assert all("Cookie" not in request.headers for request in server.requests)


async def test_a_host_gets_no_more_than_two_connections_at_a_time(server: FakeFeeds, trusting: Http) -> None:
    async def linger(request: web.Request) -> web.StreamResponse:
        for _ in range(20):
            await asyncio.sleep(0)
        return web.Response(body=b"<rss/>")

    server.answers["/feed.xml"] = linger

    await asyncio.gather(*(trusting.get(server.url("/feed.xml")) for _ in range(12)))

    assert len(server.requests) == 12
    assert server.most_at_once == 2


# ------------------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (drip, "took longer than 0.3 s"),
        (pour, "larger than 1 MB"),
        (bomb(50 * MB), "larger than 1 MB"),
        (bomb(1000, layers=2), "is compressed more than once"),
        (page(b"no gzip at all", headers={"Content-Encoding": "gzip"}), "broke off in the middle, or came garbled"),
        (break_off, "broke off in the middle, or came garbled"),
        (drop, "the connection was dropped"),
        (page(b"", headers={f"X-{number}": "y" for number in range(200)}), "the server does not speak HTTP properly"),
        (page(b"", headers={"X": "y" * 20_000}), "the server does not speak HTTP properly"),
        (redirect("/fault"), "redirects in a circle"),
        (redirect("http://[/"), "is not a valid address"),
        (redirect("file:///etc/hostname"), "is not an http(s) address"),
    ],
)
async def test_a_bad_server_costs_a_bounded_time_and_a_sentence(
    fault: Answer, reason: str, server: FakeFeeds, trusting: Http
) -> None:
    server.answers["/fault"] = fault
    server.answers["/fine"] = page(b"<rss/>")

    assert await failure(trusting, server.url("/fault"), deadline=SOON if fault is drip else timedelta(60)) == reason
    assert (await trusting.get(server.url("/fine"))).status == 200


async def test_a_port_that_does_not_speak_tls_is_told_apart(server: FakeFeeds, trusting: Http) -> None:
    reason = await failure(trusting, server.url("/").replace("http:", "https:"))

    assert reason == "no secure connection could be made"


async def test_a_server_that_is_not_there_is_told_apart(server: FakeFeeds, trusting: Http) -> None:
    gone = server.url("/")
    await server.__aexit__(None, None, None)

    assert await failure(trusting, gone) == "the server cannot be reached"


async def test_a_name_that_nobody_knows_is_told_apart(server: FakeFeeds) -> None:
    async with Http(resolver=Internet(server.port)) as http:
        assert await failure(http, "https://nowhere.test/") == "the name cannot be found"


@pytest.mark.parametrize("url", ["", "feed", "//127.0.0.1/", "ftp://a.test/", "javascript:x", "http://", "http://a:b/"])
async def test_what_is_no_web_address_is_refused_with_a_sentence(url: str) -> None:
    async with Http() as http:
        assert await failure(http, url) in {"is not an http(s) address", "is not a valid address"}


# ---------------------------------------------------------------------------------------------------- redirects


async def test_redirects_are_followed_five_times_and_not_six(server: FakeFeeds, trusting: Http) -> None:
    server.answers |= {f"/{number}": redirect(f"/{number + 1}", 301 + number % 2) for number in range(6)}
    server.answers["/6"] = page(b"<rss/>")

    assert (await trusting.get(server.url("/1"))).url == server.url("/6")
    assert await failure(trusting, server.url("/0")) == "redirects more than 5 times"


async def test_a_redirect_takes_validators_along_but_no_secrets(server: FakeFeeds, trusting: Http) -> None:
    server.answers["/old"] = redirect("/new")
    server.answers["/new"] = page(b"<rss/>")
    secrets = {"Authorization": "Bearer x", "Cookie": "a=b", "X-Api-Key": "x"}

    await trusting.get(server.url("/old"), headers={"If-None-Match": '"1"', **secrets})

    first, second = server.requests
    assert secrets.items() <= dict(first.headers).items()
    assert second.headers["If-None-Match"] == '"1"'
    assert not secrets.keys() & second.headers.keys()


# ---------------------------------------------------------------------------------------------- private addresses


async def test_a_private_address_is_refused_before_a_socket_exists(server: FakeFeeds) -> None:
    internet = Internet(server.port, {"inside.test": ["10.0.0.7"]})
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        reasons = [await failure(http, url) for url in ("http://inside.test/", "http://127.0.0.1/", "http://[::1]/")]

    assert reasons == ["points to a private address"] * 3
    assert internet.dialled == []


async def test_a_public_host_is_reached_on_the_ports_of_the_web_only(server: FakeFeeds) -> None:
    server.answers["/"] = page(b"<rss/>")
    internet = Internet(server.port, {"news.test": [PUBLIC]})
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        await http.get("http://news.test/")
        await http.get("http://news.test:8080/")
        reason = await failure(http, "http://news.test:6379/")

    assert internet.dialled == [(PUBLIC, 80), (PUBLIC, 8080)]
    assert "port 6379" in reason


async def test_a_name_that_leads_inside_the_second_time_is_refused(server: FakeFeeds) -> None:
    server.answers["/"] = page(b"<rss/>")
    internet = Internet(server.port, {"rebound.test": [PUBLIC, "169.254.169.254"]})
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        await http.get("http://rebound.test/")
        reason = await failure(http, "http://rebound.test:8080/")  # another port, so that the name is asked for again

    assert reason == "points to a private address"
    assert internet.asked == ["rebound.test", "rebound.test"]
    assert internet.dialled == [(PUBLIC, 80)]


@pytest.mark.parametrize("inside", ["http://10.0.0.7/", "http://wiki.corp/", "http://wiki.corp:9000/admin"])
async def test_a_public_host_cannot_lead_to_a_private_one_even_if_that_is_trusted(
    inside: str, server: FakeFeeds
) -> None:
    server.answers["news.test/"] = redirect(inside)
    internet = Internet(server.port, {"news.test": [PUBLIC], "wiki.corp": ["10.0.0.8"]})
    async with Http(allow_hosts=["wiki.corp"], resolver=internet, open_socket=internet.open_socket) as http:
        await failure(http, "http://news.test/")

    assert internet.dialled == [(PUBLIC, 80)]


async def test_a_trusted_host_opens_the_door_for_itself_alone(server: FakeFeeds) -> None:
    server.answers["wiki.corp/feed"] = page(b"<rss/>")
    server.answers["wiki.corp/away"] = redirect("http://hr.corp/")
    internet = Internet(server.port, {"wiki.corp": ["10.0.0.8"], "hr.corp": ["10.0.0.8"]})
    async with Http(allow_hosts=["wiki.corp"], resolver=internet, open_socket=internet.open_socket) as http:
        assert (await http.get("http://wiki.corp:9000/feed")).status == 200
        assert await failure(http, "http://wiki.corp/away") == "points to a private address"
        assert await failure(http, "http://10.0.0.8/") == "points to a private address"

    assert internet.dialled == [("10.0.0.8", 9000), ("10.0.0.8", 80)]


async def test_a_trusted_host_may_be_trusted_on_one_port_only(server: FakeFeeds) -> None:
    server.answers["/feed"] = page(b"<rss/>")
    async with Http(allow_hosts=[f"127.0.0.1:{server.port}"]) as http:
        assert (await http.get(server.url("/feed"))).status == 200
        assert await failure(http, "http://127.0.0.1:8080/") == "points to a private address"


# -------------------------------------------------------------------------------------------------------- proxy


async def test_a_proxy_gets_what_is_not_trusted_and_no_private_address(server: FakeFeeds) -> None:
    server.answers["news.test/"] = page(b"<rss>news</rss>")
    internet = Internet(server.port, {"proxy.corp": ["10.0.0.3"], "wiki.corp": ["10.0.0.8"]})
    server.answers["wiki.corp/"] = page(b"<rss>wiki</rss>")
    async with Http(
        allow_hosts=["wiki.corp"],
        proxy="http://proxy.corp:3128",
        resolver=internet,
        open_socket=internet.open_socket,
    ) as http:
        assert (await http.get("http://news.test/")).body == b"<rss>news</rss>"
        assert (await http.get("http://wiki.corp/")).body == b"<rss>wiki</rss>"
        for url in ("http://127.0.0.1/", "http://2130706433/", "http://0x7f.1/", "http://[::ffff:10.0.0.1]/"):
            await failure(http, url)

    assert internet.dialled == [("10.0.0.3", 3128), ("10.0.0.8", 80)]


async def test_a_proxy_of_the_environment_is_not_asked(server: FakeFeeds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.corp:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.corp:3128")
    server.answers["/"] = page(b"<rss/>")
    internet = Internet(server.port, {"news.test": [PUBLIC]})
    async with Http(resolver=internet, open_socket=internet.open_socket) as http:
        await http.get("http://news.test/")

    assert internet.dialled == [(PUBLIC, 80)]
