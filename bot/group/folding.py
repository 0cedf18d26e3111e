"""Folding: what one feed says many times in the same words is compared once. Pure."""

from collections.abc import Iterable
from datetime import timedelta

from bot.group.words import BEGINNING, COMMONPLACE, gist, words
from bot.model import Article
from bot.roundups import is_roundup

SOON = timedelta(hours=24)
"""The same words of one feed again after longer than this are compared: a series may have one title for ever."""
_TELLING = 2
"""Telling words that two titles share at least, where the likeness of their words counts in full."""


def folded(articles: Iterable[Article]) -> list[list[Article]]:
    """*articles*, which are in order of time, together where they are as alike as can be and of one feed.

    Comparing would join these as well, but a feed of thousands of them would take it minutes.
    """
    folds: list[list[Article]] = []
    begun: dict[tuple[str, str], list[Article]] = {}
    for article in articles:
        name = article.feed or article.key, gist(article)
        fold = begun.get(name)
        if fold and article.news_at - fold[0].news_at <= SOON and _says_enough(article):
            fold.append(article)
        else:
            begun[name] = [article]
            folds.append(begun[name])
    return folds


def _says_enough(article: Article) -> bool:
    """Whether these words again are the same event: “News” is not."""
    said = {*words(article.title), *words(article.extract[:BEGINNING])}
    return len(said - COMMONPLACE) >= _TELLING and not is_roundup(article.title)
