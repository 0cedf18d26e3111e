"""Workspaces see nothing of one another: random operations over five, against a plain model of who may read what.

The five share all that can collide: ids of channels and their names, ids of workspaces across platforms, titles of
stories, addresses of articles, events. Every text carries a token of its own, and the model, which knows nothing of
the product's code, says which text each workspace reads of each story. Whatever else comes back is a foreign row.
"""

import asyncio
import random
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from bot.model import Asker, Change, Edition, StoryStatus
from bot.newsroom import Newsroom
from bot.ports import Search, Store
from tests.clock import TUESDAY, VirtualClock
from tests.newsroom import newsroom
from tests.promises.doors import tried
from tests.promises.table import Extent, Measured
from tests.promises.tenants_model import HOMES
from tests.promises.tenants_wall import Wall
from tests.promises.tenants_writing import TITLES, Writing, told

OPERATIONS = {Extent.SMALL: 1_000, Extent.FULL: 20_000}
Enough = Callable[[list[str]], bool]
_SEED = 1


class Play(Writing):
    """One run: what is written, and what is asked, every answer of which is compared with the model."""

    async def run(self, operations: int, enough: Enough) -> None:
        """Each operation a second after the last, a morning every eighty; no more when what is broken is *enough*."""
        acts: dict[Callable[[], object], int] = {
            self.look_up: 30, self.search: 18, self.complete: 14, self.restate: 9, self.import_: 7, self.feed: 5,
            self.merge: 1, self.subscribe: 4, self.wish: 4, self.audit: 4, self.history: 4, self.ledger: 6,
        }  # fmt: skip
        for number in range(operations):
            self.clock.move_to(self.clock.now() + timedelta(seconds=1))
            act = self.chance.choices(list(acts), list(acts.values()))[0] if number % 80 != 79 else self.morning
            self.done[act.__name__.strip("_")] += 1
            await act()  # type: ignore[misc]
            for story in self.changed:
                story.note()
                for home, token in story.had:
                    self.model.had[home].add(token)
            self.changed.clear()
            if enough(self.broken):
                return
        await self.end()

    # ---------------------------------------------------------------------------------------------------- what is asked

    async def look_up(self) -> None:
        """By a ref, a number, an address, a title, words: of whatever workspace."""
        home = self.chance.choice(HOMES)
        asker = self.asker(home)
        name, wanted = self.named(home, asker)
        answer = await self.desk.stories.look_up(name, None, asker)
        self.whole(home, answer, f"look-up of {name}", typed=name)
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
                token = f"z{self.chance.randint(1, self.tokens + 1):06}"
                return token, None

    async def search(self) -> None:
        """Words that stand in one text alone, and words that stand in many."""
        home = self.chance.choice(HOMES)
        words = self.chance.choice((f"z{self.chance.randint(1, self.tokens + 1):06}", self.chance.choice(TITLES)))
        found = await self.desk.stories.search(Search(words=words, workspace=home, limit=5_000))
        self.whole(home, found, f"search for {words}")
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
        for ref, shown in await self.desk.stories.complete(typed, asker):
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
        revisions = await self.desk.stories.history(ref, Asker(workspace=home))
        text = self.model.stories[ref].read_by(home)
        self.whole(home, revisions, f"history of {ref}")
        self.expect(
            bool(revisions) == (text is not None), f"{home}: {len(revisions)} texts of {ref}, which reads {text}"
        )
        for one in revisions:
            self.answers += 1
            is_theirs = one.workspace in {"", home} and (not one.story.workspaces or home in one.story.workspaces)
            self.expect(is_theirs, f"{home} was told a text of {ref} for {one.workspace or one.story.workspaces}")

    async def ledger(self) -> None:
        """What a channel was sent and owes, its latest edition, and why a story of whomever was in it or not."""
        if not self.model.subscriptions or not self.model.stories:
            return
        (home, channel), (number, _) = self.chance.choice(list(self.model.subscriptions.items()))
        subscription, asker = await self.subscription(number), Asker(workspace=home, subscription=number)
        deliveries = await self.desk.channels.deliveries(subscription=subscription)
        self.answers += len(deliveries)
        for one in deliveries:
            where = (one.channel.home, one.channel.id, one.subscription)
            self.expect(where == (home, channel, number), f"{home} {channel} was told of a delivery of {where}")
        self.whole(home, deliveries, "deliveries")
        self.whole(home, await self.desk.stories.latest_edition(asker), "latest edition")
        ref = self.chance.choice(list(self.model.stories))
        self.whole(home, await self.desk.channels.why(subscription, ref, asker), f"why {ref}", typed=ref)
        for one in await self.room.store.errata.owed(self.clock.now()):
            erratum = await self.room.store.errata.take(one.id, self.clock.now(), timedelta(minutes=1))
            if erratum:
                await self.room.store.errata.give_back(erratum)
                self.whole(one.channel.home, erratum, "erratum")
                foreign = {ref for ref in erratum.refs if not self.has_had(one.channel.home, ref)}
                self.expect(not foreign, f"{one.channel.home} is owed a correction of {foreign}")

    async def audit(self) -> None:
        """A change is recorded, with an event that another workspace may have had; then all are read."""
        home, event = self.chance.choice(HOMES), f"event-{self.chance.randrange(2_000)}"
        change = Change(
            at=self.clock.now(), workspace=home, person=home, action="pin", subject="C1", detail=home, event=event
        )
        is_new = await self.desk.audit.record(change)
        self.expect(
            is_new == (event not in {one.event for one in self.model.changes[home]}),
            f"{home}: {event} is new: {is_new}",
        )
        if is_new:
            self.model.changes[home].append(change)
        heard = list(await self.desk.channels.changes(home, limit=50))
        self.answers += len(heard)
        self.expect(heard == self.model.changes[home][:-51:-1], f"{home}: other changes")

    # ------------------------------------------------------------------------------------------------------ at the end

    async def end(self) -> None:
        """Every ref and id from every workspace that has no right to it; and what all messages show."""
        for ref, story in self.model.stories.items():
            for home in HOMES:
                answer = await self.desk.stories.look_up(ref, None, Asker(workspace=home))
                text = story.read_by(home)
                self.expect((answer.story is not None) == (text is not None), f"{home} and {ref}: {answer.story}")
                if answer.story:
                    self.compare(home, answer.story, f"look-up of {ref} at the end", is_by_ref=True)
        for (home, _), (number, _) in self.model.subscriptions.items():
            for other in set(HOMES) - {home}:
                edition = await self.desk.stories.latest_edition(Asker(workspace=other, subscription=number))
                self.expect(edition is None, f"{other} got the edition of subscription {number} of {home}")
        for _ in range(60):
            self.clock.move_to(self.clock.now() + timedelta(minutes=16))
            await self.desk.rounds.sweep()
        for wall in self.walls:
            for edition in wall.shows:
                self.shown_at_the_end(edition)

    def shown_at_the_end(self, edition: Edition) -> None:
        """What is corrected or withdrawn for the workspace is shown so; nothing is that it never had to read."""
        home = edition.channel.home
        self.whole(home, edition, "a message at the end")
        for shown in edition.stories:
            self.answers += 1
            story, token = self.model.stories[shown.ref], told(shown).token
            self.expect((home, token) in story.had, f"a message in {home} shows {shown.ref} as {token}")
            text = story.read_by(home)
            if text is None or text.mark is StoryStatus.CURRENT:
                continue
            # Of what is withdrawn the title is struck through, and no message is changed for another one.
            is_right = text.mark is StoryStatus.WITHDRAWN or (shown.title, token) == (text.title, text.token)
            self.expect(is_right and shown.status is text.mark, f"a message in {home} shows {shown}, not {text}")


async def play(
    operations: int,
    seed: int = _SEED,
    *,
    spoil: Callable[[Newsroom], object] = lambda room: None,
    enough: Enough = lambda broken: False,
    opened: Callable[[], Awaitable[Store]] | None = None,
) -> Play:
    """One run of *operations* over the store that is *opened*, else over a file.

    *spoil* may break a part of the newsroom first, and *enough* say when that is seen.
    """
    chance, clock = random.Random(seed), VirtualClock(TUESDAY)
    walls = [Wall(name) for name in ("slack", "discord")]
    with tempfile.TemporaryDirectory() as folder:
        platforms = {one.name: one for one in walls}
        async with newsroom(Path(folder), platforms, clock=clock, channels=0, opened=opened) as room:
            spoil(room)
            run = Play(room, clock, walls, chance)
            await run.run(operations, enough)
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
        f"readings, {sum(len(one.shows) for one in run.walls):,} messages, {run.refused:,} imports refused, "
        f"{run.answers:,} rows compared, {len(run.broken):,} foreign; {doors.presses} presses with numbers of "
        "one's own and of others"
    )
    return Measured(figures=figures, broken=(*run.broken, *doors.broken))
