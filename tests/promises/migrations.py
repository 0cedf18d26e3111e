"""Upgrades: whenever a process that migrates is killed, the database opens as old or new, and nothing of it is lost.

Databases of every released schema are filled with rows by what SQLite says of their tables, so that a new migration is
measured as soon as it is there. Processes kill themselves at a random statement, which SQLite tells them of.
"""

import multiprocessing
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import sqlite_utils

from bot.errors import StoreTrouble
from storage.sqlite import schema
from storage.sqlite.connection import connect
from storage.sqlite.copies import set_aside
from storage.sqlite.upgrade import prepare
from tests.promises.table import Extent, Measured

Start = Callable[[Path], object]
"""What a program does with its database when it starts. A function of a module, for other processes."""
Content = dict[str, set[tuple[object, ...]]]
"""The rows of each table, without the names of columns."""

_AT_THE_END = 1 - 1e-9
_BOOKS = {"_sqlite_migrations", "sqlite_sequence"}
"""What a migration may change: the record of migrations, and SQLite's own."""


@dataclass(slots=True)
class _Seen:
    kills: int = 0
    as_old: int = 0
    as_new: int = 0
    lost: int = 0
    refused: int = 0
    twice: int = 0
    broken: list[str] = field(default_factory=list)


def measure(extent: Extent, start: Start = prepare) -> Measured:
    """*start* is what is killed."""
    kills, rows = (50, 10_000) if extent is Extent.FULL else (2, 400)
    released = _released()
    seen = _Seen()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, len(released)):
            old = Path(folder) / f"after-{released[number - 1]}.db"
            _make(old, number, rows)
            dice = random.Random(number)
            # The last statement comes after everything is committed.
            _kill(old, start, [_AT_THE_END, *(dice.random() for _ in range(kills - 1))], seen)
            _start_twice(old, start, seen)
        _go_back(Path(folder) / "newest.db", seen)
    figures = (
        f"{len(released) - 1} released schemas with {rows:,} rows: {seen.kills} kills, opened {seen.as_old} times as "
        f"old, {seen.as_new} as new; {seen.lost} rows lost; {seen.refused} downgrades refused; two starts at once "
        f"{seen.twice} times, one migrated"
    )
    return Measured(figures=figures, broken=tuple(seen.broken))


# -------------------------------------------------------------------------------------------------------- what happens


def _kill(old: Path, start: Start, when: Sequence[float], seen: _Seen) -> None:
    """Kill *start* over copies of *old*, each *when* so much of its statements has run; then start again."""
    folder = old.with_name("killed")
    before, schema_before = _content(old), _schema(old)
    statements = _count_statements(old, folder, start)
    new = _schema(folder / old.name)
    for share in when:
        at = int(share * statements)
        where = f"{old.stem}, killed at statement {at} of {statements}"
        path = _fresh(old, folder)
        if _played(start, path, at) != -signal.SIGKILL:
            seen.broken.append(f"{where}: the process was not killed")
            continue
        seen.kills += 1
        found = _schema(path)
        seen.as_old += found == schema_before
        seen.as_new += found == new
        if found not in (schema_before, new):
            seen.broken.append(f"{where}: neither old nor new: {len(found ^ schema_before)} things differ from the old")
        _compare(before, path, where, seen)
        if code := _played(start, path, None):
            seen.broken.append(f"{where}: the next start ended with {code}")
        elif _schema(path) != new:
            seen.broken.append(f"{where}: the next start did not migrate")
        _compare(before, path, f"{where}, started again", seen)
        copies = set_aside(path)
        if not copies:
            seen.broken.append(f"{where}: there is no copy of what was before")
        for copy in copies:
            _compare(before, copy, f"{where}: {copy.name}", seen)
            if _schema(copy) != schema_before:
                seen.broken.append(f"{where}: {copy.name} is no copy of what was before")


