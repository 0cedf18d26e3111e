"""Changing the messages that a correction has left for later, and telling admins of those that cannot be changed."""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot import notices
from bot.errata import Outcome, bring_all_up_to_date
from bot.messenger import Messenger, Pending
from bot.model import Delivery, DeliveryState, Notice
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
    await _tell(room, messenger, [one for one in outcomes if is_to_be_told(one, now)])
    return sum(not outcome.reason for outcome in outcomes)


def is_to_be_told(outcome: Outcome, now: datetime) -> bool:
    """Whether admins should hear of *outcome*: they have not yet, and it is refused, or has failed for long. Pure."""
    erratum = outcome.erratum
    if not outcome.reason or erratum is None or erratum.told_at is not None:
        return False
    failing = now - erratum.failing_since if erratum.failing_since else timedelta()
    return outcome.is_refused or failing >= TELL_AFTER


async def _tell(room: Newsroom, messenger: Messenger, untold: Sequence[Outcome]) -> None:
    """Tell of *untold* whoever is nearest to the channels: for each cause, all of theirs in one message."""
    if not untold:
        return
    outcomes = {one.delivery.id: one for one in untold}
    for _, notice in _notices(untold):
        log.warning("%s", " ".join((notice.sentence, *notice.lines)))
    subscriptions = {one.id: one for one in await room.store.subscriptions.all(retired=True)}
    # When it is told again, the messages have been tried again too: that is too late to pass nobody over now.
    pending = [
        Pending(matter=number, groups=messenger.nearest_to(subscriptions[one.delivery.subscription]), insists=True)
        for number, one in outcomes.items()
    ]

    def say(numbers: Sequence[int]) -> Iterator[tuple[Sequence[int], Notice]]:
        yield from _notices([outcomes[number] for number in numbers])

    async def heard(numbers: Sequence[int], _: object) -> None:
        await room.store.errata.told(numbers, room.clock.now())

    await messenger.tell(pending, say, heard)


def _notices(outcomes: Sequence[Outcome]) -> Iterator[tuple[Sequence[int], Notice]]:
    """In which messages *outcomes* are told to the same people: one for each cause."""
    groups: dict[tuple[notices.Shown, bool, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((_shown(one), one.is_for_ever or one.again_at is None, one.reason), []).append(one)
    for (shown, is_for_ever, reason), some in groups.items():
        refs = sorted({ref for one in some if one.erratum for ref in one.erratum.refs})
        deliveries = [one.delivery for one in some]
        yield (
            [one.id for one in deliveries],
            notices.not_changed(deliveries, refs, reason, shown=shown, is_for_ever=is_for_ever),
        )


def _shown(outcome: Outcome) -> notices.Shown:
    if outcome.erratum and outcome.erratum.is_only_told:
        return notices.Shown.AS_RESTORED
    return notices.Shown.PERHAPS if outcome.delivery.state is DeliveryState.UNCERTAIN else notices.Shown.SURELY


def _name(delivery: Delivery) -> str:
    return f"{delivery.channel.name} {delivery.date}"
