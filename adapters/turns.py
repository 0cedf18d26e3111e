"""Turns of the budgets that this process spends alone."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.ports.pacing import CLOSED_FOR, ERRORS_WITHIN, RECOVERY, SPREAD, Budget, Turn


@dataclass(slots=True)
class _State:
    """How one budget stands. Seconds of a monotonic clock."""

    spacing: float
    next_at: float = 0.0
    closed_until: float = 0.0
    told_until: float = 0.0
    """When whoever was last told to ask again does so."""
    channels: dict[str, float] = field(default_factory=dict)
    """When each channel takes its next message, as far as that lies ahead."""
    errors: deque[float] = field(default_factory=deque)


class OwnTurns:
    """Implements ``bot.ports.Turns``. ``storage.postgres.turns`` does the same sums in a table."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._states: dict[str, _State] = {}

    async def take(self, budget: Budget, channel: str = "", *, longest: timedelta) -> Turn:
        """Taken before anything is waited for: whoever asks meanwhile gets the turn after this one."""
        state, now, most = self._state(budget), self._monotonic(), longest.total_seconds()
        free_at = state.channels.get(channel, 0.0)
        at = max(now, state.next_at, state.closed_until, free_at)
        if at - now > most:
            # By the time that half of those before have had theirs, there is room behind the others.
            soonest = max(state.next_at - most / 2, state.closed_until, free_at)
            is_next = soonest <= state.told_until <= soonest + SPREAD.total_seconds()
            told = state.told_until if is_next else soonest
            state.told_until = told + state.spacing
            return Turn(wait=timedelta(seconds=told - now), is_ours=False)
        state.next_at = max(state.next_at, now - budget.burst.total_seconds()) + state.spacing
        if budget.apart:
            state.channels[channel] = at + budget.apart.total_seconds()
            for old in [name for name, until in state.channels.items() if until <= now]:
                del state.channels[old]
        return Turn(wait=timedelta(seconds=at - now), is_ours=True)

    async def closed(self, budget: Budget) -> timedelta:
        """As the port has it."""
        return timedelta(seconds=max(0.0, self._state(budget).closed_until - self._monotonic()))

    def refused(self, budget: Budget, patience: timedelta) -> None:
        """As the port has it; whoever waits goes on one after the other, not all at the instant of opening."""
        state, now = self._state(budget), self._monotonic()
        if state.closed_until <= now:
            state.spacing = min(state.spacing * 2, budget.slowest.total_seconds())
        state.closed_until = max(state.closed_until, now + patience.total_seconds())
        state.next_at = max(state.next_at, state.closed_until)

    def accepted(self, budget: Budget) -> None:
        """As the port has it."""
        state = self._state(budget)
        state.spacing = max(budget.spacing.total_seconds(), state.spacing * RECOVERY)

    def erred(self, budget: Budget) -> None:
        """As the port has it."""
        errors, now = self._state(budget).errors, self._monotonic()
        errors.append(now)
        while now - errors[0] > ERRORS_WITHIN.total_seconds():
            errors.popleft()
        if 0 < budget.most_errors <= len(errors):
            self.refused(budget, CLOSED_FOR)

    def _state(self, budget: Budget) -> _State:
        return self._states.setdefault(budget.name, _State(spacing=budget.spacing.total_seconds()))
