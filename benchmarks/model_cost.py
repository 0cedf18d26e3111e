"""What a model costs by the table of prices: an edition of the sample morning, and a story that somebody asks about.

Beside it, what the two usual ways would cost: to write everything beforehand, for every story that can be asked about;
and to send every article whole. No model is asked. Tokens are counted as the budget counts them, by 3.5 bytes each, so
all figures are upper bounds; answers are as long as full ones. Every article counts with a page of its own.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Column, Table

from adapters.analyst import prices, prompts
from adapters.analyst.endpoint import Endpoint
from adapters.analyst.packet import packet
from adapters.analyst.reply import BriefReply, Form, SectionsReply, WeighReply
from bot.cli.demo import stocked_house
from bot.model import Article, Story
from bot.rank import WEIGHED

NOW = datetime(2026, 3, 3, 8, tzinfo=UTC)
MODELS = (
    ("openai", "gpt-5-nano"),
    ("openai", "gpt-5-mini"),
    ("google", "gemini-2.5-flash"),
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-sonnet-4-5"),
)
PAGE = 9_000
"""Characters of an article's text: 1,500 words."""
BRIEF, SECTIONS, WEIGHT = 900, 2_400, 60
"""Characters of a full answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """Tokens of one request and its answer."""

    sent: int
    received: int

    def __add__(self, other: "Call") -> "Call":
        return Call(self.sent + other.sent, self.received + other.received)


def call(instructions: str, form: type[Form], lines: str, answer: int) -> Call:
    """One request with *lines*, and an answer of *answer* characters."""
    schema = json.dumps(form.model_json_schema())
    return Call(prices.tokens(f"{instructions}{schema}{lines}".encode()), prices.tokens(b"x" * answer))


def total(calls: Sequence[Call]) -> Call:
    """All of *calls* together."""
    return sum(calls, Call(0, 0))


async def morning() -> tuple[list[Story], list[Story]]:
    """The stories of the sample edition that a model could write, and the candidates that it would weigh."""
    async with stocked_house() as (house, _):
        (subscription,) = await house.desk.channels.subscriptions()
        composition, _ = await house.desk.channels.preview(subscription)
        found = [await house.store.archive.by_ref(one.ref) for one in composition.edition.stories]
        candidates = await house.store.archive.window(composition.edition.window_start, NOW)
    written = [one for one in candidates if one.articles]
    return [one for one in found if one and one.articles][:5], written[:WEIGHED]


def page(article: Article) -> str:
    """As many characters as an article has, no sentence twice."""
    count = PAGE // 60
    return " ".join(
        f"Sentence number {number:03} of the article {article.key[:12]} is this long." for number in range(count)
    )


def ways(shown: Sequence[Story], candidates: Sequence[Story]) -> dict[str, Call]:
    """What is sent and received, by the way of doing it."""

    def lines(story: Story) -> str:
        return prompts.of_story(packet(story, {one.key: page(one) for one in story.articles}))

    def brief(story: Story) -> Call:
        return call(prompts.BRIEF, BriefReply, lines(story), BRIEF)

    def sections(story: Story) -> Call:
        return call(prompts.SECTIONS, SectionsReply, lines(story), SECTIONS)

    def weight(story: Story) -> Call:
        return call(prompts.WEIGH, WeighReply, prompts.of_stories([story]), WEIGHT)

    weights = total([*map(weight, candidates)])
    whole = [
        call(prompts.BRIEF, BriefReply, "\n".join(page(article) for article in one.articles), BRIEF) for one in shown
    ]
    return {
        f"an edition ({len(shown)} briefs, {len(candidates)} weighed)": total([*map(brief, shown), weights]),
        "other sections of a story, asked for": sections(shown[0]),
        "instead: those of the edition, beforehand": total([*map(brief, shown), *map(sections, shown), weights]),
        f"instead: all of all {len(candidates)} stories": total([*map(brief, candidates), *map(sections, candidates)]),
        "instead: every article whole": total([*whole, weights]),
    }


def main() -> None:
    """Print the figures."""
    shown, candidates = asyncio.run(morning())
    found = ways(shown, candidates)
    edition = next(iter(found.values()))
    table = Table(
        Column(no_wrap=True),
        "sent",
        "received",
        *(name for _, name in MODELS),
        "× edition",
        box=None,
        pad_edge=False,
        padding=(0, 1),
    )
    for way, tokens in found.items():
        endpoints = [Endpoint(provider=provider, name=name) for provider, name in MODELS]
        costs = [prices.cost(one, tokens.sent, tokens.received, NOW) for one in endpoints]
        ours = prices.cost(endpoints[1], edition.sent, edition.received, NOW)
        dollars = [f"${cost / 1e6:.4f}" for cost in costs]
        table.add_row(way, f"{tokens.sent:,}", f"{tokens.received:,}", *dollars, f"{costs[1] / ours:.1f}")
    Console(width=150).print(table)


if __name__ == "__main__":
    main()
