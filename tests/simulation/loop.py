"""An event loop whose time passes only when there is nothing to do, and whose processes can die at any step.

Whatever a simulated process schedules carries the process in its context. A process that has died, or is frozen, runs
no step any more: no ``finally`` and no ``except`` of it, as if its machine had lost power.
"""

import asyncio
import contextvars
import selectors
from collections.abc import Callable

LIFE: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("LIFE", default=None)
"""The process to which the running step belongs; None: the world."""
OUTSIDE = contextvars.Context()
"""Where the world runs."""


class Life:
    """One process from start to end, as the loop sees it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_dead = False
        self.is_frozen = False
        self.is_asleep = False
        """Its machine sleeps as well: nothing that it has begun to send leaves before it wakes."""
        self.steps = 0
        self.dies_at: int | None = None
        """The step at which it dies."""
        self.on_death: Callable[[], None] = lambda: None
        self.parked: list[_Step] = []
        self.delayed: list[Callable[[], None]] = []
        """What leaves the machine when it wakes."""

    def die(self) -> None:
        """Now; what it has scheduled is never done."""
        if not self.is_dead:
            self.is_dead = True
            OUTSIDE.copy().run(self.on_death)

    def thaw(self) -> None:
        """Go on where it was frozen."""
        self.is_frozen = self.is_asleep = False
        parked, self.parked = self.parked, []
        for step in parked:
            step.again()


class _Step:
    """One callback of a process."""

    __slots__ = ("arguments", "callback", "context", "handle", "life", "loop")

    def __init__(
        self,
        loop: "VirtualLoop",
        life: Life,
        callback: Callable[..., object],
        arguments: tuple[object, ...],
        context: contextvars.Context,
    ) -> None:
        self.loop = loop
        self.life = life
        self.callback = callback
        self.arguments = arguments
        self.context = context
        self.handle: asyncio.Handle | None = None

    def __call__(self) -> None:
        life = self.life
        if self.handle and self.handle.cancelled():
            return
        if not life.is_dead and not life.is_frozen:
            life.steps += 1
            if life.steps == life.dies_at:
                life.die()
        if (life.is_dead or life.is_frozen) and not self.loop.is_over:
            life.parked.append(self)
            return
        self.callback(*self.arguments)

    def again(self) -> None:
        self.loop.call_plainly(self, self.context)


class VirtualLoop(asyncio.SelectorEventLoop):
    """No threads, no files, no signals: only steps and time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.is_over = False
        """The world has ended: even the dead run their last steps, so that no coroutine is left lying about."""
        super().__init__(_Waiting(self))

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self.now

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """As any loop, but by the process that it is for."""
        life = LIFE.get() if context is None else context.get(LIFE)
        if life is None:
            return super().call_soon(callback, *args, context=context)
        context = context or contextvars.copy_context()
        step = _Step(self, life, callback, args, context)
        step.handle = super().call_soon(step, context=context)
        return step.handle

    def call_at(
        self, when: float, callback: Callable[..., object], *args: object, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        """As any loop, but by the process that it is for."""
        life = LIFE.get() if context is None else context.get(LIFE)
        if life is None:
            return super().call_at(when, callback, *args, context=context)
        context = context or contextvars.copy_context()
        step = _Step(self, life, callback, args, context)
        handle = super().call_at(when, step, context=context)
        step.handle = handle
        return handle

    def call_plainly(self, callback: Callable[..., object], context: contextvars.Context | None) -> None:
        """Do *callback* at the next step, whoever it belongs to."""
        super().call_soon(callback, context=context)

    def outside(self, later: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        """Have the world, and no process, do *callback* after *later* seconds."""
        return super().call_at(self.now + later, callback, *args, context=OUTSIDE.copy())


class _Waiting(selectors.SelectSelector):
    """Waits for nothing: time jumps to the next timer instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody else, and no time is to come")
        self._loop.now += max(timeout, 0.0)
        return []
