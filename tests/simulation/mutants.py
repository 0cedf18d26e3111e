"""Broken products: each is the real one but for one part that is given to it, and breaks one promise.

They show that the checker can fail (``test_mutants.py``). None of them patches anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.config import Config
from bot.errors import Fate, PostFailed
from bot.model import Channel, Claim, Delivery, Due, Edition, Erratum, Notice, Receipt, Standing, Subscription
from bot.ports import Ledger, Platform, Store
from tests.simulation.process import Parts


class _Like:
    """Everything that *inner* is, but for what a subclass does otherwise."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - it stands for whatever it wraps
        self.inner = inner

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as above
        return getattr(self.inner, name)


class _MarksBeforeSending(_Like):
    """A part counts as sent once it is about to be."""

    async def intend(self, claim: Claim, part: int, key: str, at: datetime) -> bool:
        is_ours: bool = await self.inner.intend(claim, part, key, at)
        if is_ours:
            await self.inner.part_sent(claim, Receipt(part=part, messages=("unknown-0",)))
        return is_ours


class _KnowsNoIntent(_Like):
    """Whatever is on its way is taken for not begun."""

    async def claim(self, delivery: int, now: datetime, lease: timedelta) -> Claim | None:
        claim: Claim | None = await self.inner.claim(delivery, now, lease)
        return claim and replace(claim, delivery=replace(claim.delivery, intent=None))


class _ChecksNoFence(_Like):
    """Whoever comes back too late goes on all the same."""

    async def claim(self, delivery: int, now: datetime, lease: timedelta) -> Claim | None:
        await self.inner.release_all()
        claim: Claim | None = await self.inner.claim(delivery, now, lease)
        return claim and replace(claim, delivery=replace(claim.delivery, intent=None))

    async def intend(self, claim: Claim, part: int, key: str, at: datetime) -> bool:
        await self.inner.intend(claim, part, key, at)
        return True


class _HasNoBadNews(_Like):
    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        return ()


class _BringsBadNewsUpOnce(_Like):
    """Whoever could not be told at the first try is never told."""

    def __init__(self, inner: Ledger) -> None:
        super().__init__(inner)
        self._known: set[int] = set()

    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        found: tuple[Delivery, ...] = await self.inner.untold(since)
        new = tuple(one for one in found if one.id not in self._known)
        self._known |= {one.id for one in new}
        return new


class _TakesTryingForTelling(_Like):
    """Bad news counts as told once somebody is about to be."""

    async def untold(self, since: datetime) -> tuple[Delivery, ...]:
        found: tuple[Delivery, ...] = await self.inner.untold(since)
        if found:
            await self.inner.told(found, found[0].due_at)
        return found


class _EditsOnce(_Like):
    """An edit that failed is forgotten."""

    async def postpone(self, erratum: Erratum, **_: object) -> bool:
        is_ours: bool = await self.inner.settle(erratum)
        return is_ours


class _DatesByTheInstant(_Like):
    """The date of an edition is that of the instant at which its hour comes, in UTC."""

    async def plan(self, dues: Sequence[Due]) -> int:
        moved: int = await self.inner.plan([replace(one, date=one.due_at.date()) for one in dues])
        return moved


class _ForgetsRestores(_Like):
    async def restored_at(self) -> datetime | None:
        return None


class _SeesNoPause(_Like):
    async def all(self, *, retired: bool = False) -> tuple[Subscription, ...]:
        found: tuple[Subscription, ...] = await self.inner.all(retired=retired)
        return tuple(replace(one, standing=Standing.ACTIVE) for one in found)

    async def some(self, *, after: int, most: int) -> tuple[Subscription, ...]:
        found: tuple[Subscription, ...] = await self.inner.some(after=after, most=most)
        return tuple(replace(one, standing=Standing.ACTIVE) for one in found)

    async def to_look_at(self, by: datetime) -> tuple[Subscription, ...]:
        found: tuple[Subscription, ...] = await self.inner.to_look_at(by)
        return tuple(replace(one, standing=Standing.ACTIVE) for one in found)

    async def by_id(self, subscription: int) -> Subscription | None:
        found: Subscription | None = await self.inner.by_id(subscription)
        return found and replace(found, standing=Standing.ACTIVE)


class _RetriesBlindly(_Like):
    """An unknown outcome is taken for none."""

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        try:
            receipt: Receipt = await self.inner.post(edition, part, key, earlier)
        except PostFailed as failure:
            if failure.fate is Fate.UNKNOWN:
                raise PostFailed(failure.reason, fate=Fate.NOT_SENT) from failure
            raise
        return receipt

    def remembers(self, channel: Channel) -> timedelta:
        return timedelta()


class _EditsNothing(_Like):
    async def amend(self, edition: Edition, part: int, receipt: Receipt, posted: Edition) -> None:
        return


class _TellsNobody(_Like):
    async def tell(self, workspace: str, person: str, notice: Notice) -> None:
        return


class _Store(_Like):
    """A store with another ledger, other subscriptions or other errata."""

    def __init__(self, inner: Store, ledger: Any = None, subscriptions: Any = None, errata: Any = None) -> None:  # noqa: ANN401 - as above
        super().__init__(inner)
        self.ledger = ledger or inner.ledger
        self.subscriptions = subscriptions or inner.subscriptions
        self.errata = errata or inner.errata


def _ledger(kind: Callable[[Ledger], Any]) -> Parts:
    return Parts(store=lambda store: cast(Store, _Store(store, ledger=kind(store.ledger))))


def _platform(kind: Callable[[Platform], Any]) -> Parts:
    return Parts(platform=kind)


def _impatient(config: Config) -> Config:
    return replace(config, delivery=config.delivery.model_copy(update={"settle": timedelta()}))


MUTANTS: Mapping[str, Parts] = {
    "marks before it sends": _ledger(_MarksBeforeSending),
    "knows no intent": _ledger(_KnowsNoIntent),
    "checks no fence": _ledger(_ChecksNoFence),
    "tells of nothing": _ledger(_HasNoBadNews),
    "brings bad news up once": _ledger(_BringsBadNewsUpOnce),
    "takes trying for telling": _ledger(_TakesTryingForTelling),
    "dates by the instant": _ledger(_DatesByTheInstant),
    "forgets a restore": _ledger(_ForgetsRestores),
    "retries blindly": _platform(_RetriesBlindly),
    "edits nothing": _platform(_EditsNothing),
    "edits once": Parts(store=lambda store: cast(Store, _Store(store, errata=_EditsOnce(store.errata)))),
    "tells nobody": _platform(_TellsNobody),
    "reads back at once": Parts(config=_impatient),
    "sees no pause": Parts(
        store=lambda store: cast(Store, _Store(store, subscriptions=_SeesNoPause(store.subscriptions)))
    ),
}
"""By what they do wrong."""


async def _nobody() -> int:
    return 0


OF_MANY: Mapping[str, Parts] = {
    "rings once": Parts(shared=lambda shared: replace(shared, ring_again=_nobody)),
}
"""Those that are worse where many processes share a database, by what they do wrong."""
