"""Turns that many processes take from one row: the pace of all of them, what one hears, and a database that is gone."""

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from psycopg import conninfo

from bot.ports import Budget, Turn
from storage.postgres.place import Place
from storage.postgres.turns import AWAY, LASTS, SharedTurns
from tests.clock import VirtualClock
from tests.postgres import administer, database
from tests.turn_takers import BUDGET, PER_SECOND

ROOT = Path(__file__).resolve().parents[2]
SECOND = timedelta(seconds=1)
LONGEST = 10 * SECOND
PATIENT = timedelta(minutes=1)
"""For answers, on a machine with much else to do."""
AT_LEAST = 120
"""Seconds for what takes a few, on a machine with much else to do."""
_RECORD = """
    CREATE TABLE record (at bigint NOT NULL, by integer NOT NULL);
    CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO record VALUES (NEW.turn_at, pg_backend_pid()); RETURN NEW; END $$;
    CREATE TRIGGER record AFTER UPDATE ON daybrief_queue.budget FOR EACH ROW WHEN (NEW.is_given)
    EXECUTE FUNCTION keep()
"""
"""Lets the server itself write down which turns it gave, and to which connection."""

_CUT = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{}' AND pid <> pg_backend_pid()"


@pytest.fixture
def url() -> Iterator[str]:
    with database(has_queue=True) as address:
        yield address


async def eventually_ours(turns: SharedTurns) -> Turn:
    """A turn, from a machine that may be too busy to answer at first."""
    async with asyncio.timeout(AT_LEAST):
        while not (turn := await turns.take(BUDGET, longest=LONGEST)).is_ours:
            pass
    return turn


async def test_sixteen_connections_of_four_processes_never_get_more_than_the_rate(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_RECORD)
    command = (sys.executable, "-m", "tests.turn_takers", url, "2", "4")
    processes = [
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE) for _ in range(4)
    ]
    try:
        async with asyncio.timeout(AT_LEAST):
            said = [(await one.communicate())[0] for one in processes]
    finally:
        for one in processes:
            with contextlib.suppress(ProcessLookupError):
                one.kill()

    with psycopg.connect(url) as connection:
        given = connection.execute("SELECT at, by FROM record ORDER BY at").fetchall()
    assert sum(int(one) for one in said) <= len(given), "nobody got a turn that the server does not know of"
    assert len({by for _, by in given}) == 16
    assert len(given) > PER_SECOND
    assert min(after - before for (before, _), (after, _) in pairwise(given)) >= 1_000_000 // PER_SECOND


async def test_what_one_was_refused_holds_back_the_other_for_as_long_as_that_takes(url: str) -> None:
    one, other = SharedTurns(Place(url), within=PATIENT), SharedTurns(Place(url), within=PATIENT)
    await eventually_ours(one)
    await eventually_ours(other)

    one.refused(BUDGET, 300 * SECOND)

    own = await one.take(BUDGET, longest=LONGEST)
    assert (own.is_ours, own.wait > 250 * SECOND) == (False, True)
    await one.close()  # it has been told now
    turn = await other.take(BUDGET, longest=LONGEST)
    assert not turn.is_ours
    assert 250 * SECOND < await other.closed(BUDGET) <= 300 * SECOND
    await other.close()


