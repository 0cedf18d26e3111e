"""What an admin is told without having asked: what happened, where, why, and what to do next. Pure."""

from collections.abc import Sequence
from datetime import date

from bot.model import Channel, Delivery, DeliveryState, Notice
from bot.text import cut

_MAX_REASON = 300
"""Characters of a reason; some come from a platform."""
_NAMED_DATES = 3
"""Dates that a sentence names before it only counts them."""


def bad_news(deliveries: Sequence[Delivery]) -> Notice:
    """Of *deliveries* of one channel (at least one) that ended badly in the same way; of uncertain ones only one."""
    first = deliveries[0]
    name, dates = _name(first.channel), _editions(sorted({one.date for one in deliveries}))
    because = f": {reason}" if (reason := cut(first.reason, _MAX_REASON).rstrip(".")) else ""
    match first.state:
        case DeliveryState.UNCERTAIN:
            sentence = (
                f"Nobody knows whether {name} got {dates}{because}. "
                "It may or may not have arrived; look at the channel, then resend it if it is not there."
            )
        case DeliveryState.REFUSED:
            sentence = (
                f"{name} did not get {dates}{because}. Its settings are kept. Mend that; if /daybrief status says that "
                "it is paused, /daybrief resume ends that, unless it resumes by itself once posts are taken again."
            )
        case _:
            what = f"did not get all of {dates}" if first.receipts else f"did not get {dates}"
            sentence = f"{name} {what}{because}. It is not sent any more; the next edition comes at its usual hour."
    return Notice(
        channel=first.channel,
        sentence=sentence,
        resend=first.id if first.state is DeliveryState.UNCERTAIN else None,
    )


def not_changed(deliveries: Sequence[Delivery], refs: Sequence[str], reason: str, *, is_for_ever: bool) -> Notice:
    """Of *deliveries* of one channel (at least one) whose messages do not show that stories, called *refs* if they are
    known, were corrected or withdrawn, for the same *reason*.
    """
    channel = deliveries[0].channel
    dates = _editions(sorted({one.date for one in deliveries}))
    what = f"{' and '.join(refs)} {'was' if len(refs) == 1 else 'were'}" if refs else "one of its stories was"
    hint = (
        "If what was posted is still there, delete it, or tell its readers."
        if is_for_ever
        else "Daybrief goes on trying for three days."
    )
    sentence = (
        f"{_name(channel)} still shows the former text in {dates}, although {what} corrected or withdrawn: "
        f"{cut(reason, _MAX_REASON).rstrip('.')}. {hint}"
    )
    return Notice(channel=channel, sentence=sentence)


def good_news(channel: Channel) -> Notice:
    """Of a *channel* that the platform had refused and is served again."""
    sentence = f"{_name(channel)} takes posts again and is resumed; its next edition comes at its usual hour."
    return Notice(channel=channel, sentence=sentence)


def _name(channel: Channel) -> str:
    return f"#{channel.name.lstrip('#')}"


def _editions(dates: Sequence[date]) -> str:
    """``its edition of 3 March 2026``, ``its editions of 3 March 2026 and 4 March 2026``; *dates* in order."""
    named = [f"{day.day} {day:%B} {day.year}" for day in dates]
    if len(named) == 1:
        return f"its edition of {named[0]}"
    if len(named) > _NAMED_DATES:
        return f"its {len(named)} editions from {named[0]} to {named[-1]}"
    return f"its editions of {', '.join(named[:-1])} and {named[-1]}"
