"""What is wrong now, and whether what was wrong is well again: decided from what is known of everything. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from types import MappingProxyType

from bot.model import (
    OF_CHANNELS,
    Cause,
    Coverage,
    Feed,
    FeedState,
    Morning,
    Standing,
    Subscription,
    Trouble,
)
from bot.wording import counted, short_day

LITTLE_SPACE = 500_000_000
"""Bytes that should be free on the disk."""
_SPACE_AGAIN = 600_000_000
"""More than little, so that a disk at the limit is not well and unwell by turns."""
SILENT_FOR = 3
"""Editions without a story in a row that make a channel silent."""
ONE_SOURCE_FROM = 2
"""Stories from one publisher that are worth a word; a single one has one by nature."""
MODEL_FAILURES = 5
"""Requests in a row that a model gave nothing for: one story alone can be at fault itself, five are not."""
_NO_WORKER = "editions wait, and no worker that can post there is running"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known of everything that can be wrong. None: it could not be found out just now."""

    now: datetime
    """By a clock that can be believed: where it cannot, the newest time that we have seen."""
    subscriptions: Mapping[int, Subscription] | None = None
    """Those that something may be wrong with, or was, by id; retired ones too."""
    mornings: Mapping[int, tuple[Morning, ...]] | None = None
    """The newest :data:`SILENT_FOR` editions that were sent, newest first, by subscription: of those with which
    something was wrong when it was last looked, and where these editions say that something is.
    """
    feeds: tuple[tuple[Feed, FeedState], ...] | None = None
    platforms: frozenset[str] = frozenset()
    """Names of those that this installation has."""
    zones: frozenset[str] = frozenset()
    tokens: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By platform and workspace, why its token is not taken; empty: it is. Missing: nobody knows yet."""
    served: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    """By platform and workspace of a token that is not taken, or was not, whether any channel needs it. Missing: nobody
    knows.
    """
    doors: Mapping[str, str | None] | None = None
    """By platform, why nobody is answered there; empty: people are; None: that cannot be told just now. None for all:
    nobody listens at all.
    """
    heard: Mapping[str, bool] | None = None
    """By platform, whether somebody comes for what is to be posted there; missing: nobody
    knows, for nobody listens, and nothing has waited for long.
    """
    may_write: bool | None = None
    """Whether the day's budget takes another story; None as well where no model is configured."""
    has_model: bool = False
    model: tuple[int, str] | None = None
    """How often in a row the model has given nothing, and why; None: it has not been asked yet."""
    budget: str = ""
    """What models may cost in a day."""
    store: str = ""
    """Why nothing can be recorded."""
    free: int | None = None
    """Bytes on the disk of the data."""
    clock: str | None = ""
    """Why the clock is not believed, as a sentence without its full stop; empty: it is."""
    noted: Mapping[Cause, str] = field(default_factory=dict)
    """Of a configuration, of copies and of the port for monitors, why it was refused, could not be made or opened when
    that was last tried; empty: it went well.
    """
    has_monitors: bool = False
    """Whether the configuration names a port for monitors."""
    faults: Mapping[str, str] = field(default_factory=dict)
    """By part of Daybrief, what it failed with when it was last at work; empty: with nothing."""


class Ending(Enum):
    """How a trouble ends."""

    WELL = auto()
    """It is well again."""
    GONE = auto()
    """There is nothing left that could be well: the channel or feed was removed, or another trouble took its place."""


def troubles(known: Circumstances) -> tuple[Trouble, ...]:
    """All that is wrong, in no order."""
    return (*_of_channels(known), *_of_platforms(known), *_of_feeds(known), *_of_models(known), *_of_the_machine(known))


