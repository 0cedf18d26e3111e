"""One process at a time, whatever becomes of the others."""

import asyncio
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.locks import Lock
from bot.errors import AlreadyRunning

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from adapters.locks import Lock
Lock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_holder_is_told_who_the_first_is_and_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "data" / "daybrief.lock"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(AlreadyRunning) as refused:
            Lock(path).acquire()

        holder.send_signal(signal.SIGKILL)
    assert str(refused.value).startswith(f"another daybrief (process {holder.pid}) is delivering from {path.parent}")
    with Lock(path):
        pass


def test_a_lock_is_free_again_after_use_and_its_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    for _ in range(2):
        with Lock(path), pytest.raises(AlreadyRunning):
            Lock(path).acquire()

    assert path.exists()


def test_giving_back_a_lock_that_is_not_held_harms_nobody(tmp_path: Path) -> None:
    held, idle = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    held.acquire()

    idle.release()

    with pytest.raises(AlreadyRunning):
        idle.acquire()
    held.release()


async def test_whoever_waits_gets_the_lock_when_it_is_given_back(tmp_path: Path) -> None:
    held, waiting = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
    held.acquire()
    waiter = asyncio.create_task(waiting.wait(within=timedelta(minutes=1)))
    await asyncio.sleep(0)
    assert not waiter.done()

    held.release()

    await waiter
    waiting.release()


async def test_whoever_waits_too_long_is_refused(tmp_path: Path) -> None:
    with Lock(tmp_path / "lock"), pytest.raises(AlreadyRunning, match="is gathering"):
        await Lock(tmp_path / "lock", doing="gathering").wait(within=timedelta(0))
