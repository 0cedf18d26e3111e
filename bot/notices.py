"""What an admin is told of editions that ended badly: what happened, where, why, and what to do next. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import Enum, auto

from bot.model import Channel, Delivery, DeliveryState, Notice
from bot.text import cut
from bot.wording import IF_IT_IS_THERE, counted, first_lines, short_day

_MAX_REASON = 300
"""Characters of a reason; some come from a platform."""
_NAMED_DATES = 3
"""Dates that a sentence names before it only counts them."""
_NAMED_REFS = 5
"""The same of stories."""


class Shown(Enum):
    """Whether messages show a former text."""

    SURELY = auto()
    PERHAPS = auto()
    """Nobody knows whether there is a message."""
    AS_RESTORED = auto()
    """They may have been changed in a time that is lost."""


def bad_news(deliveries: Sequence[Delivery]) -> Notice:
    """Of *deliveries* (at least one) that ended badly in the same way and for the same reason."""
    by_channel: dict[int, list[Delivery]] = {}
    for one in deliveries:
        by_channel.setdefault(one.subscription, []).append(one)
    if len(by_channel) == 1:
        return _of_one_channel(deliveries)
    first, dates = deliveries[0], _editions("their", sorted({one.date for one in deliveries}))
    who = counted(len(by_channel), "channel")
    match first.state:
        case DeliveryState.UNCERTAIN:
            sentence = (
                f"Nobody knows whether {who} got {dates}{_because(first)}. They may or may not have arrived; look at "
                "the channels, then resend what is not there, with the button that /daybrief status shows."
            )
        case DeliveryState.REFUSED:
            sentence = (
                f"{who} did not get {dates}{_because(first)}. Their settings are kept. Mend that; where /daybrief "
                "status says that a channel is paused, /daybrief resume ends that, unless it resumes by itself once "
                "posts are taken again."
            )
        case _:
            sentence = (
                f"{who} did not get {dates}{_because(first)}. They are not sent any more; the next editions come at "
                "their usual hours."
            )
    return Notice(sentence=sentence, lines=_lines(list(by_channel.values())))


def _of_one_channel(deliveries: Sequence[Delivery]) -> Notice:
    """Of uncertain ones only a single one has the way to resend it."""
    first = deliveries[0]
    name, dates = _name(first.channel), _editions("its", sorted({one.date for one in deliveries}))
    match first.state:
        case DeliveryState.UNCERTAIN:
            sentence = (
                f"Nobody knows whether {name} got {dates}{_because(first)}. "
                "It may or may not have arrived; look at the channel, then resend it if it is not there."
            )
        case DeliveryState.REFUSED:
            sentence = (
                f"{name} did not get {dates}{_because(first)}. Its settings are kept. Mend that; if /daybrief status "
                "says that it is paused, /daybrief resume ends that, unless it resumes by itself once posts are taken "
                "again."
            )
        case _:
            what = f"did not get all of {dates}" if first.receipts else f"did not get {dates}"
            sentence = (
                f"{name} {what}{_because(first)}. It is not sent any more; the next edition comes at its usual hour."
            )
    is_one = first.state is DeliveryState.UNCERTAIN and len(deliveries) == 1
    return Notice(channel=first.channel, sentence=sentence, resend=first.id if is_one else None)


def _because(delivery: Delivery) -> str:
    return f": {reason}" if (reason := cut(delivery.reason, _MAX_REASON).rstrip(".")) else ""


def _lines(channels: Sequence[Sequence[Delivery]]) -> tuple[str, ...]:
    """A line for each of *channels*, which are given by their deliveries; with the dates where these differ."""
    dates = [tuple(sorted(one.date for one in some)) for some in channels]
    is_same = len(set(dates)) == 1
    named = sorted(
        _name(some[0].channel) if is_same else f"{_name(some[0].channel)}: {_editions('', days).strip()}"
        for some, days in zip(channels, dates, strict=True)
    )
    return first_lines(named)


def not_changed(
    deliveries: Sequence[Delivery], refs: Sequence[str], reason: str, *, shown: Shown = Shown.SURELY, is_for_ever: bool
) -> Notice:
    """Of *deliveries* (at least one) whose messages do not show that stories, called *refs* if they are known, were
    corrected or withdrawn, for the same *reason*; it is *shown* so in all of them.
    """
    by_channel: dict[int, list[Delivery]] = {}
    for one in deliveries:
        by_channel.setdefault(one.subscription, []).append(one)
    is_one = len(by_channel) == 1
    who = _name(deliveries[0].channel) if is_one else counted(len(by_channel), "channel")
    show = "may still show" if shown is not Shown.SURELY else "still shows" if is_one else "still show"
    dates = _editions("its" if is_one else "their", sorted({one.date for one in deliveries}))
    sentence = (
        f"{who} {show} the former text in {dates}, although {_stories(refs)} corrected or withdrawn: "
        f"{cut(reason, _MAX_REASON).rstrip('.')}. {_hint(shown, is_for_ever=is_for_ever)}"
    )
    if is_one:
        return Notice(channel=deliveries[0].channel, sentence=sentence)
    return Notice(sentence=sentence, lines=_lines(list(by_channel.values())))


def _hint(shown: Shown, *, is_for_ever: bool) -> str:
    if shown is Shown.PERHAPS:
        return IF_IT_IS_THERE
    if shown is Shown.AS_RESTORED:
        return (
            "Nothing was changed. Look at what was posted; where it is wrong, correct or withdraw the story once more."
        )
    if is_for_ever:
        return "If what was posted is still there, delete it, or tell its readers."
    return "Daybrief goes on trying for three days."


def _stories(refs: Sequence[str]) -> str:
    """``XW7P was``, ``P9SF and W8JR were``, ``7 of their stories were``."""
    if len(refs) > _NAMED_REFS:
        return f"{len(refs)} of their stories were"
    *most, last = refs or ("a story",)
    return f"{', '.join(most)} and {last} were" if most else f"{last} was"


def _name(channel: Channel) -> str:
    return f"#{channel.name.lstrip('#')}"


def _editions(whose: str, dates: Sequence[date]) -> str:
    """``its edition of 3 March 2026``, ``its editions of 3 March 2026 and 4 March 2026``; *dates* in order."""
    named = [short_day(day) for day in dates]
    if len(named) == 1:
        return f"{whose} edition{'s' if whose == 'their' else ''} of {named[0]}"
    if len(named) > _NAMED_DATES:
        counted_ones = "editions" if whose == "their" else f"{len(named)} editions"
        return f"{whose} {counted_ones} from {named[0]} to {named[-1]}"
    return f"{whose} editions of {', '.join(named[:-1])} and {named[-1]}"
