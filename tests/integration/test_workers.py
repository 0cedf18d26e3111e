"""Worker processes: what breaks one job breaks nothing else, and none outlives its parent."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.workers import Caps, ProcessWorkers
from bot.errors import DaybriefError, FeedFailed
from tests import jobs
from tests.newsroom import InlineWorkers

ROOT = Path(__file__).resolve().parents[2]
MB = 2**20
BRIEFLY = Caps(time=timedelta(seconds=0.3), memory=100 * MB)
linux = pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="looks into /proc, which only Linux has")


@pytest.fixture
async def workers() -> AsyncIterator[ProcessWorkers]:
    pool = ProcessWorkers(2)
    yield pool
    await pool.close()


async def test_results_and_errors_come_back_from_another_process(workers: ProcessWorkers) -> None:
    assert await workers.run(jobs.add, 1, 2) == 3
    assert await workers.run(jobs.process_id) != os.getpid()
    with pytest.raises(FeedFailed) as caught:
        await workers.run(jobs.refuse, "is not a feed")
    assert caught.value.reason == "is not a feed"


async def test_no_more_processes_are_started_than_were_asked_for(workers: ProcessWorkers) -> None:
    pids = await asyncio.gather(*(workers.run(jobs.process_id) for _ in range(40)))

    assert 1 <= len(set(pids)) <= 2


async def test_a_job_that_kills_its_process_fails_alone(workers: ProcessWorkers) -> None:
    results = await asyncio.gather(
        *(workers.run(jobs.die) if number % 5 == 0 else workers.run(jobs.add, number, 1) for number in range(20)),
        return_exceptions=True,
    )

    assert [number for number, result in enumerate(results) if isinstance(result, DaybriefError)] == [0, 5, 10, 15]
    assert [result for result in results if isinstance(result, int)] == [n + 1 for n in range(20) if n % 5]


@linux
async def test_a_worker_that_keeps_more_memory_than_it_may_is_replaced() -> None:
    pool = ProcessWorkers(1)
    tidy = pool.within(Caps(leaves=20 * MB))
    try:
        small = [await tidy.run(jobs.hoard, size) for size in (40 * MB, MB, MB)]
        large = await tidy.run(jobs.hoard, 40 * MB)
        after = await pool.run(jobs.hoard, 40 * MB)
        unlimited = await pool.run(jobs.process_id)
    finally:
        await pool.close()

    assert {*small, large} == {large}
    assert after != large
    assert unlimited == after


@linux
async def test_a_worker_that_keeps_a_little_more_after_every_job_is_replaced_before_long() -> None:
    pool = ProcessWorkers(1, caps=Caps(leaves=20 * MB))
    try:
        kept = [await pool.run(jobs.hoard, 15 * MB) for _ in range(5)]
    finally:
        await pool.close()

    assert len(set(kept)) > 1


@linux
async def test_a_worker_that_keeps_far_more_of_its_first_job_than_modules_take_is_replaced() -> None:
    pool = ProcessWorkers(1)
    try:
        kept = [await pool.run(jobs.hoard, 200 * MB) for _ in range(2)]
    finally:
        await pool.close()

    assert len(set(kept)) == 2


@linux
async def test_a_worker_may_keep_a_model_and_is_not_replaced_for_it_later() -> None:
    pool = ProcessWorkers(1)
    try:
        model = await pool.within(Caps(leaves=None)).run(jobs.hoard, 200 * MB)
        later = [await pool.run(jobs.process_id) for _ in range(2)]
    finally:
        await pool.close()

    assert {model, *later} == {model}


@pytest.mark.parametrize("job", [jobs.spin, jobs.hang])
async def test_a_job_that_never_ends_is_ended(job: object, workers: ProcessWorkers) -> None:
    with pytest.raises(DaybriefError, match=r"longer than 0\.3 s"):
        await workers.within(BRIEFLY).run(job)  # type: ignore[arg-type]

    assert await workers.run(jobs.add, 1, 2) == 3


async def test_the_time_of_a_job_begins_when_a_worker_takes_it() -> None:
    pool = ProcessWorkers(1)
    capped = pool.within(Caps(time=timedelta(seconds=1)))
    try:
        endless = [capped.run(jobs.hang), capped.run(jobs.hang), capped.run(jobs.add, 1, 2)]
        *lost, late = await asyncio.gather(*endless, return_exceptions=True)
    finally:
        await pool.close()

    assert all(isinstance(one, DaybriefError) for one in lost)
    assert late == 3


@linux
async def test_a_job_gets_no_more_memory_than_its_cap_and_the_next_job_is_not_poorer(workers: ProcessWorkers) -> None:
    with pytest.raises(DaybriefError, match="memory"):
        await workers.within(Caps(memory=100 * MB)).run(jobs.eat, 300 * MB)

    for _ in range(2):
        assert await workers.run(jobs.eat, 300 * MB) == 300 * MB


async def test_a_job_that_nobody_waits_for_any_more_is_ended_and_no_other() -> None:
    pool = ProcessWorkers(1)
    try:
        doing = asyncio.create_task(pool.run(time.sleep, 300))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(doing, 2)
        async with asyncio.timeout(60):
            after = [await pool.run(jobs.process_id) for _ in range(2)]
    finally:
        await pool.close()

    assert len(set(after)) == 1


async def test_a_result_that_cannot_travel_is_an_error_and_not_the_end(workers: ProcessWorkers) -> None:
    with pytest.raises(DaybriefError, match="handed over"):
        await workers.run(jobs.unsendable)

    assert await workers.run(jobs.add, 1, 2) == 3


async def test_an_interrupt_from_the_terminal_does_not_end_a_worker(workers: ProcessWorkers) -> None:
    assert await workers.run(jobs.interrupt) == "still here"


@linux
async def test_a_worker_holds_no_socket_of_ours(workers: ProcessWorkers) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        ours = os.readlink(f"/proc/self/fd/{listening.fileno()}")  # noqa: PTH115

        assert ours not in await workers.run(jobs.sockets)


async def test_closing_ends_busy_workers_and_refuses_new_jobs() -> None:
    pool = ProcessWorkers(2)
    pid = await pool.run(jobs.process_id)
    busy = asyncio.ensure_future(pool.run(jobs.spin))
    await asyncio.sleep(0)

    await pool.close()

    with pytest.raises(DaybriefError):
        await busy
    with pytest.raises(DaybriefError, match="closed"):
        await pool.run(jobs.add, 1, 2)
    assert not is_alive(pid)


@pytest.mark.parametrize("last_job", ["process_id", "spin", "hang"])
def test_no_worker_outlives_a_parent_that_is_killed(last_job: str) -> None:
    program = f"""
import asyncio
from adapters.workers import ProcessWorkers
from tests import jobs
async def main():
    workers = ProcessWorkers(1)
    print(await workers.run(jobs.process_id), flush=True)
    await workers.run(jobs.{last_job})
    print("idle", flush=True)
    await asyncio.Event().wait()
if __name__ == "__main__":
    asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)

        parent.send_signal(signal.SIGKILL)
        # The fork server and the worker hold our pipe as well: it ends when the last of them has gone.
        parent.stdout.read()

    assert not is_alive(worker)


async def test_inline_workers_do_the_same_here() -> None:
    assert await InlineWorkers().run(jobs.process_id) == os.getpid()


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text("ascii").rpartition(")")[2].split()[0] not in {"Z", "X"}