def _start_twice(old: Path, start: Start, seen: _Seen) -> None:
    """Two processes at once: one migrates, the other finds it done."""
    before, path = _content(old), _fresh(old, old.with_name("twice"))
    both = [_process(start, path, None) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with closing(sqlite3.connect(path)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM _sqlite_migrations")]
    if any(one.exitcode for one in both) or sorted(names) != sorted(_released()):
        seen.broken.append(f"{old.stem}, two starts at once: {[one.exitcode for one in both]}, {sorted(names)}")
        return
    seen.twice += 1
    _compare(before, path, f"{old.stem}, two starts at once", seen)


def _go_back(path: Path, seen: _Seen) -> None:
    """Older programs meet the newest schema."""
    prepare(path)
    for number in range(1, len(_released())):
        content = path.read_bytes()
        try:
            prepare(path, _first(number))
        except StoreTrouble as refusal:
            is_said = "newer version" in str(refusal) and path.read_bytes() == content
        else:
            is_said = False
        seen.refused += is_said
        if not is_said:
            seen.broken.append(f"a program that knows {number} migrations took a database of {len(_released())}")


# ---------------------------------------------------------------------------------------------------------- processes


def _process(start: Start, path: Path, at: int | None, counted: Path | None = None) -> multiprocessing.Process:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.promises.migrations"])
    return context.Process(target=_play, args=(start, path, at, counted))  # type: ignore[return-value] # it is one


def _played(start: Start, path: Path, at: int | None, counted: Path | None = None) -> int | None:
    """The exit code of a process that is killed *at* a statement, or not at all."""
    process = _process(start, path, at, counted)
    process.start()
    process.join()
    return process.exitcode


def _play(start: Start, path: Path, at: int | None, counted: Path | None) -> None:
    """In the process."""
    statements = 0

    def on_statement(_: str) -> None:
        nonlocal statements
        if statements == at:
            os.kill(os.getpid(), signal.SIGKILL)
        statements += 1

    opened: list[sqlite3.Connection] = []

    def on_audit(event: str, arguments: tuple[object, ...]) -> None:
        if event == "sqlite3.connect/handle" and isinstance(arguments[0], sqlite3.Connection):
            opened.append(arguments[0])

    def on_return(_: FrameType, event: str, __: object) -> None:
        while opened and event == "c_return":  # only now can it be told to report
            opened.pop().set_trace_callback(on_statement)

    sys.addaudithook(on_audit)
    sys.setprofile(on_return)
    start(path)
    if counted:
        counted.write_text(str(statements), encoding="ascii")


def _count_statements(old: Path, folder: Path, start: Start) -> int:
    """How many statements a start over *old* runs; its result is left in *folder*."""
    path, counted = _fresh(old, folder), folder / "counted"
    if _played(start, path, None, counted):
        raise AssertionError(f"{old.stem} cannot be upgraded at all")
    return int(counted.read_text(encoding="ascii"))


def _fresh(old: Path, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return Path(shutil.copy(old, folder))


# ---------------------------------------------------------------------------------------------------------- databases


def _released() -> list[str]:
    """The names of all migrations, in the order in which they are applied."""
    with closing(sqlite_utils.Database(memory=True)) as nothing:
        return [one.name for one in schema.migrations.pending(nothing)]


def _first(number: int) -> sqlite_utils.Migrations:
    """What a program of the past knew."""
    past = sqlite_utils.Migrations("daybrief")
    for name in _released()[:number]:
        past()(getattr(schema, name))
    return past


def _make(path: Path, number: int, rows: int) -> None:
    """A database that has been through the first *number* migrations, with *rows* rows over all its tables."""
    prepare(path, _first(number))
    with closing(connect(path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        tables = list(_tables(db.conn))
        with db.atomic():
            for table in tables:
                _fill(db.conn, table, -(-rows // len(tables)))
        assert not db.execute("PRAGMA foreign_key_check").fetchone()


def _fill(db: sqlite3.Connection, table: str, rows: int) -> None:
    """Rows of which the n-th refers to the n-th of other tables."""
    columns = db.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()  # noqa: S608 - the names are ours
    places = ", ".join("?" * len(columns))
    sql = f"INSERT INTO {table} ({', '.join(name for name, _ in columns)}) VALUES ({places})"  # noqa: S608
    db.executemany(sql, ([_value(kind, n) for _, kind in columns] for n in range(1, rows + 1)))


def _value(kind: str, number: int) -> object:
    return {"INTEGER": number, "REAL": number / 2, "BLOB": bytes([number % 256])}.get(kind, f'["text {number}"]')


def _tables(db: sqlite3.Connection) -> Iterator[str]:
    """Those that hold something of ours: full-text indexes, but not the tables that SQLite keeps them in."""
    found = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
    indexes = [name for name, sql in found if re.match("CREATE VIRTUAL", sql or "")]
    for name, _ in found:
        if name not in _BOOKS and not any(name.startswith(f"{index}_") for index in indexes):
            yield name


def _content(path: Path) -> Content:
    with closing(sqlite3.connect(path)) as db:
        return {table: set(db.execute(f"SELECT * FROM {table}")) for table in _tables(db)}  # noqa: S608


def _schema(path: Path) -> set[object]:
    """Everything that makes the schema, and which migrations are on record."""
    with closing(sqlite3.connect(path)) as db:
        made = {sql for (sql,) in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL")}
        return made | {name for (name,) in db.execute("SELECT name FROM _sqlite_migrations")}


def _compare(before: Content, path: Path, where: str, seen: _Seen) -> None:
    """Every row of *before* is there still, in its own columns; new ones stand behind them."""
    with closing(sqlite3.connect(path)) as db:
        [(verdict,)] = db.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            seen.broken.append(f"{where}: {verdict}")
            return
        for table, rows in before.items():
            width = len(next(iter(rows)))
            columns = [name for (name,) in db.execute(f"SELECT name FROM pragma_table_info('{table}')")][:width]  # noqa: S608
            found = set(db.execute(f"SELECT {', '.join(columns)} FROM {table}")) if columns else set()  # noqa: S608
            if lost := rows - found:
                seen.lost += len(lost)
                seen.broken.append(f"{where}: {len(lost)} of {len(rows)} rows of {table} are lost")
