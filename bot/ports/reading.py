"""Whoever reads for us: feeds, the pages behind them, and what a headline means."""

from collections.abc import Sequence
from typing import Protocol

from bot.model import Article, Feed, FeedState, Reading


class FeedReader(Protocol):
    """Reads feeds."""

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        """What *feed* gives now; ``unchanged`` where the validators in *state* still hold.

        Raises:
            FeedFailed: for whatever reason, within the deadline; nothing else is ever raised.
        """


class PageReader(Protocol):
    """Reads the full text of articles."""

    async def read(self, article: Article) -> str:
        """The text of *article*'s page as plain text, paragraphs separated by one blank line, at most
        :data:`MAX_TEXT` characters.

        Raises:
            PageFailed: there is none to be had, for whatever reason, within the deadline; nothing else is ever raised.
        """


MAX_TEXT = 20_000
"""Characters of an article's full text that are kept: the longest news reports have half as many."""


class Meaning(Protocol):
    """Knows which short texts mean alike, even where they share no word."""

    async def of(self, texts: Sequence[str]) -> tuple[bytes, ...]:
        """For each of *texts* a vector of length 1, as little-endian 32-bit floats, all of the same size: the more
        alike two texts are, the nearer to 1 is their inner product.
        """
