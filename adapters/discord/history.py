"""How a story read before it was corrected or withdrawn. Pure."""

from collections.abc import Iterator, Sequence

from adapters.discord import limits
from adapters.discord.answers import MOST_MESSAGES
from adapters.discord.components import Card, Component, card, paged, said, separator
from adapters.discord.text import bold, escaped, fitted, parts
from bot.model import Story
from bot.retold import Former, no_history, until
from bot.text import clean

_TITLE = 300


def cards(story: Story, told: Sequence[Former]) -> list[Card]:
    """The former texts of *story*, newest first, in as many messages as an answer may have."""
    pages = paged([one] for one in _said(story, told))
    if len(pages) > MOST_MESSAGES:
        pages = [*pages[: MOST_MESSAGES - 1], [*pages[MOST_MESSAGES - 1][:-1], said("-# Older texts are left out.")]]
    return [card(page) for page in pages]


def _said(story: Story, told: Sequence[Former]) -> Iterator[Component]:
    if not told:
        yield said(no_history(story.ref))
        return
    yield said(f"### How {story.ref} read before: {fitted(story.title, _TITLE)}")
    for one in told:
        yield separator()
        yield said(f"-# {until(one)}")
        for heading, written in one.parts:
            kept = "\n".join(map(clean, written.split("\n")))
            first, *rest = list(parts(kept, limits.PIECE)) or ["*Nobody had written any.*"]
            yield said("\n".join(filter(None, (bold(escaped(clean(heading))), first))))
            yield from map(said, rest)
