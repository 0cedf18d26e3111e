"""How many pages a second become texts, how many of these are quoted from, and what the naive ways cost.

Pages are made from the samples' texts, with as much around them as publishers put there. Fetching is left out: it waits
for other people's servers, and for good manners.
"""

import argparse
import asyncio
import html
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import feedparser
import nh3
from rich.console import Console

from adapters.analyst.choosing import read
from adapters.analyst.extractive import draft_all
from adapters.pages.extract import extract
from adapters.workers import ProcessWorkers
from benchmarks.gather import timed
from bot.model import Article, Source
from bot.samples import files

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
TYPE = "text/html; charset=utf-8"
FURNITURE = "Trending now: ten gadgets that our readers loved this week, and where to get them"
"""Stands on every page and in no article."""


def paragraphs() -> list[str]:
    """The extracts of the samples' feeds."""
    feeds = (feedparser.parse(path.read_bytes()) for path in sorted((files().config.parent / "feeds").glob("*.xml")))
    return [text for feed in feeds for entry in feed.entries if (text := str(entry.get("summary", "")))]


def page(title: str, text: Sequence[str]) -> bytes:
    """A page of about 60 kB, of which *text* is the smaller part."""
    links = "".join(f'<li><a href="/section/{n}">Section {n} of the paper</a></li>' for n in range(60))
    cards = "".join(
        f'<div class="card"><a href="/{n}"><h3>{FURNITURE} ({n})</h3></a><p>{n} hours ago</p></div>' for n in range(80)
    )
    comments = "".join(
        f'<div class="comment"><b>reader{n}</b><p>I have thought so all along.</p></div>' for n in range(60)
    )
    script = "<script>window.data = " + "{'key': [1, 2, 3]}," * 800 + "</script>"
    body = "".join(f"<p>{html.escape(one)}</p>" for one in text)
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{script}</head><body>"
        f"<header><nav><ul>{links}</ul></nav></header><main><article><h1>{title}</h1>{body}</article></main>"
        f"<aside>{cards}</aside><section id='comments'>{comments}</section>"
        f"<footer>All rights reserved. We use cookies.</footer>{script}</body></html>"
    ).encode()


def pages(count: int) -> list[tuple[str, bytes]]:
    """Titles and pages of articles with about 6,000 characters."""
    chance = random.Random(3)
    told = paragraphs()
    made = []
    for number in range(count):
        title = f"Report {number} of the laboratory in the north"
        made.append((title, page(title, [title + " was read by many.", *chance.sample(told, 20)])))
    return made


def stories(texts: Sequence[str], size: int) -> list[list[Article]]:
    """Stories of *size* articles of different publishers, with full *texts*."""
    articles = [
        Article(
            key=f"{number:024x}",
            title=f"Report {number} of the laboratory in the north",
            url=f"https://p{number}.test/{number}",
            source=Source(name=f"Publisher {number}", domain=f"p{number}.test"),
            published=NOW,
            first_seen=NOW,
            news_at=NOW,
            extract=text,
        )
        for number, text in enumerate(texts)
    ]
    return [articles[start : start + size] for start in range(0, len(articles), size)]


def all_pairs(articles: Sequence[Article]) -> int:
    """The naive way to find what is central: every sentence beside every other."""
    sentences = read(articles)
    return sum(len(one.words & other.words) > 1 for one in sentences for other in sentences)


def processor_seconds(work: Callable[[], object]) -> float:
    """How much of a processor's time *work* takes, once; what else the machine does does not count."""
    began = time.process_time()
    work()
    return time.process_time() - began


async def measure(
    made: Sequence[tuple[str, bytes]],
) -> tuple[list[str], tuple[int, float, float], tuple[int, float, float]]:
    """The texts of the pages *made*; and their number, seconds and hold-ups in our way and on the event loop."""
    workers = ProcessWorkers()
    texts: list[str] = []

    async def ours() -> int:
        texts.extend(await asyncio.gather(*(workers.run(extract, body, TYPE, title) for title, body in made)))
        return len(texts)

    async def naive() -> int:
        count = 0
        for title, body in made:
            count += bool(extract(body, TYPE, title))
            await asyncio.sleep(0)
        return count

    try:
        title, body = made[0]
        await asyncio.gather(*(workers.run(extract, body, TYPE, title) for _ in range(8)))  # loads the library
        extract(body, TYPE, title)
        return texts, await timed(ours), await timed(naive)
    finally:
        await workers.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--articles", type=int, default=5, help="of a story")
    arguments = parser.parse_args()
    console = Console()
    made = pages(arguments.pages)
    with console.status("reading pages …"):
        texts, ours, naive = asyncio.run(measure(made))
        stripped = [nh3.clean(body.decode(), tags=set()) for _, body in made]
        strip_tags = processor_seconds(lambda: [nh3.clean(body.decode(), tags=set()) for _, body in made])
        told = stories(texts, arguments.articles)
        drafted = processor_seconds(lambda: draft_all(told))
        paired = processor_seconds(lambda: [all_pairs(articles) for articles in told])
    size = sum(len(body) for _, body in made) / len(made) / 1000
    for name, (count, seconds, lag) in (("in worker processes", ours), ("on the event loop", naive)):
        console.print(f"extract {name:20}{count / seconds:8,.0f} pages/s   loop held for {lag * 1000:.0f} ms at most")
    console.print(f"{naive[1] / ours[1]:.1f} × as fast as on the loop; pages of {size:.0f} kB")
    for name, found in (("extract", texts), ("strip tags", stripped)):
        foreign = sum(FURNITURE in text for text in found)
        console.print(f"{name:12}{foreign:5} of {len(found)} texts hold what belongs to no article")
    console.print(f"strip tags  {len(made) / strip_tags:8,.0f} pages/s")
    console.print(
        f"draft       {len(texts) / drafted:8,.0f} full texts/s in stories of {arguments.articles}, "
        f"{drafted / len(told) * 1000:.0f} ms a story; "
        f"comparing all pairs of sentences alone takes {paired / drafted:.1f} × as long"
    )


if __name__ == "__main__":
    main()
