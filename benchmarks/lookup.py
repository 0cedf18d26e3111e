"""How long look-ups take among many stories, and how many times longer the obvious way would take.

    python -m benchmarks.lookup --stories 100000
    python -m benchmarks.lookup --stories 1000000 --engine PostgreSQL    # most of its time is taken by writing them

Absolute times depend on the machine; the ratios are of the same run on the same data.
"""

import argparse
import asyncio
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

from rapidfuzz import fuzz, process
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
from rich.table import Table

from benchmarks.crowd import ENGINES, counted, opened
from bot.model import Article, KeyPoint, Passage, Sections, Source, Story
from bot.ports import Intake, Search
from storage import Keeper, shelf
from storage.session import Database, Session, rows
from tests import postgres

BATCH = 500
"""Stories admitted in one transaction."""
WORDS = 40_000
"""Different words, used about as unevenly as those of a language."""
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
_SYLLABLES = [consonant + vowel for consonant in "bcdfghjklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "ai", "or")]


class Writer:
    """Writes the same stories for the same seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        words = {"".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(1, 4))) for _ in range(3 * WORDS)}
        self._words = sorted(words)[:WORDS]
        self._chance.shuffle(self._words)
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))
        self._paragraphs = [self._text(60) for _ in range(5000)]

    def story(self, number: int) -> Story:
        """The *number*-th story: a title, a takeaway, all sections, one article; about 2.5 kB of text."""
        at = BEGIN + number * timedelta(minutes=5)
        title = self._text(self._chance.randint(5, 11))
        article = Article(
            key=f"{number:024x}",
            title=title,
            url=f"https://example.org/{number}",
            source=Source(name=f"Source {number % 60}", domain=f"source{number % 60}.example"),
            published=at,
            first_seen=at,
            news_at=at,
            extract=self._chance.choice(self._paragraphs),
        )
        passages = [Passage(text=self._chance.choice(self._paragraphs)) for _ in range(4)]
        sections = Sections(
            key_points=tuple(KeyPoint(text=self._text(12)) for _ in range(3)),
            what_changed=passages[0],
            strategic_implications=passages[1],
            what_happens_next=passages[2],
            second_order_effects=passages[3],
        )
        return Story(
            ref="",
            title=title,
            takeaway=self._text(20),
            analyst="extractive",
            first_seen=at,
            news_at=at,
            sections=sections,
            articles=(article,),
        )

    def _text(self, words: int) -> str:
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=words)).capitalize()


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each call, and of each call of the obvious way."""

    name: str
    ours: Sequence[float]
    obvious_way: str
    theirs: Sequence[float]


async def build(store: Keeper, stories: int, console: Console) -> list[tuple[str, str]]:
    """Fill *store*; (ref, title) of every story, oldest first."""
    writer = Writer(seed=1)
    kept: list[tuple[str, str]] = []
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("writing stories", total=stories)
        for first in range(0, stories, BATCH):
            batch = tuple(writer.story(number) for number in range(first, min(first + BATCH, stories)))
            articles = tuple(article for story in batch for article in story.articles)
            keys = {article.key: (f"url:{article.key}",) for article in articles}
            admitted = await store.archive.admit(Intake(articles=articles, keys=keys, stories=batch))
            kept += [(story.ref, story.title) for story in admitted]
            progress.advance(task, len(batch))
    return kept


def with_typo(text: str, chance: random.Random) -> str:
    """*text* with two letters swapped in its longest word."""
    word = max(text.split(), key=len)
    place = chance.randrange(len(word) - 1)
    return text.replace(word, word[:place] + word[place + 1] + word[place] + word[place + 2 :], 1)


async def measure(
    store: Keeper, database: Database, kept: Sequence[tuple[str, str]], calls: int
) -> tuple[Measured, ...]:
    """Each kind of look-up, ours and the obvious way."""
    chance = random.Random(2)
    archive = store.archive
    picked = [chance.choice(kept) for _ in range(calls)]
    two_words = [" ".join(chance.sample(title.lower().split(), 2)) for _, title in picked]
    begun = [title.lower()[: chance.randint(2, 25)] for _, title in picked]
    recent = [chance.choice(kept[-20_000:])[1].lower().split()[:3] for _ in range(calls)]
    mistyped = [with_typo(" ".join(words), chance) for words in recent]
    refs = [ref.lower() for ref, _ in picked]
    titles = [title.lower() for _, title in kept]
    # The obvious ways are slow, so they are asked less often.
    some, few = max(20, calls // 4), max(20, calls // 20)
    rank = rank_all if (await database.condition()).engine == "SQLite" else rank_all_in_postgres
    ranked = await timed(two_words[:some], lambda words: database.read(lambda db: rank(db, words)))
    alike = await timed(begun[:some], lambda typed: database.read(lambda db: like(db, typed)))
    compared = await timed(mistyped[:few], lambda typed: database.read(lambda _: fuzzy(titles, typed)))
    scanned = await timed(refs[:some], lambda ref: database.read(lambda db: scan(db, ref)))
    searched = await timed(two_words, lambda words: archive.search(Search(words=words)))
    return (
        Measured("search, two words", searched, "rank every match", ranked),
        Measured("complete, begun", await timed(begun, archive.complete), "LIKE '%…%'", alike),
        Measured("complete, mistyped", await timed(mistyped, archive.complete), "WRatio of every title", compared),
        Measured("nearest, mistyped", await timed(mistyped, archive.nearest), "WRatio of every title", compared),
        Measured("by ref", await timed(refs, archive.by_ref), "lower(ref) = ?", scanned),
    )


async def timed(asked: Sequence[str], ask: Callable[[str], Awaitable[object]]) -> list[float]:
    """Milliseconds of each call, one after the other; the first, which warms up, is not counted."""
    await ask(asked[0])
    taken = []
    for one in asked:
        began = time.perf_counter()
        await ask(one)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def rank_all(db: Session, words: str) -> list[Story]:
    """The ten best of all matches, as whole stories like ours."""
    quoted = " ".join(f'"{word}"' for word in words.split())
    found = rows(
        db,
        "SELECT rowid FROM story_text WHERE story_text MATCH ? ORDER BY bm25(story_text, 10, 4, 1, 2, 1) LIMIT 10",
        [f"{quoted}*"],
    )
    return list(shelf.stories(db, [one["rowid"] for one in found]))


def rank_all_in_postgres(db: Session, words: str) -> list[Story]:
    """The same there."""
    found = rows(
        db,
        "SELECT number FROM story_text, CAST(:words AS tsquery) AS query WHERE document @@ query"
        " ORDER BY ts_rank(document, query, 1) DESC LIMIT 10",
        {"words": f"{' & '.join(words.split())}:*"},
    )
    return list(shelf.stories(db, [one["number"] for one in found]))


def like(db: Session, typed: str) -> list[dict[str, object]]:
    """The newest titles that hold the text."""
    sql = "SELECT ref, title FROM story WHERE title LIKE ? ORDER BY news_at DESC LIMIT 25"
    return rows(db, sql, [f"%{typed}%"])


def scan(db: Session, ref: str) -> list[dict[str, object]]:
    """One story, found without an index."""
    return rows(db, "SELECT id FROM story WHERE lower(ref) = ?", [ref])


def fuzzy(titles: Sequence[str], typed: str) -> object:
    """The titles most like the text."""
    return process.extract(typed, titles, scorer=fuzz.WRatio, limit=25)


def percentile(taken: Sequence[float], percent: int) -> float:
    """By the usual interpolation."""
    return statistics.quantiles(taken, n=100, method="inclusive")[percent - 1]


def show(measured: Sequence[Measured], console: Console) -> None:
    """A line for each kind of look-up."""
    headings = ("milliseconds", "p50", "p99", "the obvious way", "p50", "p99", "slower", "at p99")
    table = Table(*headings, box=None)
    for place in (1, 2, 4, 5, 6, 7):
        table.columns[place].justify = "right"
    for one in measured:
        ours = [percentile(one.ours, percent) for percent in (50, 99)]
        theirs = [percentile(one.theirs, percent) for percent in (50, 99)]
        ratios = [f"{slow / fast:.1f}×" for slow, fast in zip(theirs, ours, strict=True)]
        shown = [f"{value:.1f}" for value in (*ours, *theirs)]
        table.add_row(one.name, *shown[:2], one.obvious_way, *shown[2:], *ratios)
    console.print(table)


async def run(stories: int, calls: int, engine: str, folder: Path, console: Console) -> None:
    """Build, measure, show. Into PostgreSQL the stories are moved, as ``daybrief migrate`` does it: that is faster than
    to write them there one by one.
    """
    began = time.perf_counter()
    database = await opened(folder, "")
    kept = await build(Keeper(database), stories, console)
    await _say(database, f"{stories:,} stories written", began, console)
    with contextlib.ExitStack() as stack:
        if engine == "PostgreSQL":
            await database.close()
            stack.enter_context(postgres.room())
            url = stack.enter_context(postgres.database(is_empty=True))
            began = time.perf_counter()
            await asyncio.to_thread(_move, folder / "daybrief.db", url)
            database = await opened(folder, url)
            await _say(database, "moved and compared", began, console)
        try:
            await database.write(counted)
            show(await measure(Keeper(database), database, kept, calls), console)
        finally:
            await database.close()


def _move(file: Path, url: str) -> None:
    from storage.moving.move import move  # noqa: PLC0415 - its driver is loaded only for this
    from tests.postgres import url_of  # noqa: PLC0415 - as above

    move(file, url_of(url), at=BEGIN, within=timedelta(seconds=10), told=lambda *_: None)


async def _say(database: Database, what: str, began: float, console: Console) -> None:
    at = await database.condition()
    took = time.perf_counter() - began
    console.print(f"{what} in {took:.0f} s, {at.size / 1e6:,.0f} MB, {at.engine} {at.version}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure in a throw-away database."""
    parser = argparse.ArgumentParser(description="Times look-ups among many stories.")
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    parser.add_argument("--calls", type=int, default=400, help="of each kind")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="daybrief-lookup-") as folder:
        asyncio.run(run(options.stories, options.calls, options.engine, Path(folder), Console()))


if __name__ == "__main__":
    main()
