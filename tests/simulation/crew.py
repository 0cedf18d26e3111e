"""The processes of a world, one that does everything or many in their roles; what has ended is started anew."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from bot.config import Config
from bot.desk import Desk
from bot.errors import DaybriefError
from bot.roles import Role
from tests.simulation.journal import Journal
from tests.simulation.process import Machine, Process

_AGAIN = 5.0
"""Seconds after which a service manager starts what has ended."""

Command = Callable[[Desk], Awaitable[None]]


class Crew:
    """Those that there are, and those that there should be."""

    def __init__(
        self,
        roles: Sequence[Role],
        machine: Machine,
        config: Callable[[], Config],
        journal: Journal,
        chance: random.Random,
        *,
        crashed: Callable[[], None],
    ) -> None:
        """*crashed* is called whenever one has died at the step that was set for it."""
        self._roles = roles
        self._machine = machine
        self._config = config
        self._journal = journal
        self._chance = chance
        self._crashed = crashed
        self._born = 0
        self.up: list[Process] = []
        """Oldest first."""
        self.every: list[Process] = []
        """The dead as well."""
        self.is_down = False
        """Nothing is started until somebody says so."""

    # ------------------------------------------------------------------------------------------ starting and ending

    def start_missing(self) -> None:
        """Start whatever should be there and is not."""
        if self.is_down:
            return
        there = Counter(one.role for one in self.up)
        for role in self._roles:
            if there[role]:
                there[role] -= 1
            else:
                self._start(role)

    def start_another(self) -> None:
        """Start one more than there should be, of the first kind."""
        self._start(self._roles[0])

    def end_surplus(self) -> None:
        """Stop the older ones of those that are too many."""
        wanted = Counter(self._roles)
        for process in reversed(self.up):
            if wanted[process.role]:
                wanted[process.role] -= 1
            else:
                process.stop()

    def stop(self) -> None:
        """SIGTERM for all."""
        for process in self.up:
            process.stop()

    def kill(self) -> None:
        """SIGKILL for all."""
        for process in list(self.up):
            process.life.die()

    def one(self) -> Process | None:
        """Any of them that is awake and not to die anyway; where one does everything, the oldest that is up."""
        if len(self._roles) == 1:
            return next(iter(self.up), None)
        found = [one for one in self.up if not one.life.is_frozen and one.life.dies_at is None]
        return self._chance.choice(found) if found else None

    def clock_was_set(self) -> None:
        """Each of them notices in some seconds."""
        for process in self.up:
            self._machine.loop.outside(self._chance.uniform(0, 10), process.clock_was_set)

    def _start(self, role: Role) -> None:
        self._born += 1
        process = Process(self._machine, self._born, self._config(), self._has_ended, role)
        self.up.append(process)
        self.every.append(process)
        self._journal.note("process begins", life=self._born, role=role.value)
        process.start()

    def _has_ended(self, process: Process, why: str) -> None:
        self._journal.note("process ends", life=process.life.number, why=why)
        if process.life.steps == process.life.dies_at:
            self._crashed()
        if process in self.up:
            self.up.remove(process)
        self._machine.loop.outside(_AGAIN, self.start_missing)

    # ----------------------------------------------------------------------------------------------------- commands

    def ask(self, what: Command, name: str) -> None:
        """Have whoever answers people do *what*: the oldest of them that is up."""
        self._give(next((one for one in self._answering() if one.desk), None), what, name)

    def reload(self, what: Command, again: Command, name: str) -> None:
        """Have whoever declares the channels do *what*, and all others *again*."""
        declares = next((one for one in self.up if one.desk and one.desk.shift.declares), None)
        self._give(declares, what, name)
        for process in self.up:
            if process is not declares:
                self._give(process, again, f"{name} besides")

    def _answering(self) -> list[Process]:
        return [one for one in self.up if one.role.answers("slack")]

    def _give(self, process: Process | None, what: Command, name: str) -> None:
        if process is None or process.desk is None:
            self._journal.note("nobody answers", asked=name)
            return
        process.tasks.append(
            self._machine.loop.create_task(self._asked(what, process.desk, name), context=process.context)
        )

    async def _asked(self, what: Command, desk: Desk, name: str) -> None:
        try:
            await what(desk)
        except DaybriefError as trouble:
            self._journal.note("answered", asked=name, trouble=str(trouble))
        else:
            self._journal.note("answered", asked=name)
