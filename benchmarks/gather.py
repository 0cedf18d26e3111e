"""How many articles a second are read, and how long the event loop stands still, against parsing on the loop."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

from aiohttp import web
from rich.console import Console

from adapters.feeds.parse import parse
from adapters.feeds.reader import HttpFeedReader
from adapters.http import Http
from adapters.workers import ProcessWorkers
from bot.model import Feed, FeedState

START = datetime(2026, 3, 3, 8, tzinfo=UTC)


def document(feed: int, items: int) -> bytes:
    """An RSS feed as publishers write them: HTML in the descriptions, about 1.5 kB an item."""
    paragraph = "<p>The laboratory in the north <b>measured</b> 12 percent less energy &amp; more heat. </p>" * 12
    listed = "".join(
        f"<item><title>Report {number} of feed {feed}</title><link>https://f{feed}.test/{number}</link>"
        f"<guid>https://f{feed}.test/{number}</guid><description><![CDATA[{paragraph}]]></description>"
        f"<pubDate>{START - timedelta(hours=number):%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for number in range(items)
    )
    return f'<rss version="2.0"><channel><title>Feed {feed}</title>{listed}</channel></rss>'.encode()


async def serve(documents: Sequence[bytes]) -> tuple[web.AppRunner, int]:
    """All *documents* on a free port of the loopback, each at its number."""

    async def answer(request: web.Request) -> web.Response:
        body = documents[int(request.match_info["number"])]
        return web.Response(body=body, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/{number}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]


async def timed(work: Callable[[], Awaitable[int]]) -> tuple[int, float, float]:
    """What *work* counts, its seconds, and the longest time for which it kept the event loop from anything else."""
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            worst = max(worst, time.perf_counter() - before - 0.005)

    watching = asyncio.create_task(watch())
    started = time.perf_counter()
    count = await work()
    seconds = time.perf_counter() - started
    watching.cancel()
    return count, seconds, worst


async def measure(feeds: int, items: int) -> tuple[tuple[int, float, float], tuple[int, float, float]]:
    """Our way and the naive way, over the same feeds."""
    documents = [document(number, items) for number in range(feeds)]
    runner, port = await serve(documents)
    workers = ProcessWorkers()
    async with Http(allow_hosts=["127.0.0.1"]) as http:
        reader = HttpFeedReader(http, workers)

        async def read(number: int) -> int:
            url = f"http://127.0.0.1:{port}/{number}"
            reading = await reader.read(Feed(url=url, name=str(number)), FeedState(url=url))
            return len(reading.entries)

        async def ours() -> int:
            return sum(await asyncio.gather(*(read(number) for number in range(feeds))))

        async def naive() -> int:
            count = 0
            for number in range(feeds):
                fetched = await http.get(f"http://127.0.0.1:{port}/{number}")
                count += len(parse(fetched.body, "application/rss+xml", fetched.url).entries)
            return count

        await read(0)  # starts the worker processes, as the first feed of a running bot has done
        try:
            return await timed(ours), await timed(naive)
        finally:
            await workers.close()
            await runner.cleanup()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--items", type=int, default=50)
    arguments = parser.parse_args()
    console = Console()
    with console.status("reading feeds …"):
        ours, naive = asyncio.run(measure(arguments.feeds, arguments.items))
    for name, (count, seconds, lag) in (("in worker processes", ours), ("on the event loop", naive)):
        console.print(f"gather {name:20}{count / seconds:8,.0f} articles/s   loop held for {lag * 1000:.0f} ms at most")
    console.print(f"{naive[1] / ours[1]:.1f} × as fast as parsing on the loop")


if __name__ == "__main__":
    main()
