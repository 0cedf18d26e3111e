"""Moving from a SQLite file to PostgreSQL: everything arrives, whatever happens, and one of both is closed."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from types import FrameType

import psycopg
import pytest
from psycopg import conninfo

from bot.config import Secret, read
from bot.errors import AlreadyRunning, StoreTrouble
from bot.model import FeedState
from bot.ports import Search
from bot.wiring import move_to
from storage import Keeper, backup, open_store, restore
from storage.moving import move as module
from storage.moving.move import Moved, Told, move
from storage.postgres.alone import alone
from storage.postgres.opening import open_store as open_in_postgres
from storage.sqlite import schema
from storage.sqlite.connection import connect
from tests.contract.values import FULL_STORY, NOW, article, intake, story, subscription
from tests.moving import filled, in_file, in_server, tables_of
from tests.postgres import administer, database, named

HOME = str(Path(module.__file__).parent)
PATIENCE = timedelta(seconds=20)
"""A server takes a moment to notice that whom it served is dead."""


@pytest.fixture
def url() -> Iterator[str]:
    with database() as address:
        yield address


@pytest.fixture
def file(tmp_path: Path, url: str) -> Path:
    return filled(tmp_path / "daybrief.db", url)


def nobody(_: int, __: int) -> None:
    """Is told, and does nothing."""


def moved(file: Path, url: str, *, told: Told = nobody, batch: int = 3) -> Moved:
    return move(file, url, at=NOW, within=PATIENCE, told=told, batch=batch)


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def change_file(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as db, db:
        db.execute(statement)


# ------------------------------------------------------------------------------------------------------ what arrives


def test_every_row_of_every_table_arrives_as_it_is(file: Path, url: str) -> None:
    before = in_file(file)
    steps: list[tuple[int, int]] = []

    result = moved(file, url, told=lambda done, of: steps.append((done, of)))

    assert all(before.values()), "there are rows in every table, or they would prove nothing"
    assert in_server(url) == before
    assert in_file(file) == before
    counted = dict(result.rows)
    assert {name: counted[name] for name in before} == {name: len(rows) for name, rows in before.items()}
    assert steps[-1] == (2 * sum(counted.values()), 2 * sum(counted.values()))
    assert steps == sorted(steps)


@pytest.mark.parametrize("side", ["file", "server"])
def test_a_table_that_only_one_side_has_is_not_left_behind_in_silence(side: str, file: Path, url: str) -> None:
    statement = "CREATE TABLE of_nobody (workspace TEXT PRIMARY KEY)"
    change_file(file, statement) if side == "file" else change(url, statement)

    with pytest.raises(StoreTrouble, match=r"of_nobody\.workspace"):
        moved(file, url)


NEW_CHANGE = """
    INSERT INTO change (workspace, at, person, action, subject, detail, event) VALUES ('', 1, '', '', '', '', '')
    RETURNING id
