"""Changing the messages that a correction has left for later, and telling admins of those that cannot be changed."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import notices
from bot.errata import Outcome, bring_all_up_to_date
from bot.messenger import Messenger
from bot.model import Delivery
from bot.newsroom import Newsroom

log = logging.getLogger(__name__)

TELL_AFTER = timedelta(hours=1)
"""How long a message may fail to be changed before an admin hears of it, unless the platform refuses it for good."""


async def sweep(room: Newsroom, messenger: Messenger) -> int:
    """One round; how many deliveries were brought up to date. Nobody waits for its answer, so what cannot be changed is
    told to an admin, once.
    """
    owed = await room.store.errata.owed(room.clock.now())
    outcomes = await bring_all_up_to_date(room, owed, is_awaited=False)
    now = room.clock.now()
    for outcome in outcomes:
        if outcome.reason and outcome.again_at is None and outcome.erratum:
            log.error("%s: it is given up to change the message: %s", _name(outcome.delivery), outcome.reason)
    for group in _together([one for one in outcomes if is_to_be_told(one, now)]):
        await _tell(room, messenger, group)
    return sum(not outcome.reason for outcome in outcomes)


def is_to_be_told(outcome: Outcome, now: datetime) -> bool:
    """Whether admins should hear of *outcome*: they have not yet, and it is refused, or has failed for long. Pure."""
    erratum = outcome.erratum
    if not outcome.reason or erratum is None or erratum.told_at is not None:
        return False
    failing = now - erratum.failing_since if erratum.failing_since else timedelta()
    return outcome.is_refused or failing >= TELL_AFTER


async def _tell(room: Newsroom, messenger: Messenger, group: Sequence[Outcome]) -> None:
    deliveries = [one.delivery for one in group]
    refs = sorted({one.erratum.ref for one in group if one.erratum and one.erratum.ref})
    notice = notices.not_changed(deliveries, refs, group[0].reason, is_for_ever=group[0].is_refused)
    log.warning("%s", notice.sentence)
    subscription = await room.store.subscriptions.by_id(deliveries[0].subscription)
    if subscription and await messenger.tell_of(subscription, notice):
        await room.store.errata.told([one.id for one in deliveries], room.clock.now())


def _together(outcomes: Sequence[Outcome]) -> list[list[Outcome]]:
    """What makes one message each: the same channel and the same cause."""
    groups: dict[tuple[int, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((one.delivery.subscription, one.reason), []).append(one)
    return list(groups.values())


def _name(delivery: Delivery) -> str:
    return f"{delivery.channel.name} {delivery.date}"
