"""Sentences of real feeds, for measuring."""

import random
from pathlib import Path

from adapters.analyst.sentences import split
from adapters.feeds.parse import parse

SHORTEST, LONGEST = 40, 400
"""Characters of a sentence that somebody might quote."""


def feed_sentences(feeds: Path, chance: random.Random, *, count: int = 1000) -> list[tuple[str, str]]:
    """*count* sentences of the feeds' articles, each with the text that it stands in, drawn by *chance*."""
    texts = {
        entry.extract: None
        for path in sorted(feeds.glob("*/*.xml"))
        for entry in parse(path.read_bytes(), "", "https://wire.test/").entries
    }
    found = [(one, text) for text in texts for one in split(text) if SHORTEST <= len(one) <= LONGEST]
    return chance.sample(found, min(count, len(found)))
