"""What is remembered of feeds and channels."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.model import Change, Channel, Due, Feed, FeedState, Standing, Subscription


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

    async def some(self, *, after: int, most: int) -> tuple[Subscription, ...]:
        """The next *most* of :meth:`all`, without the retired ones: those with an id above *after*, by id."""

    async def in_workspace(self, platform: str, workspace: str) -> tuple[Subscription, ...]:
        """Those of one workspace, by id; without the retired ones."""

    async def closed(self) -> tuple[Subscription, ...]:
        """Those that a platform's refusal paused, by id."""

    async def to_look_at(self, by: datetime) -> tuple[Subscription, ...]:
        """Those, served or paused, for which something can have come due by *by*, by id: all that have not been put off
        to a later time by :meth:`look_later`.
        """

    async def look_later(self, looks: Sequence[tuple[Subscription, datetime]]) -> None:
        """Look at each again not before the time beside it; nothing can come due for it before. It changes nothing if
        its hour, zone or days are not those any more. Whatever changes an order lets it be looked at at once.
        """

    async def suspects(
        self, now: datetime, *, platforms: Collection[str], zones: Collection[str], also: Collection[int] = ()
    ) -> tuple[Subscription, ...]:
        """Those that are paused, on a platform that is none of *platforms*, or to be looked at by *now* in a zone that
        is none of *zones*; and those with an id in *also*, retired or not. By id.
        """

    async def is_served(self, platform: str, workspace: str) -> bool:
        """Whether any channel of *workspace*, or of any workspace if it is empty, is set up."""

    async def standings(self) -> Mapping[Standing, int]:
        """How many there are of each."""

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


class AuditLog(Protocol):
    """Who changed what from chat."""

    async def record(self, change: Change) -> bool:
        """Keep *change*; False if its event is there already: a replay, that must not act again."""

    async def changes(self, workspace: str, *, limit: int = 50) -> tuple[Change, ...]:
        """Of one ``platform:workspace``, newest first."""

    async def shares(self, ref: str, *, workspace: str = "") -> int:
        """How often people have shown an answer about the story called *ref* to a whole channel (``share``, with
        ``ref/topic`` as its detail), under any name that it has had: in *workspace*, or anywhere.
        """
