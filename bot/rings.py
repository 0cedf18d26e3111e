"""What the alarm rings for, and how often: one list, for the bot that runs and for the simulation of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.desk import Desk
from bot.errors import DaybriefError

Action = Callable[[], Awaitable[object]]

DRAIN = timedelta(seconds=6)
"""How long a stopping bot finishes what it has begun: it is to be gone within ten seconds, its connections closed, also
on a machine so busy that Python itself needs seconds to end.
"""
PATIENCE = timedelta(seconds=50)
"""How long a round of publishing waits for what is on its way; after that it is the next ring's."""
LOOK = timedelta(seconds=2)
"""How often whoever stands by looks whether it is its turn, and whoever rings whether it still is."""
AGAIN = timedelta(seconds=5)
"""How often those are rung for again that nobody came for."""
LISTENS = timedelta(seconds=30)
"""How often a worker says that it listens."""
TIDY = timedelta(seconds=30)
"""How often the queue is rid of what dead workers had taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """Something that is done again and again, and once at the start."""

    name: str
    action: Action
    every: timedelta
    may_overlap: bool = False
    """Whether it begins anew while an earlier call of it is busy."""


def rings(desk: Desk, gather_every: timedelta, *, settle: Action, gather: Action) -> tuple[Ring, ...]:
    """All of them, in the order in which they ring when several do.

    Args:
        desk: whom they ask to act.
        gather_every: as configured.
        settle: what is to be settled with platforms before each round of publishing.
        gather: one round of gathering, alone on its data.
    """

    async def publish() -> None:
        await settle()
        await desk.rounds.publish_for(PATIENCE)

    def noted(name: str, action: Action) -> Action:
        """*action*, of which it is known whether it failed in a way that nobody foresaw."""

        async def act() -> None:
            try:
                await action()
            except DaybriefError:
                raise
            except Exception as bug:
                desk.shift.note_fault(name, bug)
                raise
            desk.shift.note_fault(name, None)

        return act

    return (
        # A workspace with thousands of channels keeps a round busy for long.
        Ring(name="publish", action=noted("publishing", publish), every=timedelta(minutes=1), may_overlap=True),
        Ring(name="sweep", action=noted("sweeping", desk.rounds.sweep), every=timedelta(minutes=1)),
        # On its own: a round that hangs must not keep anybody from hearing of it. One that hangs itself is noticed by
        # the next.
        Ring(name="tell", action=desk.rounds.tell, every=timedelta(minutes=1), may_overlap=True),
        Ring(name="gather", action=noted("gathering", gather), every=gather_every),
        Ring(name="prepare", action=noted("preparing", desk.rounds.prepare), every=timedelta(minutes=1)),
        Ring(name="revive", action=noted("reviving", desk.places.revive), every=timedelta(hours=1)),
        Ring(name="forget", action=noted("forgetting", desk.rounds.forget_old), every=timedelta(days=1)),
    )
