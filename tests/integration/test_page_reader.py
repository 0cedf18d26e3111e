"""Pages are read from a real server: if their site permits it, one at a time, and only what is an article."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from aiohttp import web

from adapters.http import Http
from adapters.pages.extract import extract
from adapters.pages.reader import HttpPageReader
from adapters.pages.turns import MOST_PAUSE, MOST_WAITING, PAUSE
from adapters.workers import ProcessWorkers
from bot.errors import DaybriefError, PageFailed
from bot.ports import MAX_TEXT
from tests.articles import article
from tests.clock import VirtualClock
from tests.fake_feeds import PUBLIC, Answer, FakeFeeds, Internet, break_off, drip, drop, page, pour, redirect
from tests.newsroom import InlineWorkers

pytest.importorskip("trafilatura")
pytest.importorskip("protego")

Result = TypeVar("Result")
FIRST = (
    "Norvik presented the Halden chip in Oslo on Tuesday, after three years of work that few people outside the "
    "company had heard of. It runs models of 8 billion parameters on a phone."
)
SECOND = (
    "The first phones with the chip are due in June 2027, and they will cost about as much as those of this year. "
    "Two makers of phones have ordered it, the company said."
)
GADGETS = "Everybody wants to own one of the ten gadgets of this summer, and we have tried them all. " * 5
TITLE = "Norvik presents the Halden chip"


def written(*paragraphs: str, head: str = "") -> bytes:
    """A page as publishers make them, around *paragraphs*."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f"<!doctype html><html><head><meta charset='utf-8'><title>{TITLE}</title>{head}</head><body>"
        "<nav><ul><li><a href='/'>Home</a></li><li><a href='/tech'>Technology</a></li></ul></nav>"
        f"<main><article><h1>{TITLE}</h1>{text}</article></main>"
        "<aside><a href='/1'>Most read: ten gadgets</a></aside><footer>All rights reserved. Cookies.</footer>"
        "<script>var track = 1;</script></body></html>"
    ).encode()


def html(body: bytes = b"", robots: str = "") -> Answer:
    headers = {"X-Robots-Tag": robots} if robots else {}
    return page(body or written(FIRST, SECOND), content_type="text/html; charset=utf-8", headers=headers)


def rules(text: str, status: int = 200) -> Answer:
    return page(text.encode(), status=status, content_type="text/plain")


@dataclass
class Desk:
    server: FakeFeeds
    clock: VirtualClock
    reader: HttpPageReader

    async def read(self, path: str = "/story", host: str = "news.test") -> str:
        return await self.reader.read(replace(article(TITLE), url=f"http://{host}{path}"))

    async def failure(self, path: str = "/story", host: str = "news.test") -> str:
        with pytest.raises(PageFailed) as caught:
            await self.read(path, host)
        assert host not in str(caught.value)
        return str(caught.value)

    def asked(self) -> list[str]:
        return [f"{request.url.host}{request.path}" for request in self.server.requests]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    clock = VirtualClock()
    async with FakeFeeds({"/story": html()}) as server:
        internet = Internet(server.port, elsewhere=PUBLIC)
        async with Http(resolver=internet, open_socket=internet.open_socket) as http:
            yield Desk(server, clock, HttpPageReader(http, InlineWorkers(), clock, deadline=timedelta(seconds=5)))


# ------------------------------------------------------------------------------------------------------ the text


async def test_a_page_gives_its_paragraphs_and_nothing_of_what_stands_around_them(desk: Desk) -> None:
    text = await desk.read()

    assert f"{FIRST}\n\n{SECOND}" in text
    assert not [word for word in ("Home", "Most read", "Cookies", "track") if word in text]


async def test_controls_and_bidi_marks_do_not_come_through(desk: Desk) -> None:
    desk.server.answers["/story"] = html(written(FIRST.replace(" ", " \u202e\u200b", 1), SECOND))

    assert FIRST in await desk.read()


async def test_a_text_in_the_encoding_that_the_server_names_is_read_in_it(desk: Desk) -> None:
    body = written(FIRST.replace("Oslo", "Tromsø"), SECOND).replace(b"<meta charset='utf-8'>", b"")
    desk.server.answers["/story"] = page(
        body.decode().encode("iso-8859-1"), content_type="text/html; charset=ISO-8859-1"
    )

    assert "Tromsø" in await desk.read()


