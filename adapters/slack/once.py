"""Which of Slack's envelopes we have seen lately: it sends them more than once."""

import time

_REMEMBERED = 900.0
"""Seconds in which a replay is known to be one. What changes something is known for ever, by the audit log."""


class Once:
    """Remembers names for a quarter of an hour."""

    def __init__(self) -> None:
        self._seen: dict[str, float] = {}

    def is_new(self, event: str) -> bool:
        """Whether *event* has not been seen before. One without a name cannot be told apart, so it is new."""
        now = time.monotonic()
        if event and now - self._seen.get(event, -_REMEMBERED) < _REMEMBERED:
            return False
        if event:
            self._seen.pop(event, None)
            self._seen[event] = now
        while self._seen and now - next(iter(self._seen.values())) >= _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True