async def test_errors_of_all_count_together(url: str) -> None:
    machines = [SharedTurns(Place(url), within=PATIENT) for _ in range(3)]
    for machine in machines:
        await eventually_ours(machine)
        for _ in range(BUDGET.most_errors // 3):
            machine.erred(BUDGET)
        await machine.close()

    after = SharedTurns(Place(url), within=PATIENT)
    assert await after.closed(BUDGET) > 30 * SECOND
    await after.close()


async def test_while_the_database_is_gone_nobody_has_a_turn_and_then_it_goes_on(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    name = conninfo.conninfo_to_dict(url)["dbname"]
    turns = SharedTurns(Place(url), within=PATIENT)
    caplog.set_level(logging.INFO)
    await eventually_ours(turns)
    caplog.clear()
    administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    administer(_CUT.format(name))

    away = [await turns.take(BUDGET, longest=LONGEST) for _ in range(3)]
    closed = await turns.closed(BUDGET)

    administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    await eventually_ours(turns)
    await turns.close()
    assert (away, closed) == ([Turn(wait=AWAY, is_ours=False)] * 3, AWAY)
    [gone, back] = [one.getMessage() for one in caplog.records if "posts" in one.getMessage()]
    assert "posts are held back" in gone
    assert "posts go on" in back


async def test_a_connection_that_was_cut_costs_no_turn(url: str) -> None:
    turns = SharedTurns(Place(url), within=PATIENT)
    await eventually_ours(turns)
    administer(_CUT.format(conninfo.conninfo_to_dict(url)["dbname"]))

    assert (await turns.take(BUDGET, longest=LONGEST)).is_ours
    await turns.close()


async def test_whoever_is_in_the_way_is_not_waited_for_long(url: str) -> None:
    turns = SharedTurns(Place(url), within=0.3 * SECOND)
    await eventually_ours(turns)
    with psycopg.connect(url) as connection:
        connection.execute("SELECT 1 FROM daybrief_queue.budget FOR UPDATE")

        assert await turns.take(BUDGET, longest=LONGEST) == Turn(wait=AWAY, is_ours=False)

    await turns.close()


async def test_where_something_may_be_made_up_for_a_turn_lasts_as_long(url: str) -> None:
    turns = SharedTurns(Place(url), within=PATIENT, monotonic=lambda: 0.0)

    turn = await turns.take(Budget(name="slack:T1", spacing=SECOND, slowest=SECOND, burst=SECOND), longest=LONGEST)
    await turns.close()

    assert turn.lasts == SECOND


async def test_an_answer_that_the_loop_was_too_busy_to_hear_lasts_less(url: str) -> None:
    loop = threading.get_ident()
    turns = SharedTurns(Place(url), within=PATIENT, monotonic=lambda: 0.02 if threading.get_ident() == loop else 0.0)

    turn = await eventually_ours(turns)

    assert turn.lasts == LASTS - 0.02 * SECOND
    await turns.close()


async def test_a_server_whose_clock_was_set_back_does_not_seem_closed(url: str) -> None:
    clock = VirtualClock()
    slack = Budget(name="slack:T1", spacing=SECOND, slowest=SECOND, apart=SECOND)
    turns = SharedTurns(Place(url), within=PATIENT, now=clock.now, monotonic=lambda: 0.0)
    assert [(await turns.take(slack, "C1", longest=LONGEST)).wait for _ in range(3)] == [0 * SECOND, SECOND, 2 * SECOND]

    clock.is_set_to(clock.now() - timedelta(hours=1))

    assert [(await turns.take(slack, "C2", longest=LONGEST)).wait for _ in range(2)] == [3 * SECOND, 4 * SECOND]
    assert (await turns.take(slack, "C1", longest=LONGEST)).is_ours
    await turns.close()


async def test_channels_that_are_free_again_and_budgets_that_nobody_asks_for_are_forgotten(url: str) -> None:
    clock = VirtualClock()
    slack = Budget(name="slack:T1", spacing=SECOND / 100, slowest=SECOND, apart=SECOND)
    turns = SharedTurns(Place(url), within=PATIENT, now=clock.now, monotonic=lambda: 0.0)
    for number in range(50):
        await turns.take(slack, f"C{number}", longest=LONGEST)
        clock.move_to(clock.now() + SECOND / 2)

    def kept() -> list[tuple[object, ...]]:
        statement = "SELECT name, (SELECT count(*) FROM jsonb_object_keys(channels)) FROM daybrief_queue.budget"
        with psycopg.connect(url) as connection:
            return connection.execute(statement).fetchall()

    [(name, channels)] = kept()
    assert name == "slack:T1"
    assert channels == 2
    await turns.forget()
    assert kept()
    clock.move_to(clock.now() + timedelta(days=2))
    await turns.forget()
    assert kept() == []
    await turns.close()
