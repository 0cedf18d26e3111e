import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils

from bot.errors import StoreTrouble
from bot.model import FeedState
from bot.ports import Intake
from storage import open_store
from storage.session import Session, rows
from storage.sqlite import schema
from storage.sqlite.connection import connect, in_sentences
from storage.sqlite.database import GROUP, SqliteDatabase
from storage.sqlite.upgrade import prepare
from tests.contract.values import NOW, article, intake, story

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table."""
    path = tmp_path / "test.db"
    with closing(connect(path)) as db:
        db.enable_wal()
        db.execute("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
    return path


@pytest.fixture
async def database(path: Path) -> AsyncIterator[SqliteDatabase]:
    database = SqliteDatabase(path)
    yield database
    await database.close()


def noted(db: Session) -> list[str]:
    return [one["text"] for one in rows(db, "SELECT text FROM note ORDER BY id")]


def note(db: Session, text: str) -> None:
    db.execute("INSERT INTO note (text) VALUES (?)", [text])


def notes_seen_by_others(path: Path) -> list[str]:
    with closing(connect(path)) as db:
        return noted(db)


class Held:
    """Keeps the writing thread busy until :meth:`let_go`, so that what is written meanwhile forms one group."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._began, self._go_on = threading.Event(), threading.Event()
        self.task = asyncio.ensure_future(database.write(self._wait))

    def _wait(self, db: Session) -> None:
        self._began.set()
        self._go_on.wait(timeout=30)

    async def begun(self) -> None:
        assert await asyncio.to_thread(self._began.wait, 30)

    def let_go(self) -> None:
        self._go_on.set()


# ----------------------------------------------------------------------------------------------------- committing


async def test_writes_that_wait_together_are_committed_together(database: SqliteDatabase, path: Path) -> None:
    held = Held(database)
    await held.begun()
    seen: list[list[str]] = []
    writes = [database.write(lambda db, n=n: note(db, f"note {n}")) for n in range(5)]  # type: ignore[misc]
    gathered = asyncio.gather(*writes, database.write(lambda _: seen.append(notes_seen_by_others(path))))
    await asyncio.sleep(0)

    held.let_go()
    await gathered

    assert seen == [[]]
    assert len(notes_seen_by_others(path)) == 5


async def test_a_write_that_fails_takes_none_of_its_group_with_it(database: SqliteDatabase, path: Path) -> None:
    def fail_half_way(db: Session) -> None:
        note(db, "half")
        raise KeyError("a bug")

    def break_a_rule(db: Session) -> None:
        note(db, "other half")
        note(db, "first")

    held = Held(database)
    await held.begun()
    jobs = [lambda db: note(db, "first"), fail_half_way, break_a_rule, lambda db: note(db, "last")]
    gathered = asyncio.gather(*(database.write(job) for job in jobs), return_exceptions=True)
    await asyncio.sleep(0)

    held.let_go()
    first, bug, rule, last = await gathered

    assert (first, last) == (None, None)
    assert isinstance(bug, KeyError)
    assert isinstance(rule, StoreTrouble)
    assert notes_seen_by_others(path) == ["first", "last"]


def test_the_same_works_are_the_same_statements_and_no_more_than_they_need(path: Path) -> None:
    told: list[str] = []
    with closing(connect(path)) as db:
        db.conn.set_trace_callback(told.append)
        for _ in range(2):
            with db.atomic(), db.atomic():
                noted(db)

    once = ["BEGIN", "SAVEPOINT work", "SELECT text FROM note ORDER BY id", "RELEASE work", "COMMIT"]
    assert [one.rstrip(" ;") for one in told] == 2 * once


async def test_more_writes_than_a_group_holds_are_all_done(database: SqliteDatabase, path: Path) -> None:
    count = 3 * GROUP + 1

    await asyncio.gather(*(database.write(lambda db, n=n: note(db, f"note {n}")) for n in range(count)))  # type: ignore[misc]

    assert len(notes_seen_by_others(path)) == count


async def test_what_was_written_is_there_for_the_next_read(database: SqliteDatabase) -> None:
    for number in range(20):
        await database.write(lambda db, n=number: note(db, f"note {n}"))  # type: ignore[misc]

        assert len(await database.read(noted)) == number + 1


async def test_a_write_that_was_given_up_before_it_began_is_not_done(database: SqliteDatabase, path: Path) -> None:
    held = Held(database)
    await held.begun()
    given_up = asyncio.ensure_future(database.write(lambda db: note(db, "unwanted")))
    await asyncio.sleep(0)

    given_up.cancel()
    await asyncio.sleep(0)
    held.let_go()
    await database.write(lambda db: note(db, "wanted"))

    assert notes_seen_by_others(path) == ["wanted"]


async def test_reading_sees_one_instant_while_others_write(database: SqliteDatabase) -> None:
    counted, written = threading.Event(), threading.Event()

    def count_twice(db: Session) -> tuple[int, int]:
        before = len(noted(db))
        counted.set()
        assert written.wait(timeout=30)
        return before, len(noted(db))

    reading = asyncio.ensure_future(database.read(count_twice))
    await asyncio.to_thread(counted.wait, 30)
    await database.write(lambda db: note(db, "meanwhile"))
    written.set()

    assert await reading == (0, 0)


