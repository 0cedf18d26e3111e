import asyncio
import hashlib
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils

from bot.errors import StoreTrouble
from bot.model import Case, Cause, DeliveryState, FeedState, Receipt, StoryStatus, Trouble, Wish
from storage import backup, backup_into, open_store, refusal_of, restore, set_aside
from storage.sqlite import schema
from storage.sqlite.connection import connect
from tests.contract.test_ledger import sent
from tests.contract.values import MONDAY, NOW, article, composition, due, intake, story, subscription

ROOT = Path(__file__).resolve().parents[2]
LEASE = timedelta(minutes=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "daybrief.db"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def read(file: Path) -> bytes:
    return file.read_bytes()


def written(file: Path, content: bytes) -> Path:
    file.write_bytes(content)
    return file


def remove(file: Path) -> None:
    file.unlink()


def make_folder(folder: Path) -> None:
    folder.mkdir()


def link(name: Path, target: Path) -> None:
    name.symlink_to(target)


def is_link(name: Path) -> bool:
    return name.is_symlink()


def permissions(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def files_beside(file: Path) -> set[str]:
    return {one.name for one in file.parent.iterdir()}


def die_while_writing(path: Path) -> None:
    """A process keeps fifty feed states and dies, so that they are in the log only."""
    code = (
        "import asyncio, os, signal, sys; from pathlib import Path\n"
        "from bot.model import FeedState; from storage import open_store\n"
        "async def main():\n"
        "    store = await open_store(Path(sys.argv[1]))\n"
        "    for n in range(50): await store.feeds.keep(FeedState(url=f'late {n}'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    dead = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert dead.returncode == -signal.SIGKILL
    assert path.with_name("daybrief.db-wal").stat().st_size


async def remember(path: Path, *urls: str) -> None:
    store = await open_store(path)
    for url in urls:
        await store.feeds.keep(FeedState(url=url))
    await store.close()


async def remembered(path: Path) -> set[str]:
    store = await open_store(path)
    states = await store.feeds.states()
    await store.close()
    return set(states)


async def test_a_copy_holds_what_was_committed_and_only_its_owner_may_read_it(path: Path, copy: Path) -> None:
    store = await open_store(path)
    [kept] = await store.archive.admit(intake(story("A lab opens", article("a"))))

    backup(path, copy)

    await store.close()
    assert permissions(copy) == 0o600
    assert files_beside(path) == {path.name, copy.name, f"{copy.name}.sha256"}
    digest = hashlib.sha256(read(copy)).hexdigest()
    assert copy.with_name("copy.db.sha256").read_text(encoding="utf-8") == f"{digest}  copy.db\n"
    opened = await open_store(copy)
    assert await opened.archive.by_ref(kept.ref) == kept
    assert (await opened.archive.complete("lab")) == ((kept.ref, "A lab opens"),)
    await opened.close()


async def test_a_copy_made_while_others_write_holds_all_that_was_confirmed_and_nothing_out_of_order(path: Path) -> None:
    store, is_enough = await open_store(path), asyncio.Event()
    copies = [path.with_name(f"copy-{number}.db") for number in range(5)]
    written: list[int] = []

    async def write() -> None:
        while not is_enough.is_set():
            await store.feeds.keep(FeedState(url=f"{len(written):05}"))
            written.append(len(written))

    writing = asyncio.create_task(write())
    confirmed = []
    for copy in copies:
        confirmed.append(len(written))
        await asyncio.to_thread(backup, path, copy)
    is_enough.set()
    await writing
    await store.close()

    assert confirmed[-1] > confirmed[0]
    for copy, least in zip(copies, confirmed, strict=True):
        assert restore(copy, path, NOW)
        held = await remembered(path)
        assert held == {f"{number:05}" for number in range(len(held))}
        assert least <= len(held) <= len(written)


async def test_a_new_copy_takes_the_place_of_an_old_one_where_a_link_leads(path: Path, copy: Path) -> None:
    latest = path.parent / "latest.db"
    link(latest, copy)
    await remember(path, "a")
    backup(path, copy)
    await remember(path, "b")

    backup(path, latest)

    assert is_link(latest)
    assert await remembered(copy) == {"a", "b"}


def test_what_does_not_exist_or_is_not_ours_is_not_copied(path: Path, copy: Path) -> None:
    with pytest.raises(StoreTrouble, match="no database"):
        backup(path, copy)

    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE other (id)")
    with pytest.raises(StoreTrouble, match="another program"):
        backup(path, copy)

    assert not copy.exists()


async def test_a_copy_that_cannot_be_written_is_a_sentence(path: Path) -> None:
    await remember(path, "a")

    with pytest.raises(StoreTrouble, match="cannot be written"):
        backup(path, path.parent / "missing" / "copy.db")


async def test_restoring_brings_back_what_was_copied(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    await remember(path, "b")

    restore(copy, path, NOW)

    assert await remembered(path) == {"a"}
    assert await remembered(path.with_name("daybrief.db.before-restore")) == {"a", "b"}


async def test_no_restore_takes_away_what_an_earlier_one_has_kept(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    for name in ("first", "second", "third"):
        await remember(path, name)
        restore(copy, path, NOW)

    kept = set_aside(path)

    assert {one.name.removeprefix("daybrief.db.before-restore") for one in kept} == {"", "-2", "-3"}
    assert [await remembered(one) for one in kept] == [{"a", "first"}, {"a", "second"}, {"a", "third"}]


async def test_a_database_behind_a_link_is_replaced_where_it_is(path: Path, copy: Path) -> None:
    real = path.parent / "disk" / "daybrief.db"
    make_folder(real.parent)
    await remember(real, "a")
    link(path, real)
    backup(path, copy)

    restore(copy, path, NOW)

    assert is_link(path)
    assert files_beside(real) == {"daybrief.db", "daybrief.db.before-restore"}


async def test_what_is_no_copy_is_told_with_what_to_name_instead(path: Path) -> None:
    await remember(path, "a")
    notes = written(path.parent / "a.md", b"# Notes\n" * 500)
    folder = path.parent / "copies"
    made = [backup_into(path, folder, at=NOW + timedelta(days=day), keep=7) for day in range(2)]

    with pytest.raises(StoreTrouble, match=r"a\.md is not a database; name a copy made by `daybrief backup`"):
        restore(notes, path, NOW)
    with pytest.raises(StoreTrouble, match=f"is a folder; name the newest copy there, {made[-1]}"):
        restore(folder, path, NOW)


async def test_only_its_owner_may_read_a_new_database(path: Path) -> None:
    await remember(path, "a")

    assert permissions(path) == 0o600


async def test_a_restored_database_sends_nothing_that_was_due(path: Path, copy: Path) -> None:
    store = await open_store(path)
    order = await store.subscriptions.subscribe(subscription())
    days = [MONDAY + timedelta(days=offset) for offset in range(3)]
    await store.ledger.plan([due(order.id, day) for day in days])
    await_sending, waiting, done = [one.id for one in reversed(await store.ledger.deliveries())]
    sending = await store.ledger.claim(await_sending, NOW, LEASE)
    sent = await store.ledger.claim(done, NOW, LEASE)
    assert sending
    assert sent
    await store.ledger.intend(sending, 0, "key", NOW)
    await store.ledger.compose(sent, composition(order, "K7Q4"))
    await store.ledger.part_sent(sent, Receipt(part=0, messages=("m",)))
    await store.ledger.finish(sent, DeliveryState.SENT, at=NOW)
    await store.close()
    backup(path, copy)

    restore(copy, path, NOW + LEASE)

    store = await open_store(path)
    assert await store.ledger.restored_at() == NOW + LEASE
    assert await store.ledger.waiting(NOW + timedelta(days=9)) == {}
    assert await store.ledger.unsettled() == 0
    for delivery in (await_sending, waiting):
        row = await store.ledger.by_id(delivery)
        assert row
        assert (row.state, row.reason, row.intent) == (DeliveryState.SKIPPED, "restored", None)
    row = await store.ledger.by_id(done)
    assert row
    assert (row.state, row.edition) == (DeliveryState.SENT, ("K7Q4",))
    await store.close()


async def test_the_log_of_the_replaced_database_is_not_applied_to_the_restored_one(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    die_while_writing(path)

    restore(copy, path, NOW)

    assert await remembered(path) == {"a"}


async def test_a_restored_database_sends_nothing_once_more_and_tells_nothing_anew(path: Path, copy: Path) -> None:
    store = await open_store(path)
    order = await store.subscriptions.subscribe(subscription())
    days = [MONDAY + timedelta(days=offset) for offset in range(2)]
    await store.ledger.plan([due(order.id, day) for day in days])
    unsure, lost = [one.id for one in await store.ledger.deliveries()]
    for number, state in ((unsure, DeliveryState.UNCERTAIN), (lost, DeliveryState.MISSED)):
        claim = await store.ledger.claim(number, NOW, LEASE)
        assert claim
        await store.ledger.finish(claim, state, at=NOW, reason="a reason")
    await store.ledger.wish(order.id, MONDAY, "K7Q4", Wish.PIN)
    over = Case(trouble=Trouble(cause=Cause.STORE), begun_at=NOW, told_at=NOW, over_at=NOW, told_to=("slack:T1:U1",))
    still = Case(trouble=Trouble(cause=Cause.PAUSED, workspace="slack:T1", subject="7"), begun_at=NOW)
    await store.troubles.keep([over, still], at=NOW)
    assert len(await store.ledger.untold(NOW - timedelta(days=99))) == 2
    await store.close()
    backup(path, copy)

    restore(copy, path, NOW + LEASE)

    store = await open_store(path)
    assert await store.ledger.untold(NOW - timedelta(days=99)) == ()
    cases = {one.trouble.cause: one for one in await store.troubles.cases()}
    assert cases[Cause.STORE].is_closed
    assert cases[Cause.PAUSED].is_open
    assert cases[Cause.PAUSED].told_at == cases[Cause.PAUSED].last_told_at == NOW + LEASE
    assert not await store.ledger.reopen(unsure, NOW + LEASE)
    assert await store.ledger.waiting(NOW + timedelta(days=9)) == {}
    row = await store.ledger.by_id(lost)
    assert row
    assert (row.state, row.reason) == (DeliveryState.MISSED, "a reason")
    await store.close()


@pytest.mark.parametrize("status", [StoryStatus.WITHDRAWN, StoryStatus.CORRECTED])
async def test_a_restored_database_takes_back_what_was_withdrawn_and_turns_back_no_message_that_was_corrected_meanwhile(
    path: Path, copy: Path, caplog: pytest.LogCaptureFixture, status: StoryStatus
) -> None:
    store = await open_store(path)
    order = await store.subscriptions.subscribe(subscription())
    [kept] = await store.archive.admit(intake(story("A lab opens", article("a"))))
    await sent(store, order, MONDAY, kept.ref)
    assert await store.archive.restate(
        kept.ref, lambda held: replace(held, status=status), workspace="", reason=status.value, at=NOW
    )
    [owed] = await store.errata.owed(NOW)
    assert await store.errata.take(owed.id, NOW, timedelta(hours=9))
    await store.close()
    backup(path, copy)

    restore(copy, path, NOW + LEASE)

    store = await open_store(path)
    is_only_told = status is StoryStatus.CORRECTED
    erratum = await store.errata.take(owed.id, NOW + LEASE, LEASE)
    assert erratum
    assert erratum.is_only_told is is_only_told
    told = f"the post of name-of-C1 of {MONDAY} may not show what {kept.ref} reads"
    assert (told in caplog.text) is is_only_told
    await store.errata.give_back(erratum)
    assert await store.errata.is_owed(owed.id) is not is_only_told

    again = await store.archive.restate(kept.ref, lambda held: held, workspace="", reason="corrected", at=NOW)
    assert again
    erratum = await store.errata.take(owed.id, NOW + LEASE, LEASE)
    assert erratum
    assert not erratum.is_only_told, "whoever corrects it once more has looked"
    await store.close()


async def test_a_database_in_use_is_not_replaced(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    store = await open_store(path)
    await store.feeds.keep(FeedState(url="b"))

    with pytest.raises(StoreTrouble, match="in use"):
        restore(copy, path, NOW)

    assert set(await store.feeds.states()) == {"a", "b"}
    await store.close()


async def test_a_damaged_database_can_be_replaced_and_a_missing_one_too(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    die_while_writing(path)
    written(path, b"not a database" * 1000)
    restore(copy, path, NOW)
    after_damage = await remembered(path)
    remove(path)

    restore(copy, path, NOW)

    assert after_damage == await remembered(path) == {"a"}


async def test_what_is_no_sound_copy_is_refused_and_changes_nothing(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    content = read(copy)
    garbage = written(path.parent / "garbage", b"Dear diary, " * 500)
    empty = written(path.parent / "empty", b"")
    damaged = written(path.parent / "damaged", content[:12288] + b"\xa5" * (len(content) - 12288))

    wrongs = {garbage: "not a database", empty: "is empty", damaged: "damaged", path.parent / "missing": "no copy"}
    for wrong, sentence in wrongs.items():
        with pytest.raises(StoreTrouble, match=sentence):
            restore(wrong, path, NOW)

    assert await remembered(path) == {"a"}


async def test_a_copy_in_which_rows_are_missing_is_refused(path: Path, copy: Path) -> None:
    store = await open_store(path)
    order = await store.subscriptions.subscribe(subscription())
    await store.ledger.plan([due(order.id)])
    await store.close()
    backup(path, copy)
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM subscription")
    remove(copy.with_name("copy.db.sha256"))

    with pytest.raises(StoreTrouble, match="damaged"):
        restore(copy, path, NOW)

    store = await open_store(path)
    assert await store.ledger.unsettled() == 1
    await store.close()


# --------------------------------------------------------------------------------------------------- checksums


async def test_a_copy_in_which_one_byte_has_changed_is_not_restored(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    whole = read(copy)
    dice = random.Random(6)

    for _ in range(60):
        place, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        written(copy, whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        with pytest.raises(StoreTrouble, match="checksum differs"):
            restore(copy, path, NOW)

    written(copy, whole)
    assert restore(copy, path, NOW)
    assert await remembered(path) == {"a"}


async def test_a_copy_without_its_checksum_is_restored_and_said_to_be_unverified(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    remove(copy.with_name("copy.db.sha256"))

    assert not restore(copy, path, NOW)


async def test_a_checksum_that_cannot_be_read_is_not_taken_for_a_right_one(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    written(copy.with_name("copy.db.sha256"), b"\xff\n")

    with pytest.raises(StoreTrouble, match="checksum differs"):
        restore(copy, path, NOW)


# ----------------------------------------------------------------------------------------- what is replaced by a copy


@pytest.mark.parametrize("content", [b"[bot]\n", b"SQLite format 3\0" + bytes(200)])
async def test_no_file_of_another_kind_is_replaced_by_a_copy(path: Path, content: bytes) -> None:
    await remember(path, "a")
    other = written(path.parent / "config.toml", content)

    with pytest.raises(StoreTrouble, match="no copy made by Daybrief"):
        backup(path, other)

    assert read(other) == content


async def test_neither_the_database_itself_nor_one_at_work_is_replaced_by_a_copy(path: Path, copy: Path) -> None:
    await remember(path, "a")
    other = await open_store(copy)
    await other.feeds.keep(FeedState(url="other"))

    with pytest.raises(StoreTrouble, match="the database itself"):
        backup(path, path)
    with pytest.raises(StoreTrouble, match="no copy made"):
        backup(path, copy)
    with pytest.raises(StoreTrouble, match="the database itself"):
        restore(path, path, NOW)

    await other.close()
    with pytest.raises(StoreTrouble, match="no copy made"):
        backup(path, copy)
    assert await remembered(copy) == {"other"}


# ------------------------------------------------------------------------------------------------------- folders


async def test_a_folder_keeps_the_newest_copies_and_nothing_else_of_it_is_touched(path: Path) -> None:
    await remember(path, "a")
    folder = path.parent / "copies"
    days = [NOW + timedelta(days=offset) for offset in range(5)]

    made = [backup_into(path, folder, at=day, keep=3) for day in days[:3]]
    foreign = written(folder / "daybrief-2020-01-01.db", b"kept by hand")
    made += [backup_into(path, folder, at=day, keep=3) for day in days[3:]]

    kept = {one.name for one in made[2:]}
    assert files_beside(foreign) == {foreign.name, *kept, *(f"{name}.sha256" for name in kept)}
    assert read(foreign) == b"kept by hand"
    assert restore(made[-1], path, NOW)


async def test_two_databases_that_share_a_folder_take_no_copy_of_each_other_away(path: Path) -> None:
    folder, other = path.parent / "copies", path.parent / "other.db"
    await remember(path, "a")
    await remember(other, "b")
    only = backup_into(other, folder, at=NOW, keep=1)

    made = [backup_into(path, folder, at=NOW + timedelta(days=day), keep=1) for day in range(3)]

    assert await remembered(only) == {"b"}
    assert [one.exists() for one in made] == [False, False, True]


async def test_only_what_is_a_copy_is_removed_whatever_it_is_called(path: Path) -> None:
    await remember(path, "a")
    folder = path.parent / "copies"
    first = backup_into(path, folder, at=NOW, keep=1)
    notes = written(first.with_name(first.name.replace("2026-", "2020-")), b"my notes " * 50)
    inner = first.with_name(first.name.replace("2026-", "2021-"))
    make_folder(inner)

    backup_into(path, folder, at=NOW + timedelta(days=1), keep=1)

    assert read(notes) == b"my notes " * 50
    assert files_beside(notes) >= {notes.name, inner.name}
    assert not first.exists()


@pytest.mark.parametrize("off", [timedelta(days=-2000), timedelta(days=2000)])
async def test_a_wrong_clock_takes_no_copy_away(path: Path, off: timedelta) -> None:
    await remember(path, "a")
    folder = path.parent / "copies"
    right = [backup_into(path, folder, at=NOW + timedelta(days=day), keep=3) for day in range(3)]

    wrong = backup_into(path, folder, at=NOW + off, keep=4)
    after_it = [one.exists() for one in [*right, wrong]]
    later = [backup_into(path, folder, at=NOW + timedelta(days=day), keep=3) for day in (3, 4)]

    assert after_it == [True] * 4
    assert [one.exists() for one in [*right, *later]] == [False, False, True, True, True]


async def test_a_copy_that_fails_costs_no_older_one(path: Path) -> None:
    await remember(path, "a")
    folder = path.parent / "copies"
    first = backup_into(path, folder, at=NOW, keep=1)
    written(path, b"damaged" * 1000)

    with pytest.raises(StoreTrouble):
        backup_into(path, folder, at=NOW + timedelta(days=1), keep=1)

    assert files_beside(first) == {first.name, f"{first.name}.sha256"}


async def test_a_copy_that_would_fill_the_disk_is_not_made(path: Path) -> None:
    await remember(path, "a")

    with pytest.raises(StoreTrouble, match="make room"):
        backup_into(path, path.parent / "copies", at=NOW, keep=1, spare=10**18)


async def test_the_time_of_the_last_good_copy_is_remembered(path: Path, copy: Path) -> None:
    async def last() -> datetime | None:
        store = await open_store(path)
        health = await store.health()
        await store.close()
        return health.backed_up_at

    assert await last() is None
    backup(path, copy)
    assert await last() is None
    backup(path, copy, at=NOW)
    assert await last() == NOW
    with pytest.raises(StoreTrouble):
        backup(path, path, at=NOW + LEASE)
    assert await last() == NOW


async def test_what_a_killed_process_left_of_a_copy_is_removed_once_it_is_old(path: Path, copy: Path) -> None:
    await remember(path, "a")
    old, new = (written(path.parent / f".daybrief-x.db.{number}.tmp", b"half") for number in (1, 2))
    os.utime(old, (0, 0))

    backup(path, copy)

    assert not old.exists()
    assert new.exists()


# ------------------------------------------------------------------------------------------- versions, interruptions


def of_the_first_version(path: Path) -> None:
    """A database with the first migration only, and a channel in it."""
    first = sqlite_utils.Migrations("daybrief")
    first()(schema.m001_newsroom)
    with closing(connect(path)) as db:
        first.apply(db)
        db.execute(
            "INSERT INTO subscription (platform, workspace, channel, name, at, timezone, days, stories, topics, layout,"
            " declared, standing, reason) VALUES ('terminal', 'local', 'c', 'c', '08:00', 'UTC', '[1]', 5, '[]',"
            " 'message', 0, 'active', '')"
        )


async def test_a_copy_of_an_older_version_is_brought_up_to_date(path: Path, copy: Path) -> None:
    of_the_first_version(copy)

    restore(copy, path, NOW)

    store = await open_store(path)
    assert [one.channel.name for one in await store.subscriptions.all()] == ["c"]
    assert await store.ledger.restored_at() == NOW
    await store.close()
    assert set_aside(path) == []


async def test_a_copy_of_a_newer_version_is_refused(path: Path, copy: Path) -> None:
    await remember(path, "a")
    await remember(copy, "b")
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("INSERT INTO _sqlite_migrations VALUES (99, 'daybrief', 'm999_future', '2030-01-01')")

    with pytest.raises(StoreTrouble, match="newer version"):
        restore(copy, path, NOW)

    assert await remembered(path) == {"a"}


async def test_a_restore_that_is_killed_leaves_the_old_database_or_the_new_one(path: Path, copy: Path) -> None:
    """At every single thing that it does to files, and again until nothing is left to be killed at."""
    await remember(path, "old")
    await remember(copy, "new")
    made = path.parent / "made.db"
    backup(copy, made)
    code = (
        "import os, sys; from pathlib import Path\n"
        "from storage import restore; from tests.contract.values import NOW\n"
        "left = int(sys.argv[3])\n"
        "def hook(event, _):\n"
        "    global left\n"
        "    if event in {'os.rename', 'os.remove', 'os.link', 'sqlite3.connect'}:\n"
        "        left -= 1\n"
        "        if left < 0: os._exit(9)\n"
        "sys.addaudithook(hook)\n"
        "restore(Path(sys.argv[1]), Path(sys.argv[2]), NOW)\n"
    )
    seen = []
    for step in range(100):
        arguments = [sys.executable, "-c", code, str(made), str(path), str(step)]
        done = await asyncio.to_thread(subprocess.run, arguments, cwd=ROOT, check=False)
        seen.append(await remembered(path))
        if not done.returncode:
            break

    assert seen[0] == {"old"}
    assert seen[-1] == {"new"}
    assert all(one in ({"old"}, {"new"}) for one in seen)
    assert len(seen) > 8


def test_whether_a_folder_takes_copies_is_known_beforehand_and_leaves_no_trace(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "link").symlink_to(tmp_path / "unmounted")

    assert [refusal_of(tmp_path), refusal_of(tmp_path / "new" / "copies")] == ["", ""]
    assert refusal_of(file / "copies") == f"{file / 'copies'} cannot be written: not a directory"
    assert refusal_of(tmp_path / "link") == f"{tmp_path / 'link'} cannot be written: no such file or directory"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["file", "link"]
