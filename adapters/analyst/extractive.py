"""The analyst that needs nothing: it quotes the best sentences of the sources, word for word, and invents none."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from adapters.analyst.choosing import Sentence, choose, read
from adapters.analyst.dated import outlook
from adapters.analyst.disputes import disputes
from adapters.analyst.sentences import SHORTEST
from bot.asides import is_aside
from bot.model import Article, KeyPoint
from bot.ports import Draft, Workers

NAME = "extractive"
KEY_POINTS = 3
BATCH = 100
"""Stories that are sent to a worker at once."""
_TITLES = 50
"""Titles of a story that are compared with one another."""


class ExtractiveAnalyst:
    """Implements ``bot.ports.Analyst``."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    async def draft(self, stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
        """Drafts made on other processors, a batch at a time."""
        drafts: list[Draft] = []
        for start in range(0, len(stories), BATCH):
            batch = tuple(tuple(articles) for articles in stories[start : start + BATCH])
            drafts += await self._workers.run(draft_all, batch)
        return tuple(drafts)


def draft_all(stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
    """One draft for each of *stories*. Pure."""
    return tuple(_draft(articles) for articles in stories)


def _draft(articles: Sequence[Article]) -> Draft:
    title = _title(articles)
    sentences = read(articles)
    takeaway, points = choose(sentences, [title, *(article.title for article in articles)], KEY_POINTS)
    return Draft(
        title=title,
        takeaway=takeaway.text if takeaway else "",
        key_points=tuple(map(_point, points)),
        analyst=NAME,
        what_happens_next=outlook(sentences, articles),
        disputes=disputes(articles),
    )


def _point(sentence: Sentence) -> KeyPoint:
    url = sentence.article.url
    return KeyPoint(text=sentence.text, sources=(url,) if url else ())


def _title(articles: Sequence[Article]) -> str:
    """The title that is most like all others; trusted feeds and early articles win ties. That of an aside only where
    all are: *Best practices for X* is not what happened when X came out.
    """
    titles = [_without_source(article) for article in articles[:_TITLES]]

    def merit(place: int) -> tuple[bool, float, float, int]:
        alike = sum(fuzz.token_set_ratio(titles[place], other) for other in titles)
        return not is_aside(titles[place]), alike * articles[place].weight, articles[place].weight, -place

    return titles[max(range(len(titles)), key=merit)]


def _without_source(article: Article) -> str:
    """The title without the `` - Publisher`` that aggregators add."""
    names = {article.source.name.casefold(), article.source.domain}
    for mark in (" - ", " | ", " — ", " – "):
        head, found, tail = article.title.rpartition(mark)
        if found and tail.casefold() in names and len(head) > SHORTEST:
            return head
    return article.title
