"""The local Discord on a loop of its own in a thread, for tests that wait for real processes."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from tests.fake_discord import FakeDiscord, FaultPlan

Result = TypeVar("Result")


class ServedDiscord:
    """``do`` runs a coroutine of the server's, such as a person's act, and returns what it gives."""

    def __init__(self, folder: Path, plan: FaultPlan | None = None, *, limits: bool = True) -> None:
        self.fake = FakeDiscord(folder / "discord.jsonl", plan, limits=limits)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.do(self.fake.start())

    def do(self, work: Coroutine[Any, Any, Result], timeout: float = 20) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def close(self) -> None:
        self.do(self.fake.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
