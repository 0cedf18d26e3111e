"""What troubles become over time: which begin, go on and end, and of which an admin is to hear now. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.model import OF_CHANNELS, Case, Cause, FeedState, Subscription, Trouble
from bot.troubles import Circumstances, Ending, ending, troubles

A_DAY = timedelta(hours=24)
"""How long a feed must have failed before anybody hears of it: most come back by themselves."""
_TRIED_UNTIL = timedelta(hours=12)
"""How long after its first failure a feed must have been visited again, before a day counts as failed."""
_PATIENCE: Mapping[Cause, timedelta] = MappingProxyType(
    {
        Cause.FEED: A_DAY,
        Cause.UNREACHABLE: timedelta(minutes=3),  # connections are lost and made again all the time
        Cause.STORE: timedelta(minutes=1),  # another program may hold it for a moment
        Cause.FAULT: timedelta(minutes=1),
    }
)
"""How long a trouble lasts before it is told; others are told at once. With the minute between two looks all but feeds
stay within five minutes.
"""

_OF_ONE_EDITION = frozenset({Cause.STALE, Cause.ONE_SOURCE})
_HOLDS_POSTS_UP = frozenset({Cause.STORE, Cause.CLOCK})

Key = tuple[str, Cause, str]
Cases = Mapping[Key, Case]


def advance(cases: Cases, known: Circumstances) -> dict[Key, Case]:
    """*cases* as they are under the circumstances that are known, with those that have begun. Closed ones are kept
    while they still keep somebody from hearing of the same thing twice in a day.
    """
    present = {one.key: one for one in troubles(known)}
    after = {key: _moved_on(case, present.get(key), known) for key, case in cases.items()}
    for key, trouble in present.items():
        if key not in after:
            after[key] = Case(trouble=trouble, begun_at=known.now)
    return {key: case for key, case in after.items() if not (case.is_closed and not _told_today(case, known.now))}


def to_be_told(cases: Iterable[Case], known: Circumstances) -> tuple[Case, ...]:
    """Those of *cases* that are so and that admins are to hear of now."""
    visited = {state.url: state for _, state in known.feeds or ()}
    return tuple(
        case
        for case in cases
        if case.is_open
        and (case.told_at is None or _is_so_anew(case, known))
        and not _told_today(case, known.now)
        and _has_lasted(case, known.now)
        and (case.trouble.cause is not Cause.FEED or _failed_all_day(case, visited.get(case.trouble.subject)))
    )


def to_be_told_over(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Those of *cases* that are well again and that admins are to hear so of."""
    return tuple(case for case in cases if case.over_at is not None and case.told_over_at is None)


def told(case: Case, at: datetime, people: tuple[str, ...]) -> Case:
    """*case*, after *people* have heard that it is so; or that it is over, if it is."""
    if case.is_open:
        return replace(case, told_at=at, last_told_at=at, told_to=people)
    return replace(case, told_over_at=at)


def is_ripe(case: Case, now: datetime) -> bool:
    """Whether *case* is worth a word to somebody who asks what is wrong."""
    return case.is_open and (case.told_at is not None or _has_lasted(case, now))


def concerns(trouble: Trouble, subscription: Subscription, *, sees_all: bool) -> bool:
    """Whether *trouble* is to be shown where somebody asks how a channel is; that it is paused is shown anyway."""
    home = subscription.channel.home
    match trouble.cause:
        case Cause.CLOSED | Cause.PAUSED:
            return False
        case Cause.TOKEN:
            return trouble.workspace in {home, f"{subscription.channel.platform}:"}
        case cause if cause in OF_CHANNELS:
            return (trouble.workspace, trouble.subject) == (home, str(subscription.id))
        case cause:
            return sees_all or cause in _HOLDS_POSTS_UP


def holds_posts_up(trouble: Trouble) -> bool:
    """Whether nothing at all is posted while it lasts: then everybody may know that it is so."""
    return trouble.cause in _HOLDS_POSTS_UP


def _moved_on(case: Case, trouble: Trouble | None, known: Circumstances) -> Case:
    now = known.now
    if trouble is None:
        return _ended(case, ending(case.trouble, known), now) if case.is_open else case
    if case.is_closed:
        return Case(trouble=trouble, begun_at=now, last_told_at=case.last_told_at)
    if case.is_open and case.trouble == trouble:
        return case
    # One that is back before anybody has heard that it was over has never been over.
    return replace(case, trouble=trouble, over_at=None)


def _ended(case: Case, how: Ending | None, now: datetime) -> Case:
    if how is None:
        return case
    # Whoever was to hear of it and could not be reached hears that it was so. A feed that came back is no news.
    was_kept_back = _told_today(case, now) or not _has_lasted(case, now) or case.trouble.cause is Cause.FEED
    is_nobodys = how is Ending.GONE or (case.told_at is None and was_kept_back)
    return replace(case, over_at=now, told_over_at=now if is_nobodys else None)


def _told_today(case: Case, now: datetime) -> bool:
    """Whether admins have heard of this, or of an earlier time that it was so, on the present day in UTC."""
    return case.last_told_at is not None and case.last_told_at.astimezone(UTC).date() == now.astimezone(UTC).date()


def _is_so_anew(case: Case, known: Circumstances) -> bool:
    """Whether the channel was sent another edition that is as thin as the one that admins have heard of: that is what
    happened on one more day, and no state that goes on.
    """
    if case.trouble.cause not in _OF_ONE_EDITION or case.last_told_at is None:
        return False
    mornings = (known.mornings or {}).get(int(case.trouble.subject), ())
    return bool(mornings) and mornings[0].sent_at > case.last_told_at


def _has_lasted(case: Case, now: datetime) -> bool:
    return now - case.begun_at >= _PATIENCE.get(case.trouble.cause, timedelta())


def _failed_all_day(case: Case, state: FeedState | None) -> bool:
    """Not only now and a day ago, with the bot switched off in between."""
    return state is not None and state.read_at is not None and state.read_at - case.begun_at >= _TRIED_UNTIL
