"""How fast we post to Slack: a budget for each workspace, and a pause for each channel.

Slack takes about one message a second in a channel and "several hundred" a minute in a workspace, and names no exact
number (https://docs.slack.dev/apis/web-api/rate-limits). So we begin below that, halve when told to slow down, and
recover by and by. Workspaces know nothing of one another.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.ports import Clock

PER_MINUTE = 200
"""Messages that a workspace gets at the most."""
SLOWEST_PER_MINUTE = 12
"""What is left of that after many refusals."""
PER_CHANNEL = timedelta(seconds=1)
"""Between two messages to one channel."""
LONGEST_WAIT = timedelta(seconds=10)
"""A turn that would come later is not waited for, nor one for which nobody would listen long enough."""
MIN_PATIENCE = timedelta(seconds=30)
"""How long a workspace is left alone that says it takes nothing and not for how long."""
_BURST = 1.0
"""Seconds of budget that may be made up for, after a moment in which we were late ourselves."""
_RECOVERY = 0.98
"""What is left of the space between two messages after each one that was accepted."""


@dataclass(slots=True)
class _Budget:
    """What one workspace takes. Seconds of a monotonic clock."""

    spacing: float
    next_at: float = 0.0
    closed_until: float = 0.0
    channels: dict[str, float] = field(default_factory=dict)
    """When each channel takes its next message, as far as that lies ahead."""


class Pace:
    """Turns to post. *per_minute* messages for each workspace, evenly; whoever asks hears within *patience*."""

    def __init__(
        self,
        clock: Clock,
        *,
        per_minute: float = PER_MINUTE,
        patience: timedelta = 2 * LONGEST_WAIT,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._longest = min(LONGEST_WAIT, patience / 2).total_seconds()
        self._quickest = 60 / per_minute
        self._slowest = 60 / SLOWEST_PER_MINUTE
        self._monotonic = monotonic
        self._budgets: dict[str, _Budget] = {}

    async def turn(self, workspace: str, channel: str) -> timedelta:
        """Wait for the next turn of *channel* in *workspace*; nothing: it has come. More: none comes for that long."""
        budget = self._budget(workspace)
        now = self._monotonic()
        at = max(now, budget.next_at, budget.closed_until, budget.channels.get(channel, 0.0))
        if at - now > self._longest:
            return timedelta(seconds=at - now)
        # Taken before anything is waited for: whoever asks meanwhile gets the turn after this one.
        budget.next_at = max(budget.next_at, now - _BURST) + budget.spacing
        self._remember(budget, channel, at, now)
        if at > now:
            await self._clock.wait(timedelta(seconds=at - now))
        # While we waited, Slack may have closed the workspace.
        return timedelta(seconds=max(0.0, budget.closed_until - self._monotonic()))

    def refused(self, workspace: str, retry_after: timedelta) -> None:
        """Slack asked for patience: nothing for *retry_after*, and half as fast from then on."""
        budget = self._budget(workspace)
        now = self._monotonic()
        if budget.closed_until <= now:
            # Answers to what was under way at the same time say the same thing again.
            budget.spacing = min(budget.spacing * 2, self._slowest)
        budget.closed_until = max(budget.closed_until, now + retry_after.total_seconds())
        # Whoever waits goes on one after the other, not all at the instant of opening.
        budget.next_at = max(budget.next_at, budget.closed_until)

    def accepted(self, workspace: str) -> None:
        """Slack took a message: a little faster again."""
        budget = self._budget(workspace)
        budget.spacing = max(self._quickest, budget.spacing * _RECOVERY)

    def _budget(self, workspace: str) -> _Budget:
        return self._budgets.setdefault(workspace, _Budget(spacing=self._quickest))

    def _remember(self, budget: _Budget, channel: str, at: float, now: float) -> None:
        budget.channels[channel] = at + PER_CHANNEL.total_seconds()
        for old in [name for name, free_at in budget.channels.items() if free_at <= now]:
            del budget.channels[old]
