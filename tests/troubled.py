"""A newsroom that is watched: a desk, one platform that takes everything, a clock, and admins who are told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.desk import Desk
from bot.errors import StoreTrouble
from bot.model import (
    Case,
    Coverage,
    DeliveryState,
    Due,
    EditionStory,
    FeedState,
    Link,
    Subscription,
)
from bot.newsroom import Newsroom
from bot.ports import Troubles
from tests.clock import TUESDAY, VirtualClock
from tests.contract.values import composition
from tests.newsroom import newsroom, order
from tests.scripted import ScriptedPlatform

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NORVIK, HALDEN = "https://norvik.example/feed.xml", "https://halden.example/feed.xml"
ALICE, BOB, CAROL = "U0ALICE", "U0BOB", "U0CAROL"
ALL_READ = Coverage(sources=2, articles=9, newest_at=None)


class SomeDisk:
    """Implements ``bot.ports.Disk``."""

    def __init__(self) -> None:
        self.left: int | None = 10_000_000_000
        self.happens: Callable[[], Awaitable[object]] | None = None
        """What each look meets before it sees anything."""

    async def free(self) -> int | None:
        if self.happens:
            await self.happens()
        return self.left


class FullAtTimes:
    """Implements ``bot.ports.Troubles`` with another one's memory, as long as there is room on the disk."""

    def __init__(self, troubles: Troubles) -> None:
        self.troubles = troubles
        self.is_full = False
        self.happens: Callable[[], Awaitable[object]] | None = None
        """What keeping anything meets first."""
        self.is_asked = asyncio.Event()
        """Set once anything is to be kept."""
        self.knows_of_telling = asyncio.Event()
        """Set once it is kept that anybody was told anything."""

    async def cases(self, *, workspace: str | None = None) -> tuple[Case, ...]:
        return await self.troubles.cases(workspace=workspace)

    async def keep(self, cases: Sequence[Case], *, gone: Collection[Case] = (), at: datetime) -> None:
        self.is_asked.set()
        if self.happens:
            await self.happens()
        if self.is_full:
            raise StoreTrouble("the database daybrief.db: the disk is full; free some space")
        await self.troubles.keep(cases, gone=gone, at=at)
        if any(one.told_at for one in cases):
            self.knows_of_telling.set()

    async def kept_at(self) -> datetime | None:
        return await self.troubles.kept_at()


class Watched:
    """Everything that a test needs to make trouble and to see who hears of it."""

    def __init__(self, room: Newsroom, platform: ScriptedPlatform, clock: VirtualClock) -> None:
        self.room, self.platform, self.clock = room, platform, clock
        self.disk = room.disk = SomeDisk()
        self.memory = room.store.troubles = FullAtTimes(room.store.troubles)
        self.desk = Desk(room)
        self.admins(f"terminal:{BOB}")

    def admins(self, *people: str) -> None:
        self.room.config = replace(self.room.config, bot=self.room.config.bot.model_copy(update={"admins": people}))

    def restart(self) -> None:
        """Nothing is left but what is stored; what was wrong still is."""
        self.desk = Desk(self.room)

    async def minutes(self, count: int) -> None:
        """Let *count* minutes pass, each with its look."""
        for _ in range(count):
            self.clock.move_to(self.clock.now() + MINUTE)
            await self.desk.rounds.tell()

    async def until(self, when: datetime) -> None:
        """Let time pass until *when*, with a look each hour and one at its end."""
        while self.clock.now() < when:
            self.clock.move_to(min(when, self.clock.now() + HOUR))
            await self.desk.rounds.tell()

    async def the_channel(self) -> Subscription:
        (one,) = [one for one in await self.desk.channels.subscriptions() if one.declared]
        return one

    async def set_up_by(self, person: str, name: str = "from-chat", *, platform: str = "terminal") -> Subscription:
        """Another channel, set up from chat."""
        channel = replace(order(name).channel, platform=platform, workspace="T9")
        wanted = replace(order(name), channel=channel, owner=person, declared=False)
        return await self.room.store.subscriptions.subscribe(wanted)

    async def got_edition(
        self, one: Subscription, day: date, *names: str, stories: int = 2, coverage: Coverage = ALL_READ
    ) -> None:
        """*one* was sent an edition for *day*, now, in which each of *names* is named with every story."""
        ledger, now = self.room.store.ledger, self.clock.now()
        due = Due(subscription=one.id, date=day, due_at=now, state=DeliveryState.DUE)
        await ledger.plan([due])
        (delivery,) = await ledger.deliveries(subscription=one.id, day=day)
        claim = await ledger.claim(delivery.id, now, HOUR)
        assert claim
        refs = [f"K{number}Q4" for number in range(2, 2 + stories)]
        made = composition(one, *refs, at=now)
        links = tuple(Link(name=name, url="") for name in names)
        shown: tuple[EditionStory, ...] = tuple(replace(story, sources=links) for story in made.edition.stories)
        edition = replace(made.edition, stories=shown, coverage=coverage)
        await ledger.compose(claim, replace(made, edition=edition))
        await ledger.finish(claim, DeliveryState.SENT, at=now)

    async def ended(self, one: Subscription, *days: date, state: DeliveryState, reason: str = "why") -> None:
        """Editions of *one* that ended badly."""
        dues = [Due(subscription=one.id, date=day, due_at=TUESDAY, state=state, reason=reason) for day in days]
        await self.room.store.ledger.plan(dues)

    async def feed_fails(self, url: str, reason: str = "HTTP 503") -> None:
        """A visit to the feed has just failed."""
        held = (await self.room.store.feeds.states()).get(url) or FeedState(url=url)
        failures = held.failures + 1
        await self.room.store.feeds.keep(
            replace(held, failures=failures, reason=reason, read_at=self.clock.now(), next_at=self.clock.now() + DAY)
        )

    async def feed_works(self, url: str) -> None:
        now = self.clock.now()
        await self.room.store.feeds.keep(FeedState(url=url, read_at=now, fine_at=now))

    @property
    def told(self) -> list[str]:
        """What anybody was told, in order."""
        return [notice.sentence for _, _, notice in self.platform.told]

    @property
    def people(self) -> list[str]:
        """Who was told, in order."""
        return [person for _, person, _ in self.platform.told]


@contextlib.asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """A newsroom with one declared channel and two feeds, at eight o'clock of a Tuesday, of which BOB is the admin."""
    clock, platform = VirtualClock(), ScriptedPlatform()
    async with newsroom(folder, {"terminal": platform}, clock=clock, feeds=(NORVIK, HALDEN)) as room:
        yield Watched(room, platform, clock)
