"""Jobs for worker processes, most of them bad. A worker imports them by name, so they live in a module of their own."""

import os
import signal
import sys
import threading
from typing import Never

from bot.errors import FeedFailed

_HOARD: list[bytes] = []


def add(one: int, other: int) -> int:
    return one + other


def process_id() -> int:
    return os.getpid()


def hoard(size: int) -> int:
    """Keep so many bytes for ever; the process that does so."""
    _HOARD.append(b"x" * size)
    return os.getpid()


def refuse(reason: str) -> Never:
    raise FeedFailed(reason)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin() -> Never:
    while True:
        pass


def hang() -> None:
    threading.Event().wait()


def eat(size: int) -> int:
    return len(bytearray(size))


def interrupt() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def unsendable() -> object:
    return lambda: None


def sockets() -> list[str]:
    """The sockets that this process has open, by inode."""
    folder = f"/proc/{os.getpid()}/fd"
    links = [os.readlink(f"{folder}/{name}") for name in os.listdir(folder) if os.path.exists(f"{folder}/{name}")]  # noqa: PTH115, PTH208, PTH110
    return [link for link in links if link.startswith("socket:")]


def is_loaded(module: str) -> bool:
    return module in sys.modules
