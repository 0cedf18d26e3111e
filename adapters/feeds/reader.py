"""Reads feeds: over HTTP with validators, or from a file; parses them on other processors."""

import asyncio
import hashlib
import re
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path

from adapters.feeds.parse import parse
from adapters.http import LIMIT, Fetched, Http
from adapters.workers import Caps, ProcessWorkers
from bot.errors import DaybriefError, FeedFailed
from bot.model import Feed, FeedState, Reading
from bot.ports import Workers

ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.5"
MOST_PATIENCE = timedelta(hours=24)
PARSING = Caps(time=timedelta(seconds=20), memory=512 * 2**20)
"""What parsing one feed may use. 100,000 items take 9 s; whatever takes longer was made to."""


class HttpFeedReader:
    """Implements ``bot.ports.FeedReader``."""

    def __init__(self, http: Http, workers: Workers) -> None:
        self._http = http
        self._workers = workers.within(PARSING) if isinstance(workers, ProcessWorkers) else workers

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        """What *feed* gives now."""
        if feed.url.startswith(("http://", "https://")):
            fetched = await self._fetch(feed.url, state)
            if fetched is None:
                return Reading(unchanged=True)
        else:
            body = await asyncio.to_thread(_read_file, Path(feed.url))
            fetched = Fetched(status=HTTPStatus.OK, headers={}, body=body, url="")
        digest = hashlib.sha256(fetched.body).hexdigest()
        if state.fine_at and digest == state.digest:
            return Reading(unchanged=True)
        try:
            reading = await self._workers.run(parse, fetched.body, fetched.headers.get("Content-Type", ""), fetched.url)
        except FeedFailed:
            raise
        except DaybriefError as trouble:
            raise FeedFailed(f"could not be parsed: {trouble}") from trouble
        return replace(
            reading,
            digest=digest,
            etag=fetched.headers.get("ETag", ""),
            last_modified=fetched.headers.get("Last-Modified", ""),
        )

    async def _fetch(self, url: str, state: FeedState) -> Fetched | None:
        headers = {"Accept": ACCEPT}
        if state.etag:
            headers["If-None-Match"] = state.etag
        if state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        fetched = await self._http.get(url, headers=headers)
        if fetched.status == HTTPStatus.NOT_MODIFIED:
            return None
        if fetched.status == HTTPStatus.GONE:
            raise FeedFailed("the server says that it is gone for ever (410)")
        if fetched.status >= HTTPStatus.BAD_REQUEST or not fetched.body:
            retry_after = _patience(fetched.headers.get("Retry-After", ""), fetched.headers.get("Date", ""))
            raise FeedFailed(f"the server answered {fetched.status}", retry_after=retry_after)
        return fetched


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(LIMIT + 1)
    except FileNotFoundError:
        raise FeedFailed("there is no such file") from None
    except OSError as error:
        raise FeedFailed(f"the file cannot be read: {(error.strerror or 'unknown').lower()}") from error
    if len(body) > LIMIT:
        raise FeedFailed(f"larger than {LIMIT // 2**20} MB")
    return body


def _patience(header: str, date: str) -> timedelta | None:
    """``Retry-After`` in either of its forms, one second to a day; an instant is measured from the server's *date*."""
    if re.fullmatch(r"\d{1,9}", header.strip()):
        wait = timedelta(seconds=int(header))
    else:
        try:
            wait = parsedate_to_datetime(header) - parsedate_to_datetime(date)
        except (ValueError, TypeError):
            return None
    return min(max(wait, timedelta(seconds=1)), MOST_PATIENCE)
