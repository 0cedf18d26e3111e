"""A web server in a process of its own: feeds that answer in good time, and feeds that do all to hold others up.

``python -m tests.promises.isolation_server`` prints the port that it listens on, and ends with its standard input.
Which feed is asked for stands in the path.
"""

import asyncio
import itertools
import logging
import sys

from aiohttp import web

from tests.fake_feeds import FakeFeeds, bomb, break_off, drip, drop, page, pour, redirect, rss

LATENCY = 0.2
"""Seconds until an honest feed answers."""
KINDS = ("drip", "drop", "drip", "loop", "drip", "break_off", "drip", "pour", "drip", "bomb", "drip", "deep")
"""Of the hostile ones; every other one is as slow as it may be."""
_DEEP = b"<rss><channel>" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</channel></rss>"


async def _serve() -> None:
    number = itertools.count()

    async def honest(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(LATENCY)
        news = next(number)
        item = rss(f"Norvik opens hall {news} of {request.host}").replace(
            b"https://news.test/0</link><guid>0", b"https://news.test/n%d</link><guid>n%d" % (news, news)
        )
        return web.Response(body=item, content_type="application/rss+xml")

    answers = {
        "/honest": honest,
        "/drip": drip,
        "/drop": drop,
        "/loop": redirect("/loop"),
        "/break_off": break_off,
        "/pour": pour,
        "/bomb": bomb(50 * 2**20),
        "/deep": page(_DEEP),
    }
    logging.disable()  # most who ask hang up before the end
    async with FakeFeeds(answers) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve())
