"""What is remembered of deliveries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.errors import Reach
from bot.model import (
    Claim,
    Composition,
    Delivery,
    DeliveryState,
    Due,
    Edition,
    Morning,
    Receipt,
    Tally,
    Verdict,
    Wish,
)
from bot.ports.watching import Backlog


class Ledger(Protocol):
    """What was due, and what became of it. The only truth about deliveries."""

    async def planned_through(self, until: Mapping[int, date]) -> Mapping[int, date]:
        """For each subscription in *until* that has any, the newest date in the ledger that is not later than the one
        given: a date that was posted ahead of its time, or by a wrong clock, says nothing about those before it.
        """

    async def plan(self, dues: Sequence[Due]) -> int:
        """Enter *dues*; those whose (subscription, date) is there already stay as they are. How many were new."""

    async def waiting(
        self,
        now: datetime,
        *,
        begun_by: datetime | None = None,
        only: int | None = None,
        as_one: Collection[str] = (),
    ) -> Mapping[str, tuple[int, ...]]:
        """Ids of deliveries on their way whose ``next_at`` has come and that nobody holds, oldest due first, by the
        ``platform:workspace`` that they go to. All of them: none can hide behind thousands of a workspace that is held.

        With *begun_by* only those whose hour came by then, or that an admin wished sent once more by then. *only* is
        the id of the one subscription that is asked about. Platforms *as_one* are not told apart by
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

    async def backlog(self, now: datetime) -> Backlog:
        """What is on its way, and what of the last day nobody knows the end of."""

    async def unsettled(self, *, only: int | None = None) -> int:
        """How many deliveries, of all subscriptions or of one, are on their way."""

    async def last_sent(self, subscription: int, before: datetime) -> Edition | None:
        """The newest edition of a subscription that was sent and composed before *before*; quiet ones count."""

    async def considered(self, subscription: int, before: datetime) -> frozenset[str]:
        """The refs of all candidates of the edition that :meth:`last_sent` gives."""

    async def latest_edition(self, *, subscription: int | None = None, workspace: str | None = None) -> Edition | None:
        """The newest edition that was sent to one subscription; else to any of *workspace* (None: of all)."""

    async def mornings(self, since: datetime, count: int) -> Mapping[int, tuple[Morning, ...]]:
        """Of each subscription that was sent an edition at *since* or later, the newest *count* that it was sent,
        newest first; by its id.
        """

    async def posted(self, subscription: int, refs: Sequence[str]) -> Mapping[str, tuple[datetime, int]]:
        """Which of *refs* the subscription has had: when last, and how many publishers the post named."""

    async def shown(self, refs: Sequence[str]) -> frozenset[str]:
        """Which of *refs* any kept edition holds, sent or on its way: their articles stay together for ever."""

    async def carriers(self, ref: str, *, workspace: str = "") -> tuple[Delivery, ...]:
        """Deliveries whose edition holds a story and that have at least one receipt or are uncertain, newest first;
        those to channels of *workspace* (``platform:workspace``), or all.
        """

    async def verdicts(self, delivery: int) -> tuple[Verdict, ...]:
        """Why its edition is as it is, best first."""

    async def reasons(self, delivery: int) -> tuple[tuple[Verdict, ...], Tally | None]:
        """The same, and what holds for all its candidates; None: that was not recorded, or there is no edition."""

    async def reopen(self, delivery: int, at: datetime) -> bool:
        """Make an uncertain one due again: an admin wants it sent once more. Its catch-up window begins at *at*.
        False: it is not uncertain (any more).
        """

    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        """Refused, missed and uncertain ones due after *since* of which no admin has been told, oldest first."""

    async def told(self, news: Sequence[Delivery], at: datetime) -> None:
        """Remember that admins have been told how they ended. Each is as it was when that was read: one that has been
        reopened since then stays untold, however it has ended by now.
        """

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