"""


async def test_what_was_found_by_its_words_is_found_and_ids_go_on(tmp_path: Path, url: str) -> None:
    path = tmp_path / "daybrief.db"
    store = await open_store(path)
    first, second = await store.archive.admit(
        intake(FULL_STORY, story("Norvik opens a laboratory", article("a"), article("b")))
    )
    await store.archive.restate(
        first.ref, lambda one: replace(one, title="Halden denies it"), workspace="slack:T1", reason="", at=NOW
    )
    [gone] = await store.archive.admit(intake(story("Soon forgotten", article("c", at=NOW - timedelta(days=9)))))
    await store.subscriptions.subscribe(subscription())
    asked = (
        Search(words="laboratory"),
        Search(words="denies", workspace="slack:T1"),
        Search(words="denies", workspace="slack:T2"),
        Search(words="publicly rents"),
        Search(words=""),
    )

    async def answers(of: Keeper) -> list[object]:
        found: list[object] = [await of.archive.search(one) for one in asked]
        found += [await of.archive.complete(typed) for typed in ("norv", "labortory", "a")]
        found += [await of.archive.by_ref(one.ref) for one in (first, second, gone)]
        found += [await of.archive.history(first.ref), await of.subscriptions.all(), await of.ledger.last_seen()]
        return found

    before = await answers(store)
    await store.close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:  # the newest of all is gone, and its id not free for that
        db.execute("INSERT INTO change VALUES (41, 'w', 1, 'p', 'a', 's', 'd', 'e')")
        db.execute("DELETE FROM change")

    moved(path, url)

    there = await open_in_postgres(url)
    assert await answers(there) == before
    [new] = await there.archive.admit(intake(story("Orrery publishes", article("d"))))
    assert new.ref not in {first.ref, second.ref, gone.ref}
    await there.close()
    former, after = in_file(path), in_server(url)
    for table in ("story", "revision"):
        assert max(one["id"] for one in after[table]) > max(one["id"] for one in former[table])
    with psycopg.connect(url) as connection:
        [(number,)] = connection.execute(NEW_CHANGE).fetchall()
    assert number == 42


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("'a' || char(0)", "has no NUL"), ("x'00'", "text cannot hold bytes")],
)
def test_what_postgresql_cannot_hold_is_named_and_the_file_stays_in_use(
    value: str, sentence: str, file: Path, url: str
) -> None:
    change_file(file, f"UPDATE article SET title = {value} WHERE id = 3")  # noqa: S608 - one of the two above

    with pytest.raises(StoreTrouble, match=rf"article 3 in .* cannot be moved: .*{sentence}"):
        moved(file, url)
    assert closed(file) is False


async def test_an_address_that_is_longer_than_a_tree_takes_arrives_and_is_taken_from_feeds(
    file: Path, url: str
) -> None:
    chance = Random(7)  # what does not repeat itself cannot be pressed together
    long = f"https://norvik.example/{chance.randbytes(3000).hex()}"
    change_file(file, f"UPDATE article SET address = '{long}', url = '{long}' WHERE id = 3")  # noqa: S608 - ours

    moved(file, url)

    assert in_server(url) == in_file(file)
    store = await open_in_postgres(url)
    [kept] = await store.archive.admit(intake(story("Norvik opens", replace(article("long"), url=f"{long}/more"))))
    assert await store.archive.by_url(f"{long}/more") == kept
    await store.close()


def test_a_row_that_is_too_long_to_be_found_there_is_named_before_any_is_copied(file: Path, url: str) -> None:
    change_file(file, "UPDATE added_feed SET url = hex(randomblob(3000)) WHERE id = 4")

    with pytest.raises(StoreTrouble, match=r"added_feed 4 in .* cannot be moved: workspace and url together have more"):
        moved(file, url)
    assert sum(map(len, in_server(url).values())) == 0
    change_file(file, "DELETE FROM added_feed WHERE id = 4")
    moved(file, url)


# ---------------------------------------------------------------------------------------------------- broken off


def closed(file: Path) -> bool:
    with contextlib.closing(connect(file)) as db:
        return bool(db.execute("SELECT 1 FROM meta WHERE key = 'moved_at'").fetchone())


async def is_open(url: str) -> bool:
    try:
        await (await open_in_postgres(url)).close()
    except StoreTrouble as refusal:
        if refusal.kind != "moving":
            raise
        return False
    return True


def _play(file: Path, url: str, at: int | None, counted: Path | None) -> None:
    """In a process of its own: a move that is killed when the *at*-th function of ours is called."""
    calls = 0

    def on_call(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        if event in {"call", "return"} and frame.f_code.co_filename.startswith(HOME):
            if calls == at:
                os.kill(os.getpid(), signal.SIGKILL)
            calls += 1

    sys.setprofile(on_call)
    moved(file, url)
    sys.setprofile(None)
    if counted:
        counted.write_text(str(calls))


def played(file: Path, url: str, at: int | None = None, counted: Path | None = None) -> int | None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "storage.moving.move"])
    process = context.Process(target=_play, args=(file, url, at, counted))
    process.start()
    process.join()
    return process.exitcode


SHARES = (0.1, 0.6, -16, -12, -8, -1)
"""When it is killed: after so much of its calls, or so many before the last; there it closes and opens."""


async def test_it_can_be_killed_at_any_moment_and_ends_with_the_same(tmp_path: Path, url: str) -> None:
    whole = filled(tmp_path / "daybrief.db", url, rows=4)
    before = in_file(whole)
    with database() as other:
        assert played(filled(tmp_path / "other.db", url, rows=4), other, None, tmp_path / "calls") == 0
    calls = int((tmp_path / "calls").read_text())
    states = set()
    for share in SHARES:
        path = tmp_path / f"killed{share}.db"
        backup(whole, path)
        with database() as target:
            at = int(share * calls) if share > 0 else calls + int(share)
            assert played(path, target, at) == -signal.SIGKILL, share
            held = sum(map(len, in_server(target).values()))
            state = (closed(path), held > 0 and await is_open(target))
            states.add(state)
            assert state != (False, True), f"killed at {share}: a bot could work with either"
            if state == (False, False):
                await (await open_store(path)).close()

            moved(path, target)

            assert in_server(target) == before, share
            assert (closed(path), await is_open(target)) == (True, True)
    assert states == {(False, False), (True, False), (True, True)}, "the kills hit all that can be"


NO_ARRIVAL = """
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''killed''; END';
    CREATE TRIGGER fail BEFORE INSERT ON meta FOR EACH ROW WHEN (NEW.key = 'arrived_at') EXECUTE FUNCTION fail();
