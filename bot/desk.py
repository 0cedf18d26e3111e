"""The front door: everything that a driver (alarm, slash command, command line) may ask. The work lives elsewhere."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import amend, bulletins, carrying, inquire, lookup, orders, request, taking, tenants
from bot import gather as gathering
from bot import publish as publishing
from bot.belief import clock_trouble
from bot.cases import concerns, holds_posts_up, is_ripe
from bot.config import Config
from bot.differences import declared_anew
from bot.editor import Editor
from bot.errata import Progress
from bot.errors import NotFound, PostFailed, WrongUsage
from bot.forget import forget_old
from bot.forms import Opened, Texts
from bot.heard import Hearer
from bot.lookout import Lookout
from bot.manuscript import Manuscript
from bot.messenger import Messenger
from bot.model import (
    Answer,
    Asker,
    Case,
    Cause,
    Change,
    Channel,
    Composition,
    Delivery,
    Edition,
    Feed,
    FeedState,
    GatherReport,
    SectionName,
    Standing,
    Story,
    Subscription,
    Wish,
)
from bot.newsroom import Newsroom
from bot.notify import Notifier
from bot.ports import Expense, Rendering, Revision, Search, Writer
from bot.prepare import prepare_ahead
from bot.redact import secrets_in
from bot.revive import revive
from bot.schedule import next_instant
from bot.sweep import sweep
from bot.why import Why
from bot.wording import sentence_of


class Desk:
    """Holds nothing but the newsroom. Every method may be called from any task."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._gathering = asyncio.Lock()
        self._declaring = asyncio.Lock()
        self._messenger = Messenger(room)
        self._notifier = Notifier(room, self._messenger)
        self._hearer = Hearer(room)
        self._lookout = Lookout(room, self._messenger, self._notifier)

    # -------------------------------------------------------------------------------------------- for the alarm

    async def open(self) -> None:
        """Bring the store in line with the configuration, and with every one that is loaded from now on: declared
        channels are there, and only those.
        """
        async with self._declaring:
            await orders.declare(self._room, self._room.config)
            self._room.declares = True

    async def not_taken_up(self) -> tuple[str, ...]:
        """What the configuration declares otherwise than the bot works by it, a few words for each channel."""
        return declared_anew(await self.subscriptions(), self._room.config.channels)

    def stand_by(self) -> None:
        """Leave it to another process which channels are declared."""
        self._room.declares = False

    @property
    def declares(self) -> bool:
        """Whether the declared channels are those of this configuration."""
        return self._room.declares

    async def reload(self, config: Config, writer: Writer | None = None) -> None:
        """Work by *config* and with *writer* from now on; if the store cannot take it, as before. Its channels are
        declared where this process declares them.

        Raises:
            WrongUsage: it names another data directory.
        """
        if config.bot.data_dir != self._room.config.bot.data_dir:
            raise WrongUsage(
                "bot.data_dir cannot change while Daybrief runs; stop it, move the folder, and start it again"
            )
        async with self._declaring:
            if self._room.declares:
                await orders.declare(self._room, config)
            self._room.config = config
            self._room.writer = writer

    async def clock_trouble(self) -> str:
        """What is strange about this machine's clock, and what to do; empty: nothing."""
        return await clock_trouble(self._room)

    async def take_over(self) -> None:
        """Called by the one delivering process: whatever a dead one was working on is free again.

        In PostgreSQL it becomes so when its lease ends: a server that was started anew has forgotten who was the one,
        and who seems dead may go on in the next moment.
        """
        self._room.looked_at = None  # the one before may have gone by other rules of time zones
        if self._room.config.postgres is None:
            await self._room.store.ledger.release_all()

    def stop(self) -> None:
        """Begin no new delivery, those under way are finished; what is being written is dropped."""
        self._room.is_stopping = True
        self._room.errands.drop()

    async def prepare(self) -> None:
        """Have written what the editions of the next minutes are going to show."""
        await prepare_ahead(self._room)

    async def publish(self, *, progress: carrying.Progress | None = None) -> publishing.Round:
        """One round of publishing, beside those that still run; then admins are told of what went wrong."""
        done = await publishing.publish(self._room, progress=progress)
        await self.tell()
        return done

    async def publish_until_done(
        self, *, patience: timedelta, only: Subscription | None = None, progress: carrying.Progress | None = None
    ) -> publishing.Round:
        """Rounds of publishing, for *only* or all, while anything can be done within *patience*; then as above."""
        number = only.id if only else None
        done = await publishing.publish_until_done(self._room, patience=patience, only=number, progress=progress)
        await self.tell()
        return done

    async def publish_for(self, duration: timedelta) -> publishing.Round:
        """Rounds of publishing, for no longer than *duration* unless one of them takes longer; nobody is told."""
        return await publishing.publish_until_done(self._room, patience=duration, at_most=duration)

    async def hear(self, delivery: int, rung_at: datetime) -> bool:
        """Somebody rang for *delivery*, then: carry it as far as it gets. False: perhaps somebody else can."""
        return await self._hearer.hear(delivery, rung_at)

    async def tell(self) -> None:
        """Tell admins of editions that ended badly, and of what is wrong or well again, neither waiting for the other.
        Never raises.
        """
        await asyncio.gather(self._notifier.tell_bad_news(), self._lookout.look(), self._messenger.tell_latecomers())

    def note(self, cause: Cause, reason: str) -> bool:
        """Why a new configuration was refused, a copy could not be made or a port not opened; empty: it went well.
        Whether that is news.
        """
        is_news = self._room.noted.get(cause) != reason
        self._room.noted[cause] = reason
        return is_news

    def note_fault(self, part: str, bug: Exception | None) -> None:
        """A *part* of Daybrief was at work, and ended with a *bug* or with none."""
        self._room.faults[part] = type(bug).__name__ if bug else ""

    async def revive(self, platform: str = "", places: Collection[tuple[str, str]] = ()) -> tuple[Subscription, ...]:
        """Resume what a platform had refused and takes now. *places* are (workspace, channel or "" for all), or all.
        With all, what a crash has left to be paused is paused before.
        """
        if not places:
            await self.pause_gone()
        revived = await revive(self._room, platform=platform, places=places)
        for one in {(one.channel.platform, one.channel.workspace) for one in revived}:
            await self.returned(one[0], [one[1]])
        return revived

    async def uninstalled(
        self, platform: str, *, team: str = "", enterprise: str = "", at: datetime
    ) -> tuple[str, ...]:
        """A workspace, or all of an organisation, put us out *at*: the token is gone once this returns. Which
        workspaces are not served any more, for :meth:`pause_gone`.
        """
        return await tenants.uninstalled(self._room, platform, team=team, enterprise=enterprise, at=at)

    async def left(self, platform: str, workspaces: Collection[str], *, at: datetime | None = None) -> tuple[str, ...]:
        """The same of *workspaces* without a token of their own; now, unless the platform says when."""
        return await tenants.left(self._room, platform, workspaces, at=at or self._room.clock.now())

    async def returned(self, platform: str, workspaces: Collection[str]) -> None:
        """We are in *workspaces*, again or still."""
        await tenants.returned(self._room, platform, workspaces)

    async def pause_gone(self, workspaces: Collection[str] = ()) -> int:
        """Pause what is served in workspaces that put us out, all or those; how many channels."""
        return await tenants.pause_gone(self._room, workspaces)

    async def sweep(self) -> int:
        """Change the messages that corrections have left for later; how many deliveries."""
        return await sweep(self._room, self._messenger)

    async def gather(self, *, only_due: bool = False, progress: gathering.Progress | None = None) -> GatherReport:
        """One round of gathering."""
        async with self._gathering:
            return await gathering.gather(self._room, only_due=only_due, progress=progress)

    async def forget_old(self) -> int:
        """Drop what is older than the configuration keeps, and what is kept of workspaces that left a month ago; how
        many stories went.
        """
        return await forget_old(self._room)

    # ------------------------------------------------------------------------------------------- for those who ask

    async def look_up(self, name: str, section: SectionName | None, asker: Asker) -> Answer:
        """The story called *name*, for one of its sections or whole, else the nearest ones."""
        return await request.offered(self._room, await lookup.look_up(self._room, name, section, asker))

    async def written(self, answer: Answer, asker: Asker) -> Answer:
        """*answer*, once the section that it waits for is written, or with the reason why it is not; up to 90 s."""
        return await request.written(self._room, answer, asker)

    async def search(self, wanted: Search) -> tuple[Story, ...]:
        """Stored stories, best first."""
        return await lookup.search(self._room, wanted)

    async def complete(self, typed: str, asker: Asker, limit: int = 25) -> tuple[tuple[str, str], ...]:
        """(ref, title) of the stories that *typed* may become, those of the channel's latest edition first."""
        return await lookup.complete(self._room, typed, asker, limit)

    async def latest_edition(self, asker: Asker) -> Edition | None:
        """The newest edition that was sent to the asker's channel, or to any, as it reads now."""
        return await lookup.latest_edition(self._room, asker)

    async def history(self, ref: str, asker: Asker) -> tuple[Revision, ...]:
        """The texts of a story that the asker's workspace has read, oldest first; for the operator, all of them."""
        return await self._room.store.archive.history(ref, workspace=asker.workspace)

    # ----------------------------------------------------------------------------------------------- for admins

    def is_admin(self, platform: str, person: str) -> bool:
        """Whether the configuration names *person* among those who are told of trouble."""
        return bool(person) and f"{platform}:{person}" in self._room.config.bot.admins

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

    async def topics(self) -> tuple[str, ...]:
        """All topics that the feeds have, by name."""
        return tuple(sorted({topic for feed in await self._room.feeds() for topic in feed.topics}))

    async def record(self, change: Change) -> bool:
        """Write *change* to the audit log; False: it has been made already, and must not be made again."""
        return await self._room.store.audit.record(change)

    async def changes(self, workspace: str, *, limit: int = 10) -> tuple[Change, ...]:
        """The audit log of one ``platform:workspace``, newest first."""
        return await self._room.store.audit.changes(workspace, limit=limit)

    async def move(self, subscription: Subscription, channel: Channel) -> bool:
        """The platform has given the channel another id or name. False: another subscription has that place."""
        return await self._room.store.subscriptions.move(subscription.id, channel)

    async def subscribe(self, order: Subscription) -> Subscription:
        """Set a channel up, or change it, or resume it."""
        return await orders.subscribe(self._room, order)

    async def pause(self, subscription: Subscription, reason: str) -> None:
        """Serve the channel no more until it is resumed."""
        await orders.pause(self._room, subscription, reason)

    async def resume(self, subscription: Subscription) -> None:
        """Serve the channel again."""
        await orders.resume(self._room, subscription)

    async def retire(self, subscription: Subscription) -> None:
        """Remove the channel; what was sent to it stays on record."""
        await orders.retire(self._room, subscription)

    async def post_now(self, subscription: Subscription) -> bool:
        """Post the present local date's edition at once; it takes the place of the regular one. False: the date has
        had its edition, or is having it.
        """
        return await publishing.post_now(self._room, subscription)

    async def resend(self, delivery: int) -> bool:
        """Send a delivery once more of which nobody knows whether it arrived. False: it is not uncertain any more."""
        return await self._room.store.ledger.reopen(delivery, self._room.clock.now())

    async def wish(self, subscription: Subscription, ref: str, wish: Wish | None) -> None:
        """Pin or drop a story of the next edition; None: neither. Raises NotFound."""
        channel = subscription.channel
        story = await self._room.store.archive.by_ref(ref, workspace=channel.home)
        if story is None:
            raise NotFound(f"no story is called {ref}")
        day, _ = await Editor(self._room, self._room.instant()).next_date(subscription)
        if story.ref != ref.upper():  # it was merged since it was wished under its other name
            await self._room.store.ledger.wish(subscription.id, day, ref.upper(), None)
        await self._room.store.ledger.wish(subscription.id, day, story.ref, wish)

    async def wishes(self, subscription: Subscription) -> Mapping[str, Wish]:
        """What admins wish of which stories for the next edition, by ref, in the order of wishing."""
        day, _ = await Editor(self._room, self._room.instant()).next_date(subscription)
        return await self._room.store.ledger.wishes(subscription.id, day)

    async def preview(self, subscription: Subscription, *, platform: str = "") -> tuple[Composition, Rendering]:
        """The edition that *subscription* would get next with what is here by now, and how its platform (or *platform*)
        would show it.
        """
        composition = await Editor(self._room, self._room.instant()).preview(subscription)
        name = platform or subscription.channel.platform
        if name not in self._room.platforms:
            raise NotFound(f"this version cannot render for {name}; it knows: {', '.join(self._room.platforms)}")
        return composition, self._room.platforms[name].render(composition.edition)

    async def deliveries(
        self, *, subscription: Subscription | None = None, day: date | None = None, limit: int = 100
    ) -> tuple[Delivery, ...]:
        """The ledger, newest first."""
        number = subscription.id if subscription else None
        return await self._room.store.ledger.deliveries(subscription=number, day=day, limit=limit)

    async def delivery(self, number: int) -> Delivery | None:
        """One row of the ledger, by its id."""
        return await self._room.store.ledger.by_id(number)

    async def why(self, subscription: Subscription, name: str, asker: Asker, *, where: str = "here") -> Why:
        """What became of the story called *name* in the channel, or, without a name, what the channel got today.
        *where* is how sentences call it: ``in ai-news``.
        """
        if not name:
            return await inquire.why_channel(self._room, subscription, where)
        found = await lookup.look_up(self._room, name, None, asker)
        return await inquire.why_story(self._room, subscription, found, asker, where)

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

    async def upcoming(self, count: int) -> tuple[tuple[datetime, Subscription], ...]:
        """The next *count* times at which an active channel is due, soonest first."""
        found: list[tuple[datetime, Subscription]] = []
        for subscription in await self.subscriptions():
            after = self._room.clock.now()
            for _ in range(count if subscription.standing is Standing.ACTIVE else 0):
                _, after = next_instant(subscription, after)
                found.append((after, subscription))
        return tuple(sorted(found, key=lambda one: (one[0], one[1].id))[:count])

    async def next_due(self, subscriptions: Sequence[Subscription]) -> dict[int, datetime]:
        """When each of *subscriptions* is due next, in its own zone, by id; whether or not it is paused."""
        now = self._room.clock.now()
        return {one.id: next_instant(one, now)[1].astimezone(ZoneInfo(one.timezone)) for one in subscriptions}

    async def examine(self, subscription: Subscription) -> tuple[str, ...]:
        """What keeps us from posting to the channel, a sentence each."""
        platform = self._room.platforms.get(subscription.channel.platform)
        if platform is None:
            return (f"this version cannot post to {subscription.channel.platform}",)
        try:
            return await self._room.answer(platform.examine(subscription.channel))
        except PostFailed as failure:
            return (sentence_of(failure.reason),)

    # ---------------------------------------------------------------------------------------------- for operators

    async def foresee(self, manuscripts: Sequence[Manuscript]) -> tuple[taking.Restatement, ...]:
        """Which posted stories *manuscripts* would change; nothing is kept."""
        return await taking.foresee(self._room, manuscripts)

    async def foresee_correction(self, story: Story, manuscript: Manuscript) -> taking.Restatement | None:
        """What :meth:`correct` would change for everybody; None: nothing."""
        return await taking.foresee_correction(self._room, story, manuscript)

    async def foresee_withdrawal(self, story: Story, reason: str) -> taking.Restatement | None:
        """What :meth:`withdraw` would change for everybody; None: nothing."""
        return await taking.foresee_withdrawal(self._room, story, reason)

    async def admit(
        self,
        manuscripts: Sequence[Manuscript],
        *,
        confirmed: Collection[str] | None = None,
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> tuple[taking.Taken, ...]:
        """Take ready-written stories in, and change the messages of those that have been posted and read otherwise now:
        of those *confirmed*, by ref, or of all. Raises WrongUsage if another one would have to be changed.
        """
        return await taking.take_in(self._room, manuscripts, confirmed=confirmed, patience=patience, progress=progress)

    async def correct(
        self,
        story: Story,
        manuscript: Manuscript,
        *,
        workspace: str = "",
        person: str = "",
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> amend.Amended:
        """Replace the text of *story*, here and in every message that carries it: for everybody, or as *workspace*
        (``platform:workspace``) reads it and in its own channels; *person* did it from chat. What the platform does not
        take just now is tried again within *patience*, and then by the running bot. Raises NotFound.
        """
        how = amend.Amending(workspace=workspace, person=person, patience=patience, progress=progress)
        return await amend.correct(self._room, story, manuscript, how)

    async def withdraw(
        self,
        story: Story,
        reason: str,
        *,
        workspace: str = "",
        person: str = "",
        patience: timedelta = timedelta(),
        progress: Progress | None = None,
    ) -> amend.Amended:
        """Withdraw *story*, here and in every message that carries it, as :meth:`correct` does."""
        how = amend.Amending(workspace=workspace, person=person, patience=patience, progress=progress)
        return await amend.withdraw(self._room, story, reason, how)

    async def retype(
        self, before: Opened, typed: Texts, change: Change, *, patience: timedelta = timedelta()
    ) -> amend.Amended:
        """Correct from chat what was *typed* otherwise than a form showed it, and write *change* down with it: all of
        that or nothing. What others have changed meanwhile is kept. Raises Unfit, DoneBefore, NotFound.
        """
        return await amend.retype(self._room, before, typed, change, patience)

    async def withdraw_as_shown(
        self, before: Opened, change: Change, *, patience: timedelta = timedelta()
    ) -> amend.Amended:
        """Withdraw from chat, for the reason that is the detail of *change*, a story that reads as a form showed it.
        Raises as :meth:`retype` does.
        """
        return await amend.withdraw_as_shown(self._room, before, change, patience)

    async def expenses(self) -> tuple[Expense, ...]:
        """What models have cost since midnight UTC, call by call."""
        return await self._room.store.spending.of_day(self._room.clock.now().astimezone(UTC).date())

    async def feeds(self) -> tuple[tuple[Feed, FeedState], ...]:
        """Every feed, and how it is doing."""
        return await self._room.feeds_with_states()

    async def add_feed(self, feed: Feed) -> bool:
        """Add a feed; False if it is there already, declared or added.

        Raises:
            WrongUsage: its address holds a secret, which the database and its copies would hold as well.
        """
        if secrets_in(feed.url):
            raise WrongUsage(
                f"the address of {feed.name} holds a secret, and what is added like this is kept in the database; "
                "declare it in the configuration instead: [[feeds]]"
            )
        if any(known.url == feed.url for known in await self._room.feeds()):
            return False
        return await self._room.store.feeds.add(feed)

    async def remove_feed(self, url: str) -> bool:
        """Remove a feed that was added by command; False if there is none."""
        return await self._room.store.feeds.remove(url)
