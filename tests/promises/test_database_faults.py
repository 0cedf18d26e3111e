from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.model import Channel, Receipt
from tests.morning import EDITION
from tests.promises.board import Board
from tests.promises.database_faults import Fault, measure, play
from tests.promises.table import Extent


class Forgetful(Board):
    """Says that nothing is there, whatever was posted."""

    async def find(
        self, channel: Channel, part: int, key: str, since: datetime, earlier: Sequence[Receipt]
    ) -> Receipt | None:
        return None


def test_a_database_that_fails_costs_nobody_an_edition_and_gives_nobody_two() -> None:
    measured = measure(Extent.SMALL)

    assert measured.held, measured


async def test_a_second_post_would_be_seen() -> None:
    for number in range(210, 270, 5):  # somewhere among them are the writes after the posts
        morning = await play(number, Fault.FULL, timedelta(minutes=3), Forgetful())
        if any("posted 2 times" in one for one in morning.broken):
            return

    raise AssertionError("nothing was posted twice")


async def test_a_second_post_counts_whatever_the_bot_calls_it() -> None:
    board = Board()
    for key in ("one", "another"):
        await board.post(EDITION, 1, key, ())

    assert [*board.posts().values()] == [2]
