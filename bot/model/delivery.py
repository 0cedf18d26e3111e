"""Deliveries: giving one edition to one channel, exactly once, and the record of it."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.model.edition import Channel


class DeliveryState(StrEnum):
    """Where a delivery stands. The first two are on the way, the others are final."""

    DUE = "due"
    """To be sent; nothing of the next part has left us."""
    SENDING = "sending"
    """The intent to send a part is committed; it may or may not have arrived."""
    SENT = "sent"
    REFUSED = "refused"
    """The platform will never accept it; the channel is paused."""
    MISSED = "missed"
    """Its time had passed by more than the catch-up window."""
    UNCERTAIN = "uncertain"
    """It may have arrived and nobody can find out: never sent again by itself."""
    SKIPPED = "skipped"
    """Not wanted: the channel was paused or removed, or the database was restored from a copy."""

    @property
    def final(self) -> bool:
        """Nothing will happen to it any more by itself."""
        return self not in {DeliveryState.DUE, DeliveryState.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A local date whose hour has come for a subscription, and what is to become of it."""

    subscription: int
    date: date
    due_at: datetime
    state: DeliveryState
    """DUE, or straight to MISSED or SKIPPED."""
    reason: str = ""
    place: int = 0
    """How many of its workspace come due with it and are known to go before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform's own ids of the messages that carry one part of an edition."""

    part: int
    """From 0."""
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A part that we were about to send."""

    part: int
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One row of the ledger. (subscription, date) is unique."""

    id: int
    subscription: int
    channel: Channel
    date: date
    due_at: datetime
    state: DeliveryState
    reason: str = ""
    attempts: int = 0
    """How many times a part was about to be sent."""
    next_at: datetime | None = None
    """Not to be touched before; None when final."""
    reopened_at: datetime | None = None
    """When an admin wished it sent once more, after it had ended uncertain."""
    sent_at: datetime | None = None
    receipts: tuple[Receipt, ...] = ()
    """Of the parts that surely arrived, in order."""
    intent: Intent | None = None
    """The part that is under way or in doubt; only while SENDING."""
    edition: tuple[str, ...] | None = None
    """Refs of the stories in its edition, in order; None until composed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on one delivery until a deadline.

    Every write checks the token, so a late owner changes nothing.
    """

    delivery: Delivery
    token: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum:
    """What a delivery owes its readers: a message of it may show something else than a story of it reads now. Whoever
    has it has the right to change the messages until a deadline.
    """

    delivery: Delivery
    refs: tuple[str, ...]
    """The stories that were corrected or withdrawn; empty: one was while the edition was leaving."""
    version: int
    """Grows with every correction, so that a later one is not taken for done."""
    token: int
    until: datetime
    is_only_told: bool = False
    """It waited in a copy of the database that was restored. The messages may show a later text, which would be turned
    back, so they are not changed; admins hear of it.
    """
    attempts: int = 0
    """How many failed."""
    reason: str = ""
    """Why the last one did."""
    failing_since: datetime | None = None
    told_at: datetime | None = None
    """When an admin was told of that."""
    unsure_since: datetime | None = None
    """An earlier edit that nobody knows the end of had left by then: a platform may carry it out after later ones."""


def delivery_key(channel: Channel, day: date, part: int) -> str:
    """The name under which a part is known to the platform: 22 characters of ``A-Z2-7``, the same for ever.

    Discord's ``nonce`` may have 25 characters at the most.
    """
    text = "\x1f".join((channel.platform, channel.workspace, channel.id, day.isoformat(), str(part)))
    return base64.b32encode(hashlib.sha256(text.encode()).digest())[:22].decode()
