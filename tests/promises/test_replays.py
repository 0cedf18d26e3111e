"""What a platform says twice acts once; and a bot that forgets what it has done would be seen."""

import pytest

from bot.model import Change
from bot.newsroom import Newsroom
from bot.ports import AuditLog
from tests.promises.replays import measure, played
from tests.promises.table import Extent


class Forgetful:
    """Implements ``bot.ports.AuditLog`` with another one, and takes every change for a new one."""

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def record(self, change: Change) -> bool:
        await self._log.record(change)
        return True

    async def changes(self, workspace: str, *, limit: int = 50) -> tuple[Change, ...]:
        return await self._log.changes(workspace, limit=limit)

    async def shares(self, ref: str, *, workspace: str = "") -> int:
        return await self._log.shares(ref, workspace=workspace)


def forget(room: Newsroom) -> None:
    room.store.audit = Forgetful(room.store.audit)


def test_whatever_comes_four_times_acts_once() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_bot_that_forgets_what_it_has_done_would_be_seen(platform: str) -> None:
    seen = await played(platform, 0, 1, forget)

    assert any("table subscription" in one for one in seen.broken)
    assert any("channel " in one for one in seen.broken)
