"""What is written where tenants are measured: each operation is done by the product and told to the model."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.desk import Desk
from bot.errors import NotFound, WrongUsage
from bot.manuscript import Manuscript, ManuscriptArticle
from bot.model import Asker, Edition, EditionStory, Source, Standing, Story, StoryStatus, Subscription, Wish
from bot.newsroom import Newsroom
from bot.ports import Intake
from tests.articles import article
from tests.clock import VirtualClock
from tests.newsroom import order
from tests.promises.marks import marked, marks
from tests.promises.tenants_model import HOMES, Known, Model, Text
from tests.promises.tenants_wall import Wall

CHANNELS = ("C1", "C2")
TITLES = tuple(
    f"{who} {does} {what}"
    for who, does, what in zip(
        ("Norvik", "Halden", "Orrery", "Fjord", "Lumen", "Aldersund") * 2,
        ("opens", "closes", "buys", "sells", "builds", "halts", "rents", "leaves", "names", "loses", "wins", "doubts"),
        ("laboratory", "foundry", "planner", "gripper", "reactor", "tramway") * 2,
        strict=True,
    )
)


class Writing:
    """What people and feeds do; every change is done by the product and told to the model."""

    def __init__(self, room: Newsroom, clock: VirtualClock, walls: Sequence[Wall], chance: random.Random) -> None:
        self.room, self.clock, self.walls, self.chance = room, clock, walls, chance
        self.desk, self.model = Desk(room), Model()
        self.broken: list[str] = []
        self.done: Counter[str] = Counter()
        self.answers = 0
        self.refused = 0
        """Imports that would have shown a withdrawn story to workspaces that never had it."""
        self.changed: list[Known] = []
        self.tokens = 0
        self._versions = 0

    # -------------------------------------------------------------------------------------------------- what is written

    async def import_(self) -> None:
        """The operator imports a story, for all or for some; often of a title, an address or a ref that is there."""
        whose = self.chance.sample(HOMES, self.chance.choice((0, 0, 1, 1, 2)))
        named = self.named_anew()
        text = self.text()
        url = f"https://wire.test/{self.chance.randrange(40)}" if self.chance.random() < 0.5 else ""
        mark = self.mark()
        # What follows the address names nothing: articles of many marks are one.
        report = ManuscriptArticle(
            title=f"Report {mark}", url=f"{url}?utm_source={mark}", source=f"Wire {mark}", published=None
        )
        manuscript = Manuscript(
            ref=named,
            title=text.title,
            takeaway=f"Because of {text.token}.",
            analyst="import",
            sections=marked(text.token),
            articles=(report,) if url else (),
            topics=(f"topic {mark}",),
            workspaces=tuple(sorted(whose)),
        )
        audience = frozenset(whose)
        meant = self.model.stories.get(named)
        is_wider = meant is not None and meant.text.mark is StoryStatus.WITHDRAWN and meant.is_hidden_from(audience)
        try:
            [taken] = await self.desk.editing.admit([manuscript])
        except WrongUsage:
            self.refused += 1
            self.expect(is_wider, f"an import of {named} for {whose or 'all'} was refused")
            return
        self.expect(not is_wider, f"{named} is withdrawn, and is shown now to {whose or 'all'}")
        ref = taken.story.ref
        if taken.is_new:
            self.expect(ref not in self.model.stories, f"{ref} is new and was there")
            self.model.stories[ref] = Known(ref, text, audience, is_draft=False)
        else:
            old = self.model.stories[ref]
            is_meant = old is meant or old.audience == audience
            self.expect(is_meant, f"an import for {whose or 'all'} changed {ref} of {set(old.audience) or 'all'}")
            old.imported(text, audience)
        kept = self.model.stories[ref]
        kept.url = url or kept.url
        kept.reports.add(mark)
        self.changed.append(kept)

    def named_anew(self) -> str:
        """The ref that an import gives: mostly none, now and then that of a story which was withdrawn for some."""
        known = self.model.each()
        withdrawn = [one for one in known if one.audience and one.text.mark is StoryStatus.WITHDRAWN]
        if not known or self.chance.random() > 0.1:
            return ""
        return self.chance.choice(withdrawn if withdrawn and self.chance.random() < 0.4 else known).ref

    async def feed(self) -> None:
        """News comes: a new public story, or more of one."""
        text = self.text()
        drafts = [one for one in self.model.each() if one.is_draft and not one.audience]
        old = self.chance.choice(drafts) if drafts and self.chance.random() < 0.4 else None
        mark = self.mark()
        report = replace(
            article(f"Report {mark}", "feed.test", at=self.clock.now()),
            url=f"https://feed.test/{mark}",
            source=Source(name=f"Feed {mark}", domain="feed.test"),
            extract=f"So {mark} said.",
        )
        held = await self.room.store.archive.by_ref(old.ref) if old else None
        arrived = Story(
            ref=old.ref if old else "",
            title=text.title,
            takeaway=f"Because of {text.token}.",
            analyst="extractive",
            sections=marked(text.token),
            topics=(f"topic {mark}",),
            first_seen=self.clock.now(),
            news_at=self.clock.now(),
            articles=(*(held.articles if held else ()), report),
        )
        [kept] = await self.room.store.archive.admit(
            Intake(articles=(report,), keys={report.key: (f"url:{report.key}",)}, stories=(arrived,))
        )
        if old is None:
            self.model.stories[kept.ref] = Known(kept.ref, text, frozenset(), is_draft=True, url=report.url)
        elif old.text.mark is StoryStatus.CURRENT:
            old.text = text
        self.model.stories[kept.ref].reports.add(mark)
        self.changed.append(self.model.stories[kept.ref])

    async def merge(self) -> None:
        """Two public stories that were never posted turn out to be one."""
        free = [one for one in self.model.each() if one.is_draft and not one.audience and not one.posted_in]
        if len(free) < 2:  # it takes two
            return
        younger, older = self.chance.sample(free, 2)
        await self.room.store.archive.admit(Intake(keys={}, merges=((younger.ref, older.ref),)))
        for home, reading in younger.readings.items():
            older.readings[home] = max(reading, older.readings.get(home, reading), key=lambda one: one[0])
        older.reports |= younger.reports
        self.model.stories.update(dict.fromkeys(self.refs_of(younger), older))
        self.changed.append(older)

    async def restate(self) -> None:
        """Somebody corrects or withdraws a story: a workspace for itself, or the operator; often not theirs."""
        if not self.model.stories:
            return
        ref = self.chance.choice(list(self.model.stories))
        old = self.model.stories[ref]
        home = self.chance.choice(("", *HOMES))
        text = replace(self.text(), mark=StoryStatus.CORRECTED)
        before = old.read_by(home) if home else old.text
        stored = await self.room.store.archive.by_ref(ref)
        assert stored
        try:
            if self.chance.random() < 0.3:
                text = replace(before or text, mark=StoryStatus.WITHDRAWN, reason=self.mark())
                await self.desk.editing.withdraw(stored, f"a hoax, says {text.reason}", workspace=home)
            else:
                manuscript = Manuscript(
                    title=text.title, takeaway=f"Because of {text.token}.", sections=marked(text.token)
                )
                await self.desk.editing.correct(stored, manuscript, workspace=home)
        except NotFound:
            self.expect(before is None, f"{home} could not restate {ref}, which it reads")
            return
        self.expect(before is not None, f"{home} restated {ref}, which is not there for it")
        if not home or old.audience == {home}:
            old.text = text
            old.readings.clear()
        else:
            self._versions += 1
            old.readings[home] = self._versions, text
        self.changed.append(old)

    async def morning(self) -> None:
        """Every channel gets its edition."""
        day = self.clock.now().replace(hour=8, minute=0, second=0)
        self.clock.move_to(day if day > self.clock.now() else day + timedelta(days=1))
        await self.desk.rounds.publish_until_done(patience=timedelta(minutes=3))
        for wall in self.walls:
            for edition in wall.new:
                self.posted(edition)
            wall.new.clear()
        await self.desk.rounds.sweep()

    def posted(self, edition: Edition) -> None:
        home = edition.channel.home
        self.whole(home, edition, "an edition")
        self.model.latest[edition.subscription] = [(shown.ref, shown.title) for shown in edition.stories]
        for shown in edition.stories:
            story = self.model.stories[shown.ref]
            text = story.read_by(home)
            is_right = told(shown) == text and text.mark is not StoryStatus.WITHDRAWN
            self.expect(is_right, f"{home} was posted {shown.ref} as {told(shown)}, and reads {text}")
            story.posted_in.add(home)

    async def subscribe(self) -> None:
        """A channel is set up, paused, resumed or removed; each workspace has channels of the same ids and names."""
        home, channel = self.chance.choice(HOMES), self.chance.choice(CHANNELS)
        platform, _, workspace = home.partition(":")
        present = await self.desk.channels.in_channel(platform, workspace, channel)
        number, is_served = self.model.subscriptions.get((home, channel), (0, False))
        found = (present.id, True) if present else (number, False)
        self.expect(found == (number, is_served), f"{home} {channel} is {found}, not {(number, is_served)}")
        if present is None:
            place = replace(order().channel, platform=platform, workspace=workspace, id=channel, name="ai-news")
            kept = await self.desk.office.subscribe(replace(order(), channel=place, declared=False))
            self.expect(number in {0, kept.id}, f"{home} {channel} came back as {kept.id}, not {number}")
            self.expect(kept.channel.home == home, f"{home} {channel} was set up in {kept.channel.home}")
            self.model.subscriptions[home, channel] = kept.id, True
        elif self.chance.random() < 0.2:
            await self.desk.office.retire(present)
            self.model.subscriptions[home, channel] = number, False
        elif present.standing is Standing.PAUSED:
            await self.desk.office.resume(present)
        else:
            await (self.desk.office.pause(present, "on holiday") if self.chance.random() < 0.3 else asyncio.sleep(0))

    async def wish(self) -> None:
        """An admin pins or drops a story of the next edition, often one of another workspace."""
        served = [(home, number) for (home, _), (number, is_served) in self.model.subscriptions.items() if is_served]
        if not served or not self.model.stories:
            return
        home, number = self.chance.choice(served)
        subscription, ref = await self.subscription(number), self.chance.choice(list(self.model.stories))
        may_see = self.model.stories[ref].read_by(home) is not None
        try:
            await self.desk.office.wish(subscription, ref, self.chance.choice(list(Wish)))
            self.expect(may_see, f"{home} wished for {ref}, which is not there for it")
            self.model.wishes.setdefault(number, set()).add(self.model.stories[ref].ref)
        except NotFound:
            self.expect(not may_see, f"{home} could not wish for {ref}")
        foreign = set(await self.desk.channels.wishes(subscription)) - self.model.wishes.get(number, set())
        self.expect(not foreign, f"{home} has wishes of others: {foreign}")

    # ------------------------------------------------------------------------------------------------------ small parts

    def compare(self, home: str, story: Story, how: str, *, is_by_ref: bool = False) -> None:
        """*story*, which *home* was told, against what it is to read."""
        self.answers += 1
        known = self.model.stories.get(story.ref)
        text = known.read_by(home) if known else None
        self.expect(told(story) == text, f"{home}, {how}: {story.ref} {told(story)}, not {text}")
        is_gone = text is not None and text.mark is StoryStatus.WITHDRAWN
        self.expect(is_by_ref or not is_gone, f"{home}, {how}: {story.ref} is withdrawn")

    def whole(self, home: str, answer: object, how: str, *, typed: str = "") -> None:
        """Nothing in the whole of *answer*, but what was *typed*, carries a mark that *home* never had to read."""
        foreign = marks(answer) - self.model.had[home] - marks(typed)
        self.expect(not foreign, f"{home}, {how}: texts of others, {sorted(foreign)}")

    def has_had(self, home: str, ref: str) -> bool:
        return any(whose == home for whose, _ in self.model.stories[ref].had)

    def expect(self, is_so: bool, otherwise: str) -> None:  # reads like assert
        if not is_so:
            self.broken.append(otherwise)

    def mark(self) -> str:
        """One that nothing carries yet."""
        self.tokens += 1
        return f"z{self.tokens:06}"

    def text(self) -> Text:
        return Text(self.chance.choice(TITLES), self.mark())

    def asker(self, home: str) -> Asker:
        """Somebody in one of the workspace's channels."""
        return Asker(
            workspace=home,
            subscription=self.model.subscriptions.get((home, self.chance.choice(CHANNELS)), (0, False))[0],
        )

    def refs_of(self, story: Known) -> list[str]:
        return [ref for ref, one in self.model.stories.items() if one is story]

    async def subscription(self, number: int) -> Subscription:
        found = await self.room.store.subscriptions.by_id(number)
        assert found
        return found


def told(story: Story | EditionStory) -> Text:
    """What *story* says, as the model says it."""
    token = story.takeaway.removeprefix("Because of ").rstrip(".")
    return Text(story.title, token, story.status, story.status_reason.removeprefix("a hoax, says "))
