"""Feeds that bring seeded news, a model that writes, and what both do when the weather is bad."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.errors import AnalystFailed, FeedFailed
from bot.model import Article, Entry, Feed, FeedState, KeyPoint, Passage, Reading, SectionName, Sections, Story
from bot.ports import Draft
from tests.simulation.faults import Fault, Weather
from tests.simulation.line import SimulatedBug

FEEDS = tuple(f"https://{name}.example/feed" for name in ("norvik", "halden", "orrery", "tamsin"))
_WHO = ("Norvik", "Halden", "Orrery", "Tamsin", "Ceres Labs", "Veldt", "Quillon", "Ashgrove", "Perrin", "Lumen Works")
_DOES = ("opens", "closes", "sells", "releases", "withdraws", "licenses", "trains", "audits", "doubles", "delays")
_WHAT = ("a small model", "its chip", "a data centre", "an agent", "a robot arm", "the speech engine", "a benchmark")
_WHERE = ("in Tromsø", "for hospitals", "for schools", "in Porto", "under a free licence", "at half the price")


class Feeds:
    """Implements ``bot.ports.FeedReader``: a few new entries an hour."""

    def __init__(self, begins: datetime, weather: Weather, now: Callable[[], datetime], seed: int) -> None:
        self._weather = weather
        self._now = now
        chance = random.Random(f"news {seed}")
        self._entries: dict[str, list[Entry]] = {
            url: [_entry(chance, begins + timedelta(hours=chance.uniform(-20, 30)), url, n) for n in range(14)]
            for url in FEEDS
        }

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        await asyncio.sleep(0.3)
        if self._weather.is_on(Fault.FEED_BUG):
            raise SimulatedBug
        if self._weather.is_on(Fault.FEEDS_FAIL):
            raise FeedFailed("the server answered 503")
        now = self._now()
        entries = tuple(one for one in self._entries[feed.url] if one.published and one.published <= now)
        if state.etag == str(len(entries)):
            return Reading(unchanged=True, etag=state.etag)
        return Reading(entries=entries, etag=str(len(entries)))


def _entry(chance: random.Random, at: datetime, feed: str, number: int) -> Entry:
    title = f"{chance.choice(_WHO)} {chance.choice(_DOES)} {chance.choice(_WHAT)} {chance.choice(_WHERE)}"
    url = f"{feed}/{number}"
    extract = f"{title}, it said. The plan costs {chance.randrange(2, 90)} million dollars. Nobody else has one."
    return Entry(title=title, url=url, guid=url, published=at.replace(microsecond=0), extract=extract)


class Model:
    """Implements ``bot.ports.Writer``: writes a little, hangs and fails."""

    name = "simulated"
    sections = frozenset(SectionName) - {SectionName.KEY_POINTS}

    def __init__(self, weather: Weather) -> None:
        self._weather = weather

    async def may_write(self) -> bool:
        await self._answers(0.1)
        return True

    async def brief(self, story: Story, texts: Mapping[str, str]) -> Draft:
        await self._answers(4)
        point = KeyPoint(text=story.title, sources=(story.articles[0].url,))
        return Draft(title=f"Briefly: {story.title}", takeaway="So it goes.", key_points=(point,), analyst=self.name)

    async def write(self, story: Story, texts: Mapping[str, str]) -> Sections:
        await self._answers(8)
        return Sections(what_changed=Passage(text="Something has."))

    async def weigh(self, stories: Sequence[Story]) -> Mapping[str, int]:
        await self._answers(5)
        return {one.ref: 1 + len(one.title) % 5 for one in stories}

    async def same_event(self, pairs: Sequence[tuple[Article, Article]]) -> tuple[bool | None, ...]:
        await self._answers(2)
        return (None,) * len(pairs)

    async def _answers(self, seconds: float) -> None:
        if self._weather.is_on(Fault.MODEL_HANGS):
            await asyncio.get_running_loop().create_future()
        await asyncio.sleep(seconds)
        if self._weather.is_on(Fault.MODEL_FAILS):
            raise AnalystFailed("the model answered nonsense")
