"""One made-up morning as values: an edition and a story with everything in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.model import (
    Article,
    Channel,
    Coverage,
    Dispute,
    Edition,
    EditionStory,
    Inference,
    KeyPoint,
    Link,
    Origin,
    Passage,
    Sections,
    Source,
    Story,
    Version,
)

NOW = datetime(2026, 3, 3, 7, 0, 20, tzinfo=UTC)
CHANNEL = Channel(platform="terminal", workspace="local", id="ai-news", name="ai-news")


def link(name: str) -> Link:
    return Link(name=name, url=f"https://{name.lower().replace(' ', '-')}.example/2026/03/03/story")


def shown(number: int, ref: str, title: str, takeaway: str = "", hours: float = 3, *names: str) -> EditionStory:
    return EditionStory(
        number=number,
        ref=ref,
        title=title,
        takeaway=takeaway,
        publishers=len(names),
        newest_at=NOW - timedelta(hours=hours),
        sources=tuple(link(name) for name in names),
    )


EDITION = Edition(
    subscription=1,
    channel=CHANNEL,
    date=date(2026, 3, 3),
    due_at=NOW.replace(second=0),
    composed_at=NOW,
    timezone="Europe/Berlin",
    window_start=NOW - timedelta(days=1),
    stories=(
        shown(
            1,
            "K7Q4",
            "Norvik opens a laboratory for self-improving agents, away from the race for compute",
            "Progress without ever larger clusters could ease the dependence on hardware by 2027.",
            3,
            *("Tech Ledger", "Agent Daily", "Fjord News", "Chip Herald", "The Wire", "Open Notes"),
        ),
        replace(
            shown(
                2,
                "B3ZX",
                "Halden Semiconductor halves the price of its inference chip",
                "The H2 costs 4,900 dollars, two thirds of what the nearest competitor asks, and ships in May.",
                7,
                *("Chip Herald", "Tech Ledger", "Fjord News"),
            ),
            is_update=True,
            news="now 3 publishers, 1 when posted",
        ),
        shown(
            3,
            "R8WT",
            "東京の研究所が日本語の音声モデルを公開し、商用利用も認める 🎉",
            "It runs on a phone.",
            0.6,
            "日本AI通信",
        ),
        shown(4, "ZQ2M9", "Draft rules would have operators log each action of an agent for two years", "", 26),
    ),
    coverage=Coverage(
        sources=29,
        articles=41,
        newest_at=NOW - timedelta(minutes=35),
        failed=("Example Lab", "Polar Press", "Third Shore", "Fourth Estate"),
    ),
)


def article(number: int, source: str, title: str, hours: float) -> Article:
    return Article(
        key=f"{number:024x}",
        title=title,
        url=f"https://{source.lower().replace(' ', '-')}.example/2026/03/03/norvik",
        source=Source(name=source, domain=f"{source.lower().replace(' ', '-')}.example"),
        published=NOW - timedelta(hours=hours),
        first_seen=NOW,
        news_at=NOW - timedelta(hours=hours),
    )


ARTICLES = (
    article(1, "Fjord News", "Norvik hires thirty people for a laboratory of its own", 200),
    article(2, "Tech Ledger", "Norvik bets on agents that improve themselves", 3),
)
STORY = Story(
    ref="K7Q4",
    title="Norvik opens a laboratory for self-improving agents, away from the race for compute",
    takeaway="Progress without ever larger clusters could ease the dependence on hardware by 2027.",
    analyst="import",
    first_seen=NOW - timedelta(hours=3),
    news_at=NOW - timedelta(hours=3),
    topics=("labs", "agents"),
    sections=Sections(
        key_points=(
            KeyPoint(text="It is the first laboratory outside the large labs.", sources=(ARTICLES[1].url,)),
            KeyPoint(text="It hires thirty people.", sources=(ARTICLES[1].url, ARTICLES[0].url)),
        ),
        what_changed=Passage(text="Norvik opened a laboratory.\n\nIt publishes everything it finds."),
        what_happens_next=Passage(
            text="Others will look into it.",
            items=(
                Inference(text="Two more open.", horizon="Q3 2027", confidence="medium", basis="earlier moves"),
                Inference(text="Money moves from hardware to algorithms."),
            ),
        ),
    ),
    articles=ARTICLES,
    origin=Origin.IMPORT,
)
"""Without strategic implications and second-order effects."""
PRICE = Dispute(
    versions=(
        Version(said="thirty people", sources=("Fjord News",)),
        Version(said="forty people", sources=("Tech Ledger", "Agent Daily")),
    )
)
QUOTED = replace(
    STORY,
    analyst="acme:large",
    disputes=(PRICE,),
    sections=Sections(
        key_points=(
            KeyPoint(
                text="Norvik hires at least thirty people.",
                sources=(ARTICLES[1].url, ARTICLES[0].url),
                quote="The laboratory opens with thirty people, said Norvik, and it will not stop there.",
            ),
            KeyPoint(text="It is the first laboratory outside the large labs.", sources=(ARTICLES[1].url,)),
        ),
        what_changed=Passage(text="Norvik has a laboratory of its own."),
        strategic_implications=Passage(text="Smaller firms may follow.", analyst="acme:small"),
        what_happens_next=Passage(
            text="“The first results come out in May 2027,” writes Tech Ledger.", analyst="extractive"
        ),
    ),
    origin=Origin.FEEDS,
)
"""By a model, with the sentences that its points rest on, and with what its sources tell differently."""
LONG_DISPUTES = (
    Dispute(versions=(Version(said="it is not so, " * 40, sources=("The Gazette of Everything",) * 9),) * 4),
) * 3
