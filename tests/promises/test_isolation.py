import asyncio
import time
from collections.abc import Sequence

from adapters.clock import SystemClock
from adapters.slack.pace import Pace
from adapters.slack.posting import SlackPlatform
from adapters.slack.workspaces import Workspaces
from bot.errors import PostFailed
from bot.model import Edition, Receipt
from tests.promises.isolation import measure
from tests.promises.table import Extent


class Blocking(SlackPlatform):
    """Waits as programs do that know nothing of others: everything stands still."""

    async def post(self, edition: Edition, part: int, key: str, earlier: Sequence[Receipt]) -> Receipt:
        if edition.channel.workspace != "T0":
            await asyncio.sleep(0.2)
        try:
            return await super().post(edition, part, key, earlier)
        except PostFailed:
            time.sleep(2.5)  # noqa: ASYNC251  # that is what is wrong with it
            raise


def blocking(workspaces: Workspaces) -> SlackPlatform:
    return Blocking(workspaces, Pace(SystemClock()))


def test_what_is_well_is_not_held_up_by_what_is_not() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured
    assert "36 hostile feeds of 48" in measured.figures


def test_feeds_and_workspaces_that_wait_for_one_another_would_be_seen() -> None:
    feeds, workspaces = measure(Extent.SMALL, knows=False, platform=blocking).broken

    assert "beside hostile ones" in feeds
    assert "later in a storm" in workspaces
