import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import StoreTrouble
from bot.model import DeliveryState, FeedState, Receipt
from storage import backup, open_store, restore
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
    assert files_beside(path) == {path.name, copy.name}
    opened = await open_store(copy)
    assert await opened.archive.by_ref(kept.ref) == kept
    assert (await opened.archive.complete("lab")) == ((kept.ref, "A lab opens"),)
    await opened.close()


async def test_a_new_copy_takes_the_place_of_an_old_one(path: Path, copy: Path) -> None:
    await remember(path, "a")
    backup(path, copy)
    await remember(path, "b")

    backup(path, copy)

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

    with pytest.raises(StoreTrouble, match="damaged"):
        restore(copy, path, NOW)

    store = await open_store(path)
    assert await store.ledger.unsettled() == 1
    await store.close()
