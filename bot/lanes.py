"""Lanes: one for each pace, so that a slow one holds up no other. What this process has in hand, in all rounds.

Where workspaces have a pace of their own, each is a lane and can be down alone; where a platform paces the whole bot,
it is one lane: thousands of servers would else stand in one queue at once, their claims running out. Rounds overlap,
so a round that hangs in one lane leaves the others, and what comes due later, to the next round.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable

AT_ONCE = 24
"""Deliveries of one lane that are worked on at the same time: posting waits for networks, and the store commits in
groups."""


PREPARED_AT_ONCE = 48
"""Deliveries of all lanes that are claimed and composed at the same time. No network is waited for in this, so no lane
holds up another; but of a thousand lanes the claims would run out before the store had heard them all."""


class Lanes:
    """Shared by all rounds of a process; for one event loop."""

    def __init__(self) -> None:
        self.preparing = asyncio.Semaphore(PREPARED_AT_ONCE)
        self._in_hand: set[int] = set()
        self._places: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))

    @property
    def in_hand(self) -> Collection[int]:
        """Ids of the deliveries that some round works on, or is going to."""
        return frozenset(self._in_hand)

    def take(self, deliveries: Iterable[int]) -> list[int]:
        """Those of *deliveries* that no round has in hand; from now on the caller has."""
        taken = [number for number in deliveries if number not in self._in_hand]
        self._in_hand.update(taken)
        return taken

    def let_go(self, deliveries: Iterable[int]) -> None:
        """Whatever is left to do for them may be done by any round. Only for what the caller took."""
        self._in_hand.difference_update(deliveries)

    def places(self, lane: str) -> asyncio.Semaphore:
        """As many as a lane has places: to be held while one of its deliveries is worked on."""
        return self._places[lane]