async def test_a_plain_text_is_read_as_it_is(desk: Desk) -> None:
    desk.server.answers["/story"] = page(f"{FIRST}\n\n{SECOND}".encode(), content_type="text/plain")

    assert await desk.read() == f"{FIRST}\n\n{SECOND}"


async def test_a_long_text_ends_with_a_whole_paragraph(desk: Desk) -> None:
    desk.server.answers["/story"] = html(written(*(f"{FIRST} Paragraph {number}." for number in range(300))))

    text = await desk.read()

    assert MAX_TEXT - 400 < len(text) <= MAX_TEXT
    assert text.endswith(".")


# --------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(b"", status=404), "the server answered 404"),
        (page(b"", status=403), "the server answered 403"),
        (page(b"", status=204), "the server answered 204"),
        (page(b"%PDF-1.7", content_type="application/pdf"), "is no web page, but something else"),
        (page(b"x", content_type="nonsense"), "is no web page, but something else"),
        (page(b"", content_type="text/html"), "is no web page that can be read"),
        (html(written("Please enable JavaScript.")), "shows too little text"),
        (html(written(FIRST, SECOND, "Subscribe to continue reading.")), "shows too little text"),
        (html(written(GADGETS).replace(TITLE.encode(), b"Ten gadgets")), "tells of something else than its title"),
        (html(written(FIRST, SECOND, head="<meta name='robots' content='index, NOARCHIVE'>")), "does not want it kept"),
        (html(written(FIRST, SECOND, head="<meta name='daybrief' content='max-snippet: 0'>")), "does not want it kept"),
        (html(robots="noindex"), "does not want it kept or quoted"),
        (html(robots="daybrief: noai, nofollow"), "does not want it kept or quoted"),
        (redirect("/"), "leads to the front page of its site"),
        (pour, "larger than 5 MB"),
        (drop, "the connection was dropped"),
        (break_off, "broke off in the middle, or came garbled"),
        (redirect("/story"), "redirects in a circle"),
    ],
)
async def test_what_is_no_article_is_refused_with_a_sentence(answer: Answer, reason: str, desk: Desk) -> None:
    desk.server.answers |= {"/story": answer, "/": html()}

    assert reason in await desk.failure()


@pytest.mark.parametrize(
    "answer",
    [
        html(written(FIRST, SECOND, head="<meta name='googlebot' content='noindex'>")),
        html(robots="googlebot: noindex"),
        html(robots="max-snippet: 120, nofollow"),
    ],
)
async def test_what_is_forbidden_to_somebody_else_is_read(answer: Answer, desk: Desk) -> None:
    desk.server.answers["/story"] = answer

    assert FIRST in await desk.read()


async def test_a_server_that_drips_holds_up_no_longer_than_the_deadline() -> None:
    async with FakeFeeds({"/story": drip}) as server, Http(allow_hosts=["127.0.0.1"]) as http:
        reader = HttpPageReader(http, InlineWorkers(), VirtualClock(), deadline=timedelta(seconds=0.2))

        with pytest.raises(PageFailed, match=r"took longer than 0\.2 s"):
            await reader.read(replace(article(TITLE), url=server.url("/story")))


class Overworked:
    """Implements ``bot.ports.Workers`` as those do whose process was killed."""

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        raise DaybriefError("it took longer than 20 s")


async def test_a_page_that_costs_its_worker_fails_with_a_sentence() -> None:
    async with FakeFeeds({"/story": html()}) as server, Http(allow_hosts=["127.0.0.1"]) as http:
        reader = HttpPageReader(http, Overworked(), VirtualClock())

        with pytest.raises(PageFailed, match="it took longer than 20 s"):
            await reader.read(replace(article(TITLE), url=server.url("/story")))


async def test_pages_are_understood_in_worker_processes() -> None:
    workers = ProcessWorkers()
    answers = {"/story": html(), "/robots.txt": rules("User-agent: *\nDisallow: /admin")}
    async with FakeFeeds(answers) as server, Http(allow_hosts=["127.0.0.1"]) as http:
        reader = HttpPageReader(http, workers, VirtualClock())
        try:
            text = await reader.read(replace(article(TITLE), url=server.url("/story")))
        finally:
            await workers.close()

    assert FIRST in text


def test_the_bot_itself_never_loads_what_only_its_workers_need() -> None:
    code = "import sys, bot.wiring; print([name for name in ('trafilatura', 'protego', 'lxml') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