"""


def outdate(file: Path) -> None:
    newest = list(schema.migrations.applied(connect(file)))[-1].name
    change_file(file, f"DELETE FROM _sqlite_migrations WHERE name = '{newest}'")  # noqa: S608 - ours


async def test_broken_off_when_one_was_closed_and_the_other_not_open_a_newer_version_ends_it(
    file: Path, url: str
) -> None:
    change(url, NO_ARRIVAL)
    with pytest.raises(StoreTrouble, match="killed"):
        moved(file, url)
    assert (closed(file), await is_open(url)) == (True, False)
    change(url, "DROP FUNCTION fail CASCADE")
    outdate(file)
    change(url, "ALTER TABLE wish ADD COLUMN of_later bigint")

    ended = moved(file, url)

    assert (ended.rows, ended.at) == ((), NOW)
    assert await is_open(url)
    assert moved(file, url) == ended, "again, it is told when that was"


class Stopped(Exception):
    """As a kill, but for what the server hears of it."""


def stopping_at(number: int) -> Told:
    def told(done: int, _: int) -> None:
        if done >= number:
            raise Stopped

    return told


def written_by(url: str) -> set[tuple[str, str, str]]:
    """Every row by its table and its place, with the transaction that has written it."""
    with psycopg.connect(url) as connection:
        return {
            (table, *one)
            for table in in_server(url)
            for one in connection.execute(f"SELECT ctid::text, xmin::text FROM {table}".encode())  # noqa: S608 - ours
        }


def test_it_goes_on_where_it_stopped(file: Path, url: str) -> None:
    before = in_file(file)
    with pytest.raises(Stopped):
        moved(file, url, told=stopping_at(60))
    held = written_by(url)

    moved(file, url)

    assert len(held) >= 60
    assert held < written_by(url), "nothing was written twice"
    assert in_server(url) == before


@pytest.mark.parametrize(
    "statement", ["UPDATE article SET title = 'Norvik denies it' WHERE id = 1", "DELETE FROM page"]
)
def test_what_a_bot_did_to_the_file_after_it_was_broken_off_arrives_too(statement: str, file: Path, url: str) -> None:
    with pytest.raises(Stopped):
        moved(file, url, told=stopping_at(170))
    change_file(file, statement)

    moved(file, url)

    assert in_server(url) == in_file(file)


async def test_whoever_interrupts_it_leaves_the_file_in_use_and_can_call_again(file: Path, url: str) -> None:
    config = read(f'[bot]\ndata_dir = "{file.parent}"', folder=file.parent, environ={})
    is_begun = asyncio.Event()

    with psycopg.connect(url) as somebody:
        somebody.execute("LOCK TABLE wish IN SHARE MODE")  # there it has to wait, so it cannot be faster than we are
        moving = asyncio.ensure_future(move_to(Secret(url), config, lambda *_: is_begun.set()))
        await is_begun.wait()
        moving.cancel()
        await asyncio.sleep(0)  # by then it has heard of it
    with pytest.raises(asyncio.CancelledError):
        await moving

    assert closed(file) is False
    await move_to(Secret(url), config, nobody)
    assert in_server(url) == in_file(file)


# ------------------------------------------------------------------------------------------------------ verification


TRIGGER = """
    CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {} RETURN {}; END';
    CREATE TRIGGER meddle BEFORE INSERT ON article FOR EACH ROW WHEN (NEW.id = {}) EXECUTE FUNCTION meddle();
