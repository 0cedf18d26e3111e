"""What the checker knows: the ledger's rows as its engine gives them, and stretches of time from the journal."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.simulation.faults import OF_A_PLACE, OF_A_REQUEST, OF_THE_DISK
from tests.simulation.history import History
from tests.simulation.orders import Orders
from tests.simulation.store import Message

Stretch = tuple[float, float]
"""From and until, in seconds since the world began."""

_ROWS = """
    SELECT delivery.id, subscription.platform, subscription.workspace, subscription.channel, delivery.date,
        delivery.state, delivery.reason, delivery.told_at, CAST(edition.refs AS text)
    FROM delivery JOIN subscription ON subscription.id = delivery.subscription
    LEFT JOIN edition ON edition.delivery = delivery.id ORDER BY delivery.id
"""
_PARTS = "SELECT delivery, part, messages FROM delivery_part ORDER BY delivery, part"
_HINDERS_POSTS = frozenset({*OF_A_REQUEST, *OF_A_PLACE, *OF_THE_DISK})
_AFTER_A_FAULT = 400.0
"""Seconds after which the last wait that it brought about is over."""
_WARMING_UP = 150.0
"""Seconds after its start, or after it woke, within which a process has seen to everything: an outcome settles anew."""
_BELIEVED = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A delivery as the ledger has it in the end."""

    id: int
    platform: str
    workspace: str
    channel: str
    date: str
    state: str
    reason: str
    is_told: bool
    refs: tuple[str, ...]
    receipts: tuple[tuple[int, tuple[str, ...]], ...]


