"""Inquiring: what was recorded about a story in the editions of a channel, or about the channel's latest one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.editor import Editor, may_see
from bot.ending import day_of, ended
from bot.model import (
    Answer,
    Asker,
    Change,
    Composition,
    Delivery,
    DeliveryState,
    Stage,
    Standing,
    Story,
    StoryStatus,
    Subscription,
    Verdict,
)
from bot.newsroom import Newsroom
from bot.outcome import PINNED, Ruling, forecast, outcome
from bot.ports import Revision
from bot.redact import kept_as
from bot.silence import why_no_post, why_unheard
from bot.why import Why, named
from bot.wording import day_and_hour

_RECENT = 14
"""Dates of a channel that are asked why, besides all those that posted the story."""
_CHANGES = 1000
"""Of a workspace that are looked through for who pinned or dropped a story."""
_WISHES = frozenset({"pin", "drop", "unwish"})
"""Actions of the audit log that are about a story of the next edition."""


async def why_channel(room: Newsroom, subscription: Subscription, where: str) -> Why:
    """What the channel got today, or why it got nothing."""
    now = room.instant()
    latest = next(iter(await room.store.ledger.deliveries(subscription=subscription.id, limit=1)), None)
    edition = await room.store.ledger.edition(latest.id) if latest else None
    return Why(sentence=why_no_post(subscription, latest, edition, now=now, where=where), where=where)


async def why_story(room: Newsroom, subscription: Subscription, found: Answer, asker: Asker, where: str) -> Why:
    """What became of the story that *asker* found in the channel, from what is on record; or why there may be none."""
    if found.story is None:
        because = found.because or await _why_unheard(room, subscription, found.asked)
        return Why(sentence="", found=replace(found, because=because), where=where)
    story = found.story
    if asker.workspace is None:  # the operator sees what exists for others, and is told what holds in the channel
        story = await room.store.archive.by_ref(story.ref, workspace=subscription.channel.home) or story
    rulings = await _rulings(room, subscription, story, found.asked)
    head = next((one for one in rulings if one.bears), None)
    if head is None and rulings and not _is_new(rulings[0]):
        head = next((one for one in rulings if one.is_past), None)
    latest = rulings[0] if rulings else None
    said = outcome(head, story, where) if head else await _not_yet(room, subscription, story, latest, where)
    return Why(
        sentence=f"{named(found.asked, story, head.called if head else story.ref)} {said}.",
        found=replace(found, story=story),
        head=head,
        others=tuple(one for one in rulings if one is not head and (one.shown or one.verdict or one.rest)),
        where=where,
    )


def _is_new(ruling: Ruling) -> bool:
    """The story came after the edition was composed, or was due."""
    return not (ruling.shown or ruling.verdict or ruling.rest or ruling.stood)


# ------------------------------------------------------------------------------------------------- what is on record


async def _rulings(room: Newsroom, subscription: Subscription, story: Story, asked: str) -> tuple[Ruling, ...]:
    """What became of *story* on each recent date, and on each that posted it, newest first."""
    ledger, archive = room.store.ledger, room.store.archive
    names = await archive.names(story.ref) or (story.ref,)
    recent = await ledger.deliveries(subscription=subscription.id, limit=_RECENT)
    carried = [one for one in await ledger.carriers(story.ref) if one.subscription == subscription.id]
    deliveries = {one.id: one for one in (*recent, *carried)}.values()
    # Where it does not exist, no edition had it before it.
    history = (
        await archive.history(story.ref, workspace=subscription.channel.home) if may_see(subscription, story) else ()
    )
    # Who asks by the name that a merged story had is told what became of it under that name.
    preferred = sorted(names, key=lambda name: name != asked.upper())
    found: list[Ruling] = []
    for delivery in sorted(deliveries, key=lambda one: one.date):
        ruling = await _ruling(room, delivery, preferred, story, history)
        earlier = tuple(one for one in reversed(found) if one.posted)
        found.append(replace(ruling, earlier=earlier))
    return await _with_admins(room, subscription, names, tuple(reversed(found)))


async def _ruling(
    room: Newsroom, delivery: Delivery, names: Sequence[str], story: Story, history: Sequence[Revision]
) -> Ruling:
    edition = await room.store.ledger.edition(delivery.id)
    stood = _stood(history, edition.composed_at if edition else delivery.due_at)
    if edition is None:
        return Ruling(delivery=delivery, called=story.ref, stood=stood)
    verdicts, tally = await room.store.ledger.reasons(delivery.id)
    composition = Composition(edition=edition, verdicts=verdicts, tally=tally)
    return _ruled(delivery, composition, names, story, stood)


def _ruled(
    delivery: Delivery, composition: Composition, names: Sequence[str], story: Story, stood: Story | None
) -> Ruling:
    """What *composition*, the edition of *delivery*, makes of *story*, which has *names*, the preferred one first."""
    edition, verdicts, tally = composition.edition, composition.verdicts, composition.tally
    shown = {one.ref for one in edition.stories}
    judged = {one.ref: one for one in verdicts if one.ref in names}
    called = next((name for name in names if name in shown), next((name for name in names if name in judged), ""))
    rests = tally.rest if tally and not called else ()
    return Ruling(
        delivery=delivery,
        called=called or story.ref,
        edition=edition,
        verdict=judged.get(called),
        rest=next((one for one in rests if any(name in one.refs for name in names)), None),
        tally=tally,
        candidates=len(verdicts),
        stood=stood,
    )


def _stood(history: Sequence[Revision], at: datetime) -> Story | None:
    return next((one.story for one in reversed(history) if one.at <= at), None)


async def _with_admins(
    room: Newsroom, subscription: Subscription, names: Sequence[str], rulings: Sequence[Ruling]
) -> tuple[Ruling, ...]:
    """*rulings*, those that an admin decided with who it was, where that is on record."""
    if not any(_wished(one.verdict) for one in rulings):
        return tuple(rulings)
    channel = subscription.channel
    changes = await room.store.audit.changes(channel.home, limit=_CHANGES)
    ours = [
        one for one in changes if one.subject == channel.id and one.action in _WISHES and one.detail.upper() in names
    ]
    return tuple(replace(ruling, admin=_admin(ruling, ours)) for ruling in rulings)


def _admin(ruling: Ruling, changes: Sequence[Change]) -> str:
    """Who wished what *ruling* rests on, by the *changes* of the story's wishes, newest first; empty: not on record."""
    if ruling.edition is None:
        return ""
    # Whoever wishes something later wishes it of the next edition; and what was taken back decides nothing.
    until = min(ruling.delivery.due_at, ruling.edition.composed_at)
    last = next((one for one in changes if one.at <= until), None)
    return last.person if last and last.action == _wished(ruling.verdict) else ""