HOSTILE = {
    "nested": b"<div>" * 200_000,
    "unfinished": b"<!--" * 100_000,
    "attributes": b"<p " + b"a=b " * 200_000 + b">x",
    "entities": b"<p>" + b"&amp;" * 200_000,
    "zeros": bytes(1_000_000),
    "a file of ours": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/hostname'>]>"
    + b"<html><body><p>&x; "
    + FIRST.encode() * 3
    + b"</p></body></html>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_that_was_made_to_do_harm_is_refused_and_tells_nothing(name: str) -> None:
    with pytest.raises(PageFailed, match=r"is no web page|shows too little text"):
        extract(HOSTILE[name], "text/html", TITLE)


# ------------------------------------------------------------------------------------------------------- robots.txt


@pytest.mark.parametrize(
    ("text", "may_read"),
    [
        ("User-agent: *\nDisallow: /admin", True),
        ("User-agent: *\nDisallow: /st*y$", False),
        ("User-agent: *\nDisallow: /\nAllow: /story", True),
        ("User-agent: *\nDisallow:\n\nUser-agent: daybrief\nDisallow: /", False),
        ("User-agent: GPTBot\nDisallow: /", True),
        ("<!doctype html><p>Not found</p>", True),
        ("\ufeffUser-agent: *\nDisallow: /", False),
    ],
)
async def test_a_page_is_read_only_if_robots_txt_permits_it(text: str, may_read: bool, desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = rules(text)

    if may_read:
        assert FIRST in await desk.read()
    else:
        assert await desk.failure() == "its site does not want it read by programs (robots.txt)"
        assert desk.asked() == ["news.test/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
async def test_a_site_without_a_robots_txt_permits_everything(status: int, desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = rules("", status)

    assert FIRST in await desk.read()


@pytest.mark.parametrize("answer", [rules("", 429), rules("", 500), rules("", 503), drop])
async def test_a_robots_txt_that_cannot_be_had_permits_nothing(answer: Answer, desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = answer

    assert "its site's robots.txt cannot be had" in await desk.failure()
    assert "news.test/story" not in desk.asked()


async def test_a_robots_txt_holds_for_a_day_and_no_longer(desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = rules("User-agent: *\nDisallow: /admin")
    await desk.read()
    desk.server.answers["/robots.txt"] = rules("User-agent: *\nDisallow: /")
    await desk.clock.wait(timedelta(hours=23))

    await desk.read()
    await desk.clock.wait(timedelta(hours=1))

    assert "robots.txt" in await desk.failure()
    assert desk.asked().count("news.test/robots.txt") == 2


async def test_old_rules_hold_on_while_new_ones_cannot_be_had(desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = rules("User-agent: *\nDisallow: /admin")
    await desk.read()
    desk.server.answers |= {"/robots.txt": drop, "/admin": html()}
    await desk.clock.wait(timedelta(days=1))

    assert FIRST in await desk.read()
    assert "does not want it read" in await desk.failure("/admin")


async def test_a_robots_txt_that_could_not_be_had_is_asked_for_again_after_an_hour(desk: Desk) -> None:
    desk.server.answers["/robots.txt"] = drop
    await desk.failure()
    del desk.server.answers["/robots.txt"]

    await desk.failure()
    await desk.clock.wait(timedelta(hours=1))

    assert FIRST in await desk.read()


async def test_the_site_that_a_redirect_leads_to_is_asked_as_well(desk: Desk) -> None:
    desk.server.answers |= {
        "news.test/story": redirect("http://other.test/story"),
        "other.test/robots.txt": rules("User-agent: *\nDisallow: /story"),
    }

    assert "does not want it read" in await desk.failure()
    assert "other.test/story" not in desk.asked()


async def test_nobody_leads_us_to_a_host_that_only_the_operator_trusts() -> None:
    async with FakeFeeds({"/story": redirect("http://wiki.intra/story"), "wiki.intra/story": html()}) as server:
        internet = Internet(server.port, {"wiki.intra": ["10.66.0.1"]}, elsewhere=PUBLIC)
        async with Http(resolver=internet, open_socket=internet.open_socket, allow_hosts=["wiki.intra"]) as http:
            reader = HttpPageReader(http, InlineWorkers(), VirtualClock(), deadline=timedelta(seconds=5))
            with pytest.raises(PageFailed):
                await reader.read(replace(article(TITLE), url="http://news.test/story"))
            assert "10.66.0.1" not in {address for address, _ in internet.dialled}

            assert FIRST in await reader.read(replace(article(TITLE), url="http://wiki.intra/story"))


# ---------------------------------------------------------------------------------------------------------- manners


async def test_pages_of_one_host_are_read_one_at_a_time_with_a_pause_between_them(desk: Desk) -> None:
    at: list[timedelta] = []

    async def note(request: web.Request) -> web.StreamResponse:
        at.append(desk.clock.elapsed())
        return await html()(request)

    desk.server.answers["/story"] = note

    await asyncio.gather(*(desk.read(host=host) for host in ("news.test", "www.news.test", "news.test")))

    assert at == [timedelta(), PAUSE, 2 * PAUSE]
    assert desk.server.most_at_once == 1


@pytest.mark.parametrize(
    ("delay", "pause"),
    [("7", timedelta(seconds=7)), ("0.1", PAUSE), ("86400", MOST_PAUSE), ("1e300", MOST_PAUSE), ("-5", PAUSE)],
)
async def test_the_pause_is_the_one_that_robots_txt_asks_for_within_bounds(
    delay: str, pause: timedelta, desk: Desk
) -> None:
    desk.server.answers["/robots.txt"] = rules(f"User-agent: *\nCrawl-delay: {delay}")

    await desk.read()
    await desk.read()

    assert desk.clock.elapsed() == pause


async def test_a_host_that_keeps_us_waiting_holds_up_no_other_host(desk: Desk) -> None:
    is_read = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        await is_read.wait()
        return await html()(request)

    desk.server.answers["slow.test/story"] = wait
    slow = [asyncio.create_task(desk.read(host="slow.test")) for _ in range(3)]

    await desk.read()
    is_read.set()

    assert all(FIRST in text for text in await asyncio.gather(*slow))


async def test_two_hosts_that_lead_to_one_another_do_not_wait_for_ever(desk: Desk) -> None:
    desk.server.answers |= {
        "one.test/story": redirect("http://two.test/end"),
        "two.test/story": redirect("http://one.test/end"),
        "/end": html(),
    }

    async with asyncio.timeout(10):
        texts = await asyncio.gather(desk.read(host="one.test"), desk.read(host="two.test"))

    assert all(FIRST in text for text in texts)


async def test_whoever_comes_when_too_many_wait_is_sent_away(desk: Desk) -> None:
    outcomes = await asyncio.gather(*(desk.read() for _ in range(MOST_WAITING + 2)), return_exceptions=True)

    assert sum(isinstance(one, str) for one in outcomes) == MOST_WAITING
    assert "too many pages" in str(outcomes[-1])


async def test_a_server_that_asks_for_patience_gets_it(desk: Desk) -> None:
    busy = page(b"", status=429, headers={"Retry-After": "600"})
    desk.server.answers["/story"] = busy
    assert await desk.failure() == "the server answered 429"
    desk.server.answers["/story"] = html()

    assert await desk.failure() == "the server has asked to be left alone for a while"
    assert FIRST in await desk.read(host="other.test")
    await desk.clock.wait(timedelta(seconds=600))
    assert FIRST in await desk.read()


# ----------------------------------------------------------------------------------------------------- the inside


@pytest.mark.shared
async def test_no_address_of_the_inside_gets_a_socket(shared: Path) -> None:
    rows = (shared / "data/hostile/generated/ssrf_urls.jsonl").read_text("utf-8").splitlines()
    urls = [json.loads(row)["url"] for row in rows]
    counted: Counter[bool] = Counter()
    async with FakeFeeds({"/": html()}) as server:
        internet = Internet(server.port, elsewhere="10.66.0.1")
        async with Http(resolver=internet, open_socket=internet.open_socket) as http:
            reader = HttpPageReader(http, InlineWorkers(), VirtualClock())
            for url in urls:
                try:
                    await reader.read(replace(article(TITLE), url=url))
                except PageFailed as failure:
                    counted[url in str(failure)] += 1

    assert counted == {False: len(urls)}
    assert len(urls) == 1828
    assert internet.dialled == []


@pytest.mark.parametrize("url", ["", "story", "file:///etc/hostname", "ftp://a.test/", "javascript:x", "http://a:b/"])
async def test_what_is_no_web_address_is_not_asked_about(url: str, desk: Desk) -> None:
    with pytest.raises(PageFailed, match="address"):
        await desk.reader.read(replace(article(TITLE), url=url))

    assert desk.server.requests == []
