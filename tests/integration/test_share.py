"""An answer is shown to everybody in a place once a day, whatever the platform."""

from datetime import timedelta
from pathlib import Path

from bot.desk import Desk
from tests.clock import VirtualClock
from tests.newsroom import newsroom


async def test_the_same_is_shared_in_the_same_place_once_a_day(tmp_path: Path) -> None:
    clock = VirtualClock()
    async with newsroom(tmp_path, {}, channels=0, clock=clock) as room:
        stories = Desk(room).stories

        async def share(what: str = "K7Q4/key_points", channel: str = "C1", thread: str = "") -> bool:
            return await stories.share(what, person="alice (U1)", home="slack:T1", channel=channel, thread=thread)

        assert [await share(), await share()] == [True, False]
        assert await share("K7Q4/story")
        assert await share(channel="C2")
        assert await share(thread="1.2")

        clock.move_to(clock.now() + timedelta(days=1))
        assert await share()
        assert await room.store.audit.shares("K7Q4", workspace="slack:T1") == 5