def ending(trouble: Trouble, known: Circumstances) -> Ending | None:
    """How *trouble*, which is not among :func:`troubles` any more, has ended; None: nobody can say yet."""
    if trouble.cause in OF_CHANNELS:
        return _ending_of_channel(trouble, known)
    is_gone, is_well = {
        Cause.TOKEN: (not _has_channels(trouble, known), _said_well(known.tokens.get(token_of(trouble)))),
        Cause.UNREACHABLE: (
            known.doors is not None and trouble.subject not in known.doors,
            _said_well((known.doors or _NOTHING).get(trouble.subject)),
        ),
        Cause.WORKERS: (trouble.subject not in known.platforms, (known.heard or {}).get(trouble.subject, False)),
        Cause.FEED: (not _is_read(trouble, known), known.feeds is not None),
        Cause.BUDGET: (not known.has_model, known.may_write is True),
        Cause.MODEL: (not known.has_model, known.model is not None and not known.model[0]),
        Cause.STORE: (False, not known.store),
        Cause.SPACE: (False, known.free is not None and known.free > _SPACE_AGAIN),
        Cause.CLOCK: (False, _said_well(known.clock)),
        Cause.CONFIGURATION: (False, not known.noted.get(Cause.CONFIGURATION)),  # a start with it is a load of it
        Cause.BACKUP: (False, _said_well(known.noted.get(Cause.BACKUP))),
        Cause.MONITORS: (not known.has_monitors, _said_well(known.noted.get(Cause.MONITORS))),
        Cause.FAULT: (False, _said_well(known.faults.get(trouble.subject))),
    }[trouble.cause]
    if is_gone:
        return Ending.GONE
    return Ending.WELL if is_well else None


def _said_well(word: str | None) -> bool:
    """Something was said, and it was nothing bad."""
    return word is not None and not word  # an empty word is not no word


# --------------------------------------------------------------------------------------------------------- channels


def _of_channels(known: Circumstances) -> Iterator[Trouble]:
    for one in (known.subscriptions or {}).values():
        for cause, detail in _wrong_with(one, known):
            yield Trouble(
                cause=cause,
                workspace=one.channel.home,
                subject=str(one.id),
                name=f"#{one.channel.name.lstrip('#')}",
                detail=detail,
            )


def _wrong_with(one: Subscription, known: Circumstances) -> Iterator[tuple[Cause, str]]:
    """What is wrong with a subscription, each with its detail."""
    if one.standing is Standing.RETIRED:
        return
    if one.standing is Standing.PAUSED:
        yield (Cause.CLOSED, one.reason) if one.paused_by_platform else (Cause.PAUSED, _paused(one.reason))
        return
    if one.timezone not in known.zones:
        yield Cause.ZONE, one.timezone
    if one.channel.platform not in known.platforms:
        yield Cause.PLATFORM, one.channel.platform
    mornings = (known.mornings or {}).get(one.id, ())
    if not mornings:
        return
    newest = mornings[0]
    if _is_silent(mornings):
        yield Cause.SILENT, f"the first was that of {short_day(mornings[-1].date)}"
    if newest.coverage.degraded:
        yield Cause.STALE, f"that of {short_day(newest.date)}, because {_missing(newest.coverage)}"
    if _has_one_source(newest) and len(known.feeds or ()) > 1:
        yield Cause.ONE_SOURCE, f"{newest.publishers[0]}, on {short_day(newest.date)}"


def is_remarkable(mornings: tuple[Morning, ...]) -> bool:
    """Whether the newest editions of a channel, newest first, can be a trouble."""
    return bool(mornings) and (_is_silent(mornings) or mornings[0].coverage.degraded or _has_one_source(mornings[0]))


def _is_silent(mornings: tuple[Morning, ...]) -> bool:
    return len(mornings) >= SILENT_FOR and not any(morning.stories for morning in mornings)


def _has_one_source(newest: Morning) -> bool:
    return len(newest.publishers) == 1 and newest.stories >= ONE_SOURCE_FROM and not newest.unnamed


def _paused(reason: str) -> str:
    if reason.casefold().startswith("paused"):
        return reason
    return f"paused ({reason})" if reason else "paused by an admin"


