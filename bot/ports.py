"""What the newsroom needs from the world, in its own words. Adapters and storage implement these.

Every datetime that crosses a port is aware. Every method may be called from any task. Implementations translate what
goes wrong into the errors named here; no exception of an SDK, a driver or a socket ever comes through.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from bot.errors import Reach
from bot.model import (
    Article,
    Change,
    Channel,
    Claim,
    Composition,
    Delivery,
    DeliveryState,
    Due,
    Edition,
    Feed,
    FeedState,
    KeyPoint,
    Notice,
    Reading,
    Receipt,
    Story,
    Subscription,
    Verdict,
    Wish,
)

Result = TypeVar("Result")


class Clock(Protocol):
    """The time, and the only way to let some of it pass."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""

    def elapsed(self) -> timedelta:
        """How much time has really passed since some moment, whatever has been done to the machine's clock since."""

    async def wait(self, duration: timedelta) -> None:
        """Return after *duration*."""


class Workers(Protocol):
    """Other processors, for work that would keep the event loop from answering people."""

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """What the module-level *function* returns for picklable *arguments*; its errors come back as they are."""


class FeedReader(Protocol):
    """Reads feeds."""

    async def read(self, feed: Feed, state: FeedState) -> Reading:
        """What *feed* gives now; ``unchanged`` where the validators in *state* still hold.

        Raises:
            FeedFailed: for whatever reason, within the deadline; nothing else is ever raised.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an analyst makes of some articles about one thing."""

    title: str
    takeaway: str
    key_points: tuple[KeyPoint, ...]
    analyst: str


class Analyst(Protocol):
    """Writes what the post shows of a story."""

    async def draft(self, stories: Sequence[Sequence[Article]]) -> tuple[Draft, ...]:
        """One draft for each of *stories*, given as its articles (at least one each, oldest first), in the same
        order.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An edition as its platform would show it, sent nowhere."""

    text: str
    """For reading in a terminal."""
    payloads: tuple[Mapping[str, object], ...]
    """One per part, in posting order, exactly as the platform would get it; JSON-ready."""


class Platform(Protocol):
    """Posts editions. One per kind of chat."""

    name: str
    """``slack``, ``discord``, ``terminal``."""
    paces_as_one: bool
    """Whether all its workspaces share one pace, so that none can be faster than the others together allow."""

    def parts(self, edition: Edition) -> int:
        """How many messages carry *edition*, at least one; the same number for the same edition."""

    def render(self, edition: Edition) -> Rendering:
        """How *edition* would look, without sending anything."""

    async def turn(self, channel: Channel) -> timedelta:
        """Wait for a place in the platform's pace, a few seconds at the most; nothing: post to *channel* now.

        More than nothing: for that long the platform will take no post there; no place was taken.
        """

    def remembers(self, channel: Channel) -> timedelta:
        """For how long the platform knows again what was posted to *channel*: a part that is posted once more with the
        same key within that time arrives once, whatever became of the first try. Nothing: it does not.
        """

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        """Post one part and return once the platform has confirmed it. Never retries.

        Args:
            edition: what to post.
            part: which part, from 0.
            key: goes out with the message, so that :meth:`find` can recognise it.
            earlier: receipts of the parts before this one; a thread hangs on the first.

        Raises:
            PostFailed: the platform did not confirm; ``fate`` says what to make of it.
        """

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        """The receipt of our message with *key* if *channel* has it since *since*; None if it surely has not.

        *earlier* are the receipts of the parts before this one; a thread hangs on the first.

        Raises:
            CannotReadBack: the channel cannot be searched.
            PostFailed: the platform did not answer; try again later.
        """

    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        """Replace a posted part by its rendering in *edition*, whose stories carry their new text and status.

        *posted* is the edition as it was posted: each story stays in the message that it was in.

        Raises:
            PostFailed: the message could not be changed.
        """

    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        """Tell *person*, by the platform's own id, in private. Empty *workspace*: the one that the bot is at home in.

        Raises:
            PostFailed: the message did not surely arrive.
        """

    async def examine(self, channel: Channel) -> tuple[str, ...]:
        """What keeps us from posting to *channel*, a sentence each with the way to mend it; empty: nothing."""


