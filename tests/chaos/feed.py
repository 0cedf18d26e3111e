"""A feed that takes every connection and never says a word."""

import socket
import threading
from collections.abc import Callable


class SilentFeed:
    """Listens on the loopback from the beginning to :meth:`close`."""

    def __init__(self) -> None:
        self.on_arrival: Callable[[], object] = lambda: None
        """Called in a thread of its own whenever somebody comes to read."""
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it is read."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/feed.xml"

    def close(self) -> None:
        """Let go of everybody."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for one in (*self._held, self._listening):
            one.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._held.append(connection)
            self.on_arrival()
