"""Workspaces see nothing of one another: random operations over five, against a plain model of who may read what.

The five share all that can collide: ids of channels and their names, ids of workspaces across platforms, titles of
stories, addresses of articles, events. Every text carries a token of its own, and the model below, which knows nothing
of the product's code, says which text each workspace reads of each story. Whatever else comes back is a foreign row.
"""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.desk import Desk
from bot.errors import NotFound
from bot.manuscript import Manuscript, ManuscriptArticle
from bot.model import Asker, Change, Edition, Receipt, Standing, Story, StoryStatus, Subscription, Wish
from bot.newsroom import Newsroom
from bot.ports import Intake, Search
from tests.articles import article
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom, order
from tests.promises.doors import tried
from tests.promises.table import Extent, Measured
from tests.scripted import ScriptedPlatform, fails

HOMES = ("slack:7", "slack:8", "slack:9", "discord:7", "discord:8")
OPERATIONS = {Extent.SMALL: 1_000, Extent.FULL: 20_000}
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
_SEED = 6


# ---------------------------------------------------------------------------------------------------------- the model


@dataclass(frozen=True)
class Text:
    """What a reader sees of a story; the token is in it, and in no other."""

    title: str
    token: str
    mark: StoryStatus = StoryStatus.CURRENT


@dataclass
class Known:
    """A story, and who reads what of it."""

    ref: str
    text: Text
    audience: frozenset[str]
    is_draft: bool
    """From feeds, so that news may change its text."""
    url: str = ""
    readings: dict[str, tuple[int, Text]] = field(default_factory=dict)
    posted_in: set[str] = field(default_factory=set)
    had: set[tuple[str, str]] = field(default_factory=set)
    """(workspace, token) of all that was ever to be read."""

    def note(self) -> None:
        """It has changed."""
        self.had |= {(home, text.token) for home in HOMES if (text := self.read_by(home))}

    def read_by(self, home: str) -> Text | None:
        """None: it does not exist for *home*."""
        if self.audience and home not in self.audience:
            return None
        return self.readings[home][1] if home in self.readings else self.text


class Model:
    """Stories by ref, also by the refs that lead to them; and what each workspace has of the rest."""

    def __init__(self) -> None:
        self.stories: dict[str, Known] = {}
        self.latest: dict[int, list[tuple[str, str]]] = {}
        """By subscription: the refs and titles of its newest edition, in order."""
        self.subscriptions: dict[tuple[str, str], tuple[int, bool]] = {}
        """By workspace and channel: the id, and whether it is served."""
        self.wishes: dict[int, set[str]] = {}
        self.changes: dict[str, list[str]] = {home: [] for home in HOMES}
        """Events, newest last."""

    def each(self) -> list[Known]:
        return list({id(one): one for one in self.stories.values()}.values())

    def listed(self, home: str) -> dict[str, Text]:
        """By ref, all that *home* may find by anything but a ref."""
        read = {one.ref: one.read_by(home) for one in self.each()}
        return {ref: text for ref, text in read.items() if text and text.mark is not StoryStatus.WITHDRAWN}


# ------------------------------------------------------------------------------------------------------- the platforms


class Wall(ScriptedPlatform):
    """Remembers what every message shows; refuses a change now and then for a moment."""

    def __init__(self, name: str, chance: random.Random) -> None:
        super().__init__(name=name)
        self.chance = chance
        self.shows: list[Edition] = []
        self.new: list[Edition] = []

    def arrives(self, edition: Edition, part: int, key: str) -> Receipt:
        self.shows.append(edition)
        self.new.append(edition)
        return super().arrives(edition, part, key)

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        if self.chance.random() < 0.1:  # now and then
            raise fails("not_sent", "patience")
        self.shows[int(receipt.messages[0]) - 1] = edition


# ------------------------------------------------------------------------------------------------------------ the play


