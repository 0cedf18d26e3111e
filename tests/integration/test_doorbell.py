"""Doorbells in PostgreSQL: who rings, who hears, and what happens to those that are lost."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

import psycopg
import pytest

from bot.errors import StoreTrouble
from bot.model import DeliveryState, Subscription
from storage.keeper import Keeper
from storage.planning import Planned
from storage.postgres.database import PostgresDatabase
from storage.postgres.doorbell import FORGOTTEN_AFTER, HEARD_WITHIN, WAITS_UNHEARD, Doorbell
from storage.postgres.hearing import AT_ONCE, DEAD_AFTER, Answer, Porter, end_jobs_of_the_dead
from storage.postgres.place import Place
from storage.postgres.queue import prepare_queue, queue_trouble
from storage.session import Session
from tests.clock import TUESDAY, VirtualClock
from tests.contract.values import due, subscription
from tests.postgres import administer, database

SECOND = timedelta(seconds=1)
LEASE = timedelta(seconds=75)
PLATFORMS = ("slack",)
AT_LEAST = 120
"""Seconds for what takes a few, on a machine with much else to do."""


@dataclass
class Room:
    """A store whose new deliveries ring."""

    url: str
    clock: VirtualClock
    database: PostgresDatabase
    keeper: Keeper
    bell: Doorbell

    async def plan(self, *channels: tuple[str, str]) -> list[int]:
        """Enter a delivery for each (workspace, channel) on Slack, all at once; their numbers."""
        return await self._plan([subscription(name, workspace=team) for team, name in channels])

    async def plan_on(self, platform: str, channel: str) -> list[int]:
        """Enter a delivery; its number."""
        order = subscription(channel)
        return await self._plan([replace(order, channel=replace(order.channel, platform=platform))])

    async def _plan(self, wanted: Sequence[Subscription]) -> list[int]:
        orders = [await self.keeper.subscriptions.subscribe(one) for one in wanted]
        await self.keeper.ledger.plan([due(one.id, at=self.clock.now()) for one in orders])
        known = {one.subscription: one.id for one in await self.keeper.ledger.deliveries(limit=1000)}
        return [known[one.id] for one in orders]

    async def again(self) -> int:
        return await self.bell.ring_again(self.database)

    def asked(self, statement: str) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SET search_path = daybrief_queue, public")
            done = connection.execute(statement.encode())
            return [one for (one, *_) in done.fetchall()] if done.description else []

    def rung(self) -> list[int]:
        """Which deliveries the queue rings for, in the order in which they will be heard."""
        return self.asked("SELECT CAST(args ->> 'delivery' AS int) FROM procrastinate_jobs ORDER BY priority DESC, id")

    def lose(self) -> None:
        """The queue is emptied by hand."""
        self.asked("DELETE FROM procrastinate_jobs")


@pytest.fixture
def url() -> Iterator[str]:
    with database(has_queue=True) as address:
        yield address


@pytest.fixture
async def room(url: str) -> AsyncIterator[Room]:
    clock, opened = VirtualClock(), PostgresDatabase(Place(url))
    bell = Doorbell(clock)
    yield Room(url, clock, opened, Keeper(opened, bell.ring), bell)
    await opened.close()


@contextlib.asynccontextmanager
async def porter(
    room: Room, answer: Answer, *, drain: timedelta = timedelta(seconds=60), at_once: int = AT_ONCE
) -> AsyncIterator[Porter]:
    opened = Porter(room.url, answer, room.clock, platforms=PLATFORMS, drain=drain, at_once=at_once)
    opened.start()
    try:
        yield opened
    finally:
        await opened.stop()


# --------------------------------------------------------------------------------------------------------- ringing


async def test_it_rings_once_for_each_delivery_and_not_for_a_date_that_is_there(room: Room) -> None:
    numbers = await room.plan(("T1", "C1"), ("T1", "C2"))
    await room.plan(("T1", "C1"))

    assert room.rung() == numbers


async def test_a_delivery_that_is_not_entered_does_not_ring(room: Room) -> None:
    def fail(db: Session, planned: Sequence[Planned]) -> None:
        room.bell.ring(db, planned)
        raise KeyError("a bug")

    order = await room.keeper.subscriptions.subscribe(subscription())

    with pytest.raises(KeyError):
        await Keeper(room.database, fail).ledger.plan([due(order.id)])
    assert room.rung() == []
    assert await room.keeper.ledger.deliveries() == ()


async def test_what_can_only_be_let_go_does_not_ring(room: Room) -> None:
    order = await room.keeper.subscriptions.subscribe(subscription())

    await room.keeper.ledger.plan([due(order.id, state=DeliveryState.MISSED)])

    assert room.rung() == []


async def test_the_first_of_every_workspace_is_heard_before_the_second_of_any(room: Room) -> None:
    a, b, c, d, e = await room.plan(("T1", "C1"), ("T1", "C2"), ("T1", "C3"), ("T2", "C4"), ("T3", "C5"))
    assert room.rung() == [a, d, e, b, c]

    later = await room.plan(("T4", "C6"))

    assert room.rung()[3] == later[0], "whoever comes due later does not wait for the last of a large workspace"


# --------------------------------------------------------------------------------------------------- ringing again


async def test_a_lost_doorbell_rings_again_once_it_should_have_been_heard(room: Room) -> None:
    [number] = await room.plan(("T1", "C1"))
    room.lose()

    room.clock.move_to(TUESDAY + HEARD_WITHIN - SECOND)
    assert await room.again() == 0
    room.clock.move_to(TUESDAY + HEARD_WITHIN)
    assert await room.again() == 1
    assert await room.again() == 0

    assert room.rung() == [number]


async def test_a_doorbell_that_waits_in_the_queue_makes_no_echo(room: Room) -> None:
    numbers = await room.plan(("T1", "C1"), ("T1", "C2"))

    for passed in (HEARD_WITHIN, FORGOTTEN_AFTER, timedelta(hours=6)):
        room.clock.move_to(TUESDAY + passed)
        assert await room.again() == 0

    assert room.rung() == numbers


async def test_one_that_was_lost_while_older_ones_wait_rings_again_after_a_while(room: Room) -> None:
    [waits] = await room.plan(("T1", "C1"))
    room.clock.move_to(TUESDAY + SECOND)
    [lost] = await room.plan(("T2", "C2"))
    room.asked("DELETE FROM procrastinate_jobs WHERE id = 2")

    room.clock.move_to(TUESDAY + FORGOTTEN_AFTER)
    assert await room.again() == 0, "it may still wait behind the other one"
    room.clock.move_to(TUESDAY + FORGOTTEN_AFTER + SECOND)
    assert await room.again() == 1

    assert room.rung() == [waits, lost]


async def test_a_job_of_somebody_else_in_the_queue_keeps_no_lost_one_from_ringing(room: Room) -> None:
    [waits] = await room.plan(("T1", "C1"))
    room.clock.move_to(TUESDAY + SECOND)
    [lost] = await room.plan(("T2", "C2"))
    room.asked("DELETE FROM procrastinate_jobs WHERE id = 2")
    room.asked("INSERT INTO procrastinate_jobs (task_name, queue_name) VALUES ('other', 'other')")

    room.clock.move_to(TUESDAY + FORGOTTEN_AFTER + SECOND)

    assert await room.again() == 1
    assert [one for one in room.rung() if one] == [waits, lost]


async def test_one_that_is_never_answered_rings_again_after_a_while(room: Room) -> None:
    first, second = await room.plan(("T1", "C1"), ("T2", "C2"))
    room.asked("INSERT INTO procrastinate_workers DEFAULT VALUES")
    room.asked("UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1 WHERE id = 2")

    room.clock.move_to(TUESDAY + FORGOTTEN_AFTER)
    assert await room.again() == 1

    assert room.rung() == [first, second, second]


async def test_one_that_was_lost_before_others_that_wait_rings_again(room: Room) -> None:
    [lost] = await room.plan(("T1", "C1"))
    room.lose()
    room.clock.move_to(TUESDAY + SECOND)
    [waits] = await room.plan(("T2", "C2"))

    room.clock.move_to(TUESDAY + HEARD_WITHIN + 2 * SECOND)
    await room.again()

    assert room.rung() == [waits, lost]


async def test_what_waits_for_a_retry_rings_when_its_time_has_come_and_not_before(room: Room) -> None:
    [number] = await room.plan(("T1", "C1"))
    claim = await room.keeper.ledger.claim(number, room.clock.now(), LEASE)
    assert claim
    until = TUESDAY + 5 * SECOND
    await room.keeper.ledger.postpone(claim, until=until, state=DeliveryState.DUE, reason="later")
    room.lose()

    room.clock.move_to(until - SECOND)
    assert await room.again() == 0
    room.clock.move_to(until)
    assert await room.again() == 1


async def test_what_a_dead_worker_holds_rings_when_its_lease_ends_and_not_before(room: Room) -> None:
    [number] = await room.plan(("T1", "C1"))
    assert await room.keeper.ledger.claim(number, room.clock.now(), LEASE)
    room.lose()

    room.clock.move_to(TUESDAY + LEASE - SECOND)
    assert await room.again() == 0
    room.clock.move_to(TUESDAY + LEASE)
    assert await room.again() == 1


async def test_what_is_done_never_rings_again(room: Room) -> None:
    [number] = await room.plan(("T1", "C1"))
    claim = await room.keeper.ledger.claim(number, room.clock.now(), LEASE)
    assert claim
    await room.keeper.ledger.finish(claim, DeliveryState.SENT, at=room.clock.now())
    room.lose()

    room.clock.move_to(TUESDAY + timedelta(days=1))

    assert await room.again() == 0


async def test_what_was_entered_by_somebody_who_does_not_ring_rings_at_once(room: Room) -> None:
    order = await room.keeper.subscriptions.subscribe(subscription())
    await Keeper(room.database).ledger.plan([due(order.id, at=room.clock.now())])

    assert await room.again() == 1


# ---------------------------------------------------------------------------------------------------- nobody listens


async def test_whoever_rings_sees_where_doorbells_wait_and_nobody_listens(room: Room) -> None:
    await room.plan_on("discord", "C1")
    await room.plan_on("slack", "C2")
    assert await room.bell.heard(room.database) == {}, "a worker may just be starting"

    async with porter(room, nobody) as listening:
        async with asyncio.timeout(AT_LEAST):
            while not await room.bell.heard(room.database):
                await listening.say_so()
        room.clock.move_to(TUESDAY + WAITS_UNHEARD)
        assert await room.bell.heard(room.database) == {"slack": True, "discord": False}

    room.asked("UPDATE listening SET told_at = told_at - interval '3 minutes'")
    await room.plan_on("slack", "C3")
    room.clock.move_to(TUESDAY + 3 * WAITS_UNHEARD)

    assert await room.bell.heard(room.database) == {"slack": False, "discord": False}


async def test_that_nothing_waits_any_more_does_not_say_that_somebody_listens(room: Room) -> None:
    await room.plan_on("slack", "C1")
    room.clock.move_to(TUESDAY + WAITS_UNHEARD)
    assert await room.bell.heard(room.database) == {"slack": False}

    room.lose()

    assert await room.bell.heard(room.database) == {}


async def nobody(_: int, __: datetime) -> bool:
    """Answers everything and does nothing."""
    return True


# --------------------------------------------------------------------------------------------------------- hearing


async def test_every_doorbell_is_answered_and_leaves_nothing_even_if_the_answer_fails(room: Room) -> None:
    numbers = await room.plan(*(("T1", f"C{number}") for number in range(30)))
    heard: list[int] = []
    all_heard = asyncio.Event()

    async def answer(number: int, _: datetime) -> bool:
        heard.append(number)
        if len(heard) == len(numbers):
            all_heard.set()
        if number == numbers[3]:
            raise KeyError("a bug")
        return True

    async with porter(room, answer):
        await asyncio.wait_for(all_heard.wait(), AT_LEAST)

    assert sorted(heard) == numbers
    assert room.rung() == []
    assert room.asked("SELECT id FROM procrastinate_workers") == []


async def test_whoever_stops_finishes_what_it_answers_and_leaves_the_rest_to_others(room: Room) -> None:
    first, second = await room.plan(("T1", "C1"), ("T1", "C2"))
    answering, may_end = asyncio.Event(), asyncio.Event()
    ended: list[int] = []

    async def answer(number: int, _: datetime) -> bool:
        answering.set()
        await may_end.wait()
        ended.append(number)
        return True

    drain = timedelta(seconds=AT_LEAST)
    leaving = Porter(room.url, answer, room.clock, platforms=PLATFORMS, drain=drain, at_once=1)
    leaving.start()
    await asyncio.wait_for(answering.wait(), AT_LEAST)
    stopping = asyncio.ensure_future(leaving.stop())
    await asyncio.sleep(0)
    may_end.set()
    await stopping

    assert ended == [first]
    assert room.rung() == [second]


async def test_a_worker_whose_connections_are_cut_hears_again_by_itself(room: Room) -> None:
    heard: asyncio.Queue[int] = asyncio.Queue()

    async def answer(number: int, _: datetime) -> bool:
        await heard.put(number)
        return True

    async with porter(room, answer):
        [first] = await room.plan(("T1", "C1"))
        assert await asyncio.wait_for(heard.get(), AT_LEAST) == first
        room.asked(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%procrastinate%'"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        [second] = await room.plan(("T1", "C2"))
        assert await asyncio.wait_for(heard.get(), AT_LEAST) == second


async def test_what_is_being_answered_goes_on_when_its_worker_is_taken_for_dead_and_begins_anew(room: Room) -> None:
    [first] = await room.plan(("T1", "C1"))
    begun: asyncio.Queue[int] = asyncio.Queue()
    may_end, ended = asyncio.Event(), asyncio.Event()

    async def answer(number: int, _: datetime) -> bool:
        await begun.put(number)
        if number == first:
            await may_end.wait()
            ended.set()
        return True

    async with porter(room, answer, drain=timedelta()):
        assert await asyncio.wait_for(begun.get(), AT_LEAST) == first
        room.asked("DELETE FROM procrastinate_workers")
        [second] = await room.plan(("T1", "C2"))
        assert await asyncio.wait_for(begun.get(), AT_LEAST) == second, "which only a new one can take"
        may_end.set()
        await asyncio.wait_for(ended.wait(), AT_LEAST)


async def test_what_takes_longer_than_a_stopping_worker_has_is_cancelled(room: Room) -> None:
    await room.plan(("T1", "C1"))
    answering, cancelled = asyncio.Event(), asyncio.Event()

    async def answer(number: int, _: datetime) -> bool:
        answering.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return True

    async with porter(room, answer, drain=timedelta()):
        await asyncio.wait_for(answering.wait(), AT_LEAST)

    assert cancelled.is_set()


@pytest.mark.parametrize("trouble", [None, StoreTrouble("it is busy"), KeyError("a bug")])
async def test_a_doorbell_that_led_to_nothing_rings_again_though_others_of_its_batch_wait(
    room: Room, trouble: Exception | None
) -> None:
    first, second = await room.plan(("T1", "C1"), ("T1", "C2"))
    begun: asyncio.Queue[int] = asyncio.Queue()

    async def answer(number: int, _: datetime) -> bool:
        await begun.put(number)
        if number == second:
            await asyncio.Event().wait()
        if trouble:
            raise trouble
        return False

    async with porter(room, answer, drain=timedelta(), at_once=1):
        await asyncio.wait_for(begun.get(), AT_LEAST)
        assert await asyncio.wait_for(begun.get(), AT_LEAST) == second
        assert await room.again() == 1

        assert room.rung() == [first, second], "the second is under way"


async def test_jobs_of_dead_workers_are_ended_and_those_of_the_living_are_not(room: Room) -> None:
    numbers = await room.plan(("T1", "C1"), ("T2", "C2"), ("T3", "C3"))
    assert timedelta(minutes=1) > DEAD_AFTER
    room.asked("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute'), (now())")
    room.asked("UPDATE procrastinate_jobs SET status = 'doing', worker_id = id WHERE id <= 2")

    assert await end_jobs_of_the_dead(room.url) == 1

    assert room.rung() == numbers[1:]
    assert room.asked("SELECT id FROM procrastinate_workers") == [2]
    assert await room.again() == 1, "though others of its batch wait"
    assert room.rung() == [*numbers[1:], numbers[0]]


async def test_whoever_cannot_post_to_a_platform_does_not_hear_of_it_and_somebody_else_does(room: Room) -> None:
    [elsewhere] = await room.plan_on("discord", "C1")
    [here] = await room.plan_on("slack", "C2")
    heard: asyncio.Queue[tuple[str, int]] = asyncio.Queue()

    def listening(*platforms: str) -> Porter:
        async def answer(number: int, _: datetime) -> bool:
            await heard.put((platforms[-1], number))
            return True

        return Porter(room.url, answer, room.clock, platforms=platforms, drain=timedelta(seconds=60))

    first, second = listening("terminal", "slack"), listening("discord")
    first.start()
    assert await asyncio.wait_for(heard.get(), AT_LEAST) == ("slack", here)
    second.start()
    assert await asyncio.wait_for(heard.get(), AT_LEAST) == ("discord", elsewhere)
    await asyncio.gather(first.stop(), second.stop())


async def test_a_doorbell_that_nobody_hears_on_one_platform_hides_no_lost_one_on_another(room: Room) -> None:
    await room.plan_on("discord", "C1")
    room.clock.move_to(TUESDAY + SECOND)
    [lost] = await room.plan_on("slack", "C2")
    room.asked("DELETE FROM procrastinate_jobs WHERE queue_name = 'daybrief.slack'")

    room.clock.move_to(TUESDAY + HEARD_WITHIN + 2 * SECOND)

    assert await room.again() == 1
    assert lost in room.rung()


# ------------------------------------------------------------------------------------------------------ the tables


async def test_several_that_make_the_queue_at_once_find_it_ready_and_our_tables_alone() -> None:
    with database() as fresh:
        await asyncio.gather(*(asyncio.to_thread(prepare_queue, Place(fresh)) for _ in range(4)))

        with psycopg.connect(fresh) as connection:
            found = connection.execute(
                "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename LIKE 'procrastinate%'"
            ).fetchall()
        assert found == [("daybrief_queue",)]


def test_a_queue_of_an_older_procrastinate_is_brought_up(url: str) -> None:
    steps = resources.files("procrastinate.sql").joinpath("migrations").iterdir()
    newest = max(one.name for one in steps if one.name.endswith(".sql"))
    trigger = "procrastinate_trigger_status_events_update_v1"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP TRIGGER {trigger} ON daybrief_queue.procrastinate_jobs".encode())
        connection.execute("DELETE FROM daybrief_queue.applied WHERE name = %s", [newest])

        prepare_queue(Place(url))

        found = connection.execute("SELECT count(*) FROM pg_trigger WHERE tgname = %s", [trigger]).fetchone()
        applied = connection.execute("SELECT max(name) FROM daybrief_queue.applied").fetchone()
    assert (found, applied) == ((1,), (newest,))


def test_a_queue_from_before_there_were_budgets_is_given_them(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE daybrief_queue.budget")
        connection.execute("DELETE FROM daybrief_queue.applied WHERE name = '00_daybrief_budget'")

        prepare_queue(Place(url))

        assert connection.execute("SELECT count(*) FROM daybrief_queue.budget").fetchone() == (0,)


@pytest.fixture
def visitor() -> Iterator[str]:
    """Somebody who may do nothing yet."""
    name = f"daybrief_visitor_{secrets.token_hex(4)}"  # roles are the whole server's
    administer(f"CREATE ROLE {name} LOGIN")
    yield name
    administer(f"DROP ROLE {name}")


def test_whoever_may_not_make_the_queue_is_told_who_can(visitor: str) -> None:
    with database() as made:
        place = Place(psycopg.conninfo.make_conninfo(made, user=visitor))
        with pytest.raises(StoreTrouble, match=f"CREATE SCHEMA daybrief_queue AUTHORIZATION {visitor}"):
            prepare_queue(place)

        with psycopg.connect(made, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA daybrief_queue AUTHORIZATION {visitor}".encode())
            assert queue_trouble(place) == ""
            prepare_queue(place)
            assert queue_trouble(place) == ""
            connection.execute(f"DROP OWNED BY {visitor}".encode())


def test_whoever_may_not_use_the_queue_that_is_there_is_told_so(url: str, visitor: str) -> None:
    place = Place(psycopg.conninfo.make_conninfo(url, user=visitor))
    with pytest.raises(StoreTrouble, match=f"another user's; .* ALTER SCHEMA daybrief_queue OWNER TO {visitor}"):
        prepare_queue(place)


def test_whoever_may_make_a_schema_may_make_the_queue() -> None:
    with database() as made:
        assert queue_trouble(Place(made)) == ""


async def test_doorbells_that_nobody_heard_are_gone_once_they_would_lead_to_nothing(room: Room) -> None:
    over, waits = await room.plan(("T1", "C1"), ("T2", "C2"))
    claim = await room.keeper.ledger.claim(over, room.clock.now(), LEASE)
    assert claim
    await room.keeper.ledger.finish(claim, DeliveryState.MISSED, at=room.clock.now(), reason="nobody came")

    await end_jobs_of_the_dead(room.url)

    assert room.rung() == [waits]
