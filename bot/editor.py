"""Reads what editions are chosen from, once for all channels of a round, and lets ``bot.compose`` choose."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from bot.compose import LATE, MAX_WINDOW, compose, late_start, window_start
from bot.errands import within
from bot.errors import DaybriefError
from bot.model import Composition, Coverage, Failing, Feed, FeedState, SectionName, Story, Subscription, Wish
from bot.newsroom import Newsroom
from bot.rank import Ranked
from bot.redact import kept_as
from bot.schedule import next_instant

log = logging.getLogger(__name__)

DELAYED_AFTER = timedelta(minutes=15)
"""An edition composed later than this after its hour says so."""

FOR_OFFERS = timedelta(seconds=2)
"""How long an edition waits to hear whether the model would write what it lacks."""
FOR_NEWS = timedelta(seconds=10)
"""How long an edition waits for news that is just being kept."""


class Editor:
    """Composes editions as of one instant. What they have in common is read on the first use, and kept."""

    def __init__(self, room: Newsroom, now: datetime) -> None:
        self.now = now
        self._room = room
        self._stories: tuple[Story, ...] | None = None
        self._coverage: dict[datetime, Coverage] = {}
        self._scored: dict[str, Ranked] = {}
        self._writable: frozenset[SectionName] | None = None

    async def compose(self, subscription: Subscription, day: date, due_at: datetime) -> Composition:
        """The edition of *subscription* for *day*, with the reasons for it."""
        ledger = self._room.store.ledger
        last = await ledger.last_sent(subscription.id, self.now)
        since = window_start(self.now, last.composed_at if last else None)
        late_since = late_start(since, last.composed_at if last else None)
        wishes, wished = await self._wishes(subscription, day)
        candidates = {story.ref: story for story in (*await self._candidates(), *wished)}
        visible = [story for story in candidates.values() if may_see(subscription, story)]
        stories = await self._room.store.archive.as_read(visible, workspace=subscription.channel.home)
        posted = await ledger.posted(subscription.id, [story.ref for story in stories])
        covered = await self._covered(since)
        considered = await self._considered(subscription, stories, late_since, since)
        writable = await self._may_be_asked_for()
        async with self._room.thinking:
            return compose(
                subscription,
                day=day,
                due_at=due_at,
                now=self.now,
                window_start=since,
                stories=stories,
                posted=posted,
                coverage=covered,
                delayed=self.now - due_at > DELAYED_AFTER,
                late_start=late_since,
                considered=considered,
                wishes=wishes,
                scored=self._scored,
                writable=writable,
            )

    async def preview(self, subscription: Subscription) -> Composition:
        """The edition that *subscription* would get at its next hour after now, if nothing more came in: what will be
        too old by then is not in it. In a replay, as of the time that was asked for; as of now, where the window is yet
        to begin, so that a new channel on a Friday evening is shown something.
        """
        day, due_at = await self.next_date(subscription)
        last = await self._room.store.ledger.last_sent(subscription.id, self.now)
        is_far = window_start(due_at, last.composed_at if last else None) > self.now
        editor = self if self._room.replayed or is_far else Editor(self._room, due_at)
        return await editor.compose(subscription, day, due_at)

    async def next_date(self, subscription: Subscription) -> tuple[date, datetime]:
        """The date of the edition that *subscription* gets next, and when; a date that an admin had posted before its
        hour has had its edition.
        """
        number, ledger = subscription.id, self._room.store.ledger
        day, due_at = next_instant(subscription, self.now - timedelta(microseconds=1))
        while not self._room.replayed and (await ledger.planned_through({number: day})).get(number) == day:
            day, due_at = next_instant(subscription, due_at)
        return day, due_at

    async def _wishes(self, subscription: Subscription, day: date) -> tuple[dict[str, Wish], list[Story]]:
        """What admins wish of which stories, by the ref that each has now, in the order of wishing; and the stories,
        however old.
        """
        wishes: dict[str, Wish] = {}
        stories: list[Story] = []
        for ref, wish in (await self._room.store.ledger.wishes(subscription.id, day)).items():
            story = await self._room.store.archive.by_ref(ref)
            if story and story.ref not in wishes:
                wishes[story.ref] = wish
                stories.append(story)
        return wishes, stories

    async def _considered(
        self, subscription: Subscription, stories: Sequence[Story], late_since: datetime, since: datetime
    ) -> frozenset[str]:
        """Which stories of the last minutes before the window the last edition passed judgement on."""
        if not any(late_since < story.news_at <= since for story in stories):
            return frozenset()
        return await self._room.store.ledger.considered(subscription.id, self.now)

    async def _candidates(self) -> tuple[Story, ...]:
        if self._stories is None:
            await self._wait_for_what_is_being_kept()
            oldest = self.now - MAX_WINDOW - 2 * LATE
            self._stories = await self._room.store.archive.window(oldest, self.now)
        return self._stories

    async def _wait_for_what_is_being_kept(self) -> None:
        """Whatever is dated after this is dated after ``now``. News that takes longer is late, for the next edition."""
        try:
            await within(self._room.clock, FOR_NEWS, self._nothing_being_kept())
        except TimeoutError:
            log.warning("an edition is composed without news that takes long to be kept; it is late for the next one")

    async def _nothing_being_kept(self) -> None:
        async with self._room.keeping:
            pass

    async def _may_be_asked_for(self) -> frozenset[SectionName]:
        """The sections that the model would write on request, as things stand."""
        if self._writable is None:
            self._writable = await self._asked_of_the_model()
        return self._writable

    async def _asked_of_the_model(self) -> frozenset[SectionName]:
        writer = self._room.writer
        if writer is None:
            return frozenset()
        try:
            may_write = within(self._room.clock, FOR_OFFERS, self._room.modelled(writer.may_write(), is_work=False))
            return writer.sections if await may_write else frozenset()
        except (DaybriefError, TimeoutError) as trouble:
            # An edition offers less then; it leaves all the same.
            log.warning("the model does not say whether it would write: %s", str(trouble) or "it took too long")
            return frozenset()

    async def _covered(self, since: datetime) -> Coverage:
        if since not in self._coverage:
            articles, newest_at = await self._room.store.archive.counts(since, self.now)
            states = await self._room.store.feeds.states()
            self._coverage[since] = coverage(await self._room.feeds(), states, since, articles, newest_at)
        return self._coverage[since]


def coverage(
    feeds: Sequence[Feed], states: Mapping[str, FeedState], since: datetime, articles: int, newest_at: datetime | None
) -> Coverage:
    """What the window that began at *since* was filled from."""
    visited = [(feed, states[key]) for feed in feeds if (key := kept_as(feed.url)) in states]
    fine = [feed for feed, state in visited if state.fine_at and state.fine_at > since]
    failing = tuple(Failing(feed.name, state.fine_at) for feed, state in visited if state.failures)
    return Coverage(
        sources=len(fine),
        articles=articles,
        newest_at=newest_at,
        failed=tuple(one.name for one in failing),
        stale=bool(feeds) and not fine,
        unread=bool(feeds) and not any(state.fine_at for _, state in visited),
        failing=failing,
    )


def may_see(subscription: Subscription, story: Story) -> bool:
    """Whether *story* exists for the workspace of the channel."""
    channel = subscription.channel
    return not story.workspaces or channel.home in story.workspaces