async def test_a_reader_cannot_write(database: SqliteDatabase, path: Path) -> None:
    with pytest.raises(StoreTrouble):
        await database.read(lambda db: note(db, "sneaked in"))

    assert notes_seen_by_others(path) == []


async def test_slow_reads_do_not_keep_the_loop_or_other_reads(database: SqliteDatabase) -> None:
    go_on = threading.Event()
    slow = [asyncio.ensure_future(database.read(lambda _: go_on.wait(timeout=30))) for _ in range(2)]

    assert await database.read(noted) == []

    go_on.set()
    assert await asyncio.gather(*slow) == [True, True]


# -------------------------------------------------------------------------------------------------------- trouble


async def test_a_full_disk_is_a_sentence_and_writing_goes_on_when_there_is_space(
    database: SqliteDatabase, path: Path
) -> None:
    def fill(db: Session) -> None:
        [found] = rows(db, "PRAGMA page_count")
        db.execute(f"PRAGMA max_page_count = {found['page_count']}")

    await database.write(lambda db: note(db, "before"))
    await database.write(fill)

    with pytest.raises(StoreTrouble, match="disk is full"):
        await database.write(lambda db: note(db, "x" * 100_000))
    still_read = await database.read(noted)
    await database.write(lambda db: db.execute("PRAGMA max_page_count = 100000"))
    await database.write(lambda db: note(db, "after"))

    assert still_read == ["before"]
    assert notes_seen_by_others(path) == ["before", "after"]


def test_a_locked_database_is_a_sentence(path: Path) -> None:
    with closing(connect(path)) as holder, closing(connect(path, patience=0)) as db:
        holder.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreTrouble, match="locked"), in_sentences(path):
            db.execute("BEGIN IMMEDIATE")


async def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    path.write_text("Dear diary, " * 500)

    with pytest.raises(StoreTrouble, match="is not a database"):
        await open_store(path)

    assert path.read_text().startswith("Dear diary")


async def test_a_damaged_database_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    await (await open_store(path)).close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)

    with pytest.raises(StoreTrouble, match="damaged"):
        await open_and_read(path)


async def open_and_read(path: Path) -> None:
    store = await open_store(path)
    try:
        await store.feeds.states()
        await store.subscriptions.all()
        await store.ledger.deliveries()
        await store.health()
    finally:
        await store.close()


async def test_a_folder_that_does_not_exist_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreTrouble, match="folder exists"):
        await open_store(tmp_path / "missing" / "daybrief.db")


def test_another_programs_database_is_left_alone(path: Path) -> None:
    before = path.read_bytes()

    with pytest.raises(StoreTrouble, match="another program"):
        prepare(path)

    assert path.read_bytes() == before


# ------------------------------------------------------------------------------------------------------ migrating


MIGRATIONS = [getattr(schema, name) for name in dir(schema) if re.fullmatch(r"m\d{3}_\w+", name)]
"""In their order."""


def with_one_more(migration: str) -> sqlite_utils.Migrations:
    """What a later version of Daybrief brings."""
    later = sqlite_utils.Migrations("daybrief")
    for known in MIGRATIONS:
        later()(known)

    @later(name="m999_later")
    def m999_later(db: sqlite_utils.Database) -> None:
        db.execute("CREATE TABLE later (id INTEGER PRIMARY KEY)")
        db.execute(migration)

    return later


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


async def test_a_database_from_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    prepare(path, with_one_more("SELECT 1"))

    with pytest.raises(StoreTrouble, match=r"newer version.*m999_later"):
        await open_store(path)


