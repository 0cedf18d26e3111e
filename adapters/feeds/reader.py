"""Reads feeds: over HTTP with validators, or from a file; parses them on other processors."""

import asyncio
import hashlib
import time
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from adapters.feeds.parse import parse
from adapters.http import DEADLINE, LIMIT, Fetched, Http, retry_after
from adapters.workers import Caps, ProcessWorkers
from bot.errors import DaybriefError, FeedFailed
from bot.model import Feed, FeedState, Reading
from bot.ports import UNWATCHED, Watch, Workers

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5"
PARSING = Caps(time=timedelta(seconds=20), memory=512 * 2**20, leaves=24 * 2**20)
"""What parsing one feed may use. 100,000 items take 9 s; whatever takes longer was made to."""
LARGE = 2**20
"""Bytes of a document from which on one is parsed at a time: ten megabytes can take two hundred for a moment."""

_ASK_FOR_PATIENCE = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


class HttpFeedReader:
    """Implements ``bot.ports.FeedReader``."""

    def __init__(
        self, http: Http, workers: Workers, *, deadline: timedelta = DEADLINE, watch: Watch = UNWATCHED
    ) -> None:
        """*deadline* is for fetching one feed; parsing it has one of its own."""
        self._http = http
        self._workers = workers.within(PARSING) if isinstance(workers, ProcessWorkers) else workers
        self._deadline = deadline
        self._watch = watch
        self._large = asyncio.Lock()

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        """What *feed* gives now; ``unchanged`` where the validators or the digest in *state* still hold."""
        if feed.url.startswith(("http://", "https://")):
            fetched = await self._fetch(feed.url, state)
        elif feed.declared:
            fetched = await asyncio.to_thread(_read_file, Path(feed.url))
        else:
            raise FeedFailed("only the configuration can name a file as a feed")
        if fetched is None:
            return Reading(unchanged=True)
        digest = hashlib.sha256(fetched.body).hexdigest()
        if state.fine_at and digest == state.digest:
            return Reading(unchanged=True)
        return replace(
            await self._parse(fetched),
            digest=digest,
            etag=fetched.headers.get("ETag", ""),
            last_modified=fetched.headers.get("Last-Modified", ""),
        )

    async def _fetch(self, url: str, state: FeedState) -> Fetched | None:
        """None if nothing has changed since *state*."""
        validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
        headers = {"Accept": ACCEPT} | {name: value for name, value in validators.items() if value}
        fetched = await self._http.get(url, headers=headers, deadline=self._deadline)
        if fetched.status == HTTPStatus.NOT_MODIFIED and len(headers) > 1:
            return None
        if fetched.status == HTTPStatus.GONE:
            raise FeedFailed("the server says that it is gone for ever (410)")
        if not HTTPStatus.OK <= fetched.status < HTTPStatus.MULTIPLE_CHOICES:
            wait = retry_after(fetched.headers.get("Retry-After", ""), fetched.headers.get("Date", ""))
            reason = f"the server answered {fetched.status}"
            raise FeedFailed(reason, retry_after=wait if fetched.status in _ASK_FOR_PATIENCE else None)
        return fetched

    async def _parse(self, fetched: Fetched) -> Reading:
        if len(fetched.body) < LARGE:
            return await self._parse_now(fetched)
        async with self._large:
            return await self._parse_now(fetched)

    async def _parse_now(self, fetched: Fetched) -> Reading:
        began = time.monotonic()
        try:
            return await self._workers.run(parse, fetched.body, fetched.headers.get("Content-Type", ""), fetched.url)
        except FeedFailed:
            raise
        except DaybriefError as trouble:
            raise FeedFailed(f"could not be parsed: {trouble}") from trouble
        except Exception as bug:  # in the parser, which strangers feed
            raise FeedFailed(f"could not be parsed ({type(bug).__name__})") from bug
        finally:
            self._watch.parsed(timedelta(seconds=time.monotonic() - began))


def _read_file(path: Path) -> Fetched:
    try:
        if path.exists() and not path.is_file():
            raise FeedFailed("is not an ordinary file")  # a pipe would let us wait for ever
        with path.open("rb") as file:
            body = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise FeedFailed("there is no such file") from None
    except (OSError, ValueError) as error:
        raise FeedFailed(f"the file cannot be read: {_why(error)}") from error
    if len(body) > LIMIT:
        raise FeedFailed(f"larger than {LIMIT // 2**20} MB")
    return Fetched(status=HTTPStatus.OK, headers={}, body=body, url="")


def _why(error: Exception) -> str:
    return (getattr(error, "strerror", None) or "its path makes no sense").lower()