class Play:
    """One run: every operation is done by the product and told to the model, and every answer is compared."""

    def __init__(self, room: Newsroom, clock: VirtualClock, walls: Sequence[Wall], chance: random.Random) -> None:
        self.room, self.clock, self.walls, self.chance = room, clock, walls, chance
        self.desk, self.model = Desk(room), Model()
        self.broken: list[str] = []
        self.done: Counter[str] = Counter()
        self.answers = 0
        self.changed: list[Known] = []
        self._tokens = 0
        self._versions = 0

    async def run(self, operations: int) -> None:
        """Each operation a second after the last, a morning every eighty."""
        acts: dict[Callable[[], object], int] = {
            self.look_up: 30, self.search: 18, self.complete: 14, self.restate: 9, self.import_: 7, self.feed: 5,
            self.merge: 1, self.subscribe: 4, self.wish: 4, self.audit: 4, self.history: 4,
        }  # fmt: skip
        for number in range(operations):
            self.clock.move_to(self.clock.now() + timedelta(seconds=1))
            act = self.chance.choices(list(acts), list(acts.values()))[0] if number % 80 != 79 else self.morning
            self.done[act.__name__.strip("_")] += 1
            await act()  # type: ignore[misc]
            for story in self.changed:
                story.note()
            self.changed.clear()
        await self.end()

    # -------------------------------------------------------------------------------------------------- what is written

    async def import_(self) -> None:
        """The operator imports a story, for all or for some; often of a title, an address or a ref that is there."""
        whose = self.chance.sample(HOMES, self.chance.choice((0, 0, 1, 1, 2)))
        known = self.model.each()
        named = self.chance.choice(known).ref if known and self.chance.random() < 0.1 else ""
        text = self.text()
        url = f"https://wire.test/{self.chance.randrange(40)}" if self.chance.random() < 0.5 else ""
        report = ManuscriptArticle(title=f"Report {text.token}", url=url, source="Wire", published=None)
        manuscript = Manuscript(
            ref=named,
            title=text.title,
            takeaway=f"Because of {text.token}.",
            analyst="import",
            articles=(report,) if url else (),
            workspaces=tuple(sorted(whose)),
        )
        [taken] = await self.desk.admit([manuscript])
        ref = taken.story.ref
        if taken.is_new:
            self.expect(ref not in self.model.stories, f"{ref} is new and was there")
            self.model.stories[ref] = Known(ref, text, frozenset(whose), is_draft=False, url=url)
            self.changed.append(self.model.stories[ref])
            return
        old = self.model.stories[ref]
        self.changed.append(old)
        is_same = named in self.refs_of(old) or old.audience == frozenset(whose)
        self.expect(is_same, f"an import for {whose or 'all'} changed {ref} of {set(old.audience) or 'all'}")
        is_gone = old.text.mark is StoryStatus.WITHDRAWN
        if old.posted_in and not is_gone:
            old.readings.clear()
            text = replace(text, mark=StoryStatus.CORRECTED)
        old.text = text if text.mark is StoryStatus.CORRECTED else replace(text, mark=old.text.mark)
        old.audience, old.is_draft, old.url = frozenset(whose), False, url or old.url

    async def feed(self) -> None:
        """News comes: a new public story, or more of one."""
        text = self.text()
        drafts = [one for one in self.model.each() if one.is_draft and not one.audience]
        old = self.chance.choice(drafts) if drafts and self.chance.random() < 0.4 else None
        report = article(f"Report {text.token}", "feed.test", at=self.clock.now(), name=text.token)
        held = await self.room.store.archive.by_ref(old.ref) if old else None
        arrived = Story(
            ref=old.ref if old else "",
            title=text.title,
            takeaway=f"Because of {text.token}.",
            analyst="extractive",
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
                text = replace(before or text, mark=StoryStatus.WITHDRAWN)
                await self.desk.withdraw(stored, "a hoax", workspace=home)
            else:
                manuscript = Manuscript(title=text.title, takeaway=f"Because of {text.token}.", analyst="import")
                await self.desk.correct(stored, manuscript, workspace=home)
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
        await self.desk.publish_until_done(patience=timedelta(minutes=3))
        for wall in self.walls:
            for edition in wall.new:
                self.posted(edition)
            wall.new.clear()
        await self.desk.sweep()

    def posted(self, edition: Edition) -> None:
        home = edition.channel.home
        self.model.latest[edition.subscription] = [(shown.ref, shown.title) for shown in edition.stories]
        for shown in edition.stories:
            story = self.model.stories[shown.ref]
            text = story.read_by(home)
            is_right = text is not None and text.title == shown.title and _token(shown.takeaway) == text.token
            self.expect(
                is_right and text.mark is not StoryStatus.WITHDRAWN,  # type: ignore[union-attr]
                f"{home} was posted {shown.ref} “{shown.title}”, and reads {text}",
            )
            story.posted_in.add(home)

    # ---------------------------------------------------------------------------------------------------- what is asked

    async def look_up(self) -> None:
        """By a ref, a number, an address, a title, words: of whatever workspace."""
        home = self.chance.choice(HOMES)
        asker = self.asker(home)
        name, wanted = self.named(home, asker)
        answer = await self.desk.look_up(name, None, asker)
        if answer.story:
            self.compare(home, answer.story, f"look-up of {name}", is_by_ref=True)
        if wanted is not None:
            got = {answer.story.ref} if answer.story else set()
            self.expect(bool(got) == bool(wanted) and got <= wanted, f"{home} asked for {name}: {got}, not {wanted}")
        for story in (*answer.nearest, *answer.others):
            self.compare(home, story, f"what is near {name}")

    def named(self, home: str, asker: Asker) -> tuple[str, set[str] | None]:
        """A name to ask for, and the refs that it may lead to; None: that is not told."""
        refs = list(self.model.stories) or ["ZZZ9"]
        listed = self.model.listed(home)
        match self.chance.randrange(5):
            case 0:
                ref = self.chance.choice(refs)
                story = self.model.stories.get(ref)
                return ref, {story.ref} if story and story.read_by(home) else set()
            case 1:
                number = self.chance.randint(1, 5)
                here = self.model.latest.get(asker.subscription or 0, [])
                there = self.model.stories.get(here[number - 1][0]) if number <= len(here) else None
                return str(number), {there.ref} if there and there.read_by(home) else set()
            case 2:
                url = self.chance.choice([one.url for one in self.model.each() if one.url] or ["https://wire.test/x"])
                return url, None
            case 3:
                title = self.chance.choice(TITLES)
                return title, {ref for ref, text in listed.items() if text.title == title}
            case _:
                token = f"z{self.chance.randint(1, self._tokens + 1):06}"
                return token, None

    async def search(self) -> None:
        """Words that stand in one text alone, and words that stand in many."""
        home = self.chance.choice(HOMES)
        words = self.chance.choice((f"z{self.chance.randint(1, self._tokens + 1):06}", self.chance.choice(TITLES)))
        found = await self.desk.search(Search(words=words, workspace=home, limit=5_000))
        for story in found:
            self.compare(home, story, f"search for {words}")
        wanted = {ref for ref, text in self.model.listed(home).items() if words in {text.token, text.title}}
        missing = wanted - {story.ref for story in found}
        self.expect(not missing, f"{home} searched for {words} and did not get {missing}")

    async def complete(self) -> None:
        """What somebody has typed so far; sometimes nothing, sometimes with a mistake."""
        home = self.chance.choice(HOMES)
        title = self.chance.choice(TITLES)
        typed = self.chance.choice(("", title[:4], title[:9], title[0] + title[2:12]))
        asker = self.asker(home)
        for ref, shown in await self.desk.complete(typed, asker):
            self.answers += 1
            text = self.model.stories[ref].read_by(home)
            is_read = text is not None and text.title == shown
            # What stands in the channel is known there, unless it was corrected or withdrawn.
            was_posted = (ref, shown) in self.model.latest.get(asker.subscription or 0, ())
            is_marked = text is not None and text.mark is not StoryStatus.CURRENT
            self.expect(is_read or (was_posted and not is_marked), f"{home} typed {typed}: {ref} “{shown}”, not {text}")

    async def history(self) -> None:
        """The former texts of a story: nothing of what was written for somebody else."""
        if not self.model.stories:
            return
        home, ref = self.chance.choice(HOMES), self.chance.choice(list(self.model.stories))
        revisions = await self.desk.history(ref, Asker(workspace=home))
        text = self.model.stories[ref].read_by(home)
        self.expect(
            bool(revisions) == (text is not None), f"{home}: {len(revisions)} texts of {ref}, which reads {text}"
        )
        for one in revisions:
            self.answers += 1
            is_theirs = one.workspace in {"", home} and (not one.story.workspaces or home in one.story.workspaces)
            self.expect(is_theirs, f"{home} was told a text of {ref} for {one.workspace or one.story.workspaces}")

    async def subscribe(self) -> None:
        """A channel is set up, paused, resumed or removed; each workspace has channels of the same ids and names."""
        home, channel = self.chance.choice(HOMES), self.chance.choice(CHANNELS)
        platform, _, workspace = home.partition(":")
        present = await self.desk.in_channel(platform, workspace, channel)
        number, is_served = self.model.subscriptions.get((home, channel), (0, False))
        found = (present.id, True) if present else (number, False)
        self.expect(found == (number, is_served), f"{home} {channel} is {found}, not {(number, is_served)}")
        if present is None:
            place = replace(order().channel, platform=platform, workspace=workspace, id=channel, name="ai-news")
            kept = await self.desk.subscribe(replace(order(), channel=place, declared=False))
            self.expect(number in {0, kept.id}, f"{home} {channel} came back as {kept.id}, not {number}")
            self.expect(kept.channel.home == home, f"{home} {channel} was set up in {kept.channel.home}")
            self.model.subscriptions[home, channel] = kept.id, True
        elif self.chance.random() < 0.2:
            await self.desk.retire(present)
            self.model.subscriptions[home, channel] = number, False
        elif present.standing is Standing.PAUSED:
            await self.desk.resume(present)
        else:
            await (self.desk.pause(present, "on holiday") if self.chance.random() < 0.3 else asyncio.sleep(0))

    async def wish(self) -> None:
        """An admin pins or drops a story of the next edition, often one of another workspace."""
        served = [(home, number) for (home, _), (number, is_served) in self.model.subscriptions.items() if is_served]
        if not served or not self.model.stories:
            return
        home, number = self.chance.choice(served)
        subscription, ref = await self.subscription(number), self.chance.choice(list(self.model.stories))
        may_see = self.model.stories[ref].read_by(home) is not None
        try:
            await self.desk.wish(subscription, ref, self.chance.choice(list(Wish)))
            self.expect(may_see, f"{home} wished for {ref}, which is not there for it")
            self.model.wishes.setdefault(number, set()).add(self.model.stories[ref].ref)
        except NotFound:
            self.expect(not may_see, f"{home} could not wish for {ref}")
        foreign = set(await self.desk.wishes(subscription)) - self.model.wishes.get(number, set())
        self.expect(not foreign, f"{home} has wishes of others: {foreign}")

    async def audit(self) -> None:
        """A change is recorded, with an event that another workspace may have had; then all are read."""
        home, event = self.chance.choice(HOMES), f"event-{self.chance.randrange(2_000)}"
        change = Change(
            at=self.clock.now(), workspace=home, person=home, action="pin", subject="C1", detail="", event=event
        )
        is_new = await self.desk.record(change)
        self.expect(is_new == (event not in self.model.changes[home]), f"{home}: {event} is new: {is_new}")
        if is_new:
            self.model.changes[home].append(event)
        told = [(one.workspace, one.event) for one in await self.desk.changes(home, limit=50)]
        self.answers += len(told)
        self.expect(told == [(home, one) for one in self.model.changes[home][:-51:-1]], f"{home}: other changes")

    # ------------------------------------------------------------------------------------------------------ at the end

    async def end(self) -> None:
        """Every ref and id from every workspace that has no right to it; and what all messages show."""
        for ref, story in self.model.stories.items():
            for home in HOMES:
                answer = await self.desk.look_up(ref, None, Asker(workspace=home))
                text = story.read_by(home)
                self.expect((answer.story is not None) == (text is not None), f"{home} and {ref}: {answer.story}")
                if answer.story:
                    self.compare(home, answer.story, f"look-up of {ref} at the end", is_by_ref=True)
        for (home, _), (number, _) in self.model.subscriptions.items():
            for other in set(HOMES) - {home}:
                edition = await self.desk.latest_edition(Asker(workspace=other, subscription=number))
                self.expect(edition is None, f"{other} got the edition of subscription {number} of {home}")
        for _ in range(60):
            self.clock.move_to(self.clock.now() + timedelta(minutes=16))
            await self.desk.sweep()
        for wall in self.walls:
            for edition in wall.shows:
                self.shown_at_the_end(edition)

    def shown_at_the_end(self, edition: Edition) -> None:
        """What is corrected or withdrawn for the workspace is shown so; nothing is that it never had to read."""
        home = edition.channel.home
        for shown in edition.stories:
            self.answers += 1
            story, token = self.model.stories[shown.ref], _token(shown.takeaway)
            self.expect((home, token) in story.had, f"a message in {home} shows {shown.ref} as {token}")
            text = story.read_by(home)
            if text is None or text.mark is StoryStatus.CURRENT:
                continue
            # Of what is withdrawn the title is struck through, and no message is changed for another one.
            is_right = text.mark is StoryStatus.WITHDRAWN or (shown.title, token) == (text.title, text.token)
            self.expect(is_right and shown.status is text.mark, f"a message in {home} shows {shown}, not {text}")

    # ------------------------------------------------------------------------------------------------------ small parts

    def compare(self, home: str, story: Story, how: str, *, is_by_ref: bool = False) -> None:
        """*story*, which *home* was told, against what it is to read."""
        self.answers += 1
        known = self.model.stories.get(story.ref)
        text = known.read_by(home) if known else None
        told = Text(story.title, _token(story.takeaway), story.status)
        self.expect(told == text, f"{home}, {how}: {story.ref} {told}, not {text}")
        is_gone = text is not None and text.mark is StoryStatus.WITHDRAWN
        self.expect(is_by_ref or not is_gone, f"{home}, {how}: {story.ref} is withdrawn")

    def expect(self, is_so: bool, otherwise: str) -> None:  # reads like assert
        if not is_so:
            self.broken.append(otherwise)

    def text(self) -> Text:
        self._tokens += 1
        return Text(self.chance.choice(TITLES), f"z{self._tokens:06}")

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


def _token(takeaway: str) -> str:
    return takeaway.removeprefix("Because of ").rstrip(".")


async def play(operations: int, seed: int = _SEED, spoil: Callable[[Newsroom], object] = lambda room: None) -> Play:
    """One run of *operations*; *spoil* may break a part of the newsroom first."""
    chance, clock = random.Random(seed), VirtualClock(TUESDAY)
    walls = [Wall(name, chance) for name in ("slack", "discord")]
    with tempfile.TemporaryDirectory() as folder:
        async with newsroom(Path(folder), {one.name: one for one in walls}, clock=clock, channels=0) as room:
            spoil(room)
            run = Play(room, clock, walls, chance)
            await run.run(operations)
    return run


def measure(extent: Extent) -> Measured:
    """Play, and count."""
    operations = OPERATIONS[extent]
    run = asyncio.run(play(operations))
    doors = asyncio.run(tried())
    kinds = ", ".join(f"{count:,} {name}" for name, count in run.done.most_common())
    stories, readings = run.model.each(), sum(len(one.readings) for one in run.model.each())
    figures = (
        f"{operations:,} operations over {len(HOMES)} workspaces ({kinds}): {len(stories):,} stories, {readings:,} "
        f"readings, {sum(len(one.shows) for one in run.walls):,} messages, {run.answers:,} rows compared, "
        f"{len(run.broken):,} foreign; {doors.presses} presses with numbers of one's own and of others"
    )
    return Measured(figures=figures, broken=(*run.broken, *doors.broken))
