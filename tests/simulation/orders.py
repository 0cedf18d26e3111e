"""What was ordered for each channel, and when its editions were due by that; a part of the checker."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.simulation.arithmetic import instant, local_date
from tests.simulation.history import History
from tests.simulation.zones import Rules


@dataclass(frozen=True, slots=True)
class Order:
    """What was ordered for a channel from some moment on, in seconds since the world began."""

    begins: float
    ends: float
    at: str
    timezone: str
    days: str


class Orders:
    """All of a history."""

    def __init__(self, history: History) -> None:
        self._plan = history.plan
        self._begins_at = history.plan.begins.timestamp()
        self._journal = history.journal
        self.restores = [one.at for one in history.journal.of("restored")]
        self.copied_at = next((one.at for one in history.journal.of("act") if one.facts["kind"] == "backup"), 0.0)
        self._new_rules_at = next((one.at for one in history.journal.of("zone rules")), None)
        self._found: dict[tuple[str, bool], list[Order]] = {}

    def of(self, channel: str, *, as_restored: bool = False) -> list[Order]:
        """One after the other; those that a restore took back are in force again from then on.

        *as_restored* is as the restored file has them: it knows nothing of what was ordered after it was copied, and
        gets the order of a declared channel from the configuration once it is back.
        """
        if (channel, as_restored) not in self._found:
            self._found[channel, as_restored] = list(self._all_of(channel, as_restored=as_restored))
        return self._found[channel, as_restored]

    def hours(self, channel: str, *, as_restored: bool = False) -> dict[str, float]:
        """By date: when the channel's edition was due, in seconds since the world began."""
        found: dict[str, float] = {}
        orders = self.of(channel, as_restored=as_restored)
        is_from_chat = any(one.id == channel and one.owner for one in self._plan.places)
        set_up = orders[0].begins if is_from_chat and orders else -self._plan.ends
        for number, order in enumerate(orders):
            first = self._begins_at + order.begins
            for rules, _, until in self._in_force(order):
                today = local_date(first, rules)
                for day in (today + timedelta(days=offset) for offset in range(-1, 5)):
                    at = self._hour(day, order, rules)
                    if at is None:
                        continue
                    # An hour that was moved to earlier today, unless that lies before the channel was set up.
                    is_moved_past = number > 0 and day == today and set_up <= at <= order.begins
                    if order.begins < at <= min(order.ends, until) or is_moved_past:
                        found.setdefault(day.isoformat(), max(at, order.begins))
        return found

    def earliest(self, channel: str, day: str) -> float:
        """The first instant that any order and any rules make of *day* in *channel*."""
        return min(
            (
                at
                for order in self.of(channel)
                for rules, *_ in self._in_force(order)
                if (at := self._hour(date.fromisoformat(day), order, rules)) is not None
            ),
            default=self._plan.ends,
        )

    def today(self, channel: str, at: float) -> str | None:
        """The date in *channel* at *at*, by the machine's clock; None while nothing was ordered there."""
        ahead = [float(one.facts["ahead"] or 0.0) for one in self._journal.of("clock") if one.at <= at]
        shown = self._begins_at + at + (ahead[-1] if ahead else 0.0)
        for order in self.of(channel):
            for rules, since, until in self._in_force(order):
                if max(order.begins, since) <= at < min(order.ends, until):
                    return local_date(shown, rules).isoformat()
        return None

    def is_taken_back(self, at: float) -> bool:
        """Whether a restore undid what was done at *at*."""
        return any(self.copied_at < at <= restore for restore in self.restores)

    def _all_of(self, channel: str, *, as_restored: bool) -> Iterator[Order]:
        given = [(one.at, one.facts) for one in self._journal.of("order") if one.facts["channel"] == channel]
        is_declared = any(one.id == channel and not one.owner for one in self._plan.places)
        for restore in self.restores:
            known = [facts for at, facts in given if at <= (restore if is_declared else self.copied_at)]
            before, after = ([one for one in given if (one[0] > restore) is is_after] for is_after in (False, True))
            if as_restored:
                before = [one for one in before if one[0] <= self.copied_at]
            given = [*before, *([(restore, known[-1])] if known else []), *after]
        for number, (begins, facts) in enumerate(given):
            ends = given[number + 1][0] if number + 1 < len(given) else self._plan.ends
            yield Order(begins, ends, str(facts["at"]), str(facts["timezone"]), str(facts["days"]))

    def _in_force(self, order: Order) -> Iterator[tuple[Rules, float, float]]:
        """The rules by which *order* was ever understood, and from when until when they are in force."""
        for rules, since, until in self._rules(order.timezone):
            if max(order.begins, since) < min(order.ends, until):
                yield rules, since, until

    def _rules(self, zone: str) -> Iterator[tuple[Rules, float, float]]:
        """The rules of *zone*, and from when until when they are in force."""
        ends = self._plan.ends
        yield self._plan.zones[zone], 0.0, ends if self._new_rules_at is None else self._new_rules_at
        if self._new_rules_at is not None:
            yield self._plan.later_zones[zone], self._new_rules_at, ends

    def _hour(self, day: date, order: Order, rules: Rules) -> float | None:
        if str(day.isoweekday()) not in order.days:
            return None
        at = instant(day, order.at, rules)
        return None if at is None else at - self._begins_at
