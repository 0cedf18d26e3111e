"""What a standing order says, and how it differs from a former one, in words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bot.model import WEEKDAYS, Channel, Subscription

_NAMED = 10
"""Channels whose changes are told before the rest are counted."""


def terms(one: Subscription) -> dict[str, object]:
    """What is ordered, by the names that the configuration has for it."""
    return {
        "name": one.channel.name,
        "time": f"{one.at:%H:%M}",
        "timezone": one.timezone,
        "days": [WEEKDAYS[day - 1] for day in one.days],
        "stories": one.stories,
        "topics": list(one.topics),
        "layout": one.layout.value,
    }


def differences(before: Subscription, after: Subscription) -> Iterator[str]:
    """What is ordered otherwise, for people: ``time 07:30 instead of 08:00``."""
    old = terms(before)
    for key, value in terms(after).items():
        if value != old[key]:
            yield f"{key} {_plain(value)} instead of {_plain(old[key])}"


def declared_anew(held: Sequence[Subscription], orders: Sequence[Subscription]) -> tuple[str, ...]:
    """What declaring *orders* changes, a few words for each channel, where *held* are served."""
    places = defaultdict(list)
    for one in held:
        places[one.channel.platform, one.channel.id].append(one)
    said, stay = [], set()
    for order in orders:
        known = places[order.channel.platform, order.channel.id]
        before = next((one for one in known if is_same_place(one.channel, order.channel)), None)
        if before is None or not before.declared:
            said.append(f"{order.channel.name} is {'new' if before is None else 'declared now'}")
        elif changes := ", ".join(differences(before, order)):
            said.append(f"{order.channel.name}: {changes}")
        stay |= {before.id} if before else set()
    return (*said, *(f"{one.channel.name} is gone" for one in held if one.declared and one.id not in stay))


def in_short(changes: Sequence[str]) -> str:
    """Those of the first channels, and how many more there are."""
    more = [f"and {len(changes) - _NAMED} more"] if len(changes) > _NAMED else []
    return "; ".join((*changes[:_NAMED], *more))


def is_same_place(held: Channel, declared: Channel) -> bool:
    """Whether they are one; a declared channel need not name its workspace."""
    return (held.platform, held.id) == (declared.platform, declared.id) and declared.workspace in {"", held.workspace}


def _plain(value: object) -> str:
    return (" ".join(map(str, value)) or "none") if isinstance(value, list) else str(value)
