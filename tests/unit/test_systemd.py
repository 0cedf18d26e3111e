"""systemd hears what it waits for, as often as it wants to, and its absence is no trouble."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.watching.systemd import Systemd


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Who listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.setblocking(False)
        yield sock


def heard(manager: socket.socket) -> list[str]:
    words = []
    while True:
        try:
            words.append(manager.recv(1_000).decode())
        except BlockingIOError:
            return words


def test_it_hears_of_the_start_and_of_the_end(manager: socket.socket) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": manager.getsockname()})
    systemd.ready()
    systemd.alive()  # nobody asked for that
    systemd.stopping()

    assert heard(manager) == ["READY=1", "STOPPING=1"]


def test_it_hears_of_life_three_times_within_its_patience(manager: socket.socket) -> None:
    now = [0.0]
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}
    systemd = Systemd(environ, process=7, monotonic=lambda: now[0])
    for second in range(120):
        now[0] = float(second)
        systemd.alive()

    assert heard(manager) == ["WATCHDOG=1"] * 6


def test_a_life_that_is_another_process_s_is_none_of_ours(manager: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "7"}
    Systemd(environ, process=8).alive()

    assert heard(manager) == []


def test_a_name_outside_of_the_file_system_is_found() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0daybrief-test-notify")
        Systemd({"NOTIFY_SOCKET": "@daybrief-test-notify"}).ready()

        assert sock.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
def test_without_anybody_who_listens_all_goes_on(environ: dict[str, str]) -> None:
    systemd = Systemd(environ)
    systemd.ready()
    systemd.alive()
    systemd.stopping()