async def test_an_existing_database_is_copied_before_it_is_migrated(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    store = await open_store(path)
    await store.feeds.keep(FeedState(url="feed.xml"))
    await store.close()

    prepare(path, with_one_more("SELECT 1"))
    prepare(path, with_one_more("SELECT 1"))

    copy = tmp_path / "daybrief.db.before-m999_later"
    assert "later" in tables(path)
    assert "later" not in tables(copy)
    store = await open_store(copy)
    assert set(await store.feeds.states()) == {"feed.xml"}
    await store.close()


async def test_the_copy_before_a_migration_holds_what_was_before_whoever_else_migrates(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    await (await open_store(path)).close()
    migrations = with_one_more("SELECT 1")

    with ThreadPoolExecutor(4) as starts:
        for done in [starts.submit(prepare, path, migrations) for _ in range(4)]:
            done.result()

    assert "later" in tables(path)
    assert "later" not in tables(tmp_path / "daybrief.db.before-m999_later")


async def test_a_database_that_cannot_be_copied_is_not_migrated(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    await (await open_store(path)).close()
    (tmp_path / "daybrief.db.before-m999_later").mkdir()

    with pytest.raises(StoreTrouble, match="not upgraded, because it cannot be copied"):
        prepare(path, with_one_more("SELECT 1"))

    assert "later" not in tables(path)


def test_a_full_disk_ends_the_start_before_the_migration(tmp_path: Path) -> None:
    """A real limit of the system on how large a file may grow, in a process of its own."""
    path = tmp_path / "daybrief.db"
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from tests.unit.test_database import with_one_more; from storage.sqlite.upgrade import prepare\n"
        "path = Path(sys.argv[1]); prepare(path)\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size // 2,) * 2)\n"
        "prepare(path, with_one_more('SELECT 1'))\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "StoreTrouble: the database is not upgraded, because it cannot be copied before" in done.stderr
    assert "later" not in tables(path)
    assert [one.name for one in tmp_path.iterdir() if one.suffix not in {"-wal", "-shm"}] == ["daybrief.db"]


async def test_a_migration_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    await (await open_store(path)).close()

    with pytest.raises(StoreTrouble):
        prepare(path, with_one_more("INSERT INTO nowhere VALUES (1)"))

    assert "later" not in tables(path)
    await (await open_store(path)).close()


def test_a_new_database_is_not_copied(tmp_path: Path) -> None:
    prepare(tmp_path / "daybrief.db")

    assert [file.name for file in tmp_path.iterdir()] == ["daybrief.db"]


async def test_health_tells_how_the_database_is(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "daybrief.db")

    health = await store.health()

    assert (health.database.schema, health.stories, health.articles) == (len(MIGRATIONS), 0, 0)
    assert health.database.version == sqlite3.sqlite_version
    assert health.database.size > 0
    await store.close()


async def test_merged_and_forgotten_stories_leave_nothing_behind_in_the_index(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "daybrief.db")
    one, two = await store.archive.admit(intake(story("One", article("a")), story("Two", article("b"))))

    await store.archive.admit(Intake(keys={}, merges=((two.ref, one.ref),)))
    await store.archive.forget(NOW + timedelta(days=1))
    await store.close()

    with closing(connect(tmp_path / "daybrief.db")) as db:
        for table in ("story_text", "story_title", "story", "revision", "article", "article_name", "audience"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608


# ------------------------------------------------------------------------------------------------- other processes

KEEP = """
import asyncio, sys
from pathlib import Path
from bot.model import FeedState
from storage import open_store

async def main(path, name, count):
    store = await open_store(Path(path))
    numbers = iter(range(int(count)))
    async def work():
        for number in numbers:
            await store.feeds.keep(FeedState(url=f"{name} {number}"))
            print(f"{name} {number}", flush=True)
    await asyncio.gather(*(work() for _ in range(8)))

asyncio.run(main(*sys.argv[1:]))
"""
"""Keeps feed states, eight at a time, says which are kept, and ends without closing the store."""


def keeper(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", KEEP, str(path), name, str(count)]
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    )


async def kept_in(path: Path) -> set[str]:
    store = await open_store(path)
    states = await store.feeds.states()
    await store.close()
    return set(states)


@pytest.mark.parametrize("heard", [1, 40, 333])
async def test_what_was_promised_survives_a_kill(tmp_path: Path, heard: int) -> None:
    path = tmp_path / "daybrief.db"
    process = keeper(path, "a", 1_000_000)
    assert process.stdout
    promised = {process.stdout.readline().strip() for _ in range(heard)}

    process.send_signal(signal.SIGKILL)
    rest = process.communicate()[0].splitlines(keepends=True)
    promised |= {line.strip() for line in rest if line.endswith("\n")}

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert promised <= await kept_in(path)


async def test_two_processes_that_open_and_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"

    processes = [keeper(path, name, 150) for name in ("a", "b", "c")]
    ends = [process.communicate(timeout=60) for process in processes]

    assert [errors for _, errors in ends] == ["", "", ""]
    assert await kept_in(path) == {f"{name} {number}" for name in "abc" for number in range(150)}


def test_a_program_that_never_closes_its_store_ends_promptly(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys, threading; from pathlib import Path; from storage import open_store\n"
        "async def main():\n"
        "    store = await open_store(Path(sys.argv[1]))\n"
        "    database = store._database\n"
        "    asyncio.ensure_future(database.read(lambda _: threading.Event().wait()))\n"
        "    asyncio.ensure_future(database.write(lambda _: threading.Event().wait()))\n"
        "    await asyncio.sleep(0)\n"
        "asyncio.run(main())\n"
    )
    started = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path / "daybrief.db")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - started < 20


async def test_nothing_of_a_forgotten_story_stays_in_the_index(tmp_path: Path) -> None:
    path = tmp_path / "daybrief.db"
    store = await open_store(path)
    one = await store.archive.revise(story("A lab opens"), reason="imported", at=NOW)
    await store.archive.restate(
        one.ref, lambda held: replace(held, title="No lab"), workspace="slack:T1", reason="corrected", at=NOW
    )
    assert await store.archive.forget(NOW + timedelta(days=1)) == 1
    await store.close()

    with closing(sqlite3.connect(path)) as connection:
        for table in ("story_text", "story_title", "reading", "revision"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table  # noqa: S608