def _wished(verdict: Verdict | None) -> str:
    """The action of the audit log that *verdict* rests on; empty: none."""
    if verdict and verdict.stage is Stage.DROPPED:
        return "drop"
    return "pin" if verdict and verdict.detail.startswith(PINNED) else ""


# --------------------------------------------------------------------------------------------- nothing is on record


async def _not_yet(room: Newsroom, subscription: Subscription, story: Story, latest: Ruling | None, where: str) -> str:
    """That no edition of the channel has had *story* before it, and whether the next one will."""
    zone = ZoneInfo(subscription.timezone)
    if not may_see(subscription, story):
        return f"not posted {where}: it is kept for other workspaces"
    upcoming = await _upcoming(room, subscription, story)
    if latest is None:
        return f"not posted {where}: there has been no edition yet; {upcoming}"
    if latest.edition is None:
        if not latest.delivery.state.final:
            return f"not posted {where} yet: the edition for {day_of(latest.delivery)} {ended(latest.delivery)}"
        return f"not posted {where}: the latest edition was due before it came; {upcoming}"
    came = day_and_hour((await _came_at(room, subscription, story)).astimezone(zone))
    composed = day_and_hour(latest.edition.composed_at.astimezone(zone))
    return f"not there yet when the latest edition {where} was composed, on {composed}: it came on {came}; {upcoming}"


async def _came_at(room: Newsroom, subscription: Subscription, story: Story) -> datetime:
    """Since when *story* has been there for the workspace of the channel."""
    history = await room.store.archive.history(story.ref, workspace=subscription.channel.home)
    return history[0].at if history else story.first_seen


async def _upcoming(room: Newsroom, subscription: Subscription, story: Story) -> str:
    """What the next edition would do with *story* as things stand, or why there is none."""
    if subscription.standing is Standing.RETIRED:
        return "the channel was removed"
    if subscription.standing is Standing.PAUSED:
        return f"nothing is posted now: {subscription.reason or 'paused by an admin'}"
    if story.status is StoryStatus.WITHDRAWN:
        return "it has been withdrawn, so no edition will have it"
    day, due_at = await Editor(room, room.instant()).next_date(subscription)
    number, channel = subscription.id, subscription.channel
    to_come = Delivery(id=0, subscription=number, channel=channel, date=day, due_at=due_at, state=DeliveryState.DUE)
    composition = await Editor(room, due_at).compose(subscription, day, due_at)
    ruling = _ruled(to_come, composition, (story.ref,), story, story)
    return forecast(ruling, day_and_hour(due_at.astimezone(ZoneInfo(subscription.timezone))))


async def _why_unheard(room: Newsroom, subscription: Subscription, asked: str) -> str:
    states = await room.store.feeds.states()
    feeds = [(feed, states.get(kept_as(feed.url))) for feed in await room.feeds()]
    sent = (one for one in await room.store.ledger.deliveries(subscription=subscription.id, limit=_RECENT))
    latest = next((one for one in sent if one.state is DeliveryState.SENT), None)
    edition = await room.store.ledger.edition(latest.id) if latest else None
    return why_unheard(asked, feeds, edition, subscription.timezone)
