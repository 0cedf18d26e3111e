"""How fast we post to Slack: a budget for each workspace, and a pause for each channel.

Slack takes about one message a second in a channel and "several hundred" a minute in a workspace, and names no exact
number (https://docs.slack.dev/apis/web-api/rate-limits). So we begin below that, halve when told to slow down, and
recover by and by. Workspaces know nothing of one another.
"""

import time
from collections.abc import Callable
from datetime import timedelta

from adapters.turns import OwnTurns
from bot.ports import Budget, Clock, Turns

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
MOST_TRIES = 3
"""Turns in a row that may be missed; then the last one is used all the same, for a machine that is always late sends
few.
"""
_BURST = timedelta(seconds=1)
"""As much of the budget may be made up for, after a moment in which we were late ourselves."""
_MINUTE = timedelta(minutes=1)


class Pace:
    """Turns to post. *per_minute* messages for each workspace, evenly; whoever asks hears within *patience*."""

    def __init__(
        self,
        clock: Clock,
        *,
        per_minute: float = PER_MINUTE,
        patience: timedelta = 2 * LONGEST_WAIT,
        turns: Turns | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """*turns* are those of all who post to the same workspaces; None: that is this process alone."""
        self._clock = clock
        self._longest = min(LONGEST_WAIT, patience / 2)
        self._spacing = _MINUTE / per_minute
        self._turns = turns or OwnTurns(monotonic)
        self._monotonic = monotonic

    async def turn(self, workspace: str, channel: str) -> timedelta:
        """Wait for the next turn of *channel* in *workspace*; nothing: it has come. More: none comes for that long."""
        budget, began = self._budget(workspace), self._monotonic()
        for _ in range(MOST_TRIES):
            left = self._longest - timedelta(seconds=self._monotonic() - began)
            turn = await self._turns.take(budget, channel, longest=max(left, timedelta()))
            if not turn.is_ours:
                return turn.wait
            came = self._monotonic() + turn.wait.total_seconds()
            if turn.wait:
                await self._clock.wait(turn.wait)
                # While we waited, Slack may have closed the workspace.
                if closed := await self._turns.closed(budget):
                    return closed
            if timedelta(seconds=self._monotonic() - came) <= turn.lasts:
                break
        return timedelta()

    def refused(self, workspace: str, retry_after: timedelta) -> None:
        """Slack asked for patience: nothing for *retry_after*, and half as fast from then on."""
        self._turns.refused(self._budget(workspace), retry_after)

    def accepted(self, workspace: str) -> None:
        """Slack took a message: a little faster again."""
        self._turns.accepted(self._budget(workspace))

    def _budget(self, workspace: str) -> Budget:
        return Budget(
            name=f"slack:{workspace}",
            spacing=self._spacing,
            slowest=_MINUTE / SLOWEST_PER_MINUTE,
            burst=_BURST,
            apart=PER_CHANNEL,
        )