class Evidence:
    """Reads a history once."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.plan = history.plan
        self.entries = history.journal.entries
        self.ends = history.plan.ends
        self.rows = list(_rows(history))
        self.orders = Orders(history)
        self.restores = self.orders.restores
        self.copied_at = self.orders.copied_at
        self.hours = self.orders.hours
        self.earliest = self.orders.earliest
        self.off_clock = self._off_clock()
        self.nobody_up = self._nobody_up()
        self.unsure = self._unsure()

    def messages(self) -> Iterator[Message]:
        """Of all platforms, in the order in which each got them."""
        for held in self.history.held.values():
            yield from held.messages

    def wishes(self, channel: str, day: str) -> Iterator[float]:
        """When an admin wished *day* to be posted now in *channel*; also where nobody knows which date that was."""
        for one in self.history.journal.of("posting now"):
            is_unsure = one.at >= self.unsure.get(channel, self.ends)
            if one.facts["channel"] == channel and (is_unsure or self.orders.today(channel, one.at) == day):
                yield one.at

    def resends(self, channel: str, day: str) -> Iterator[float]:
        """When an admin wished *day* to be sent once more in *channel*."""
        for one in self.history.journal.of("resend"):
            if (one.facts["channel"], one.facts["date"]) == (channel, day):
                yield one.at

    # ------------------------------------------------------------------------------------------------- stretches

    def hindered(self, platform: str, workspace: str, channel: str) -> list[Stretch]:
        """When nobody could rely on an edition leaving for a place."""
        found = [*self.nobody_up, *self.off_clock]
        for spell in self.plan.spells:
            is_here = (
                spell.platform in {"", platform}
                and spell.workspace in {"", workspace}
                and spell.channel in {"", channel}
            )
            if spell.fault in _HINDERS_POSTS and is_here:
                found.append((spell.start, spell.end + _AFTER_A_FAULT))
        found += self.out_of_service(channel)
        return found

    def out_of_service(self, channel: str) -> list[Stretch]:
        """When the channel stood as paused in the ledger, by somebody who looked once a minute."""
        found: list[Stretch] = []
        since: float | None = None
        for one in self.history.journal.of("standing", "pausing", "resumed"):
            if one.facts["channel"] != channel:
                continue
            if one.what == "pausing" or one.facts.get("is_now") == "paused":
                since = one.at - 60 if since is None else since
            elif since is not None:
                found.append((since, one.at))
                since = None
        return [*found, (since, self.ends)] if since is not None else found

    def has_clean(self, hindered: Sequence[Stretch], begins: float, ends: float, needed: float) -> bool:
        """Whether there is a stretch of *needed* seconds between *begins* and *ends* without anything in the way."""
        at = begins
        for start, end in sorted(hindered):
            if min(start, ends) - at >= needed:
                return True
            at = max(at, end)
        return ends - at >= needed

    def up(self, begins: float, ends: float) -> float:
        """For how many seconds between the two a process could act."""
        at, total = begins, 0.0
        for start, end in sorted(self.nobody_up):
            total += max(min(start, ends) - at, 0.0)
            at = max(at, min(end, ends))
        return total + max(ends - at, 0.0)

    def _off_clock(self) -> list[Stretch]:
        """When the machine's clock was not right, or not to be believed after it had been ahead."""
        found: list[Stretch] = []
        since, ahead, furthest = 0.0, 0.0, 0.0
        for one in self.history.journal.of("clock"):
            now = float(one.facts["ahead"] or 0.0)
            if ahead:
                found.append((since, one.at + 90))
                if 0 < ahead < 7 * 86_400 + _BELIEVED:
                    furthest = max(furthest, one.at + ahead)
            since, ahead = one.at, now
            if not now and furthest > one.at:
                found.append((one.at, furthest + 90))
        if ahead:
            found.append((since, self.ends))
        return found

    def _nobody_up(self) -> list[Stretch]:
        """When nobody rang, or nobody carried what is due."""
        found = [*self._nobody_to("all", "alarm"), *self._nobody_to("all", "worker")]
        for act in self.history.journal.of("act"):
            lasts = float(act.facts["lasts"] or 0.0)
            if act.facts["kind"] == "suspend":
                found.append((act.at, act.at + lasts + _WARMING_UP))
            if act.facts["kind"] in {"stop", "restore", "zone rules"}:
                found.append((act.at, act.at + 15))
        return found

    def _nobody_to(self, *roles: str) -> Iterator[Stretch]:
        """When no process of *roles* was awake, and a while after."""
        known: dict[object, str] = {}
        awake: set[object] = set()
        since = 0.0
        for one in self.history.journal.of("process begins", "process ends", "freezes", "thaws"):
            life = one.facts["life"]
            if one.what == "process begins":
                known[life] = str(one.facts.get("role", "all"))
            if known[life] not in roles:
                continue
            if one.what in {"process begins", "thaws"}:
                if not awake:
                    yield since, one.at + _WARMING_UP
                awake.add(life)
            elif life in awake:
                awake.discard(life)
                if not awake:
                    since = one.at - 15  # it was told to stop some seconds before
        if not awake:
            yield since, self.ends

    def _unsure(self) -> dict[str, float]:
        """Channels of which nobody knows what is ordered, and since when: whoever changed it got no answer."""
        begun: dict[str, float] = {}
        for one in self.history.journal.of("ordering", "order", "nobody answers", "clock"):
            if one.what == "nobody answers" and str(one.facts["asked"]).startswith("reload"):
                begun.setdefault(str(one.facts["asked"]).split()[1], one.at)
            elif one.what == "ordering":
                channel = str(one.facts["channel"])
                begun.setdefault(channel, one.at)
            elif one.what == "order" and one.at > 0:
                channel = str(one.facts["channel"])
                if not within(one.at, self.off_clock) and begun.get(channel, 0) >= one.at - 60:
                    begun.pop(channel, None)
        return begun


def within(at: float, stretches: Iterable[Stretch]) -> bool:
    """Whether *at* lies in one of them."""
    return any(start <= at <= end for start, end in stretches)


def _rows(history: History) -> Iterator[Row]:
    parts: defaultdict[int, list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for delivery, part, messages in history.ledger.rows(_PARTS):
        parts[delivery].append((part, tuple(json.loads(messages))))
    for number, platform, workspace, channel, day, state, reason, told_at, refs in history.ledger.rows(_ROWS):
        yield Row(
            id=number,
            platform=platform,
            workspace=workspace,
            channel=channel,
            date=day,
            state=state,
            reason=reason,
            is_told=told_at is not None,
            refs=tuple(json.loads(refs)) if refs else (),
            receipts=tuple(parts[number]),
        )
    history.ledger.close()