def _missing(coverage: Coverage) -> str:
    if coverage.unread:
        return "no feed has ever been read"
    if coverage.stale:
        return "no feed could be read since the one before"
    could = f"{coverage.sources} could" if coverage.sources else "none could"
    return f"{counted(len(coverage.failed), 'feed')} could not be read and {could}"


def _ending_of_channel(trouble: Trouble, known: Circumstances) -> Ending | None:
    if known.subscriptions is None:
        return None
    one = known.subscriptions.get(int(trouble.subject))
    if one is None or one.standing is Standing.RETIRED:
        return Ending.GONE
    is_paused = one.standing is Standing.PAUSED
    if trouble.cause in {Cause.CLOSED, Cause.PAUSED}:
        return Ending.GONE if is_paused else Ending.WELL
    is_of_editions = trouble.cause in {Cause.SILENT, Cause.STALE, Cause.ONE_SOURCE}
    if is_paused or (is_of_editions and one.id not in (known.mornings or {})):
        return None
    if trouble.cause is Cause.ONE_SOURCE and known.feeds is None:
        return None  # a single feed has a single publisher, and that is no trouble
    return Ending.WELL


# ------------------------------------------------------------------------------------------------ platforms and feeds


def _of_platforms(known: Circumstances) -> Iterator[Trouble]:
    for (platform, workspace), reason in known.tokens.items():
        token = Trouble(
            cause=Cause.TOKEN,
            workspace=f"{platform}:{workspace}",
            subject=platform,
            name=f"{platform.capitalize()} {workspace}".strip(),
            detail=reason,
        )
        if reason and _has_channels(token, known):
            yield token
    for platform, said in (known.doors or {}).items():
        if said:
            name = platform.capitalize()
            yield Trouble(cause=Cause.UNREACHABLE, subject=platform, name=name, detail=said)
    for platform, is_heard in (known.heard or {}).items():
        if not is_heard:
            yield Trouble(cause=Cause.WORKERS, subject=platform, name=platform.capitalize(), detail=_NO_WORKER)


def token_of(trouble: Trouble) -> tuple[str, str]:
    """The platform and the workspace of the token that *trouble* is about."""
    platform, _, workspace = trouble.workspace.partition(":")
    return platform, workspace


def _has_channels(token: Trouble, known: Circumstances) -> bool:
    """Whether anybody misses anything without the token; also if nobody knows."""
    return known.served.get(token_of(token), True)


def _of_feeds(known: Circumstances) -> Iterator[Trouble]:
    for feed, state in known.feeds or ():
        if state.failures:
            yield Trouble(cause=Cause.FEED, subject=state.url, name=feed.name, detail=state.reason)


def _is_read(trouble: Trouble, known: Circumstances) -> bool:
    """Whether the feed still exists, as far as anybody knows."""
    return known.feeds is None or any(state.url == trouble.subject for _, state in known.feeds)


# -------------------------------------------------------------------------------------------- models and the machine


def _of_models(known: Circumstances) -> Iterator[Trouble]:
    if not known.has_model:
        return
    if known.may_write is False:
        yield Trouble(cause=Cause.BUDGET, detail=known.budget)
    if known.model and known.model[0] >= MODEL_FAILURES:
        yield Trouble(cause=Cause.MODEL, detail=known.model[1])


def _of_the_machine(known: Circumstances) -> Iterator[Trouble]:
    if known.store:
        yield Trouble(cause=Cause.STORE, detail=known.store)
    if known.free is not None and known.free <= LITTLE_SPACE:
        yield Trouble(cause=Cause.SPACE, detail=f"{known.free / 1_000_000:,.0f} MB")
    if known.clock:
        yield Trouble(cause=Cause.CLOCK, detail=known.clock)
    for cause, reason in known.noted.items():
        if reason:
            yield Trouble(cause=cause, detail=reason)
    for part, bug in known.faults.items():
        if bug:
            yield Trouble(cause=Cause.FAULT, subject=part, name=part, detail=bug)
