"""Fetching: addresses of the inside through every way in, while we look at what is dialled and connected to.

There is one public address in this world. All names lead inside but ours, and whatever is dialled ends at a server on
this machine. So every dial to another address is one too many, and every connection to anything but our servers.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from adapters.feeds import opml
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.pages.reader import HttpPageReader
from bot.errors import DaybriefError
from bot.model import Feed, FeedState
from tests.articles import article
from tests.clock import VirtualClock
from tests.fake_feeds import PUBLIC, FakeFeeds, Internet, page, redirect
from tests.fake_model import Prompt, Reply
from tests.newsroom import InlineWorkers
from tests.promises.table import Extent, Measured
from tests.writing import STORY, writing

URLS = Path(__file__).resolve().parents[3] / "shared/data/hostile/generated/ssrf_urls.jsonl"
INSIDE = "10.66.0.1"
"""Where names lead that are not ours."""
_EACH = 41
"""A small measurement takes every so-manieth address."""
_TURNS = {"302": 302, "307": 307}
_CONTROLS = frozenset(map(chr, [*range(32), 127]))

Client = Callable[[Internet], Http]
Door = Callable[[Http, str], Awaitable[object]]


def guarded(internet: Internet) -> Http:
    return Http(resolver=internet, open_socket=internet.open_socket)


# ------------------------------------------------------------------------------------------------------ the ways in


async def _feed(http: Http, url: str) -> object:
    return await HttpFeedReader(http, InlineWorkers()).read(Feed(url=url, name="A feed"), FeedState(url=url))


async def _opml(http: Http, url: str) -> object:
    listed = f"<opml version='2.0'><body><outline type='rss' text='A feed' xmlUrl={quoteattr(url)}/></body></opml>"
    return [await _feed(http, feed.url) for feed in opml.read(listed.encode())]


async def _page(http: Http, url: str) -> object:
    reader = HttpPageReader(http, InlineWorkers(), VirtualClock())
    return await reader.read(replace(article("Norvik opens a lab"), url=url))


DOORS: Mapping[str, Door] = {"feeds": _feed, "OPML": _opml, "pages": _page}
"""By name; robots.txt is one more, and so is the address of a model."""


# ---------------------------------------------------------------------------------------------------- what is seen


@dataclass
class _Sockets:
    """Every connection that this process makes, as the interpreter tells of it, for as long as we listen."""

    allowed: set[int] = field(default_factory=set)
    """Ports of servers of ours on this machine."""
    seen: list[object] = field(default_factory=list)
    listens: bool = False

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.listens or event != "socket.connect":
            return
        address = arguments[1]
        if not (isinstance(address, tuple) and address[0] == "127.0.0.1" and address[1] in self.allowed):
            self.seen.append(address)


_SOCKETS = _Sockets()
sys.addaudithook(_SOCKETS.hear)


@contextmanager
def _watched() -> Iterator[_Sockets]:
    _SOCKETS.allowed, _SOCKETS.seen, _SOCKETS.listens = set(), [], True
    try:
        yield _SOCKETS
    finally:
        _SOCKETS.listens = False


@dataclass
class _Count:
    asked: Counter[str] = field(default_factory=Counter)
    """Requests that were tried, by the way in."""
    dialled: list[tuple[str, tuple[str, int]]] = field(default_factory=list)
    """What was dialled that is not public, and by which way."""
    raised: list[str] = field(default_factory=list)

    async def try_it(self, door: str, internet: Internet, asked: Awaitable[object], url: str) -> None:
        before = len(internet.dialled)
        self.asked[door.partition(" by ")[0]] += 1
        try:
            await asked
        except DaybriefError:
            pass
        except Exception as error:  # noqa: BLE001  # whatever is not ours is what we look for
            self.raised.append(f"{door}, {url}: {type(error).__name__}")
        self.dialled += [(f"{door}, {url}", one) for one in internet.dialled[before:] if one[0] != PUBLIC]


# --------------------------------------------------------------------------------------------------------- measuring


def measure(extent: Extent, client: Client = guarded) -> Measured:
    """All addresses (of the small one some), through every way in, straight, by redirections and by rebinding."""
    rows = [json.loads(row)["url"] for row in URLS.read_text("utf-8").splitlines()]
    urls = rows if extent is Extent.FULL else rows[::_EACH]
    with _watched() as sockets:
        count = asyncio.run(_measured(urls, client, sockets))
    tried = sum(count.asked.values())
    ways = ", ".join(f"{door} {number:,}" for door, number in count.asked.items())
    figures = (
        f"{len(urls):,} addresses, {tried:,} requests ({ways}): {len(count.dialled):,} dials to addresses that are not "
        f"public, {len(sockets.seen):,} other connections, {len(count.raised):,} exceptions that are none of ours"
    )
    broken = (
        *(f"{way}: dialled {address}" for way, address in count.dialled),
        *(f"the process connected to {address}" for address in sockets.seen),
        *count.raised,
    )
    return Measured(figures=figures, broken=broken)


async def _measured(urls: Sequence[str], client: Client, sockets: _Sockets) -> _Count:
    count = _Count()
    async with FakeFeeds() as server:
        sockets.allowed.add(server.port)
        server.answers["/robots.txt"] = page(b"User-agent: *\nAllow: /\n", content_type="text/plain")
        internet = Internet(server.port, {f"h{n}.test": [PUBLIC] for n in range(len(urls))}, elsewhere=INSIDE)
        async with client(internet) as http:
            world = _World(count, server, internet, http)
            for number, url in enumerate(urls):
                await world.ask(f"h{number}.test", url)
        sent = sum(_CONTROLS.isdisjoint(url) for url in urls)
        if (reached := len(server.requests)) < len(_TURNS) * (len(DOORS) + 1) * sent:
            count.raised.append(f"only {reached} requests reached what redirects them")
        for address in sorted({_address_in(url) for url in urls}):
            await _rebound(count, server, client, address)
        await _by_trust(count, server, urls)
    await _by_a_model(count, urls, sockets)
    return count


@dataclass(frozen=True)
class _World:
    """What all requests have in common."""

    count: _Count
    server: FakeFeeds
    internet: Internet
    http: Http

    async def ask(self, host: str, url: str) -> None:
        """For *url* itself, and for what on *host* leads there."""
        turns = _TURNS if _CONTROLS.isdisjoint(url) else {}  # no header of HTTP can hold one
        for how, status in turns.items():
            self.server.answers[f"{host}/{how}"] = redirect(url, status)
        for name, door in DOORS.items():
            await self._try(name, door(self.http, url), url)
            for how in turns:
                await self._try(f"{name} by {how}", door(self.http, f"http://{host}/{how}"), url)
        for how, status in turns.items():
            self.server.answers[f"{host}/robots.txt"] = redirect(url, status)
            await self._try(f"robots.txt by {how}", _page(self.http, f"http://{host}/story"), url)

    async def _try(self, door: str, asked: Awaitable[object], url: str) -> None:
        await self.count.try_it(door, self.internet, asked, url)


async def _rebound(count: _Count, server: FakeFeeds, client: Client, address: str) -> None:
    """A name that is public when it is first asked for, and leads to *address* from then on."""
    again = "http://rebound.test:8080/again"  # by another port, so that the name is asked for again
    server.answers["rebound.test/first"] = redirect(again)
    for name, door in {**DOORS, "robots.txt": _page}.items():
        if name == "robots.txt":
            server.answers["rebound.test/robots.txt"] = redirect("http://rebound.test:8080/robots.txt")
        internet = Internet(server.port, {"rebound.test": [PUBLIC, address]})
        async with client(internet) as http:
            await count.try_it(f"{name} by rebinding", internet, door(http, "http://rebound.test/first"), address)
    del server.answers["rebound.test/robots.txt"]


async def _by_trust(count: _Count, server: FakeFeeds, urls: Sequence[str]) -> None:
    """A host that the operator trusts: no stranger may lead there, and it may lead nowhere else."""
    server.answers["public.test/there"] = redirect("http://trusted.test/")
    ways = [("http://public.test/there", INSIDE)]
    for number, url in enumerate(one for one in urls if _CONTROLS.isdisjoint(one)):
        server.answers[f"trusted.test/{number}"] = redirect(url)
        ways.append((f"http://trusted.test/{number}", PUBLIC))
    for way, place in ways:
        internet = Internet(server.port, {"public.test": [PUBLIC], "trusted.test": [place]}, elsewhere=INSIDE)
        async with Http(allow_hosts=["trusted.test"], resolver=internet, open_socket=internet.open_socket) as http:
            for name, door in DOORS.items():
                await count.try_it(f"{name} by a trusted host", internet, door(http, way), way)


def _address_in(url: str) -> str:
    """The address that *url* is written with, where it is written plainly; else one of the inside."""
    try:
        return str(ip_address(urlsplit(url).hostname or ""))
    except ValueError:
        return INSIDE


async def _by_a_model(count: _Count, urls: Sequence[str], sockets: _Sockets) -> None:
    """An endpoint that an operator trusts leads elsewhere. It may be inside itself: it is the operator who names it."""
    away = [(url, status) for url in urls for status in _TURNS.values() if url.isprintable() and url.isascii()]
    answers = iter(away)

    def script(prompt: Prompt) -> Reply:
        url, status = next(answers)
        return Reply(status=status, headers={"Location": url}, body="{}")

    nothing = Internet(0)
    with tempfile.TemporaryDirectory() as folder:
        async with writing(Path(folder), script, daily_budget_usd=1e6) as desk:
            sockets.allowed.add(urlsplit(desk.model.url).port or 0)
            for url, _ in away:
                await count.try_it("a model's address", nothing, desk.writer.brief(STORY, {}), url)
            if desk.model.requests != len(away):
                count.raised.append(f"the model was asked {desk.model.requests} times instead of {len(away)}")
