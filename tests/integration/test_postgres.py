"""PostgreSQL itself: others in the way, connections that end, a server that is away, and databases that are not fit."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from bot.config import Secret, read
from bot.desk import Desk
from bot.errors import AlreadyRunning, StoreTrouble
from bot.model import DeliveryState, Due
from bot.wiring import delivering
from storage.postgres import upgrade
from storage.postgres.database import PostgresDatabase
from storage.postgres.opening import open_store
from storage.postgres.place import Place
from storage.postgres.schema import MIGRATIONS, Migration
from storage.session import Session, Statement, row, rows
from storage.sqlite.upgrade import prepare
from tests.clock import TUESDAY
from tests.integration import schemas
from tests.newsroom import newsroom
from tests.postgres import Server, administer, database, named, url_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def url() -> Iterator[str]:
    with database() as address:
        yield address


@pytest.fixture
async def two(url: str) -> AsyncIterator[tuple[PostgresDatabase, PostgresDatabase]]:
    """One database, as two processes have it."""
    opened = PostgresDatabase(Place(url)), PostgresDatabase(Place(url))
    yield opened
    for one in opened:
        await one.close()


def count_on(db: Session) -> int:
    """Reads, then writes what follows from it."""
    found = row(db, "SELECT value FROM meta WHERE key = 'count'")
    value = int(found["value"]) + 1 if found else 1
    db.execute("DELETE FROM meta WHERE key = 'count'")
    db.execute("INSERT INTO meta (key, value) VALUES ('count', ?)", [value])
    return value


async def test_twenty_who_change_one_row_at_once_do_it_one_after_the_other(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    counted = await asyncio.gather(*(two[number % 2].write(count_on) for number in range(20)))

    assert sorted(counted) == list(range(1, 21))


async def test_a_work_that_is_done_alone_begins_when_the_one_before_has_ended(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    begun: list[str] = []
    is_at_work, goes_on = threading.Event(), threading.Event()

    def first(db: Session) -> int:
        begun.append("first")
        counted = count_on(db)
        is_at_work.set()
        goes_on.wait(30)
        return counted

    def second(db: Session) -> int:
        begun.append("second")
        return count_on(db)

    async def waits() -> bool:
        waiting = """
            SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
            WHERE NOT granted AND datname = current_database()"""
        return bool(await two[0].read(lambda db: rows(db, waiting)))

    one = asyncio.create_task(two[0].write(first, alone=True))
    await asyncio.to_thread(is_at_work.wait, 30)
    other = asyncio.create_task(two[1].write(second, alone=True))
    while "second" not in begun and not await waits():
        pass
    before_the_door = list(begun)
    goes_on.set()

    assert before_the_door == ["first"]
    assert (await one, await other) == (1, 2)


async def test_a_work_whose_connection_is_cut_is_done_on_another_one(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    attempts = 0

    def work(db: Session) -> int:
        nonlocal attempts
        attempts += 1
        counted = count_on(db)
        if attempts == 1:
            rows(db, "SELECT pg_terminate_backend(pg_backend_pid())")
        return counted

    assert await two[0].write(work) == 1
    assert attempts == 2
    assert await two[1].write(count_on) == 2


async def test_a_connection_that_ended_while_nobody_used_it_is_noticed_by_nobody(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    assert await two[0].write(count_on) == 1
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> {}"

    def cut_others(db: Session) -> None:
        rows(db, cut.format("pg_backend_pid()"))

    await two[1].write(cut_others)

    assert await two[0].write(count_on) == 2


async def test_a_work_that_fails_has_changed_nothing_and_a_reader_cannot_write(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    def fail(db: Session) -> None:
        count_on(db)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        await two[0].write(fail)
    with pytest.raises(StoreTrouble, match="cannot be written"):
        await two[0].read(count_on)
    with pytest.raises(StoreTrouble, match="cannot be written"):
        await two[0].read(Statement("INSERT INTO meta (key, value) VALUES ('count', 9)"))
    with pytest.raises(StoreTrouble, match="duplicate key"):
        await two[0].write(lambda db: [db.execute("INSERT INTO meta (key, value) VALUES ('a', 1)") for _ in range(2)])

    assert await two[0].write(count_on) == 1


async def test_a_work_that_goes_on_after_a_statement_failed_is_not_called_done(
    two: tuple[PostgresDatabase, PostgresDatabase],
) -> None:
    def heedless(db: Session) -> str:
        db.execute("INSERT INTO meta (key, value) VALUES ('count', 1)")
        with contextlib.suppress(psycopg.Error):
            db.execute("SELECT 1 / 0")
        return "done"

    with pytest.raises(StoreTrouble):
        await two[0].write(heedless)

    assert await two[0].read(lambda db: rows(db, "SELECT * FROM meta WHERE key = 'count'")) == []


async def test_a_read_is_of_one_instant(two: tuple[PostgresDatabase, PostgresDatabase]) -> None:
    reading, written = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def look_twice(db: Session) -> list[object]:
        before = row(db, "SELECT count(*) AS count FROM meta")
        loop.call_soon_threadsafe(reading.set)
        asyncio.run_coroutine_threadsafe(written.wait(), loop).result(60)
        return [before, row(db, "SELECT count(*) AS count FROM meta")]

    looking = asyncio.ensure_future(two[0].read(look_twice))
    await reading.wait()
    await two[1].write(count_on)
    written.set()

    assert await looking == [{"count": 0}, {"count": 0}]


# ------------------------------------------------------------------------------------------------ a server that ends


async def test_a_server_that_is_away_is_a_sentence_and_its_return_is_enough() -> None:
    with tempfile.TemporaryDirectory(prefix="daybrief-pg-") as folder:
        server = Server(Path(folder))
        server.start()
        store = await open_store(server.address)
        await store.ledger.release_all()
        server.stop()

        for ask in (store.subscriptions.all, store.ledger.release_all):
            with pytest.raises(StoreTrouble, match=r"no PostgreSQL answers at .*; start it") as caught:
                await ask()
            assert caught.value.kind == "connection"

        server.start()
        assert await store.subscriptions.all() == ()
        assert await store.ledger.release_all() == 0
        await store.close()
        server.stop()


KEEP = """
import asyncio, sys
from bot.model import FeedState
from storage.postgres.opening import open_store

