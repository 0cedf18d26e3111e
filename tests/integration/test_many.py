"""Several machines over one database: workers that die, a queue that is emptied, and whose turn it is to ring."""

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.desk import Desk
from bot.errors import StoreTrouble
from bot.model import DeliveryState, Due
from bot.newsroom import Newsroom
from storage.postgres.alone import Turn
from storage.postgres.many import RingAgain, open_for_many
from tests.clock import TUESDAY
from tests.fake_platform.server import FakeServer, FaultPlan, serve
from tests.newsroom import impatient, newsroom
from tests.one_of_many import REQUEST, SharedTime
from tests.postgres import database

ROOT = Path(__file__).resolve().parents[2]
CHANNELS = 60
STEP = timedelta(seconds=20)
MOST_STEPS = 60
AT_LEAST = 120
"""Seconds for what takes a few, on a machine with much else to do."""


@pytest.fixture
def url() -> Iterator[str]:
    with database(has_queue=True) as address:
        yield address


class Worker:
    """One in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said: Counter[str] = Counter()

    @property
    def is_busy(self) -> bool:
        return self.said["+"] > self.said["-"]

    async def line(self) -> None:
        """Wait until it has begun or ended something."""
        assert self.process.stdout
        line = await self.process.stdout.readline()
        assert line, "the worker has ended"
        self.said[line.decode().strip()] += 1


@dataclass
class Many:
    """Who rings, and what the others need."""

    url: str
    address: str
    folder: Path
    clock: SharedTime
    room: Newsroom
    again: RingAgain
    server: FakeServer

    @contextlib.asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        arguments = (self.url, self.address, str(self.folder), str(CHANNELS))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.one_of_many", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
        )
        try:
            opened = Worker(process)
            await opened.line()
            yield opened
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await process.communicate()

    async def enter(self) -> None:
        """A morning comes due for all channels."""
        orders = await self.room.store.subscriptions.all()
        dues = [
            Due(subscription=one.id, date=TUESDAY.date(), due_at=TUESDAY, state=DeliveryState.DUE) for one in orders
        ]
        assert await self.room.store.ledger.plan(dues) == CHANNELS

    async def until_all_is_done(self, worker: Worker) -> None:
        """Let time pass, and ring again as the alarm does."""
        for _ in range(MOST_STEPS):
            async with asyncio.timeout(AT_LEAST):
                while worker.is_busy or await self.rings():
                    await worker.line()
            if not await self.room.store.ledger.unsettled():
                return
            self.clock.pass_on(STEP)
            await self.again()
        raise AssertionError(f"{await self.room.store.ledger.unsettled()} deliveries are still on their way")

    async def rings(self) -> bool:
        """Somebody is still to hear a doorbell."""
        statement = "SELECT 1 FROM daybrief_queue.procrastinate_jobs WHERE status = 'todo' LIMIT 1"
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            return await (await connection.execute(statement)).fetchone() is not None

    async def check_each_arrived_once(self) -> None:
        found = await self.room.store.ledger.deliveries(limit=1000)
        assert Counter(one.state.value for one in found) == {"sent": CHANNELS}
        posted = Counter(one["channel"] for one in self.server.messages)
        assert (len(posted), set(posted.values())) == (CHANNELS, {1})


@pytest.fixture
async def many(url: str, tmp_path: Path) -> AsyncIterator[Many]:
    (tmp_path / "time").write_text("0", encoding="utf-8")
    clock = SharedTime(tmp_path)
    server = FakeServer(tmp_path / "store.jsonl", FaultPlan())
    runner, port = await serve(server)
    address = f"http://127.0.0.1:{port}"
    opened_here = await open_for_many(url, clock)

    async def opened() -> object:
        return opened_here.store

    async with newsroom(tmp_path, {}, channels=CHANNELS, clock=clock, opened=opened) as room:  # type: ignore[arg-type] # a keeper is a store
        impatient(room, REQUEST)
        room.carries = False
        yield Many(url, address, tmp_path, clock, room, opened_here.ring_again, server)
    await opened_here.turns.close()
    await runner.cleanup()


async def test_a_worker_that_is_killed_half_way_costs_no_channel_its_morning_and_none_gets_two(many: Many) -> None:
    async with many.server.standing_still(answered=5, unanswered=3) as still, many.worker() as one:
        await many.enter()
        async with asyncio.timeout(AT_LEAST):
            await still.is_reached.wait()
            while one.said["-"] < 5:
                await one.line()
        one.process.kill()
        await one.process.wait()
        assert len(many.server.messages) == 8, "it was killed half-way, and did not hear of three posts"
    async with many.worker() as other:
        await many.until_all_is_done(other)

    await many.check_each_arrived_once()


async def test_a_queue_that_was_emptied_by_hand_loses_nothing(many: Many) -> None:
    await many.enter()
    assert await many.rings()
    with psycopg.connect(many.url, autocommit=True) as connection:
        connection.execute("TRUNCATE daybrief_queue.procrastinate_jobs CASCADE")

    async with many.worker() as one:
        await many.until_all_is_done(one)

    await many.check_each_arrived_once()


async def test_whoever_only_rings_enters_what_is_due_and_posts_nothing(many: Many) -> None:
    done = await Desk(many.room).rounds.publish_for(timedelta(seconds=50))

    assert (done.planned, done.finished) == (CHANNELS, ())
    assert await many.room.store.ledger.unsettled() == CHANNELS


# ------------------------------------------------------------------------------------------------ whose turn it is


async def test_one_rings_and_the_other_stands_by_until_the_first_is_gone(url: str) -> None:
    first, second = Turn(url), Turn(url)
    assert [await first.is_ours(), await second.is_ours(), await first.is_ours()] == [True, False, True]

    await first.end()

    assert await second.is_ours()
    assert not await first.is_ours()
    await second.end()


async def test_whoever_loses_its_connection_hears_that_it_is_its_turn_no_more(url: str) -> None:
    first, second = Turn(url), Turn(url)
    assert await first.is_ours()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with pytest.raises(StoreTrouble):
        await first.is_ours()

    while not await second.is_ours():  # the server ends what it was told to end in its own time
        pass
    assert not await first.is_ours()
    await second.end()


async def test_whoever_says_nothing_for_long_is_followed_by_the_next(url: str) -> None:
    frozen, second = Turn(url, silent=timedelta(milliseconds=500)), Turn(url)
    assert await frozen.is_ours()

    while not await second.is_ours():  # the server's own clock decides
        pass

    with pytest.raises(StoreTrouble):
        await frozen.is_ours()
    await second.end()
