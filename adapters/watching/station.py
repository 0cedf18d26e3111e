"""Everything that watches a running bot, opened and closed together."""

import logging
import os
from collections.abc import Callable

from adapters.watching.metrics import Metrics
from adapters.watching.pulse import Pulse
from adapters.watching.systemd import Systemd
from adapters.watching.window import Informed, Window

log = logging.getLogger(__name__)


class Station:
    """Feels the pulse, tells systemd, and opens the window if one is wanted."""

    def __init__(self, metrics: Metrics, *, systemd: Systemd | None = None) -> None:
        self.metrics = metrics
        self.window: Window | None = None
        self._address: tuple[str, int] | None = None
        self._systemd = systemd or Systemd(os.environ)
        self._pulse = Pulse(self._felt)

    def begin(
        self, informed: Informed, *, clean: Callable[[str], str], address: tuple[str, int] | None, exposed: bool
    ) -> None:
        """Feel the pulse. *address*: where monitors may ask, from :meth:`open_window` on; None: nowhere."""
        self._pulse.start()
        if address is not None:
            self._address = address
            self.window = Window(self.metrics, informed, worst=lambda: self._pulse.worst, clean=clean, exposed=exposed)

    async def open_window(self) -> None:
        """Answer monitors, if that is wanted and not done yet; until :meth:`ready` they hear that the bot is starting.

        Raises:
            WrongUsage: nobody can listen there now. It may be tried again.
        """
        if self._address is None or self.window is None or self.window.is_open:
            return
        where = await self.window.open(*self._address)
        log.info("how the bot is can be asked at %s/status, /healthz, /readyz and /metrics", where)

    def ready(self) -> None:
        """What there was to start has started."""
        if self.window:
            self.window.not_ready = ""
        self._systemd.ready()

    def stopping(self) -> None:
        """The end has begun."""
        if self.window:
            self.window.not_ready = "it is stopping"
        self._systemd.stopping()

    async def close(self) -> None:
        """Watch no more."""
        self._pulse.stop()
        if self.window:
            await self.window.close()

    def _felt(self, late: float) -> None:
        self.metrics.lag(late)
        self._systemd.alive()