# ---------------------------------------------------------------------------------------------------- storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """All that one round of gathering brings, kept in one transaction.

    A feed's validators must never be kept without its articles: the next visit would answer *unchanged* and the
    articles would be lost.
    """

    articles: tuple[Article, ...] = ()
    keys: Mapping[str, tuple[str, ...]]
    """For each article key, the names under which it is known again (``bot.identity``); also new names of old
    articles.
    """
    stories: tuple[Story, ...] = ()
    """New ones have an empty ref; ones with a ref are replaced by their grown version."""
    merges: tuple[tuple[str, str], ...] = ()
    """(younger ref, older ref): the younger one's ref leads to the older one from now on."""
    feeds: tuple[FeedState, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that we have, as much of it as telling articles apart needs."""

    key: str
    title: str
    url: str
    feed: str
    extract: str
    first_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A former or present text of a story."""

    number: int
    """From 1, in order."""
    at: datetime
    reason: str
    """``gathered``, ``grown``, ``imported``, ``corrected``, ``withdrawn``."""
    story: Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for. Empty fields do not filter."""

    words: str = ""
    since: datetime | None = None
    """``news_at`` not before."""
    until: datetime | None = None
    """``news_at`` before."""
    topic: str = ""
    source: str = ""
    """A publisher's name or domain, or a part of either."""
    workspace: str | None = None
    """Whose private stories are visible besides public ones, as ``platform:workspace``; None: the operator, who sees
    all.
    """
    limit: int = 10


class Archive(Protocol):
    """Stories and articles, for as long as they are kept."""

    async def known(self, names: Sequence[str]) -> Mapping[str, Known]:
        """The articles known under any of *names* (``bot.identity``), by name."""

    async def admit(self, intake: Intake) -> tuple[Story, ...]:
        """Keep all of *intake* or nothing; the stories as kept, each with its ref, in the order given.

        Names new stories by ``bot.refs``, skipping every ref ever used. An article that somebody else kept in the
        meantime stays with its story.
        """

    async def revise(self, story: Story, *, reason: str, at: datetime) -> Story:
        """Keep *story* (named, or with an empty ref: new) as a new revision of itself; as kept. No revision if
        nothing changed.
        """

    async def by_ref(self, ref: str, *, workspace: str | None = None) -> Story | None:
        """The story called *ref* in any case of letters, followed through merges; None where absent or not visible."""

    async def restated(self, refs: Sequence[str]) -> Mapping[str, Story]:
        """Those of *refs*, by the names asked for, whose stories were corrected or withdrawn; followed through merges,
        visible to whomever.
        """

    async def by_url(self, url: str, *, workspace: str | None = None) -> Story | None:
        """The story with an article at *url*, compared canonically."""

    async def by_title(self, title: str, *, workspace: str | None = None) -> Story | None:
        """The newest story with exactly this title, regardless of case and white space."""

    async def history(self, ref: str) -> tuple[Revision, ...]:
        """All revisions of a story, oldest first; empty where there is no such story."""

    async def window(self, since: datetime, until: datetime) -> tuple[Story, ...]:
        """Stories with ``since < news_at <= until``, oldest first, ties by ref; withdrawn ones included."""

    async def counts(self, since: datetime, until: datetime) -> tuple[int, datetime | None]:
        """How many articles became news in that window, and when the newest of all articles until then was published
        or first seen.
        """

    async def search(self, search: Search) -> tuple[Story, ...]:
        """Stories that hold all words (the last may be incomplete), best first; without words newest first.
        Withdrawn ones are left out.
        """

    async def nearest(
        self, words: str, *, workspace: str | None = None, limit: int = 3
    ) -> tuple[tuple[Story, float], ...]:
        """The stories whose titles are most like *words*, typing errors forgiven, with a likeness of 0–100, best
        first.
        """

    async def complete(
        self, prefix: str, *, workspace: str | None = None, limit: int = 25
    ) -> tuple[tuple[str, str], ...]:
        """(ref, title) of stories whose title fits what has been typed so far, newest first; a typing error is
        forgiven.
        """

    async def forget(self, before: datetime) -> int:
        """Drop stories and articles whose news is older than *before*; their refs stay used. How many stories went."""


class FeedBook(Protocol):
    """The feeds added by command, and what we remember of every feed."""

    async def states(self) -> Mapping[str, FeedState]:
        """By url."""

    async def keep(self, state: FeedState) -> None:
        """Remember *state*, for a visit that brought nothing."""

    async def added(self) -> tuple[Feed, ...]:
        """Feeds that no configuration declares, in order of addition."""

    async def add(self, feed: Feed) -> bool:
        """Add it; False if it was there."""

    async def remove(self, url: str) -> bool:
        """Remove an added feed; False if there was none. Its state is kept."""


class Subscriptions(Protocol):
    """Standing orders.

    *closing* is what had come due under the orders that a change ends: it is entered into the ledger in the same
    transaction, as by :meth:`Ledger.plan`.
    """

    async def declare(
        self, orders: Sequence[Subscription], *, at: datetime, closing: Sequence[Due] = ()
    ) -> tuple[Subscription, ...]:
        """Make the declared subscriptions equal to *orders*; as stored, in that order.

        Declared ones that are missing from *orders* are retired; a pause set by an admin survives. One that existed
        and comes back is the same subscription, with the same id.
        """

    async def subscribe(
        self, order: Subscription, *, at: datetime | None = None, closing: Sequence[Due] = ()
    ) -> Subscription:
        """Add one by command or from chat, or change, or resume it; as stored. One that is served or paused keeps its
        ``since``; *at* becomes its ``ordered_at`` if its hour, zone or days change.
        """

    async def all(self, *, retired: bool = False) -> tuple[Subscription, ...]:
        """By id; without the retired ones unless asked for."""

    async def closed(self) -> tuple[Subscription, ...]:
        """Those that a platform's refusal paused, by id."""

    async def by_id(self, subscription: int) -> Subscription | None:
        """The one with that id, retired ones too."""

    async def by_place(self, platform: str, workspace: str, channel: str) -> Subscription | None:
        """The one of that place, by the platform's own ids; retired ones too."""

    async def pause(
        self, subscription: int, reason: str, *, by_platform: bool = False, closing: Sequence[Due] = ()
    ) -> None:
        """Serve it no more until :meth:`resume`. What the platform paused never takes the place of a person's pause."""

    async def resume(self, subscription: int, *, closing: Sequence[Due] = ()) -> None:
        """Serve it again."""

    async def retire(self, subscription: int, *, closing: Sequence[Due] = ()) -> None:
        """Remove it; its ledger stays."""

    async def move(self, subscription: int, channel: Channel) -> bool:
        """The platform has given its channel another id or name. False: another subscription has that channel."""

    async def settle_home(self, platform: str, workspace: str) -> None:
        """Remember that the bot is at home in *workspace*: channels that name no workspace belong to it, those of
        before too, and are found there.
        """


class Ledger(Protocol):
    """What was due, and what became of it. The only truth about deliveries."""

    async def planned_through(self, until: Mapping[int, date]) -> Mapping[int, date]:
        """For each subscription in *until* that has any, the newest date in the ledger that is not later than the one
        given: a date that was posted ahead of its time, or by a wrong clock, says nothing about those before it.
        """

    async def plan(self, dues: Sequence[Due]) -> int:
        """Enter *dues*; those whose (subscription, date) is there already stay as they are. How many were new."""

    async def waiting(
        self, now: datetime, *, only: int | None = None, as_one: Collection[str] = ()
    ) -> Mapping[str, tuple[int, ...]]:
        """Ids of deliveries on their way whose ``next_at`` has come and that nobody holds, oldest due first, by the
        ``platform:workspace`` that they go to. All of them: none can hide behind thousands of a workspace that is held.

        *only* is the id of the one subscription that is asked about. Platforms *as_one* are not told apart by
        workspace: theirs go to ``platform``.
        """

    async def next_wait(self, *, only: int | None = None, besides: Collection[int] = ()) -> datetime | None:
        """When the next delivery on its way may be touched (``next_at`` or the end of a lease), not counting those
        with an id in *besides*; None: nothing is on its way.
        """

    async def claim(self, delivery: int, now: datetime, lease: timedelta) -> Claim | None:
        """Take it for *lease* with a new token; None if it is final, held, or not yet to be touched."""

    async def release_all(self) -> int:
        """End every lease: called by the one delivering process once it holds the lock, so all owners are dead."""

    async def compose(self, claim: Claim, composition: Composition) -> bool:
        """Keep the edition, once, with its reasons. False: the claim is no longer ours, and nothing was written."""

    async def edition(self, delivery: int) -> Edition | None:
        """The edition kept for a delivery."""

    async def intend(self, claim: Claim, part: int, key: str, at: datetime) -> bool:
        """Commit the intent to send *part* before the first byte leaves: state SENDING. False: no longer ours, do
        not send.
        """

    async def part_sent(self, claim: Claim, receipt: Receipt) -> bool:
        """Record a part that surely arrived; state DUE again until :meth:`finish`."""

    async def postpone(self, claim: Claim, *, until: datetime, state: DeliveryState, reason: str) -> bool:
        """Give it back, to be touched again at *until*: DUE if the part surely did not arrive, SENDING if it may
        have.
        """

    async def finish(
        self,
        claim: Claim,
        state: DeliveryState,
        *,
        at: datetime,
        reason: str = "",
        reach: Reach = Reach.VISIBLY,
    ) -> bool:
        """Give it its final state. One that is refused as far as *reach* pauses its channel in the same transaction: a
        crash must not leave a channel that is refused every morning anew. What nobody can see the end of is a pause
        that a person has to end.
        """

    async def deliveries(
        self, *, subscription: int | None = None, day: date | None = None, limit: int = 200
    ) -> tuple[Delivery, ...]:
        """Newest date first, then by channel name."""

    async def by_id(self, delivery: int) -> Delivery | None:
        """One row."""

    async def unsettled(self, *, only: int | None = None) -> int:
        """How many deliveries, of all subscriptions or of one, are on their way."""

    async def last_sent(self, subscription: int, before: datetime) -> Edition | None:
        """The newest edition of a subscription that was sent and composed before *before*; quiet ones count."""

    async def considered(self, subscription: int, before: datetime) -> frozenset[str]:
        """The refs of the verdicts of the edition that :meth:`last_sent` gives."""

    async def latest_edition(self, *, subscription: int | None = None) -> Edition | None:
        """The newest edition that was sent, to one subscription or to any."""

    async def posted(self, subscription: int, refs: Sequence[str]) -> Mapping[str, tuple[datetime, int]]:
        """Which of *refs* the subscription has had: when last, and how many publishers the post named."""

    async def shown(self, refs: Sequence[str]) -> frozenset[str]:
        """Which of *refs* any kept edition holds, sent or on its way: their articles stay together for ever."""

    async def carriers(self, ref: str) -> tuple[Delivery, ...]:
        """Deliveries whose edition holds a story and that have at least one receipt."""

    async def verdicts(self, delivery: int) -> tuple[Verdict, ...]:
        """Why its edition is as it is, best first."""

    async def reopen(self, delivery: int, at: datetime) -> bool:
        """Make an uncertain one due again: an admin wants it sent once more. Its catch-up window begins at *at*.
        False: it is not uncertain (any more).
        """

    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        """Refused, missed and uncertain ones due after *since* of which no admin has been told, oldest first."""

    async def told(self, deliveries: Sequence[int], at: datetime) -> None:
        """Remember that admins have been told of them."""

    async def wish(self, subscription: int, day: date, ref: str, wish: Wish | None) -> None:
        """Keep what an admin wishes of a story for one edition; None: nothing any more."""

    async def wishes(self, subscription: int, day: date) -> Mapping[str, Wish]:
        """What admins wish of which stories (by ref) for one edition, in the order of wishing."""

    async def last_seen(self) -> datetime | None:
        """The newest time at which a delivering process was alive."""

    async def see(self, now: datetime) -> None:
        """Remember that a delivering process is alive."""

    async def restored_at(self) -> datetime | None:
        """When this database was restored from a copy; None if never. Nothing due before is ever sent."""


class AuditLog(Protocol):
    """Who changed what from chat."""

    async def record(self, change: Change) -> bool:
        """Keep *change*; False if its event is there already: a replay, that must not act again."""

    async def changes(self, workspace: str, *, limit: int = 50) -> tuple[Change, ...]:
        """Of one ``platform:workspace``, newest first."""


class Store(Protocol):
    """Everything that the bot remembers."""

    archive: Archive
    feeds: FeedBook
    subscriptions: Subscriptions
    ledger: Ledger
    audit: AuditLog

    async def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
