"""The delivery state machine: what to do next with one delivery, and what a failure makes of it. Pure.

    due ──intent committed──▶ sending ──confirmed──▶ due (next part) … ──▶ sent
     ▲                          │ │ │
     ├── surely not arrived ────┘ │ └── the platform will never take it ──▶ refused
     │                            └── may have arrived: while the platform knows the key, post it once more;
     │                                else wait, then read the channel back
     └── surely not there ◀── read back ──▶ there: adopted, as if confirmed
                                  └── cannot be read back ──▶ uncertain

A delivery whose hour is further back than the catch-up window becomes *missed*, whatever parts of it are out already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import Fate, PostFailed, Reach
from bot.model import Delivery, DeliveryState, Intent, Standing, Subscription

BACKOFF = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 300))
"""Waits after the first, second … attempt that surely did not arrive; the last one repeats until the window ends."""
MAX_RETRY_AFTER = timedelta(minutes=5)
"""A platform that asks for more patience than this is asked again after this."""
UNTOLD = timedelta(seconds=15)
"""After so long a platform is asked again that did not say whether it takes a post."""
LAST_TURN = timedelta(minutes=1)
"""How long before the end of the catch-up window a platform is asked for a turn for the last time: the alarm rings once
a minute, and whoever comes a moment after the end comes too late.
"""
PATIENCE_ASKED = "the platform asked for patience"
_TOO_LATE = "it could not be sent within the catch-up window"
_UNHEARD = "no worker that can post to {platform} came for it within the catch-up window"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the delivery promise waits for what."""

    request_timeout: timedelta = timedelta(seconds=15)
    """The longest that one post may take; then nobody knows whether it arrived."""
    settle: timedelta = timedelta(seconds=60)
    """How late, after that, a platform may still accept what it got."""
    catch_up: timedelta = timedelta(hours=6)
    """How late an edition may leave."""

    @property
    def lease(self) -> timedelta:
        """How long a claim holds: enough for one post and then some, so that no zombie posts after it ran out."""
        return 3 * self.request_timeout + timedelta(seconds=30)

    @property
    def still_arriving(self) -> timedelta:
        """For how long a platform may yet carry out what was asked of it and got no answer."""
        return self.request_timeout + self.settle


@dataclass(frozen=True, slots=True)
class Send:
    """Commit the intent, then post this part."""

    part: int


