"""For tests of moving: a file with rows in every table, and what either side holds, read without our own code."""

import contextlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from storage.sqlite.connection import SqliteSession, connect
from storage.sqlite.upgrade import prepare

Content = dict[str, list[dict[str, Any]]]
"""The rows of each table, by the names of columns, in some order that is the same on both sides."""
_BOOKS = ("sqlite_", "_sqlite", "story_text", "story_title", "daybrief_")
_NOT_MOVED = {"moved_at", "arrived_at", "backed_up_at"}
_NASTY = 'ü 実験 🚀\n\t\\ \\N "it\'s" %s {} :name'


def filled(path: Path, server: str, *, rows: int = 7) -> Path:
    """A file at *path* with *rows* rows in every table; of what kind a column is, the database at *server* knows."""
    prepare(path)
    with psycopg.connect(server) as connection:
        kinds = {(table, column): kind for table, column, kind in connection.execute(_KINDS)}
    with contextlib.closing(connect(path)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        with db.atomic():
            for table in tables_of(db.conn):
                _fill(db.conn, table, kinds, rows)
            index_words(db, rows)
        assert not db.execute("PRAGMA foreign_key_check").fetchone()
    return path


def index_words(db: SqliteSession, rows: int) -> None:
    """Words of stories and of readings, as if they had been indexed."""
    for number in (*range(1, rows + 1), *range(-rows, 0)):
        db.texts.put(number, [f"title {number} zürich", "a takeaway", "of some sections", "article article", "post"])


def tables_of(db: sqlite3.Connection) -> list[str]:
    """The tables that hold something which is the same on both sides."""
    names = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    return [name for name in names if not name.startswith(_BOOKS)]


def _fill(db: sqlite3.Connection, table: str, kinds: Mapping[tuple[str, str], str], rows: int) -> None:
    """Rows of which the n-th refers to the n-th of other tables, and in the same table to the one after it."""
    columns = [(name, bool(needed or key)) for _, name, _, needed, _, key in db.execute(f"PRAGMA table_info({table})")]
    references = {one[3]: one[2] for one in db.execute(f"PRAGMA foreign_key_list({table})")}
    single_key = [one[1] for one in db.execute(f"PRAGMA table_info({table})") if one[5]]
    for n in range(1, rows + 1):
        values: list[object] = []
        for name, is_needed in columns:
            other = references.get(name)
            if other == table:
                values.append(_value("text", n + 1) if n < rows else None)
            elif other:
                values.append(_value("text" if other in {"ref", "reasons"} else "bigint", n))
            elif not is_needed and n % 3 == 0:
                values.append(None)
            elif single_key == [name] and kinds[table, name] == "bigint":
                values.append(n)
            else:
                values.append(_value(kinds[table, name], n))
        places = ", ".join("?" * len(values))
        names = ", ".join(name for name, _ in columns)
        db.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", values)  # noqa: S608 - names of our own tables


def _value(kind: str, n: int) -> object:
    values: dict[str, object] = {
        "bigint": n,
        "boolean": n % 2,
        "double precision": n / 10 + 0.2,
        "bytea": bytes([n % 256, 0, 92, 10, 255]),
        "json": f'{{"n":  {n}, "text": "ü \\u0000 \\\\ 🚀"}}',
        "text": f"{n:06} {_NASTY}",
    }
    return values[kind]


def in_file(path: Path) -> Content:
    """What the file at *path* holds."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        found = {
            table: [dict(one) for one in db.execute(f"SELECT * FROM {table}")]  # noqa: S608 - ours
            for table in tables_of(db)
        }
    return {table: _in_order(rows) for table, rows in found.items()}


def in_server(url: str) -> Content:
    """What the database at *url* holds, with numbers for truth as SQLite has it."""
    with psycopg.connect(url, row_factory=psycopg.rows.dict_row) as connection:
        connection.adapters.register_loader("json", psycopg.types.string.TextLoader)
        names = [one["tablename"] for one in connection.execute(_TABLES)]
        found = {
            table: connection.execute(f"SELECT * FROM {table}".encode()).fetchall()  # noqa: S608 - ours
            for table in names
            if not table.startswith(_BOOKS)
        }
    return {
        table: _in_order([{name: int(v) if isinstance(v, bool) else v for name, v in one.items()} for one in rows])
        for table, rows in found.items()
    }


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [dict(sorted(one.items())) for one in rows if one.get("key") not in _NOT_MOVED]
    return sorted(kept, key=repr)


_KINDS = """
    SELECT relname, attname, format_type(atttypid, atttypmod) FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
