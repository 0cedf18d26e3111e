"""What did not come: a post of a channel, the story of a feed. Pure; nothing is escaped here."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.coverage import site_of
from bot.ending import day_of, ended
from bot.identity import domain_of
from bot.model import Delivery, DeliveryState, Edition, Failing, Feed, FeedState, Standing, Subscription
from bot.schedule import instant_of
from bot.wording import counted, day_and_hour, sentence_of

_NAMED = 3
"""Feeds that a sentence names."""
_GRACE = timedelta(minutes=2)
"""So long after its hour an edition may be without a trace: a running bot looks every minute."""


# --------------------------------------------------------------------------------------------------- of a channel


def why_no_post(
    subscription: Subscription, latest: Delivery | None, edition: Edition | None, *, now: datetime, where: str
) -> str:
    """How *subscription* stands today, in a sentence: what was posted, or why nothing was.

    Args:
        subscription: whose channel it is; its hour is the one that holds now.
        latest: its newest delivery.
        edition: that delivery's.
        now: the present instant.
        where: ``here``, or ``in ai-news``.
    """
    local = now.astimezone(ZoneInfo(subscription.timezone))
    is_held = subscription.standing is not Standing.ACTIVE and latest is not None and not latest.state.final
    if is_held:  # what is on its way there is skipped at the next look
        return sentence_of(_why_none_today(subscription, local, now, where))
    if latest and latest.date >= local.date():
        return sentence_of(f"{_of_today(latest, edition, local, where)}")
    before = "there has been none yet"
    if latest:
        whose = "" if latest.state is DeliveryState.SENT else f"of {day_of(latest)} "
        before = f"the latest edition {whose}{_stood(latest, edition, local)}"
    is_new = latest is None
    return sentence_of(f"{_why_none_today(subscription, local, now, where, is_new=is_new)}; {before}")


def _of_today(latest: Delivery, edition: Edition | None, local: datetime, where: str) -> str:
    whose = "today's edition" if latest.date == local.date() else f"the edition for {day_of(latest)}"
    return f"{whose} {_stood(latest, edition, local, where)}"


def _stood(latest: Delivery, edition: Edition | None, local: datetime, where: str = "") -> str:
    """``was posted here on Tuesday 3 March at 08:00 with 5 stories``; ``was missed: …``, or how else it ended."""
    if latest.state is DeliveryState.SENT:
        sent = (latest.sent_at or latest.due_at).astimezone(local.tzinfo)
        stories = latest.edition or ()
        held = f"with {counted(len(stories), 'story', 'stories')}" if stories else "as a quiet day, without a story"
        late = ", delayed" if edition and edition.delayed else ""
        there = f" {where}" if where else ""
        return f"was posted{there} on {sent:%A} {sent.day} {sent:%B} at {sent:%H:%M} {held}{late}"
    return ended(latest)


def _why_none_today(
    subscription: Subscription, local: datetime, now: datetime, where: str, *, is_new: bool = False
) -> str:
    if subscription.standing is not Standing.ACTIVE:
        is_removed = subscription.standing is Standing.RETIRED
        reason = "the channel was removed" if is_removed else subscription.reason or "paused by an admin"
        return f"nothing is posted {where}: {reason}"
    if local.isoweekday() not in subscription.days:
        return f"no edition is due {where} on a {local:%A}"
    due_at = instant_of(local.date(), subscription.at, subscription.timezone)
    if due_at is None:
        return f"no edition is due {where}: clocks skip this date"
    hour = f"{due_at.astimezone(local.tzinfo):%H:%M}"
    since = max((at for at in (subscription.since, subscription.ordered_at) if at), default=None)
    if due_at > now:
        return f"today's edition is due {where} at {hour}"
    if since and since > due_at:
        given = day_and_hour(since.astimezone(local.tzinfo))
        return f"no edition was due {where} today: its order was given on {given}, after today's hour"
    return f"today's edition was due {where} at {hour}, and {_without_a_trace(now - due_at, is_new=is_new)}"


def _without_a_trace(late: timedelta, *, is_new: bool) -> str:
    if is_new:  # a channel of the configuration has no date of birth
        asks = "(`daybrief check` says whether one runs)"
        return f"nothing is on record of this channel: no bot has served it by then {asks}"
    stands = ": no running bot has looked since (`daybrief check` says what is wrong)" if late >= _GRACE else " yet"
    return f"nothing is on record of it{stands}"


# ------------------------------------------------------------------------------------------------------ of a feed


def why_unheard(
    asked: str, feeds: Sequence[tuple[Feed, FeedState | None]], edition: Edition | None, timezone: str
) -> str:
    """Why there may be no story called *asked*, to go on after a colon; empty: every feed is read.

    Args:
        asked: what was typed; an address is looked for among the sites of the feeds.
        feeds: all, each with its state; None: it has never been visited.
        edition: the channel's latest, which knows what failed when it was composed.
        timezone: in which times are told.
    """
    zone = ZoneInfo(timezone)
    site = site_of(domain_of(asked)) if asked.lower().startswith(("http://", "https://")) else ""
    failing = [Failing(feed.name, state.fine_at) for feed, state in feeds if state and state.failures]
    if site:
        of_site = [(feed, state) for feed, state in feeds if site_of(domain_of(feed.url)) == site]
        if not of_site:
            return f"none of our feeds is of {site}{_and_failing(failing, zone)}"
        if told := _of_site(of_site, zone):
            return told
    if failing:
        return f"{_said_of(failing, zone)}, so it may never have come"
    if edition and edition.coverage.failing and not site:
        composed = day_and_hour(edition.composed_at.astimezone(zone))
        return f"all feeds are read now, but on {composed} {_said_of(edition.coverage.failing, zone, is_past=True)}"
    return ""


def _of_site(feeds: Sequence[tuple[Feed, FeedState | None]], zone: ZoneInfo) -> str:
    """How the feeds of the site of an address are doing: the worst of them."""
    for feed, state in feeds:
        if state is None or state.fine_at is None:
            return f"the feed {feed.name}, of that site, has never been read"
    for feed, state in feeds:
        if state and state.failures:
            return f"{_said_of([Failing(feed.name, state.fine_at)], zone)}, so it may never have come"
    feed, state = feeds[0]
    read = day_and_hour(state.fine_at.astimezone(zone)) if state and state.fine_at else "never"
    return f"the feed {feed.name}, of that site, was read on {read}, and has not brought it"


def _and_failing(failing: Sequence[Failing], zone: ZoneInfo) -> str:
    return f", and {_said_of(failing, zone)}" if failing else ""


def _said_of(failing: Sequence[Failing], zone: ZoneInfo, *, is_past: bool = False) -> str:
    """``the feed Fjord News is failing, last read on Tuesday 3 March, 07:30``; of several, what fails longest first."""
    first, *others = sorted(failing, key=lambda one: one.fine_at or datetime.min.replace(tzinfo=UTC))
    if not others:
        return f"the feed {first.name} {'was' if is_past else 'is'} failing, {_last_read(first, zone)}"
    more = len(failing) - _NAMED
    named = [f"{first.name} ({_last_read(first, zone)})", *(one.name for one in others[: _NAMED - 1])]
    rest = f" and {more} more" if more > 0 else ""
    return f"{len(failing)} feeds {'were' if is_past else 'are'} failing: {', '.join(named)}{rest}"


def _last_read(one: Failing, zone: ZoneInfo) -> str:
    return f"last read on {day_and_hour(one.fine_at.astimezone(zone))}" if one.fine_at else "never read"