@dataclass(frozen=True, slots=True)
class ReadBack:
    """Look for the part of this intent in the channel: by now it is there, or it never will be."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Repeat:
    """Post the part of this intent once more: the platform still knows its key, so it arrives once all the same."""

    intent: Intent


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before ``until``, and stay in this state."""

    until: datetime
    state: DeliveryState
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Give the delivery its final state."""

    state: DeliveryState
    reason: str = ""
    reach: Reach = Reach.VISIBLY
    """Of a refusal: what it pauses."""


Step = Send | Repeat | ReadBack | Wait | Finish


def end_if_too_late(
    delivery: Delivery, now: datetime, patience: Patience, *, is_unheard: bool = False
) -> Finish | None:
    """How *delivery* ends if its hour is further back than the catch-up window and nothing of it may be under way: what
    has not left by now stays here, even where earlier parts are out. *is_unheard*: others were to carry it, and nobody
    ever came.
    """
    if delivery.intent or now - _begun(delivery) <= patience.catch_up:
        return None
    reason = _UNHEARD.format(platform=delivery.channel.platform) if is_unheard else _TOO_LATE
    return Finish(DeliveryState.MISSED, _with_parts(delivery, delivery.reason or reason))


def may_repeat(age: timedelta | None, patience: Patience, remembers: timedelta) -> bool:
    """Whether a part that was first posted *age* ago may be posted once more: however that ends, it has ended before
    the platform forgets the key, which it *remembers* for so long.
    """
    return age is not None and age + patience.request_timeout <= remembers


def next_step(
    delivery: Delivery, parts: int, now: datetime, patience: Patience, *, is_repeatable: bool = False
) -> Step:
    """What to do with a claimed *delivery* whose edition has *parts* parts."""
    if delivery.intent and is_repeatable:
        return Repeat(delivery.intent)
    if delivery.intent:
        provable = delivery.intent.at + patience.request_timeout + patience.settle
        if now < provable:
            return Wait(provable, DeliveryState.SENDING, delivery.reason or "its outcome is unknown")
        return ReadBack(delivery.intent)
    if len(delivery.receipts) >= parts:
        return Finish(DeliveryState.SENT)
    return end_if_too_late(delivery, now, patience) or Send(len(delivery.receipts))


def unwanted(delivery: Delivery, subscription: Subscription | None) -> Finish | None:
    """How *delivery* ends if its channel, by *subscription*, is not served (any more). What is out stays out."""
    if subscription is not None and subscription.standing is Standing.ACTIVE:
        return None
    is_paused = subscription is not None and subscription.standing is Standing.PAUSED
    reason = "paused" if is_paused else "removed"
    if delivery.receipts:
        return Finish(DeliveryState.MISSED, _with_parts(delivery, f"the channel was {reason}"))
    return Finish(DeliveryState.SKIPPED, reason)


def abandoned(delivery: Delivery, reason: str) -> Finish:
    """How *delivery* ends, after something of it has left or may have left, when there is nobody to carry it on."""
    if delivery.intent:
        return Finish(DeliveryState.UNCERTAIN, reason)
    return Finish(DeliveryState.MISSED, _with_parts(delivery, reason))


def after_turn(
    delivery: Delivery, wait: timedelta, now: datetime, patience: Patience, reason: str = PATIENCE_ASKED
) -> Wait | Finish:
    """What becomes of *delivery* when it has no turn in its channel for *wait*: nothing has left us, so this is no
    attempt. The platform is asked again while the catch-up window lasts, and a last time just before that ends.
    """
    reason = delivery.reason or reason
    end = _begun(delivery) + patience.catch_up
    last, again = end - LAST_TURN, now + min(wait, MAX_RETRY_AFTER)
    if now < last:
        return Wait(min(again, last), DeliveryState.DUE, reason)
    if again < end:
        return Wait(again, DeliveryState.DUE, reason)
    return Finish(DeliveryState.MISSED, _with_parts(delivery, reason))


def after_failed_post(delivery: Delivery, failure: PostFailed, now: datetime, patience: Patience) -> Step:
    """What becomes of *delivery*, whose intent is committed, when posting it failed."""
    if failure.fate is Fate.REFUSED:
        return Finish(DeliveryState.REFUSED, failure.reason, failure.reach)
    if failure.fate is Fate.UNKNOWN and delivery.intent:
        until = delivery.intent.at + patience.request_timeout + patience.settle
        return Wait(max(until, now), DeliveryState.SENDING, failure.reason)
    return _once_more(delivery, failure, now, patience, DeliveryState.DUE)


def repeats_in(
    failure: PostFailed, patience: Patience, *, age: timedelta | None, remembers: timedelta
) -> timedelta | None:
    """After how long a part that was first posted *age* ago, and may have arrived, is posted once more: as long again,
    while the platform *remembers* its key. None: not at all.
    """
    if age is None or failure.fate is Fate.REFUSED:
        return None
    again = max(BACKOFF[0], age, failure.retry_after or timedelta())
    return again if may_repeat(age + again, patience, remembers) else None


def in_doubt(intent: Intent, failure: PostFailed, now: datetime, patience: Patience, again: timedelta | None) -> Wait:
    """Until when a delivery waits whose part may have arrived: to be posted once more, or to be read back."""
    provable = max(now, intent.at + patience.request_timeout + patience.settle)
    return Wait(provable if again is None else now + again, DeliveryState.SENDING, failure.reason)


def after_failed_read_back(delivery: Delivery, failure: PostFailed, now: datetime, patience: Patience) -> Step:
    """What becomes of *delivery* when the platform did not answer whether the part is there: it is asked again after as
    long as it has been asked already. Looking is no attempt, so those cannot be counted.
    """
    if failure.fate is Fate.REFUSED:
        return Finish(DeliveryState.UNCERTAIN, failure.reason)
    provable = delivery.intent.at + patience.still_arriving if delivery.intent else now
    return _once_more(delivery, failure, now, patience, DeliveryState.SENDING, at_least=now - provable)


def unseen(reason: str) -> Finish:
    """How a delivery ends that may have been posted before its database was restored, where nobody can look."""
    return Finish(DeliveryState.UNCERTAIN, f"whether it was posted before the restore cannot be seen: {reason}")


def after_failed_look(delivery: Delivery, failure: PostFailed, now: datetime, patience: Patience) -> Wait | Finish:
    """What becomes of *delivery*, which may have been posted before its database was restored, when the platform did
    not answer whether it was: it is asked again, after as long as this has taken, until the catch-up window ends.
    """
    if failure.fate is Fate.REFUSED:
        return unseen(failure.reason)
    wait = min(max(BACKOFF[0], now - _begun(delivery)), BACKOFF[-1])
    until = now + max(wait, min(failure.retry_after or wait, MAX_RETRY_AFTER))
    if until - _begun(delivery) > patience.catch_up:
        return unseen(failure.reason)
    return Wait(until, DeliveryState.DUE, failure.reason)


def after_bug(delivery: Delivery, reason: str, now: datetime, patience: Patience) -> Step:
    """What becomes of *delivery* when our own code failed on it: what may be under way stays in doubt."""
    state = DeliveryState.SENDING if delivery.intent else DeliveryState.DUE
    return _or_end(delivery, Wait(now + BACKOFF[-1], state, reason), patience)


def _once_more(
    delivery: Delivery,
    failure: PostFailed,
    now: datetime,
    patience: Patience,
    state: DeliveryState,
    *,
    at_least: timedelta = timedelta(),
) -> Step:
    wait = max(BACKOFF[min(max(delivery.attempts, 1), len(BACKOFF)) - 1], min(at_least, BACKOFF[-1]))
    if failure.retry_after:
        wait = max(wait, min(failure.retry_after, MAX_RETRY_AFTER))
    return _or_end(delivery, Wait(now + wait, state, failure.reason), patience)


def _or_end(delivery: Delivery, wait: Wait, patience: Patience) -> Step:
    """*wait*, unless the catch-up window ends before it."""
    if wait.until - _begun(delivery) <= patience.catch_up:
        return wait
    if wait.state is DeliveryState.SENDING:
        return Finish(DeliveryState.UNCERTAIN, wait.reason)
    return Finish(DeliveryState.MISSED, _with_parts(delivery, wait.reason))


def _begun(delivery: Delivery) -> datetime:
    """From when the catch-up window counts: its hour, or the moment an admin wished it sent once more."""
    return delivery.reopened_at or delivery.due_at


def _with_parts(delivery: Delivery, reason: str) -> str:
    if not delivery.receipts:
        return reason
    return f"only the first {len(delivery.receipts)} of its messages arrived: {reason}"