async def main(url):
    store = await open_store(url)
    numbers = iter(range(1_000_000))
    async def work():
        for number in numbers:
            await store.feeds.keep(FeedState(url=f"{number}"))
            print(number, flush=True)
    await asyncio.gather(*(work() for _ in range(8)))

asyncio.run(main(sys.argv[1]))
"""


def keeper(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", KEEP, url], cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_what_was_promised_survives_a_kill_of_the_process(url: str) -> None:
    process = keeper(url)
    assert process.stdout
    promised = {process.stdout.readline().strip() for _ in range(60)}
    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].splitlines(keepends=True)
    promised |= {line.strip() for line in rest if line.endswith("\n")}

    store = await open_store(url)
    assert promised <= set(await store.feeds.states())
    await store.close()


# ---------------------------------------------------------------------------------------------------- what is not fit


def test_what_cannot_be_opened_is_a_sentence_without_the_password() -> None:
    nobody = psycopg.conninfo.make_conninfo(named("postgres"), user="stranger", password="hunter22")
    for address, sentence in (
        (named("nothing_there"), "there is none of that name; create it with `createdb"),
        (nobody, "there is no user stranger"),
        ("postgresql://u:hunter22@127.0.0.1:1/d", "no PostgreSQL answers at 127.0.0.1:1"),
        ("postgresql://u:hunter22@host.invalid/d", "there is no host host.invalid"),
        ("postgresql://u:hunter22@h/d?nonsense=1", "is not one"),
    ):
        with pytest.raises(StoreTrouble, match=sentence) as caught:
            upgrade.prepare(Place(address))
        assert "hunter22" not in f"{caught.value!r} {Place(address)!r}"


def test_a_database_of_another_program_or_of_a_newer_version_is_left_alone() -> None:
    with database(is_empty=True) as foreign, psycopg.connect(foreign, autocommit=True) as connection:
        connection.execute("CREATE TABLE stamps (id integer)")
        with pytest.raises(StoreTrouble, match="another program"):
            upgrade.prepare(Place(foreign))
    with database() as newer:
        upgrade.prepare(Place(newer), [*MIGRATIONS, Migration("m999_later", "CREATE TABLE later (id ID);")])
        with pytest.raises(StoreTrouble, match=r"newer version.*m999_later"):
            upgrade.prepare(Place(newer))


def test_texts_that_have_no_room_for_all_languages_are_refused() -> None:
    administer("CREATE DATABASE daybrief_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    try:
        with pytest.raises(StoreTrouble, match="SQL_ASCII"):
            upgrade.prepare(Place(named("daybrief_ascii")))
    finally:
        administer("DROP DATABASE daybrief_ascii")


def test_whoever_may_not_create_tables_is_told_who_can_change_that(url: str) -> None:
    administer("DROP ROLE IF EXISTS daybrief_guest")
    administer("CREATE ROLE daybrief_guest LOGIN")
    with database(is_empty=True) as empty:
        guest = psycopg.conninfo.make_conninfo(empty, user="daybrief_guest")
        with pytest.raises(StoreTrouble, match=r"may not create tables there.*OWNER TO daybrief_guest"):
            upgrade.prepare(Place(guest))
    administer("DROP ROLE daybrief_guest")


async def test_several_that_open_an_empty_database_at_once_find_it_ready() -> None:
    with database(is_empty=True) as empty:
        stores = await asyncio.gather(*(open_store(empty) for _ in range(4)))

        health = await stores[0].health()
        assert health.database.schema == len(MIGRATIONS)
        assert health.database.engine == "PostgreSQL"
        for store in stores:
            await store.close()


def test_a_migration_that_fails_leaves_nothing() -> None:
    with database() as url:
        broken = Migration("m999_later", "CREATE TABLE later (id ID); INSERT INTO nowhere VALUES (1);")
        with pytest.raises(StoreTrouble):
            upgrade.prepare(Place(url), [*MIGRATIONS, broken])
        upgrade.prepare(Place(url))


# ------------------------------------------------------------------------------------------------------- two schemas


def test_both_engines_have_the_same_tables_columns_and_keys(url: str, tmp_path: Path) -> None:
    prepare(tmp_path / "daybrief.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "daybrief.db")) as file, psycopg.connect(url) as server:
        assert schemas.in_sqlite(file) == schemas.in_postgres(server)


async def test_one_bot_delivers_from_a_database_on_however_many_machines(url: str, tmp_path: Path) -> None:
    here, there = (
        read("", folder=tmp_path / name, environ={"DAYBRIEF_DATABASE_URL": url_of(url)}) for name in ("here", "there")
    )

    async with delivering(here):
        with pytest.raises(AlreadyRunning, match="another daybrief is delivering from the database daybrief_"):
            async with delivering(there):
                pass
    async with delivering(there):
        pass


async def test_a_bot_that_takes_over_takes_nothing_from_the_hands_of_one_that_only_seems_dead(
    url: str, tmp_path: Path
) -> None:
    lease = timedelta(minutes=2)
    async with newsroom(tmp_path, {}, opened=lambda: open_store(url)) as room:
        room.config = replace(room.config, secrets={"DAYBRIEF_DATABASE_URL": Secret(url)})
        [ordered] = await room.store.subscriptions.all()
        ledger = room.store.ledger
        await ledger.plan([Due(subscription=ordered.id, date=TUESDAY.date(), due_at=TUESDAY, state=DeliveryState.DUE)])
        [delivery] = await ledger.deliveries()
        assert await ledger.claim(delivery.id, TUESDAY, lease)

        await Desk(room).shift.take_over()

        assert await ledger.claim(delivery.id, TUESDAY + lease / 2, lease) is None
        assert await ledger.claim(delivery.id, TUESDAY + lease, lease)
