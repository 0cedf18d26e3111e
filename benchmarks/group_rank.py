"""How long grouping and ranking take, and how much is saved against comparing all pairs in plain Python."""

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import Console

from adapters import extras
from adapters.meaning.model import WEIGHTS_SHA256, meant, weights
from adapters.meaning.texts import AT_ONCE
from bot.group import gist, group
from bot.group.linking import CUT
from bot.group.words import pieces, words
from bot.model import Article, Source, Story
from bot.rank import rank

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
SAMPLE = 2_000
"""Articles of the comparison with all pairs, which grows with the square."""


def corpus(count: int) -> list[Article]:
    """About three articles for each of ``count / 3`` events of three days, in words of an invented language."""
    chance = random.Random(3)
    sounds = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    words = ["".join(chance.choice(sounds) for _ in range(chance.randint(2, 4))) for _ in range(20_000)]
    weights = [1 / (place + 10) for place in range(len(words))]
    articles: list[Article] = []
    while len(articles) < count:
        event = chance.choices(words, weights, k=14)
        when = NOW - timedelta(minutes=chance.randint(1, 3 * 24 * 60))
        for _ in range(chance.randint(1, 5)):
            number = len(articles)
            title = " ".join(chance.sample(event, 7))
            extract = " ".join([*chance.sample(event, 10), *chance.choices(words, weights, k=30)])
            source = Source(name=f"Publisher {number % 40}", domain=f"p{number % 40}.test")
            articles.append(
                Article(
                    key=f"{number:024x}",
                    title=title,
                    url=f"https://{source.domain}/{number}",
                    source=source,
                    published=when,
                    first_seen=when,
                    news_at=when,
                    extract=extract,
                    feed=source.domain,
                )
            )
    return articles[:count]


def seconds(work: Callable[[], object]) -> float:
    """How long *work* takes, once."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def meant_by(articles: list[Article]) -> dict[str, bytes]:
    """What the articles mean, a few hundred at a time as a worker is asked."""
    gists = [gist(one) for one in articles]
    batches = [gists[start : start + AT_ONCE] for start in range(0, len(gists), AT_ONCE)]
    vectors = [vector for batch in batches for vector in meant(batch, weights(), WEIGHTS_SHA256)]
    return dict(zip(gists, vectors, strict=True))


def all_pairs(articles: list[Article]) -> int:
    """The naive way: the words and the pieces of words of every two titles, in plain Python."""
    bags = [{*(own := words(one.title)), *(piece for word in own for piece in pieces(word))} for one in articles]
    spread = Counter(feature for bag in bags for feature in bag)
    rarity = {feature: math.log((1 + len(bags)) / (1 + count)) + 1 for feature, count in spread.items()}
    lengths = [math.sqrt(sum(rarity[feature] ** 2 for feature in bag)) or 1.0 for bag in bags]
    return sum(
        sum(rarity[feature] ** 2 for feature in one & bags[other]) >= CUT * lengths[place] * lengths[other]
        for place, one in enumerate(bags)
        for other in range(place)
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    count: int = parser.parse_args().articles
    console = Console()
    with console.status(f"grouping {count} articles …"):
        articles = corpus(count)
        started = time.perf_counter()
        founded = group(articles, []).founded
        grouped = time.perf_counter() - started
        stories = [
            Story(
                ref=f"R{number}",
                title=members[0].title,
                takeaway="",
                analyst="",
                first_seen=members[0].first_seen,
                news_at=members[-1].news_at,
                articles=members,
            )
            for number, members in enumerate(founded)
        ]
        ranked = seconds(lambda: rank(stories, posted={}))
        some = articles[:SAMPLE]
        ours = seconds(lambda: group(some, []))
        naive = seconds(lambda: all_pairs(some))
    console.print(f"group {count:,} articles      {grouped:7.2f} s   into {len(founded):,} stories")
    if "semantic" in extras.installed():
        with console.status(f"asking what {SAMPLE} articles mean …"):
            meaning: dict[str, bytes] = {}
            asked = seconds(lambda: meaning.update(meant_by(some)))
            alike = seconds(lambda: group(some, [], meaning))
        console.print(f"group {SAMPLE:,} with meaning   {alike:7.2f} s   and {asked:.1f} s to learn it, once")
    console.print(f"rank {len(stories):,} stories         {ranked:7.2f} s")
    console.print(
        f"group {SAMPLE:,} articles       {ours:7.2f} s   all pairs alone: {naive:.2f} s, {naive / ours:.1f} × as long"
    )


if __name__ == "__main__":
    main()
