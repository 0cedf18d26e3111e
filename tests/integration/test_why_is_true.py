"""Whatever becomes of stories in a week, restated, merged, private or wished, what is said of them has happened."""

import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.manuscript import Manuscript, parse
from bot.model import Asker, DeliveryState, Edition, Story, StoryStatus, Wish
from bot.why import Why
from tests.articles import article
from tests.clock import TUESDAY
from tests.integration.test_why import DAY, HOUR, Room, opened, plain

HOME, ELSEWHERE = "terminal:local", "slack:T9"
STEPS = 30
NAMES = ("Norvik opens a lab", "Halden sells chips", "Orrery hires pilots", "Fjord drops a case", "Tarn buys a mill")


class Week:
    """Things happen to stories at random, by a *seed*; *refs* are all that there ever were."""

    def __init__(self, here: Room, seed: int) -> None:
        self.here, self.chance = here, random.Random(seed)
        self.refs: list[str] = []
        self._count = 0

    async def step(self) -> None:
        """Something happens, and time goes on; some steps find nothing to happen to."""
        self._count += 1
        await self.chance.choice(
            (
                self._gather,
                self._gather,
                self._grow,
                self._merge,
                self._write,
                self._rewrite,
                self._withdraw,
                self._wish,
            )
        )()
        self.here.clock.move_to(self.here.clock.now() + timedelta(minutes=self.chance.choice((1, 7, 40))))

    def next_hour(self) -> datetime:
        """When the next edition is due."""
        past = self.here.clock.now() - TUESDAY
        return TUESDAY + (past // DAY + 1) * DAY

    async def _gather(self) -> None:
        publishers = [f"p{self._count}{number}.test" for number in range(self.chance.randint(1, 3))]
        at = self.here.clock.now()
        told = plain(*publishers, title=self._title(), at=at - self.chance.choice((0, 1, 5, 20, 30, 80)) * HOUR)
        self.refs += await self.here.keep(replace(told, first_seen=at, workspaces=self._audience()))

    async def _grow(self) -> None:
        if held := await self._one():
            now = self.here.clock.now()
            more = [
                article(held.title, f"g{self._count}{number}.test", at=now)
                for number in range(self.chance.randint(1, 5))
            ]
            await self.here.keep(replace(held, articles=(*held.articles, *more), news_at=now))

    async def _merge(self) -> None:
        one, other = await self._one(), await self._one()
        if one and other and one.ref != other.ref and one.workspaces == other.workspaces:
            await self.here.keep(merges=((one.ref, other.ref),))

    async def _write(self) -> None:
        [taken] = await self.here.desk.editing.admit([self._manuscript(self._title(), self._audience())])
        self.refs.append(taken.story.ref)

    async def _rewrite(self) -> None:
        held = await self._one()
        if held and held.status is not StoryStatus.WITHDRAWN:
            await self.here.desk.editing.admit([replace(self._manuscript(held.title, self._audience()), ref=held.ref)])

    async def _withdraw(self) -> None:
        workspace = self.chance.choice(("", HOME))
        held = await self._one(workspace or None)
        if held and held.status is not StoryStatus.WITHDRAWN:
            await self.here.desk.editing.withdraw(held, "a hoax", workspace=workspace, person="Ada (U1)")

    async def _wish(self) -> None:
        if held := await self._one(HOME):
            wish = self.chance.choice((Wish.PIN, Wish.DROP, None))
            await self.here.desk.office.wish(await self.here.channel(), held.ref, wish)

    async def _one(self, workspace: str | None = None) -> Story | None:
        ref = self.chance.choice(self.refs) if self.refs else ""
        return await self.here.room.store.archive.by_ref(ref, workspace=workspace)

    def _title(self) -> str:
        return f"{self.chance.choice(NAMES)} {self._count}"

    def _audience(self) -> tuple[str, ...]:
        return self.chance.choice(((), (), (ELSEWHERE,), (HOME,)))

    def _manuscript(self, title: str, audience: tuple[str, ...]) -> Manuscript:
        text = f"{title}\n\nIt matters, {self._count} times.\nKey Points\n- It does.\n"
        return replace(parse(text, name="stories.txt")[0], workspaces=audience)


@pytest.fixture(params=range(3))
async def week(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Week]:
    async with opened(tmp_path, at=TUESDAY - 20 * HOUR) as here:
        yield Week(here, request.param)


async def test_what_is_said_of_each_story_is_what_happened_and_what_is_foretold_happens(week: Week) -> None:
    foretold = 0
    for number in range(1, STEPS + 1):
        await week.step()
        if number % 6 == 0:
            before = {ref: await week.here.said(ref) for ref in week.refs}
            await week.here.publish(week.next_hour())
            foretold += sum([_foretold(said, await week.here.said(ref)) for ref, said in before.items()])
            await _all_are_true(week)
            week.here.clock.move_to(week.here.clock.now() + timedelta(minutes=1))

    await _all_are_true(week)
    assert foretold


def _foretold(before: str, after: str) -> bool:
    """Whether *before*, an hour before the edition, foretold something; it is what is said *after* it."""
    number = re.search(r"as things stand, it would be number (\d+)", before)
    reason = re.search(r"as things stand, .* would leave it out: (.*)", before)
    if number:
        assert re.search(rf"was posted here on .* as number {number[1]}\b", after), (before, after)
    if reason:
        assert re.search(rf"left out here on .*: {re.escape(reason[1])}$", after), (before, after)
    return bool(number or reason)


async def _all_are_true(week: Week) -> None:
    channel = await week.here.channel()
    sent = await _sent(week.here)
    for ref in week.refs:
        for workspace in (HOME, None):
            told = await week.here.desk.channels.why(channel, ref, Asker(workspace=workspace, subscription=channel.id))
            held = await week.here.room.store.archive.by_ref(ref, workspace=HOME)
            names = await week.here.room.store.archive.names(ref)
            posts = {_told(edition, one.number) for edition in sent for one in edition.stories if one.ref in names}
            if told.story is None:
                assert held is None
            else:
                _is_true(told, posts, held)


def _is_true(told: Why, posts: set[str], held: Story | None) -> None:
    """A story is told that was posted as *posts* say, and that its readers know as *held*; None: they do not."""
    said = told.sentence
    post = re.search(r"posted (here on .* as number \d+)", said)
    assert (post[1] in posts) if post else not posts, (said, posts)
    assert "it was not among the stories" not in said
    if held:
        is_withdrawn = bool(post) and held.status is StoryStatus.WITHDRAWN
        assert bool(re.search("withdrawn (since|by now)", said)) == is_withdrawn, said
        assert "kept for other workspaces" not in said
    if came := re.search(r"composed, on (.*?): it came on (.*?);", said):
        composed_at, came_at = (datetime.strptime(f"{at} 2026 +0000", "%A %d %B, %H:%M %Y %z") for at in came.groups())
        assert came_at > composed_at


async def _sent(here: Room) -> list[Edition]:
    ledger = here.room.store.ledger
    sent = [one for one in await ledger.deliveries() if one.state is DeliveryState.SENT]
    return [edition for one in sent if (edition := await ledger.edition(one.id))]


def _told(edition: Edition, number: int) -> str:
    return f"here on {edition.date:%A} {edition.date.day} {edition.date:%B} at 08:00 as number {number}"
