"""Values for the contract: ordinary ones in a word, and one of each kind with every field filled."""

from dataclasses import MISSING, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.model import (
    Article,
    Channel,
    Composition,
    Coverage,
    Dispute,
    Due,
    Edition,
    EditionStory,
    Failing,
    Feed,
    FeedState,
    Inference,
    KeyPoint,
    Layout,
    Link,
    Origin,
    Passage,
    Rest,
    SectionName,
    Sections,
    Source,
    Stage,
    Standing,
    Story,
    StoryStatus,
    Subscription,
    Tally,
    Verdict,
    Version,
)
from bot.model import DeliveryState as State
from bot.ports import Intake

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NOW = datetime(2026, 3, 2, 8, 0, 0, 123457, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def article(key: str, *, at: datetime = NOW, **other: object) -> Article:
    """One by its key, its url and title made of it."""
    plain = Article(
        key=key,
        title=f"Report {key}",
        url=f"https://example.org/{key}",
        source=Source(name="Example Post", domain="example.org"),
        published=at,
        first_seen=at,
        news_at=at,
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def story(title: str, *articles: Article, at: datetime = NOW, **other: object) -> Story:
    """One by its title, news since *at*."""
    plain = Story(ref="", title=title, takeaway="", analyst="extractive", first_seen=at, news_at=at, articles=articles)
    return replace(plain, **other)  # type: ignore[arg-type]


def intake(*stories: Story, names: dict[str, tuple[str, ...]] | None = None, **other: object) -> Intake:
    """What a round brings that found *stories*; each article is named by its key unless *names* says otherwise."""
    articles = tuple({one.key: one for each in stories for one in each.articles}.values())
    keys = {one.key: (f"url:{one.key}",) for one in articles} | (names or {})
    return replace(Intake(articles=articles, keys=keys, stories=stories), **other)  # type: ignore[arg-type]


def subscription(channel: str = "C1", *, workspace: str = "T1", **other: object) -> Subscription:
    """An order for eight o'clock on workdays."""
    plain = Subscription(
        id=0,
        channel=Channel(platform="slack", workspace=workspace, id=channel, name=f"name-of-{channel}"),
        at=time(8),
        timezone="UTC",
        days=(1, 2, 3, 4, 5),
    )
    return replace(plain, **other)  # type: ignore[arg-type]


def due(subscription_id: int, day: date = MONDAY, *, at: datetime = NOW, state: State = State.DUE) -> Due:
    """A date whose hour came *at*."""
    return Due(subscription=subscription_id, date=day, due_at=at, state=state)


def composition(order: Subscription, *refs: str, at: datetime = NOW, publishers: int = 1) -> Composition:
    """An edition of stories called *refs*, composed *at*."""
    shown = tuple(
        EditionStory(number=number, ref=ref, title=ref, takeaway="", publishers=publishers, newest_at=at)
        for number, ref in enumerate(refs, start=1)
    )
    edition = Edition(
        subscription=order.id,
        channel=order.channel,
        date=at.date(),
        due_at=at,
        composed_at=at,
        timezone=order.timezone,
        window_start=at - DAY,
        stories=shown,
        coverage=Coverage(sources=1, articles=1, newest_at=None),
    )
    return Composition(edition=edition, verdicts=tuple(Verdict(ref=ref, stage=Stage.POSTED) for ref in refs))


FULL_ARTICLE = Article(
    key="0123456789abcdef01234567",
    title="Zürich lab 实验室 opens “quietly” 🚀",
    url="https://www.example.org/a?b=c#d",
    source=Source(name="The Example", domain="example.org"),
    published=NOW - timedelta(microseconds=1),
    first_seen=NOW,
    news_at=NOW + timedelta(microseconds=1),
    extract="Two lines\n\nof text",
    feed="https://example.org/feed.xml",
    weight=0.1 + 0.2,
    topics=("labs", "science fiction"),
)

DISPUTE = Dispute(versions=(Version(said="a lab", sources=("The Example",)), Version(said="two", sources=("Other",))))

FULL_STORY = Story(
    ref="",
    title="A lab opens",
    takeaway="It is open.",
    analyst="acme:large",
    first_seen=NOW - timedelta(microseconds=999_999),
    news_at=NOW,
    topics=("labs", "chips"),
    sections=Sections(
        key_points=(KeyPoint(text="It opened.", sources=("https://example.org/a",), quote="It did open."),),
        what_changed=Passage(text="First paragraph.\n\nSecond.", analyst="acme:small"),
        strategic_implications=Passage(text="Some."),
        what_happens_next=Passage(
            text="Soon.", items=(Inference(text="More.", horizon="2027", confidence="low", basis="history"),)
        ),
        second_order_effects=Passage(text="Others.", items=(Inference(text="Rents.", basis="demand"),)),
    ),
    articles=(FULL_ARTICLE,),
    origin=Origin.IMPORT,
    status=StoryStatus.CORRECTED,
    status_reason="a figure was wrong",
    status_at=NOW + timedelta(microseconds=7),
    workspaces=("slack:T1", "discord:9"),
    disputes=(DISPUTE,),
    copies=("0123456789abcdef01234567",),
    significance=4,
)

FULL_STATE = FeedState(
    url="https://example.org/feed.xml",
    etag='W/"1"',
    last_modified="Mon, 02 Mar 2026 08:00:00 GMT",
    digest="ab" * 32,
    read_at=NOW,
    fine_at=NOW - HOUR,
    next_at=NOW + HOUR,
    failures=3,
    reason="the server answered 500",
    articles=77,
)

FULL_FEED = Feed(
    url="https://example.org/feed.xml", name="Example", weight=1.5, topics=("labs", "chips"), declared=False
)

FULL_SUBSCRIPTION = Subscription(
    id=0,
    channel=Channel(platform="discord", workspace="9", id="11", name="ai-news"),
    at=time(7, 59, 30),
    timezone="America/Nuuk",
    days=(2, 7),
    stories=9,
    topics=("labs",),
    layout=Layout.THREAD,
    declared=False,
    since=NOW + timedelta(microseconds=3),
    standing=Standing.PAUSED,
    reason="on holiday",
    paused_by_platform=True,
    ordered_at=NOW + HOUR,
    owner="U123",
)


def full_composition(order: Subscription) -> Composition:
    """An edition and a verdict with every field filled."""
    shown = EditionStory(
        number=1,
        ref="K7Q4",
        title="A lab opens",
        takeaway="It is open.",
        publishers=2,
        newest_at=NOW - HOUR,
        sources=(Link(name="The Example", url="https://example.org/a"),),
        sections=(SectionName.KEY_POINTS, SectionName.WHAT_CHANGED),
        disputes=(DISPUTE,),
        is_update=True,
        news="a second source",
        status=StoryStatus.WITHDRAWN,
        status_reason="it was untrue",
        status_at=NOW + timedelta(microseconds=5),
    )
    edition = Edition(
        subscription=order.id,
        channel=order.channel,
        date=MONDAY,
        due_at=NOW,
        composed_at=NOW + timedelta(microseconds=9),
        timezone="America/Nuuk",
        window_start=NOW - DAY,
        stories=(shown,),
        coverage=Coverage(
            sources=3,
            articles=40,
            newest_at=NOW,
            failed=("Other", "New"),
            stale=True,
            unread=True,
            failing=(Failing("Other", NOW - DAY), Failing("New", None)),
        ),
        layout=Layout.THREAD,
        delayed=True,
    )
    verdict = Verdict(
        ref="K7Q4", stage=Stage.CUT, rank=6, score=0.1 + 0.2, numbers=(("age", 1e-9), ("weight", 2.0)), detail="close"
    )
    tally = Tally(
        places=5,
        pinned=1,
        ready=2,
        cut=0.1 + 0.3,
        topics=("labs",),
        rest=(Rest(stage=Stage.OFF_TOPIC, refs=("B2CD", "C3DF"), best=0.1),),
    )
    return Composition(edition=edition, verdicts=(verdict,), tally=tally)


def unfilled(value: "DataclassInstance") -> list[str]:
    """Fields of *value* that are left at their defaults, so that a round trip of them would prove nothing."""
    defaults = {one.name: one.default for one in fields(value) if one.default is not MISSING}
    return [name for name, default in defaults.items() if getattr(value, name) == default]
