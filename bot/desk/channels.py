"""The channels: what is set up, what comes next, what came of it, and what is wrong."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot import bulletins, inquire, lookup
from bot.cases import concerns, holds_posts_up, is_ripe
from bot.differences import declared_anew
from bot.editor import Editor
from bot.errors import NotFound, PostFailed
from bot.lookout import Lookout
from bot.model import Asker, Case, Change, Composition, Delivery, Standing, Subscription, Wish
from bot.newsroom import Newsroom
from bot.ports import Rendering
from bot.schedule import next_instant
from bot.why import Why
from bot.wording import sentence_of


class Channels:
    """For admins who look. They change nothing."""

    def __init__(self, room: Newsroom, lookout: Lookout) -> None:
        self._room = room
        self._lookout = lookout

    async def subscriptions(self, *, retired: bool = False) -> tuple[Subscription, ...]:
        """The channels, by id."""
        return await self._room.store.subscriptions.all(retired=retired)

    async def subscription(self, channel: str) -> Subscription:
        """The subscription of the channel called *channel*, by name or id. Raises NotFound."""
        return await self._room.subscription(channel)

    async def numbered(self, number: int) -> Subscription | None:
        """The one with that id, unless it is retired."""
        found = await self._room.store.subscriptions.by_id(number)
        return found if found and found.standing is not Standing.RETIRED else None

    async def in_channel(self, platform: str, workspace: str, channel: str) -> Subscription | None:
        """The subscription of a place, by the platform's own ids; None: it is not set up (any more)."""
        found = await self._room.store.subscriptions.by_place(platform, workspace, channel)
        return found if found and found.standing is not Standing.RETIRED else None

    def is_admin(self, platform: str, person: str) -> bool:
        """Whether the configuration names *person* among those who are told of trouble."""
        return bool(person) and f"{platform}:{person}" in self._room.config.bot.admins

    async def topics(self) -> tuple[str, ...]:
        """All topics that the feeds have, by name."""
        return tuple(sorted({topic for feed in await self._room.feeds() for topic in feed.topics}))

    async def not_taken_up(self) -> tuple[str, ...]:
        """What the configuration declares otherwise than the bot works by it, a few words for each channel."""
        return declared_anew(await self.subscriptions(), self._room.config.channels)

    async def next_due(self, subscriptions: Sequence[Subscription]) -> dict[int, datetime]:
        """When each of *subscriptions* is due next, in its own zone, by id; whether or not it is paused."""
        now = self._room.clock.now()
        return {one.id: next_instant(one, now)[1].astimezone(ZoneInfo(one.timezone)) for one in subscriptions}

    async def upcoming(self, count: int) -> tuple[tuple[datetime, Subscription], ...]:
        """The next *count* times at which an active channel is due, soonest first."""
        found: list[tuple[datetime, Subscription]] = []
        for subscription in await self.subscriptions():
            after = self._room.clock.now()
            for _ in range(count if subscription.standing is Standing.ACTIVE else 0):
                _, after = next_instant(subscription, after)
                found.append((after, subscription))
        return tuple(sorted(found, key=lambda one: (one[0], one[1].id))[:count])

    async def preview(self, subscription: Subscription, *, platform: str = "") -> tuple[Composition, Rendering]:
        """The edition that *subscription* would get next with what is here by now, and how its platform (or *platform*)
        would show it.
        """
        composition = await Editor(self._room, self._room.instant()).preview(subscription)
        name = platform or subscription.channel.platform
        if name not in self._room.platforms:
            raise NotFound(f"this version cannot render for {name}; it knows: {', '.join(self._room.platforms)}")
        return composition, self._room.platforms[name].render(composition.edition)

    async def wishes(self, subscription: Subscription) -> Mapping[str, Wish]:
        """What admins wish of which stories for the next edition, by ref, in the order of wishing."""
        day, _ = await Editor(self._room, self._room.instant()).next_date(subscription)
        return await self._room.store.ledger.wishes(subscription.id, day)

    async def deliveries(
        self, *, subscription: Subscription | None = None, day: date | None = None, limit: int = 100
    ) -> tuple[Delivery, ...]:
        """The ledger, newest first."""
        number = subscription.id if subscription else None
        return await self._room.store.ledger.deliveries(subscription=number, day=day, limit=limit)

    async def delivery(self, number: int) -> Delivery | None:
        """One row of the ledger, by its id."""
        return await self._room.store.ledger.by_id(number)

    async def changes(self, workspace: str, *, limit: int = 10) -> tuple[Change, ...]:
        """The audit log of one ``platform:workspace``, newest first."""
        return await self._room.store.audit.changes(workspace, limit=limit)

    async def why(self, subscription: Subscription, name: str, asker: Asker, *, where: str = "here") -> Why:
        """What became of the story called *name* in the channel, or, without a name, what the channel got today.
        *where* is how sentences call it: ``in ai-news``.
        """
        if not name:
            return await inquire.why_channel(self._room, subscription, where)
        found = await lookup.look_up(self._room, name, None, asker)
        return await inquire.why_story(self._room, subscription, found, asker, where)

    async def examine(self, subscription: Subscription) -> tuple[str, ...]:
        """What keeps us from posting to the channel, a sentence each."""
        platform = self._room.platforms.get(subscription.channel.platform)
        if platform is None:
            return (f"this version cannot post to {subscription.channel.platform}",)
        try:
            return await self._room.answer(platform.examine(subscription.channel))
        except PostFailed as failure:
            return (sentence_of(failure.reason),)

    async def open_troubles(self) -> tuple[str, ...]:
        """What is wrong now, a sentence each, for the operator; of a bot that does not run, as it knew it last."""
        return tuple(bulletins.begun([one], self._zone).sentence for one in await self._open_cases())

    async def troubles_of(self, subscription: Subscription, person: str) -> tuple[str, ...]:
        """What is wrong with a channel, a sentence each: what its platform says now, and what we have met.

        Of the installation *person* sees that something holds posts up; all of it, if they are one of its admins, or if
        it has none, for then nobody else is told.
        """
        channel = subscription.channel
        sees_all = self.is_admin(channel.platform, person) or not self._room.config.bot.admins
        cases = [one for one in await self._open_cases() if concerns(one.trouble, subscription, sees_all=sees_all)]
        told = [
            (bulletins.shortly if sees_all or not holds_posts_up(one.trouble) else bulletins.held_up)(one, self._zone)
            for one in cases
        ]
        return (*await self.examine(subscription), *dict.fromkeys(told))

    async def _open_cases(self) -> list[Case]:
        return [one for one in await self._lookout.cases() if is_ripe(one, self._room.clock.now())]

    @property
    def _zone(self) -> str:
        return self._room.config.bot.timezone
