"""Everything a use case works with, introduced to one another by ``bot.wiring``."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from bot.config import Config
from bot.deliver import Patience
from bot.doubt import Doubts
from bot.errands import Errands
from bot.errors import AnalystFailed, BudgetSpent, CannotReadBack, DaybriefError, Fate, NotFound, PostFailed
from bot.lanes import Lanes
from bot.model import Cause, Feed, FeedState, Subscription
from bot.ports import (
    UNWATCHED,
    Analyst,
    Clock,
    Disk,
    FeedReader,
    Meaning,
    PageReader,
    Platform,
    Store,
    Watch,
    Workers,
    Writer,
)
from bot.redact import kept_as

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

TAKEN_UP = "`daybrief run` takes up what the configuration declares when it starts, or on SIGHUP"


@dataclass(kw_only=True)
class Newsroom:
    """The parts of one running Daybrief. While it runs, only ``config`` and ``writer`` change, on a reload,
    ``declares`` with the turn to ring, and ``is_stopping``.
    """

    config: Config
    store: Store
    clock: Clock
    workers: Workers
    reader: FeedReader
    analyst: Analyst
    platforms: Mapping[str, Platform]
    """By name."""
    meaning: Meaning | None = None
    """None: articles are compared by their words alone."""
    pages: PageReader | None = None
    """None: there are only the extracts that feeds give."""
    writer: Writer | None = None
    """None: no model is configured; nobody writes what takes judgement."""
    watch: Watch = UNWATCHED
    """Counts what happens, for whoever keeps the bot running."""
    replayed: datetime | None = None
    """The time that somebody asked for, where a past morning is lived again; it may lie before what the ledger saw."""
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held from the moment that dates new articles until they are kept. Whoever reads the candidates of an edition
    waits for it, though not for ever: an article dated before is there then, or counts in the next as late."""
    planning: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a round enters what has come due, so that rounds that overlap do not tell of the same date twice."""
    looked_at: datetime | None = None
    """When it was last looked for what has come due, among all standing orders or, since then, among those whose time
    had come; None: the next look is at all."""
    lanes: Lanes = field(default_factory=Lanes)
    errands: Errands = field(default_factory=Errands)
    doubts: Doubts = field(default_factory=Doubts)
    doubted: tuple[datetime, timedelta] | None = None
    """What the machine's clock said, and ``clock.elapsed``, when it was first seen far ahead and not yet believed."""
    believed: tuple[datetime, timedelta] | None = None
    """The same when it was last believed; None: it was not looked at."""
    thinking: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while something is worked out for one channel on the event loop: with thousands of channels due at once,
    everybody else gets a turn between any two of them."""
    disk: Disk | None = None
    """None: nobody looks how full it is."""
    doors: dict[str, Callable[[], Awaitable[str]]] = field(default_factory=dict)
    """By platform, what tells why nobody is answered there; empty: people are."""
    heard: Callable[[], Awaitable[Mapping[str, bool]]] | None = None
    """Tells by platform whether somebody comes for what is to be posted there, now or when there is something, or lets
    it wait; missing: nobody does, and nothing has waited there for long. None: we carry it ourselves.
    """
    model_says: tuple[int, str] | None = None
    """How often in a row the model has given nothing, and why the last time; None: it has not been asked."""
    noted: dict[Cause, str] = field(default_factory=dict)
    """What whoever runs us has met: why the newest configuration was refused, why no copy could be made; empty: it
    went well the last time."""
    faults: dict[str, str] = field(default_factory=dict)
    """By part, what it failed with when it was last at work, which nobody foresaw; empty: with nothing."""
    carries: bool = True
    """Whether this process carries what it enters into the ledger; else others hear of it, and do."""
    declares: bool = False
    """Whether the declared channels are those of this process's configuration, and not of another one's."""
    is_stopping: bool = False
    """No new delivery is begun any more."""

    @property
    def patience(self) -> Patience:
        """How long deliveries wait for what, as configured now."""
        return Patience(
            request_timeout=self.config.delivery.request_timeout,
            settle=self.config.delivery.settle,
            catch_up=self.config.bot.catch_up,
        )

    def instant(self) -> datetime:
        """The time that stories and editions carry. All of a replay happens at the instant that was asked for, so that
        what one command gathers then is there for what another posts then; leases and waits follow the clock.
        """
        return self.replayed or self.clock.now()

    async def answer(self, asked: Awaitable[Answer]) -> Answer:
        """What a platform answers, within the request timeout.

        Whatever goes wrong otherwise than the port says must neither lose the morning of other channels nor be taken
        for proof that nothing arrived.

        Raises:
            PostFailed: with the fate that the platform gave, else unknown.
            CannotReadBack: as the platform says.
        """
        seconds = self.patience.request_timeout.total_seconds()
        try:
            async with asyncio.timeout(seconds):
                return await asked
        except TimeoutError as late:
            raise PostFailed(
                f"the platform did not answer within {seconds:g} s", fate=Fate.UNKNOWN, code="timeout"
            ) from late
        except (PostFailed, CannotReadBack):
            raise
        except Exception as bug:
            log.exception("an adapter failed in a way it does not know")
            raise PostFailed(f"the adapter failed ({type(bug).__name__})", fate=Fate.UNKNOWN) from bug

    async def modelled(self, asked: Awaitable[Answer], *, is_work: bool = True) -> Answer:
        """What a model gives. Of *is_work* it is remembered whether it gave anything.

        Raises:
            AnalystFailed: with the reason that the writer gave, or because it failed in a way that it does not know.
        """
        try:
            answer = await asked
        except BudgetSpent:
            raise
        except DaybriefError as failure:
            self._gave_nothing(str(failure), is_work=is_work)
            raise
        except asyncio.CancelledError:
            self._gave_nothing("it takes longer than an edition waits", is_work=is_work and not self.is_stopping)
            raise
        except Exception as bug:
            log.exception("a writer failed in a way it does not know")
            reason = f"the model's adapter failed ({type(bug).__name__})"
            self._gave_nothing(reason, is_work=is_work)
            raise AnalystFailed(reason) from bug
        if is_work:
            self.model_says = 0, ""
        return answer

    def _gave_nothing(self, reason: str, *, is_work: bool) -> None:
        if is_work:
            times, _ = self.model_says or (0, "")
            self.model_says = times + 1, reason

    async def feeds(self) -> tuple[Feed, ...]:
        """All feeds: the declared ones first, then those added by command that are not declared as well."""
        declared = self.config.feeds
        urls = {feed.url for feed in declared}
        return (*declared, *(feed for feed in await self.store.feeds.added() if feed.url not in urls))

    async def feeds_with_states(self) -> tuple[tuple[Feed, FeedState], ...]:
        """The same, each with how it is doing."""
        states = await self.store.feeds.states()
        keyed = [(feed, kept_as(feed.url)) for feed in await self.feeds()]
        return tuple((feed, states.get(key) or FeedState(url=key)) for feed, key in keyed)

    async def subscription(self, channel: str) -> Subscription:
        """The subscription of the channel called *channel*, by name or by the platform's id.

        Raises:
            NotFound: there is none; the sentence lists those that exist.
        """
        known = await self.store.subscriptions.all()
        for subscription in known:
            if channel.lstrip("#") in {subscription.channel.name, subscription.channel.id}:
                return subscription
        if any(channel.lstrip("#") in {one.channel.name, one.channel.id} for one in self.config.channels):
            raise NotFound(f'"{channel}" is declared and not set up yet; {TAKEN_UP}')
        names = ", ".join(sorted(subscription.channel.name for subscription in known))
        hint = f"the channels are: {names}" if names else "no channel is set up; declare one in the configuration"
        raise NotFound(f'no channel is called "{channel}"; {hint}')
