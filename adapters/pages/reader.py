"""Reads the full text of articles from their pages; needs the extra ``fulltext``."""

import contextlib
from datetime import timedelta
from http import HTTPStatus
from importlib.util import find_spec

from yarl import URL

from adapters.addresses import refusal
from adapters.http import DEADLINE, Fetched, Http, retry_after
from adapters.pages.extract import TYPES, extract, kind_of, tag_forbids
from adapters.pages.robots import Robots
from adapters.pages.turns import Turns
from adapters.workers import Caps, ProcessWorkers
from bot.errors import DaybriefError, PageFailed
from bot.identity import domain_of
from bot.model import Article
from bot.ports import Clock, Workers

ACCEPT = "text/html, application/xhtml+xml, text/plain;q=0.5"
LIMIT = 5 * 2**20
"""Bytes of a page."""
EXTRACTING = Caps(time=timedelta(seconds=20), memory=512 * 2**20)
"""What finding the article of one page may use; of ordinary pages, a second is enough for dozens."""
_ASK_FOR_PATIENCE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
_PATIENCE = timedelta(minutes=10)
"""For a server that asks for some and does not say how much."""


def is_installed() -> bool:
    """Whether the libraries of the extra are there; they are loaded when the first page is read, by a worker."""
    return find_spec("trafilatura") is not None and find_spec("protego") is not None


class HttpPageReader:
    """Implements ``bot.ports.PageReader``."""

    def __init__(self, http: Http, workers: Workers, clock: Clock, *, deadline: timedelta = DEADLINE) -> None:
        """*deadline* is for fetching one page, from the moment at which it is its host's turn."""
        self._http = http
        self._workers = workers.within(EXTRACTING) if isinstance(workers, ProcessWorkers) else workers
        self._robots = Robots(http, workers, clock)
        self._turns = Turns(clock)
        self._deadline = deadline

    async def read(self, article: Article) -> str:
        """The text of *article*'s page; see the port."""
        try:
            fetched = await self._fetch(article.url)
            self._check(fetched, article.url)
            return await self._workers.run(extract, fetched.body, fetched.headers["Content-Type"], article.title)
        except PageFailed:
            raise
        except DaybriefError as trouble:
            raise PageFailed(str(trouble)) from trouble
        except Exception as bug:  # in a parser, which strangers feed
            raise PageFailed(f"could not be read ({type(bug).__name__})") from bug

    async def _fetch(self, url: str) -> Fetched:
        """What is at *url*, asked of one host at a time, each in its turn and only if its robots.txt permits."""
        async with contextlib.AsyncExitStack() as stack:
            here = ""

            async def ask(address: str, is_ours: bool) -> None:
                nonlocal here
                host = domain_of(address)
                if host != here:
                    await stack.aclose()  # whoever held one host while waiting for another could wait for ever
                    await stack.enter_async_context(self._turns.turn(host))
                    here = host
                self._turns.slow_down(host, await self._robots.permit(address, is_ours=is_ours))

            if why := _refusal(url):
                raise PageFailed(why)
            await ask(url, True)
            fetched = await self._http.get(
                url, headers={"Accept": ACCEPT}, limit=LIMIT, deadline=self._deadline, before_redirect=ask
            )
            if fetched.status in _ASK_FOR_PATIENCE:
                wait = retry_after(fetched.headers.get("Retry-After", ""), fetched.headers.get("Date", ""))
                self._turns.leave_alone(here, wait or _PATIENCE)
            return fetched

    def _check(self, fetched: Fetched, asked: str) -> None:
        """Raise PageFailed if *fetched* cannot be the page of an article."""
        if fetched.status != HTTPStatus.OK:
            raise PageFailed(f"the server answered {fetched.status}")
        if kind_of(fetched.headers.get("Content-Type", ""))[0] not in TYPES:
            raise PageFailed("is no web page, but something else")
        if URL(fetched.url).path == "/" != URL(asked).path and not URL(fetched.url).query:
            raise PageFailed("leads to the front page of its site")
        tags = (value for name, value in fetched.headers.items() if name.casefold() == "x-robots-tag")
        if any(map(tag_forbids, tags)):
            raise PageFailed("its publisher does not want it kept or quoted")


def _refusal(url: str) -> str:
    """Why *url* is not even asked about; empty: it is an address of the web. Where it leads, the client checks."""
    try:
        return refusal(URL(url), any_port=True)
    except ValueError:
        return "is not a valid address"