"""


@pytest.mark.parametrize(
    ("meddling", "returned", "sentence"),
    [
        ("NEW.title = ''x''; NEW.weight = 7;", "NEW", "row 5 of article .* in the file: title, weight"),
        ("", "NULL", "row 5 of article in the database is missing"),
        ("NEW.id = 50;", "NEW", "row 5 of article in the database is missing"),
    ],
)
def test_a_row_that_is_not_there_as_it_was_here_is_named(
    meddling: str, returned: str, sentence: str, file: Path, url: str
) -> None:
    change_file(file, "DELETE FROM story_article")
    change_file(file, "DELETE FROM article_name")
    change_file(file, "DELETE FROM page")
    change(url, TRIGGER.format(meddling, returned, 5))

    with pytest.raises(StoreTrouble, match=sentence):
        moved(file, url)
    assert closed(file) is False


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE story_text SET document = 'gone' WHERE number = -2", "row -2 of story_text .* in the file: document"),
        ("INSERT INTO meta VALUES ('zzz', 1)", "row zzz of meta in the database is not in the file"),
        ("DELETE FROM revision WHERE id = 7", "row 7 of revision in the database is missing"),
    ],
)
async def test_what_changes_there_while_it_is_moved_is_found_and_made_good(
    statement: str, sentence: str, file: Path, url: str
) -> None:
    def told(done: int, of: int) -> None:
        if done == of // 2:  # all is copied, and nothing compared
            change(url, statement)

    with pytest.raises(StoreTrouble, match=sentence):
        moved(file, url, told=told)
    assert (closed(file), await is_open(url)) == (False, False)

    moved(file, url)

    assert in_server(url) == in_file(file)


# ----------------------------------------------------------------------------------------------------- what is refused


async def test_a_file_that_was_moved_is_closed_and_restoring_a_copy_opens_it(
    tmp_path: Path, file: Path, url: str
) -> None:
    moved(file, url)

    with pytest.raises(StoreTrouble, match="was moved to PostgreSQL on 2026-03-02 at 08:00 UTC; the file is closed"):
        await open_store(file)
    again = moved(file, url)
    assert (again.rows, again.at) == ((), NOW), "it is told when that was"
    with database() as other, pytest.raises(StoreTrouble, match="was moved to another database before"):
        moved(file, other)

    backup(file, tmp_path / "copy.db")
    restore(tmp_path / "copy.db", file, NOW)
    await (await open_store(file)).close()
    with pytest.raises(StoreTrouble, match="is not empty"):
        moved(file, url)


async def test_whoever_had_the_file_open_before_it_was_closed_writes_nothing_into_it(file: Path, url: str) -> None:
    store = await open_store(file)
    moved(file, url)

    with pytest.raises(StoreTrouble, match="was moved to PostgreSQL"):
        await store.feeds.keep(FeedState(url="https://norvik.example/feed"))

    await store.close()
    assert in_server(url) == in_file(file)


async def test_a_database_that_holds_something_else_is_left_alone(tmp_path: Path, file: Path, url: str) -> None:
    store = await open_in_postgres(url)
    await store.feeds.keep(FeedState(url="https://norvik.example/feed"))
    await store.close()
    before = in_server(url)

    with pytest.raises(StoreTrouble, match="is not empty: there is something in feed_state already"):
        moved(file, url)
    assert in_server(url) == before

    with database() as halfway:
        with pytest.raises(Stopped):
            moved(file, halfway, told=stopping_at(60))
        before = in_server(halfway)
        with pytest.raises(StoreTrouble, match="is being filled from another file"):
            moved(filled(tmp_path / "other.db", url), halfway)
        assert in_server(halfway) == before

    with database(is_empty=True) as foreign:
        change(foreign, "CREATE TABLE meta (stamp integer); INSERT INTO meta VALUES (1)")
        with pytest.raises(StoreTrouble, match="is not empty: there is something in meta already"):
            moved(file, foreign)


def test_an_empty_database_without_tables_is_made_ready(file: Path) -> None:
    with database(is_empty=True) as empty:
        moved(file, empty)

        assert in_server(empty) == in_file(file)


def test_a_file_of_an_older_version_or_none_or_a_damaged_one_is_told(tmp_path: Path, file: Path, url: str) -> None:
    with pytest.raises(StoreTrouble, match="there is no database"):
        moved(tmp_path / "none.db", url)
    older = tmp_path / "older.db"
    backup(file, older)
    outdate(older)
    with pytest.raises(StoreTrouble, match="of an older version of Daybrief; bring it up to date"):
        moved(older, url)
    change_file(file, "DELETE FROM story WHERE id = 2")
    with pytest.raises(StoreTrouble, match="is damaged"):
        moved(file, url)


async def test_whoever_works_with_the_database_is_noticed(file: Path, url: str) -> None:
    async with alone(url, within=timedelta(seconds=1)):
        with pytest.raises(AlreadyRunning, match="another daybrief is delivering from the database"):
            move(file, url, at=NOW, within=timedelta(milliseconds=50), told=nobody)
    store = await open_in_postgres(str(conninfo.make_conninfo(url, application_name="reports")))
    await store.subscriptions.all()
    with pytest.raises(AlreadyRunning, match="another daybrief is connected to the database"):
        moved(file, url)
    await store.close()
    assert sum(map(len, in_server(url).values())) == 0

    moved(file, url)


async def test_whoever_had_the_database_open_before_it_is_filled_writes_nothing_into_it(file: Path, url: str) -> None:
    store = await open_in_postgres(url)
    with pytest.raises(Stopped):
        moved(file, url, told=stopping_at(60))
    held = in_server(url)

    with pytest.raises(StoreTrouble, match="does not hold yet all that was in the SQLite file"):
        await store.feeds.keep(FeedState(url="https://norvik.example/feed"))
    with pytest.raises(StoreTrouble, match="does not hold yet all that was in the SQLite file"):
        await store.feeds.states()

    assert in_server(url) == held
    moved(file, url)
    assert await store.feeds.states(), "then it can be worked with"
    await store.close()


async def test_nobody_writes_to_the_file_meanwhile(file: Path, url: str) -> None:
    refusals = []

    def told(done: int, of: int) -> None:
        if done == of:
            with contextlib.closing(sqlite3.connect(file, timeout=0)) as db:
                try:
                    db.execute("DELETE FROM meta")
                except sqlite3.OperationalError as refusal:
                    refusals.append(str(refusal))

    moved(file, url, told=told)

    assert refusals == ["database is locked"]


CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'daybrief migrate' AND datname = '{}'"
)


def test_a_connection_that_is_cut_is_told_with_what_to_do(file: Path, url: str) -> None:
    name = conninfo.conninfo_to_dict(url)["dbname"]

    def told(done: int, _: int) -> None:
        if done >= 60:
            administer(CUT.format(name))

    with pytest.raises(StoreTrouble, match="was lost; `daybrief migrate` goes on where it stopped"):
        moved(file, url, told=told)

    moved(file, url)


def test_a_database_that_is_not_there_is_told(file: Path) -> None:
    for address, sentence in (
        (named("nothing_there"), "there is none of that name"),
        ("postgresql://u:hunter22@127.0.0.1:1/d", "no PostgreSQL answers at 127.0.0.1:1"),
        ("postgresql://u:hunter22@h/d?nonsense=1", "is not one"),
    ):
        with pytest.raises(StoreTrouble, match=sentence) as caught:
            moved(file, address)
        assert "hunter22" not in str(caught.value)


def test_all_tables_are_looked_at(file: Path) -> None:
    """The helpers of these tests leave none out but indexes and books."""
    with contextlib.closing(sqlite3.connect(file)) as db:
        assert {"story", "delivery", "installation", "meta"} < set(tables_of(db))
