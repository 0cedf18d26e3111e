"""How often the bot asks Discord for a new session, counted over restarts of the process."""

import asyncio
import contextlib
import json
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from bot.ports import Clock

log = logging.getLogger(__name__)

MOST = 200
"""In a day. Discord resets a token that asks for more than 1,000: https://docs.discord.com/developers/events/gateway"""
DAY = timedelta(days=1)


class TooManySessions(Exception):
    """A new session would be one too many; there is room for it after *wait*."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many new sessions with Discord in one day")
        self.wait = wait


class Sessions:
    """The times at which sessions began, kept in a file: a process that dies again and again must not lose count."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._began: list[datetime] | None = None

    async def room_in(self) -> timedelta:
        """After how long there is room for another session; nothing: there is."""
        began = await self._of_today()
        return max(began[-MOST] + DAY - self._clock.now(), timedelta()) if len(began) >= MOST else timedelta()

    async def begin(self) -> None:
        """Count one more, before it is asked for. Raises TooManySessions."""
        if wait := await self.room_in():
            raise TooManySessions(wait)
        self._began = [*await self._of_today(), self._clock.now()]
        try:
            await asyncio.to_thread(replace_text, self._path, json.dumps([one.isoformat() for one in self._began]))
        except OSError as error:
            log.warning("the number of sessions with Discord could not be kept in %s: %s", self._path, error.strerror)

    async def _of_today(self) -> list[datetime]:
        if self._began is None:
            self._began = await asyncio.to_thread(_read, self._path)
        now = self._clock.now()
        # A clock that was set back must not make the wait longer than a day.
        self._began = [min(one, now) for one in self._began if now - one < DAY]
        return self._began


def replace_text(path: Path, text: str) -> None:
    """Write *text* to *path*: whoever reads sees the old text or the new one, never a part. Raises OSError."""
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _read(path: Path) -> list[datetime]:
    """The times in *path*; a file that nobody can read counts for nothing."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        times = sorted(datetime.fromisoformat(one) for one in json.loads(path.read_text("utf-8")))
        if all(one.tzinfo for one in times):
            return times
    return []
